"""The same form sent at the same moment, by one person twice or by many: one row comes of it, and a polite answer to all.

Real threads send real requests with commits of their own; each has a client of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hub.accounts.models import Invitation, Membership, User
from hub.database import db, now, transaction
from hub.directory import registration
from hub.directory.log import LogEntry
from hub.directory.models import Case, CaseNote, Merge, Organization, Revision
from hub.directory.states import CaseKind
from hub.mail import Mail
from hub.network.matching.call_models import Call, CallAnswer, CallAudience, CallReport, CallState
from hub.network.networks.models import Member, Post
from hub.network.networks.states import Standing
from tests.accounts.conftest import PASSWORD, link_in, path
from tests.directory.acting import decide, register
from tests.directory.test_registering import begin, fill
from tests.people import Person, Visitor, sign_in

Add = Callable[..., Organization]
SignedIn = Callable[..., Person]


def all_at_once(people: Sequence[Visitor], address: str, **data: str) -> list[TestResponse]:
    """Have each of the people send a form to one address at one moment."""
    gate = threading.Barrier(len(people))
    answers: list[TestResponse] = []
    forms = [{"csrf_token": one.csrf_token, **data} if isinstance(one, Person) else data for one in people]

    def send(one: Visitor, form: dict[str, str]) -> None:
        gate.wait()
        answers.append(one.post(address, data=form))

    db.session.rollback()
    threads = [threading.Thread(target=send, args=pair) for pair in zip(people, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert len(answers) == len(people), "a request ended with an exception"
    return answers


def twice(person: Person, address: str, **data: str) -> str:
    """Send a form twice at once from one browser; both must be led to the same place, which is returned."""
    person.csrf_token  # noqa: B018 - begins the session that both share
    second = Person(person.application, person.application.response_class, use_cookies=True)
    cookie = person.get_cookie("hub")
    assert cookie is not None
    second.set_cookie("hub", cookie.value)
    answers = all_at_once([person, second], address, **data)
    assert {one.status_code for one in answers} <= {302, 303}, [
        (one.status_code, one.text) for one in answers
    ]
    assert answers[0].location == answers[1].location
    return answers[0].location


def count(model: type, *conditions: sa.ColumnElement[bool]) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def test_a_registration_is_begun_saved_handed_in_and_answered_once(signed_in: SignedIn) -> None:
    person = signed_in()
    base = twice(person, "/en/organizations/new", name="Acme Fair Supply").removesuffix("/kind")
    assert (count(Organization), count(Revision)) == (1, 1)
    fill(person, base)
    twice(person, f"{base}/where", country="GT")
    case = twice(person, f"{base}/check", terms=registration.TERMS_VERSION).partition("?")[0]
    assert (count(Case), count(LogEntry, LogEntry.action == "revision:submit")) == (1, 1)
    twice(person, f"{case}/reply", reply="One more thing.")
    assert count(CaseNote) == 1
    twice(person, f"{base}/withdraw")
    assert count(LogEntry, LogEntry.action == "revision:withdraw") == 1


def test_an_edit_is_begun_and_sent_once(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", country="MX", indexed=False)
    person = signed_in(organization=made.id)
    base = twice(person, f"/en/organizations/x-{made.id}/edit")
    person.submit(f"{base}/where", country="GT")
    twice(person, f"{base}/check")
    assert (count(Revision), count(Case)) == (1, 1)


def test_a_claim_is_made_once_and_so_is_one_at_once(signed_in: SignedIn, add: Add) -> None:
    made = add("Refugio", is_claimable=True, website="https://refugio.example.org", indexed=False)
    person = signed_in(email="ana@elsewhere.example.com")
    twice(person, f"/en/organizations/x-{made.id}/claim", evidence="I answer for it: see our site.")
    assert count(Case) == 1
    owner = signed_in(email="ana@refugio.example.org")
    twice(owner, f"/en/organizations/x-{made.id}/claim")
    assert count(Membership, Membership.organization_id == made.id) == 1


def test_a_request_without_an_account_is_one_case(app: Flask, add: Add) -> None:
    made = add("Refugio", is_claimable=True, indexed=False)
    nobody = Person(app, app.response_class, use_cookies=True)
    for number, what in enumerate(("report", "correct", "remove"), 1):
        twice(nobody, f"/en/organizations/x-{made.id}/{what}", text="Look.", contact="a@example.org")
        assert count(Case) == number


def test_an_appeal_is_one_case(signed_in: SignedIn, app: Flask) -> None:
    person = signed_in()
    base = begin(person)
    fill(person, base)
    place = person.submit(f"{base}/check", terms=registration.TERMS_VERSION).location.partition("?")[0]
    decide(sign_in(app, role="curator").actor, int(place.rpartition("/")[2]), "decline", template="unfounded")
    assert twice(person, f"{place}/appeal", appeal="Look again.").startswith("/en/cases/")
    assert count(Case, Case.kind == CaseKind.APPEAL) == 1


def test_an_invitation_is_taken_up_once(signed_in: SignedIn, add: Add) -> None:
    public_id = add("Refugio", indexed=False).id
    focal, bea = signed_in(organization=public_id), signed_in(email="bea@example.org")
    members = path(f"organizations/{public_id}/members")
    twice(focal, members, email="cem@example.org", role="editor")
    assert count(Invitation) == 1
    focal.submit(members, email=bea.email, role="editor")
    db.session.rollback()
    link = link_in(db.session.scalars(sa.select(Mail).where(Mail.recipient == bea.email)).one())
    twice(bea, link)
    assert count(Membership, Membership.organization_id == public_id) == 2
    focal.submit(f"{members}/{bea.user_id}", act="remove")
    assert bea.submit(link).status_code == 404


def test_an_account_is_made_once(app: Flask) -> None:
    visitors = [Visitor(app, app.response_class, use_cookies=True) for _ in range(4)]
    tokens = [
        one.page.get(path("register")).all("input", name="csrf_token")[-1].get("value") for one in visitors
    ]
    answers: list[TestResponse] = []
    threads = [
        threading.Thread(
            target=lambda one=one, token=token: answers.append(
                one.post(
                    path("register"),
                    data={"csrf_token": token, "email": "ana@example.org", "password": PASSWORD},
                )
            )
        )
        for one, token in zip(visitors, tokens, strict=True)
    ]
    db.session.rollback()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in answers} == {302}
    assert count(User) == 1


def test_twenty_curators_decide_one_case_and_nineteen_are_told_who_and_when(app: Flask) -> None:
    _applicant, case = register()
    number, public_id = case.id, case.organization_id
    curators = [sign_in(app, role="curator") for _ in range(20)]
    answers = all_at_once(curators, f"/en/desk/cases/{number}/decision", decision="publish")
    statuses = sorted(one.status_code for one in answers)
    assert statuses == [302] + [409] * 19
    decided = db.session.get_one(Case, number)
    winner = next(one for one in curators if one.actor.name == decided.decided_by)
    for answer in answers:
        if answer.status_code == 409:
            text = " ".join(answer.text.split())
            assert winner.email in text or str(winner.user_id) in text
            assert decided.decided_at is not None
            assert (
                f"decided it on {decided.decided_at:%B} {decided.decided_at.day}, {decided.decided_at.year}"
                in text
            )
    assert count(LogEntry, LogEntry.action == "case:decide") == 1
    assert count(Mail) == 1
    assert count(Case, Case.organization_id == public_id) == 1


def test_a_merge_is_made_once(app: Flask, add: Add) -> None:
    kept, merged = add("Refugio", indexed=False).id, add("El Refugio", indexed=False).id
    curators = [sign_in(app, role="curator") for _ in range(4)]
    answers = all_at_once(curators, f"/en/desk/duplicates/{kept}/{merged}", act="merge")
    assert sorted(one.status_code for one in answers) == [302, 409, 409, 409], [one.text for one in answers]
    assert count(Merge) == 1
    assert count(LogEntry, LogEntry.action == "archive") == 1


def test_a_call_is_answered_and_reported_once_and_a_post_is_written_once(
    app: Flask, add: Add, signed_in: SignedIn
) -> None:
    caller, answerer = add("Caller", indexed=False).id, add("Answerer", indexed=False).id
    day = now().date() + timedelta(days=9)
    with transaction() as session:
        call = Call(organization_id=caller, state=CallState.OPEN, audience=CallAudience.PUBLIC, title="A call", text="We seek.",
                    language="en", deadline=day, opened_at=now())  # fmt: skip
        session.add_all(
            [call, Member(network_key="africa", organization_id=answerer, standing=Standing.MEMBER)]
        )
        session.flush()
        here = f"/en/calls/{call.id}"
    person = signed_in(organization=answerer)
    twice(person, f"{here}/answer", organization=answerer, answer="We can.")
    twice(person, f"{here}/report", report="It is a lie.")
    twice(person, "/en/networks/africa/discussions/new", title="Routes", text="Who?", organization=answerer)
    assert (count(CallAnswer), count(CallReport), count(Post)) == (1, 1, 1)
    colleagues = [signed_in(organization=answerer) for _ in range(6)]
    other = add("Other", indexed=False).id
    people = [signed_in(organization=other) for _ in range(6)]
    answers = all_at_once([*colleagues, *people], f"{here}/answer", organization=other, answer="We can, too.")
    assert sorted(one.status_code for one in answers) == [303] * 6 + [422] * 6
    assert count(CallAnswer) == 2
