"""Cases as those see them who opened them: the thread, sending again, appealing; claims and requests without an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db, transaction
from hub.directory import cases, moderation, registration
from hub.directory.models import Case, Organization
from hub.directory.states import CaseKind, CaseState, Decision, Safety, Status
from tests.conftest import hub_in
from tests.directory.test_registering import begin, checked, edit, fill, held
from tests.guard import Guard, parse
from tests.people import OutsideClient, Person

Add = Callable[..., Organization]
SignedIn = Callable[..., Person]
WHAT = ("correct", "report", "remove")


def sent(person: Person) -> tuple[str, int]:
    """Register to submission; the address of the revision and the number of the case."""
    base = begin(person)
    fill(person, base)
    answer = person.submit(f"{base}/check", terms=registration.TERMS_VERSION)
    return base, int(answer.location.split("/cases/")[1].split("?")[0])


def decide(curator: Person, number: int, decision: Decision, reason: str) -> None:
    """Decide a case as a curator does."""
    with transaction() as session:
        moderation.decide(session, curator.actor, cases.one(session, number), decision, reason=reason)


def all_cases() -> list[Case]:
    """Every case, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Case).order_by(Case.id)))


def test_changes_that_were_asked_for_are_made_and_sent_again(signed_in: SignedIn) -> None:
    person, curator = signed_in(), signed_in(role="curator")
    base, number = sent(person)
    decide(curator, number, Decision.ASK_FOR_CHANGES, "Say in which towns.")
    page = person.page.get(f"/en/cases/{number}")
    assert "The curators ask for changes" in page.text
    assert "Say in which towns." in page.text
    assert "Say in which towns." in person.page.get(base).text
    person.submit(f"{base}/where", country="MX", city="Puebla")
    answer = person.submit(f"{base}/check", terms=registration.TERMS_VERSION)
    assert answer.location.startswith(f"/en/cases/{number}")
    assert [case.state for case in all_cases()] == [CaseState.OPEN]


def test_a_reply_is_sent_once_and_shown(signed_in: SignedIn) -> None:
    person, curator = signed_in(), signed_in(role="curator")
    number = sent(person)[1]
    with transaction() as session:
        moderation.note(session, curator.actor, cases.one(session, number), "Who are you?", is_internal=False)
        moderation.note(session, curator.actor, cases.one(session, number), "Odd.", is_internal=True)
    for _ in range(2):
        assert person.submit(f"/en/cases/{number}/reply", reply="We are Acme.").status_code == 303
    page = person.page.get(f"/en/cases/{number}?said=1")
    assert page.text.count("We are Acme.") == 1
    assert "Who are you?" in page.text
    assert "Odd." not in page.text
    assert "#f-reply" in checked(person, f"/en/cases/{number}/reply", 422, reply="  ").links()


def test_a_declined_registration_is_appealed_once_and_amended(signed_in: SignedIn) -> None:
    person, curator = signed_in(), signed_in(role="curator")
    base, number = sent(person)
    decide(curator, number, Decision.DECLINE, "Not about crime.")
    page = person.page.get(f"/en/cases/{number}")
    assert "Not about crime." in page.text
    assert page.all("textarea", name="appeal")
    assert "#f-appeal" in checked(person, f"/en/cases/{number}/appeal", 422, appeal="").links()
    answers = [person.submit(f"/en/cases/{number}/appeal", appeal="It is.") for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert [case.kind for case in all_cases()] == [CaseKind.REGISTRATION, CaseKind.APPEAL]
    page = person.page.get(f"/en/cases/{number}")
    assert not page.all("textarea", name="appeal")
    person.page.get(answers[0].location)
    for path in ("/en/my-organizations", f"/en/cases/{number}"):
        assert "Amend and send again" in person.page.get(path).text
    organization = db.session.get_one(Organization, held(base).organization_id)
    again = edit(person, organization)
    assert held(again).values == held(base).values
    assert "Amend and send again" not in person.page.get(f"/en/cases/{number}").text


def test_a_case_of_somebody_else_is_not_there(signed_in: SignedIn) -> None:
    person, stranger = signed_in(), signed_in()
    number = sent(person)[1]
    for path in (f"/en/cases/{number}", "/en/cases/99999"):
        assert stranger.get(path).status_code == 404
        assert stranger.submit(f"{path}/reply", reply="x").status_code == 404
        assert stranger.submit(f"{path}/appeal", appeal="x").status_code == 404
    assert person.get("/en/cases/99999999999999999999").status_code == 404


def test_a_claim_from_the_own_domain_is_granted_at_once(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", website="https://refugio-del-sur.org", is_claimable=True, indexed=False)
    person = signed_in(email="ana@refugio-del-sur.org")
    path = f"/en/organizations/refugio-{made.id}/claim"
    assert "at the organization's own domain" in person.page.get(path).text
    answers = [person.submit(path) for _ in range(2)]
    assert answers[0].location == answers[1].location
    accepted = person.page.get(answers[0].location)
    assert "Accepted" in accepted.text
    assert f"/en/organizations/{made.id}" in accepted.links()
    assert "Refugio" in person.page.get("/en/my-organizations").text
    assert "You belong to this organization already." in person.page.get(path).text


def test_a_claim_from_elsewhere_needs_evidence_and_waits(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", website="https://refugio-del-sur.org", is_claimable=True, indexed=False)
    person = signed_in(email="ana@elsewhere.org")
    path = f"/en/organizations/refugio-{made.id}/claim"
    assert "#f-evidence" in checked(person, path, 422, evidence=" ").links()
    answers = [person.submit(path, evidence="I am its director.") for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert "I am its director." in person.page.get(answers[0].location).text
    assert "Your claim is with the curators." in person.page.get(path).text
    assert "Claim" in person.page.get("/en/my-organizations").text


def test_an_entry_that_has_its_people_cannot_be_claimed(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", is_claimable=False, indexed=False)
    person = signed_in()
    path = f"/en/organizations/refugio-{made.id}/claim"
    assert "Somebody looks after this entry already" in person.page.get(path).text
    checked(person, path, 409, evidence="Me.")


def test_a_visitor_is_told_how_to_claim(page: Guard, add: Add) -> None:
    made = add("Refugio", is_claimable=True, indexed=False)
    shown = page.get(f"/en/organizations/refugio-{made.id}/claim")
    assert any(link.startswith("/en/account/sign-in") for link in shown.links())


class Visitor:
    """Somebody without an account, whose browser keeps the cookie of the form."""

    def __init__(self, app: Flask) -> None:
        app.test_client_class = OutsideClient
        self.client = app.test_client()
        self.page = Guard(self.client, may_set_cookies=True)

    def send(self, path: str, **data: str) -> Any:
        """Open a form and send it."""
        token = self.page.get(path).all("input", name="csrf_token")[-1].get("value")
        return self.client.post(path, data={"csrf_token": token, **data})


@pytest.mark.parametrize("what", WHAT)
def test_a_visitor_asks_without_an_account_and_gets_a_number(app: Flask, add: Add, what: str) -> None:
    made = add("Refugio", indexed=False)
    visitor = Visitor(app)
    path = f"/en/organizations/refugio-{made.id}/{what}"
    for _ in range(2):
        answer = visitor.send(path, text="The name is wrong.", contact="me@example.com")
        assert (answer.status_code, answer.location) == (303, "/en/request-sent")
    (case,) = all_cases()
    assert (case.details["text"], case.contact, case.opener_id) == (
        "The name is wrong.",
        "me@example.com",
        None,
    )
    assert f"Reference number: {case.id}" in visitor.page.get("/en/request-sent").text
    assert Visitor(app).client.get("/en/request-sent").status_code == 404


@pytest.mark.parametrize(
    ("data", "wrong"), [({"text": " "}, "#f-text"), ({"text": "x", "contact": "nobody"}, "#f-contact")]
)
def test_a_request_that_is_wrong_keeps_what_was_typed(
    app: Flask, add: Add, data: dict[str, str], wrong: str
) -> None:
    made = add("Refugio", indexed=False)
    visitor = Visitor(app)
    path = f"/en/organizations/refugio-{made.id}/report"
    page = visitor.page.check(visitor.send(path, **data), path, 422)
    assert wrong in page.links()
    assert [one.get("value") for one in page.all("input", name="contact")] == [data.get("contact", "")]
    assert all_cases() == []


@pytest.mark.parametrize("what", [*WHAT, "claim"])
def test_what_is_hidden_and_what_never_was_look_alike(app: Flask, add: Add, what: str) -> None:
    hidden = add("Casa", status=Status.HIDDEN, indexed=False)
    visitor = Visitor(app)
    answers = [
        visitor.client.get(f"/en/organizations/{slug}/{what}")
        for slug in (f"casa-{hidden.id}", "casa-0000000000")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    texts = [parse(answer.get_data(as_text=True), "/en/").find("body") for answer in answers]
    assert len({"".join(body.itertext()) for body in texts}) == 1  # type: ignore[union-attr]


def test_a_request_without_the_token_is_refused(client: Any, add: Add) -> None:
    made = add("Refugio", indexed=False)
    for what in (*WHAT, "claim"):
        assert (
            client.post(f"/en/organizations/refugio-{made.id}/{what}", data={"text": "x"}).status_code == 400
        )
    assert all_cases() == []


@pytest.fixture
def limited(tmp_path: Path, pattern: tuple[Path, str]) -> Iterator[Flask]:
    """A hub that takes two requests an hour from an address."""
    with hub_in(tmp_path, pattern, request_rate="2/hour") as made:
        yield made


def test_very_many_requests_are_refused(limited: Flask) -> None:
    from hub.directory import profiles
    from hub.permissions import OPERATOR

    with transaction() as session:
        made = profiles.create(session, OPERATOR, {"name": "Refugio"}, status=Status.PUBLISHED)
        session.flush()
        public_id = made.id
    visitor = Visitor(limited)
    path = f"/en/organizations/refugio-{public_id}/report"
    assert [visitor.send(path, text=f"Number {n}").status_code for n in range(3)] == [303, 303, 429]


def test_removal_of_an_imported_shelter_hides_it_and_still_gives_the_number(app: Flask, add: Add) -> None:
    made = add("Refugio", safety=Safety.PROTECTED, indexed=False)
    visitor = Visitor(app)
    answer = visitor.send(f"/en/organizations/refugio-{made.id}/remove", text="They look for us.")
    assert "Reference number" in visitor.page.get(answer.location).text


def test_every_entry_leads_to_the_forms(page: Guard, add: Add) -> None:
    made = add("Refugio", is_claimable=True, indexed=False)
    links = page.get(f"/en/organizations/{'refugio-' + made.id}").links()
    assert {f"/en/organizations/refugio-{made.id}/{what}" for what in (*WHAT, "claim")} <= set(links)


def test_the_pages_of_cases_are_right_in_arabic(signed_in: SignedIn, add: Add) -> None:
    person = signed_in()
    number = sent(person)[1]
    made = add("Refugio", is_claimable=True, indexed=False)
    person.page.get(f"/ar/cases/{number}")
    for what in (*WHAT, "claim"):
        person.page.get(f"/ar/organizations/refugio-{made.id}/{what}")


def test_anybody_suggests_an_organization_and_curators_decide_whether_it_is_shown(
    client: Any, signed_in: SignedIn
) -> None:
    page = Guard(client, may_set_cookies=True)
    form = page.get("/en/suggest?name=Water")
    assert "/en/organizations/new" in form.response.text
    token = form.all("input", name="csrf_token")[0].get("value")
    said = {
        "csrf_token": token,
        "name": "Water for All",
        "country": "KE",
        "website": "https://water.example.org/",
    }
    wrong = page.client.post(
        "/en/suggest", data={**said, "name": "", "website": "file:///etc", "contact": "x"}
    )
    for words in ("Give its name", "Write something", "not an e-mail address"):
        assert words in page.check(wrong, "/en/suggest", 422).text
    assert all_cases() == []
    for _ in range(2):
        answer = page.client.post(
            "/en/suggest", data={**said, "text": "Wells.", "contact": "ana@example.org"}
        )
        assert answer.status_code == 303
    (case,) = all_cases()
    assert f"Reference number: {case.id}" in page.get(answer.location).text
    assert (case.kind, case.opener_id, case.contact) == (CaseKind.SUGGESTION, None, "ana@example.org")
    place = f"/en/organizations/water-for-all-{case.organization_id}"
    page.get(place, 404)
    curator = signed_in(role="curator")
    assert "Wells." in curator.page.get(f"/en/desk/cases/{case.id}").text
    decide(curator, case.id, Decision.PUBLISH, "")
    assert "Claim this entry" in page.get(place).text
    assert all_cases()[0].contact is None

    page.client.post("/en/suggest", data={**said, "name": "Another", "text": "None."})
    decide(curator, all_cases()[1].id, Decision.DECLINE, "Unknown.")
    page.get(f"/en/organizations/another-{all_cases()[1].organization_id}", 404)


def test_a_profile_leads_its_own_people_to_the_edit_and_curators_to_the_desk(
    page: Guard, add: Add, signed_in: SignedIn
) -> None:
    made = add()
    place = f"/en/organizations/refugio-del-sur-{made.id}"
    on_the_desk = f"/en/desk?organization={made.id}&state=all"

    def links(found: Any) -> tuple[bool, bool, bool]:
        text = found.response.text.replace("&amp;", "&")
        return f"{place}/edit" in text, on_the_desk in text, "/desk/log?" in text

    assert links(page.get(place)) == (False, False, False)
    assert links(signed_in(organization=made.id, part="editor").page.get(place)) == (True, False, False)
    assert links(signed_in(organization=made.id, part="reader").page.get(place)) == (False, False, False)
    curator = signed_in(role="curator")
    assert links(curator.page.get(place)) == (False, True, False)
    assert links(signed_in(role="administrator").page.get(place)) == (False, True, True)
    assert "About one entry only: Refugio del Sur" in curator.page.get(on_the_desk).text
