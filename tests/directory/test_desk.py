"""The curators' desk as pages: its gate, the queue, a case, what comes too late, duplicates, figures and the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.accounts.models import User
from hub.database import db, now, transaction
from hub.directory import claims, merging, registration, revisions
from hub.directory.matching import find_duplicates, flag
from hub.directory.models import Case, CaseAnswer, CaseNote, Duplicate, LogEntry, Organization, Revision
from hub.directory.registration import TERMS_VERSION
from hub.directory.states import CaseKind, CaseState, Decision, Status
from hub.mail import Mail
from tests.conftest import Statements
from tests.guard import Guard, Page
from tests.people import Person

Add = Callable[..., Organization]
SignIn = Callable[..., Person]
SHELTER = [{"service": "emergency-shelter", "is_direct": True}]
LOGO = f"{'0' * 40}.png"
OLD, NEW = "https://old.example.org/", "https://new.example.net/"
FULL = {
    "kind": "civil_society", "country": "KE", "themes": ["trafficking-in-persons"], "languages": ["en"],
    "website": "https://www.wells.example.org", "texts": {"en": {"short": "Wells, and those who drink from them."}},
}  # fmt: skip


def register(applicant: Person, name: str = "Wells of the North", **values: Any) -> int:
    """Hand a registration in and return the number of its case."""
    with transaction() as session:
        revision = registration.start(session, applicant.actor, name, "en")
        session.flush()
        organization_id = revision.organization_id
    actor = _acting(applicant, organization_id)
    with transaction() as session:
        held = session.get_one(Revision, revision.id)
        assert not revisions.save(session, actor, held, {**FULL, **values})
        case = registration.submit(session, actor, held, TERMS_VERSION)
        return case.id


def _acting(person: Person, organization_id: str) -> Any:
    from dataclasses import replace

    return replace(person.actor, organizations={organization_id: "focal_point"})


def report(organization: Organization, text: str = "The name is wrong.", contact: str | None = None) -> int:
    """Report an entry without an account and return the number of the case."""
    from hub.permissions import ANYONE

    with transaction() as session:
        held = session.get_one(Organization, organization.id)
        return claims.request(session, ANYONE, held, CaseKind.REPORT, text, "en", contact=contact).id


def case_of(case_id: int) -> Case:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Case, case_id)


def checked(person: Person, path: str, status: int = 200, **data: Any) -> Page:
    """Post a form whose answer is a page, and check the page."""
    return person.page.check(person.submit(path, **data), path, status)


def name_of(person: Person, name: str) -> None:
    with transaction() as session:
        session.get_one(User, person.user_id).name = name


@pytest.fixture
def curator(signed_in: SignIn) -> Person:
    made = signed_in(role="curator")
    name_of(made, "Ada Curator")
    return made


PLACES = ("/en/desk", "/en/desk/cases/1", "/en/desk/duplicates", "/en/desk/merges", "/en/desk/log")


@pytest.mark.parametrize("path", PLACES)
def test_who_has_not_signed_in_is_sent_to_do_so_and_comes_back(page: Guard, path: str) -> None:
    response = page.client.get(f"{path}?kind=edit")
    assert response.status_code == 302
    assert "/en/account/sign-in?next=" in response.location
    assert path in response.location


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("role", ["member", "guest"])
def test_for_members_and_guests_there_is_no_desk(signed_in: SignIn, path: str, role: str) -> None:
    signed_in(role=role).page.get(path, 404)


@pytest.mark.parametrize("path", PLACES)
def test_a_curator_without_a_second_factor_is_told_so_and_sees_nothing(signed_in: SignIn, path: str) -> None:
    weak = signed_in(role="curator", is_strong=False)
    assert weak.get(path).location == "/en/account"
    weak.page.get("/en/account", contains="You have a role that needs a second factor.")


def test_the_queue_shows_the_oldest_first_with_counts_and_filters(
    add: Add, signed_in: SignIn, curator: Person
) -> None:
    kenyan, mexican = (
        add("Kenyan One", country="KE", indexed=False),
        add("Mexican Two", country="MX", indexed=False),
    )
    first, second = report(kenyan), report(mexican)
    third = register(signed_in(), "Registered Three")
    with transaction() as session:
        session.get_one(Case, first).opened_at = now() - timedelta(days=8)
    page = curator.page.get("/en/desk")
    shown = [int(href.rsplit("/", 1)[1]) for href in page.links() if re.search(r"/desk/cases/\d+$", href)]
    assert shown == [first, second, third]
    assert "8 days" in page.text
    assert "Report 2" in page.text
    assert "Registration 1" in page.text
    for query, found in {
        "kind=report": {first, second},
        "kind=registration": {third},
        "age=7": {first},
        "region=002": {first, third},
        "language=fr": set(),
        "assignee=me": set(),
        "assignee=nobody": {first, second, third},
        "state=decided": set(),
        "kind=nonsense&page=99&age=x&region=zz&assignee=%00": {first, second, third},
    }.items():
        links = curator.page.get(f"/en/desk?{query}").links()
        assert {
            int(one.rsplit("/", 1)[1]) for one in links if re.search(r"/desk/cases/\d+$", one)
        } == found, query


def ask_for_removal(organization: Organization) -> int:
    """Ask for the removal of an entry that nobody looks after, which hides it at once."""
    from hub.permissions import ANYONE

    with transaction() as session:
        held = session.get_one(Organization, organization.id)
        return claims.request(session, ANYONE, held, CaseKind.REMOVAL, "We are in danger.", "en").id


def test_what_was_hidden_for_safety_goes_first_and_says_what_was_hidden(add: Add, curator: Person) -> None:
    first = report(add("Patient One", indexed=False))
    shelter = add("Sheltering Two", country="KE", offers=SHELTER, indexed=False)
    urgent = ask_for_removal(shelter)
    assert db.session.get_one(Organization, shelter.id).status is Status.HIDDEN

    def queued(query: str = "") -> list[int]:
        links = curator.page.get(f"/en/desk{query}").links()
        return [int(one.rsplit("/", 1)[1]) for one in links if re.search(r"/desk/cases/\d+$", one)]

    assert queued() == [urgent, first]
    assert queued("?state=all") == [first, urgent]
    text = curator.page.get(f"/en/desk/cases/{urgent}").text
    for held in ("Urgent", "The entry, which is not shown", "Services offered", "Kenya"):
        assert held in text
    assert "The entry, which is not shown" not in curator.page.get(f"/en/desk/cases/{first}").text
    curator.submit(f"/en/desk/cases/{urgent}/decision", decision="decline", template="unfounded")
    assert "The entry, which is not shown" not in curator.page.get(f"/en/desk/cases/{urgent}").text


def test_pages_of_the_queue_are_bounded_and_take_few_statements(
    add: Add, curator: Person, statements: Callable[[], Statements]
) -> None:
    made = add(indexed=False)
    for _ in range(30):
        report(made)
    curator.page.get("/en/desk")
    with statements() as few:
        curator.page.get("/en/desk?page=2")
    with statements() as many:
        curator.page.get("/en/desk?page=1")
    assert many.count == few.count <= 9
    assert "30 cases" in curator.page.get("/en/desk?page=7").text


def test_a_case_is_taken_released_and_handed_over(add: Add, signed_in: SignIn, curator: Person) -> None:
    other = signed_in(role="curator")
    name_of(other, "Bo Other")
    case_id = report(add(indexed=False))
    path = f"/en/desk/cases/{case_id}"
    assert curator.submit(f"{path}/claim").status_code == 302
    assert "Yours" in curator.page.get("/en/desk").text
    page = checked(other, f"{path}/claim", 409)
    assert "Another curator has this case." in page.text
    assert "Ada Curator" in page.text
    assert curator.submit(f"{path}/release").status_code == 302
    assert case_of(case_id).assignee_id is None
    assert curator.submit(f"{path}/assign", curator=str(other.user_id)).status_code == 302
    assert case_of(case_id).assignee_id == other.user_id
    assert "Choose a curator." in checked(other, f"{path}/assign", 422, curator="x").text
    assert "Bo Other has this case." in curator.page.get(path).text


def test_the_page_of_a_registration_has_all_that_a_decision_needs(
    add: Add, signed_in: SignIn, curator: Person
) -> None:
    add("Wells of the North", country="KE", indexed=False)
    case_id = register(signed_in(), texts={"en": {"short": "Write to anna@wells.example.org"}})
    text = curator.page.get(f"/en/desk/cases/{case_id}").text
    for words in (
        "What would be shown", "Trafficking in persons", "Kenya", "A public text holds an e-mail address.",
        "Perhaps the same organization", "same name in the same country", "Five questions", "Publish",
        "Ask for changes", "Decline", "Keep as an internal note", "Send to the applicant",
    ):  # fmt: skip
        assert words in text, words


def test_an_edit_shows_what_is_live_beside_what_is_proposed(
    add: Add, signed_in: SignIn, curator: Person
) -> None:
    made = add("Old Name", country="KE", themes=["corruption"], website=OLD, indexed=False)
    editor = signed_in(organization=made.id)
    with transaction() as session:
        revision = revisions.begin(session, editor.actor, session.get_one(Organization, made.id), "en")
        changed = {"name": "New Name", "country": "UG", "website": NEW, "safety": "careful"}
        revisions.save(session, editor.actor, revision, changed)
        revisions.save_logo(session, editor.actor, revision, LOGO)
        case_id = revisions.submit(session, editor.actor, revision).id
    page = curator.page.get(f"/en/desk/cases/{case_id}")
    assert [one.text for one in page.all("del")] == ["Old Name", "Kenya", OLD, "Open"]
    assert [one.text for one in page.all("ins")] == ["New Name", "Uganda", NEW, "Careful"]
    assert [one.get("src") for one in page.all("img", class_="logo")] == [f"/logos/{LOGO}"]
    assert {OLD, NEW} <= set(page.links())
    assert "The website moves to another site." in page.text


def test_answers_notes_and_questions_are_kept_and_internal_ones_marked(
    signed_in: SignIn, curator: Person
) -> None:
    applicant = signed_in()
    case_id = register(applicant)
    path = f"/en/desk/cases/{case_id}"
    ends = (now() + timedelta(days=400)).date().isoformat()
    form = {"answer-1": "yes", "comment-1": "In the register.", "expires-1": ends, "answer-3": "unclear"}
    assert curator.submit(f"{path}/answers", **form).status_code == 302
    found = {one.question: one for one in db.session.scalars(sa.select(CaseAnswer))}
    assert {number: one.answer for number, one in found.items()} == {1: "yes", 3: "unclear"}
    assert found[1].expires_on is not None
    assert found[1].expires_on.isoformat() == ends
    page = checked(curator, f"{path}/answers", 422, **{"answer-2": "yes", "expires-2": "soon"})
    assert "is not a date" in page.text
    assert curator.submit(f"{path}/notes", text="Between us.", to="curators").status_code == 302
    assert curator.submit(f"{path}/notes", text="Who are you?", to="applicant").status_code == 302
    db.session.rollback()
    notes = {one.text: one.is_internal for one in db.session.scalars(sa.select(CaseNote))}
    assert notes == {"Between us.": True, "Who are you?": False}
    page = curator.page.get(path)
    assert [("Between us." in "".join(one.itertext())) for one in page.all("li", class_="said-internal")] == [
        True
    ]
    assert "Write something." in checked(curator, f"{path}/notes", 422, text=" ").text


def test_a_decline_sends_the_reason_as_it_was_edited(signed_in: SignIn, curator: Person) -> None:
    case_id = register(signed_in(language="fr"))
    path = f"/en/desk/cases/{case_id}"
    page = checked(curator, f"{path}/decision", 422, decision="decline", reason="")
    assert "Give a reason" in page.text
    page = checked(curator, f"{path}/decision", act="words", decision="decline", template="duplicate")
    (box,) = page.all("textarea", id="f-reason")
    assert (box.get("lang"), bool((box.text or "").strip())) == ("fr", True)
    response = curator.submit(f"{path}/decision", decision="decline", template="duplicate", reason="Déjà là.")
    assert response.status_code == 302
    case = case_of(case_id)
    assert (case.decision, case.reason_template, case.reason) == (Decision.DECLINE, "duplicate", "Déjà là.")
    mail = db.session.scalars(sa.select(Mail).order_by(Mail.created_at.desc())).first()
    assert mail is not None
    assert "Déjà là." in mail.text
    assert mail.language == "fr"
    assert "Case" in curator.page.get("/en/desk").text


def test_the_second_curator_is_told_who_and_when_and_keeps_the_words(
    signed_in: SignIn, curator: Person
) -> None:
    case_id = register(signed_in())
    path = f"/en/desk/cases/{case_id}/decision"
    assert curator.submit(path, decision="publish").status_code == 302
    late = checked(
        signed_in(role="curator"), path, 409, decision="decline", reason="My long and careful words."
    )
    assert "This case was decided already." in late.text
    assert "Ada Curator decided it on" in late.text
    (box,) = late.all("textarea", id="f-typed")
    assert (box.text or "").strip() == "My long and careful words."
    assert case_of(case_id).decision is Decision.PUBLISH


def test_who_declined_finds_no_decision_in_the_appeal(signed_in: SignIn, curator: Person) -> None:
    from hub.directory import cases

    applicant = signed_in()
    case_id = register(applicant)
    curator.submit(f"/en/desk/cases/{case_id}/decision", decision="decline", template="unclear-work")
    with transaction() as session:
        appeal_id = cases.appeal(session, applicant.actor, session.get_one(Case, case_id), "Look again.").id
    text = curator.page.get(f"/en/desk/cases/{appeal_id}").text
    assert "You took the decision that this appeal is about." in text
    response = curator.submit(f"/en/desk/cases/{appeal_id}/decision", decision="accept")
    assert response.status_code == 403
    other = signed_in(role="curator")
    text = other.page.get(f"/en/desk/cases/{appeal_id}").text
    assert "The first decision is reversed." in text
    assert "Declined, Ada Curator" in text
    assert (
        "It is not clear how the work relates to organized crime or corruption." in text.split("Decision")[0]
    )
    assert other.submit(f"/en/desk/cases/{appeal_id}/decision", decision="accept").status_code == 302
    organization = db.session.get_one(Organization, case_of(appeal_id).organization_id)
    assert organization.status is Status.PUBLISHED


def test_what_changed_meanwhile_is_shown_and_published_over_only_when_asked(
    add: Add, signed_in: SignIn, curator: Person
) -> None:
    from hub.directory import profiles
    from hub.permissions import OPERATOR

    made = add("Old Name", indexed=False)
    editor = signed_in(organization=made.id)
    with transaction() as session:
        revision = revisions.begin(session, editor.actor, session.get_one(Organization, made.id), "en")
        revisions.save(session, editor.actor, revision, {"name": "Ours"})
        case_id = revisions.submit(session, editor.actor, revision).id
    with transaction() as session:
        profiles.revise(session, OPERATOR, session.get_one(Organization, made.id), {"name": "Theirs"})
    path = f"/en/desk/cases/{case_id}/decision"
    page = checked(curator, path, 409, decision="publish")
    assert "changed in the same fields" in page.text
    assert "Theirs" in page.text
    assert curator.submit(path, decision="publish", overrule="yes").status_code == 302
    db.session.rollback()
    assert db.session.get_one(Organization, made.id, populate_existing=True).name == "Ours"


def test_shortcuts_can_be_switched_off(curator: Person) -> None:
    assert curator.page.get("/en/desk").all("div", data_keys="")
    curator.submit("/en/desk/keys", keys="off")
    page = curator.page.get("/en/desk")
    assert not page.all("div", data_keys="")
    assert "Keyboard shortcuts are off." in page.text
    curator.submit("/en/desk/keys", keys="on")
    assert curator.page.get("/en/desk").all("div", data_keys="")


def test_a_form_without_its_token_changes_nothing(add: Add, curator: Person) -> None:
    case_id = report(add(indexed=False))
    assert curator.post(f"/en/desk/cases/{case_id}/claim").status_code == 400
    assert case_of(case_id).state is CaseState.OPEN
    assert case_of(case_id).assignee_id is None


@pytest.fixture
def pair(add: Add) -> tuple[Organization, Organization]:
    one = add(
        "Twin House", country="KE", themes=["corruption"], website="https://twin.example.org", indexed=False
    )
    two = add("Twin House", country="KE", themes=["firearms-trafficking"], city="Nairobi", indexed=False)
    with transaction() as session:
        flag(session, find_duplicates(session, [session.get_one(Organization, two.id)]))
    return one, two


def test_a_pair_is_compared_previewed_merged_and_taken_apart(
    app: Flask, pair: tuple[Organization, Organization], curator: Person
) -> None:
    one, two = pair
    page = curator.page.get("/en/desk/duplicates")
    assert "1 pair" in page.text
    assert "Same name and country" in page.text
    path = f"/en/desk/duplicates/{one.id}/{two.id}"
    assert "the other" in curator.page.get(path).text
    preview = checked(curator, path, act="preview", **{"side-themes": "both", "side-website": "kept"})
    assert "Nothing was changed yet." in preview.text
    assert "Nairobi" in preview.text
    assert checked(curator, path, 200, act="preview", **{"side-nonsense": "kept", "side-city": "x"})
    assert curator.submit(path, act="merge", **{"side-themes": "both"}).status_code == 302
    db.session.rollback()
    kept = db.session.get_one(Organization, one.id, populate_existing=True)
    assert set(kept.themes) == {"corruption", "firearms-trafficking"}
    assert kept.city == "Nairobi"
    response = curator.get(f"/en/organizations/{two.id}")
    assert response.status_code == 302
    assert response.location.endswith(one.id)
    answer = curator.get(f"/api/v1/organizations/{two.id}?lang=fr")
    assert (answer.status_code, answer.location) == (302, f"/api/v1/organizations/{one.id}?lang=fr")
    checked(curator, path, 409, act="merge")
    assert "Twin House" in curator.page.get("/en/desk/merges").text
    number = db.session.scalars(sa.select(merging.Merge.id)).one()
    assert curator.submit(f"/en/desk/merges/{number}/undo").status_code == 302
    checked(curator, f"/en/desk/merges/{number}/undo", 409)
    assert curator.get(f"/api/v1/organizations/{two.id}").status_code == 200


def test_a_pair_that_was_dismissed_is_not_shown_again(
    pair: tuple[Organization, Organization], curator: Person
) -> None:
    one, two = pair
    assert curator.submit("/en/desk/duplicates/dismiss", first=two.id, second=one.id).status_code == 302
    assert "There is nothing to compare." in curator.page.get("/en/desk/duplicates").text
    db.session.rollback()
    db.session.expire_all()
    assert db.session.scalars(sa.select(Duplicate)).one().dismissed_at is not None
    assert curator.submit("/en/desk/duplicates/dismiss", first="x", second="y").status_code == 404


def test_the_audit_log_is_for_administrators_alone(add: Add, signed_in: SignIn, curator: Person) -> None:
    made = add("Logged One", indexed=False)
    case_id = report(made)
    curator.submit(f"/en/desk/cases/{case_id}/decision", decision="hide", template="unsafe")
    curator.page.get("/en/desk/log", 404)
    head = signed_in(role="administrator")
    page = head.page.get("/en/desk/log")
    assert "Ada Curator" in page.text
    assert "case:decide" in page.text
    assert "Logged One" in page.text
    assert "hide" in head.page.get(f"/en/desk/log?person=user:{curator.user_id}").text
    assert "Nothing matches" in head.page.get("/en/desk/log?action=nonsense").text
    assert "Nothing matches" in head.page.get("/en/desk/log?since=2001-01-01&until=2001-01-02").text
    head.page.get("/en/desk/log?since=nonsense&until=9999-12-31&before=x")


def test_pages_of_the_log_are_bounded(add: Add, signed_in: SignIn) -> None:
    for number in range(60):
        add(f"Number {number}", indexed=False)
    head = signed_in(role="administrator")
    page = head.page.get("/en/desk/log")
    assert len(page.all("li", class_="log-entry")) == 50
    (older,) = (one for one in page.links() if "before=" in one)
    rest = head.page.get(older)
    assert 10 <= len(rest.all("li", class_="log-entry")) <= 50
    every = page.text + rest.text
    assert "role:grant" in every
    head.page.get("/en/desk/log?before=nonsense.-1.7")


def test_the_log_of_accounts_stands_in_the_same_list_and_is_found_by_person(
    add: Add, signed_in: SignIn
) -> None:
    made = add("Logged One", indexed=False)
    member = signed_in(organization=made.id)
    head = signed_in(role="administrator")
    page = head.page.get(f"/en/desk/log?person=user:{member.user_id}")
    assert "membership:join" in page.text
    assert "Logged One" in page.text
    assert "role:grant" not in page.text
    both = head.page.get(f"/en/desk/log?organization_id={made.id}").text
    assert "create" in both
    assert "membership:join" in both
    assert member.email not in both + page.text
    granted = head.page.get("/en/desk/log?action=role:grant")
    assert len(granted.all("li", class_="log-entry")) == 1


def test_figures_are_public_and_name_nobody(
    add: Add, signed_in: SignIn, curator: Person, page: Guard
) -> None:
    made = add("Counted One", indexed=False)
    curator.submit(f"/en/desk/cases/{report(made)}/decision", decision="decline", template="unfounded")
    report(made)
    text = page.get("/en/curation/figures").text
    assert "Cases received2" in text
    assert "Cases decided1" in text
    assert "Declined1" in text
    assert "found no reason to change the entry.1" in text
    assert "Counted One" not in text
    assert "Ada" not in text
    for time in ("month", "quarter", "all", "nonsense"):
        page.get(f"/en/curation/figures?time={time}")
    assert "/en/curation/figures" in page.get("/en/curation").links()


@pytest.mark.parametrize("lang", ["ar", "zh"])
def test_the_desk_speaks_the_curators_language(add: Add, curator: Person, lang: str) -> None:
    case_id = report(add(indexed=False))
    curator.page.get(f"/{lang}/desk")
    curator.page.get(f"/{lang}/desk/cases/{case_id}")
    assert [one.action for one in db.session.scalars(sa.select(LogEntry)) if one.action == "case:open"]


def test_the_queue_tells_what_was_asked_and_whether_an_answer_came(
    curator: Person, signed_in: SignIn, add: Add
) -> None:
    applicant = signed_in()
    case_id, anonymous = register(applicant), report(add(), contact="somebody@example.org")
    assert "Asked" not in curator.page.get("/en/desk").text
    for number in (case_id, anonymous):
        curator.submit(f"/en/desk/cases/{number}/notes", text="Where is your office?", to="applicant")
    assert curator.page.get("/en/desk").text.count("Asked today") == 2
    with transaction() as session:
        for note in session.scalars(sa.select(CaseNote)):
            note.at -= timedelta(days=3)
    assert curator.page.get("/en/desk").text.count("Asked 3 days ago") == 2
    curator.submit(f"/en/desk/cases/{case_id}/notes", text="Looks odd.", to="curators")
    assert "Answered" not in curator.page.get("/en/desk").text
    assert applicant.submit(f"/en/cases/{case_id}/reply", reply="In Nairobi.").status_code == 303
    shown = curator.page.get("/en/desk").text
    assert (shown.count("Answered"), shown.count("Asked 3 days ago")) == (1, 1)
