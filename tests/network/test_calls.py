"""Calls for partners: who publishes, sees, answers, reports and ends them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.accounts import memberships, users
from hub.accounts.models import Part, User
from hub.database import db, now, transaction
from hub.directory import profiles
from hub.directory.log import LogEntry
from hub.directory.models import Organization
from hub.directory.states import Safety, Trust
from hub.errors import Conflict, Forbidden, Invalid
from hub.network.connections.models import Block, Connection, ConnectionRequest, pair
from hub.network.matching import call_answers, call_queries, call_views, calls, close_calls
from hub.network.matching.call_models import CALL_STEPS, Call, CallAnswer, CallReport, CallState
from hub.network.matching.call_schemas import checked
from hub.network.notices.models import Notice
from hub.network.safety import pauses
from hub.permissions import ANYONE, OPERATOR, Actor
from hub.workflow import advance
from tests.conftest import Statements
from tests.guard import Guard
from tests.people import Person

Add = Callable[..., str]
SignedIn = Callable[..., Person]


@pytest.fixture(name="add")
def _add(add: Callable[..., Organization]) -> Add:
    """Add a published, verified organization, in no index; gives its id."""

    def add_one(name: str, **values: Any) -> str:
        return add(name, indexed=False, **{"trust": Trust.VERIFIED, **values}).id

    return add_one


def sent(**values: Any) -> dict[str, Any]:
    day = (now().date() + timedelta(days=30)).isoformat()
    return {
        "title": "A lawyer for survivors", "text": "We open a house.\n\nWe seek legal aid.", "language": "en",
        "audience": "public", "deadline": day, "seeks": ["legal-aid"], "theme": ["forced-labour"], "country": ["PA"],
        **values,
    }  # fmt: skip


def publish(actor: Actor, public_id: str, **values: Any) -> int:
    with transaction() as session:
        organization = session.get_one(Organization, public_id)
        return calls.publish(session, actor, organization, checked(sent(**values))).id


def told(user_id: int) -> list[str]:
    asked = sa.select(Notice.kind).where(Notice.user_id == user_id).order_by(Notice.id)
    return list(db.session.scalars(asked))


@pytest.mark.parametrize("state", list(CallState))
def test_every_step_from_every_state(state: CallState) -> None:
    allowed = {
        CallState.WAITING: {"open", "decline", "withdraw", "close"},
        CallState.OPEN: {"decline", "withdraw", "close"},
    }.get(state, set())
    for name in CALL_STEPS:
        if name in allowed:
            advance(CALL_STEPS, name, state)
        else:
            with pytest.raises(Conflict):
                advance(CALL_STEPS, name, state)


def test_a_call_is_published_found_answered_and_read(add: Add, signed_in: SignedIn, page: Guard) -> None:
    house, firm = add("Casa Sur"), add("Law Firm")
    focal, lawyer = signed_in(organization=house), signed_in(organization=firm)
    form = f"/en/my-organizations/{house}/calls/new"
    assert f"/en/my-organizations/{house}/calls" in focal.page.get("/en/calls").links()
    wrong = focal.page.check(
        focal.submit(form, **sent(seeks=[], theme=[], deadline="soon", title="")), form, 422
    )
    assert "is missing" in wrong.text or "must not be empty" in wrong.text
    assert "is not a date" in wrong.text
    done = focal.submit(form, **sent())
    assert done.status_code == 303
    where = done.headers["Location"].partition("?")[0]
    again = focal.submit(form, **sent())
    assert again.headers["Location"] == done.headers["Location"], "two clicks are one call"

    for address in ("/en/calls", "/en/calls?theme=forced-labour&country=PA&service=legal-aid", "/ar/calls"):
        assert "A lawyer for survivors" in page.get(address).text
    for address in ("/en/calls?theme=corruption", "/en/calls?country=KE"):
        assert "A lawyer for survivors" not in page.get(address).text
    assert "Sign in to answer" in page.get(where).text
    feed = page.client.get("/en/calls.atom")
    assert feed.mimetype == "application/atom+xml"
    assert "A lawyer for survivors" in feed.get_data(as_text=True)

    assert "You answer for Law Firm." in lawyer.page.get(where).text
    assert lawyer.submit(f"{where}/answer", organization=firm, answer=" ").status_code == 422
    for text in ("We are two lawyers.", "Once more."):
        assert lawyer.submit(f"{where}/answer", organization=firm, answer=text).status_code == 303
    read = focal.page.get(where)
    assert "We are two lawyers." in read.text
    assert "Once more." not in read.text
    assert told(focal.user_id) == ["call-answered"]
    assert "We are two lawyers." not in lawyer.page.get(where).text
    assert "Law Firm answered this call on" in lawyer.page.get(where).text
    assert "answered this call on" not in signed_in(organization=firm, part="reader").page.get(where).text
    assert "We are two lawyers." not in signed_in(organization=house, part="reader").page.get(where).text
    assert "1 answer" in focal.page.get(f"/en/my-organizations/{house}/calls").text

    assert focal.submit(f"{where}/withdraw").status_code == 303
    assert page.client.get(where).status_code == 404
    assert "Withdrawn" in focal.page.get(where).text
    late = signed_in(organization=add("Late"))
    assert late.submit(f"{where}/answer", organization=house, answer="Too late.").status_code == 404


def test_a_first_call_waits_and_later_ones_do_not(add: Add, signed_in: SignedIn, page: Guard) -> None:
    new = add("New", trust=Trust.LISTED)
    focal, curator = signed_in(organization=new), signed_in(role="curator")
    first = publish(focal.actor, new)
    here = f"/en/calls/{first}"
    assert page.client.get(here).status_code == 404
    assert "Waiting for a curator" in focal.page.get(here).text
    assert "A lawyer for survivors" in curator.page.get("/en/desk/calls").text
    assert curator.submit(f"/en/desk/calls/{first}/decline", reason=" ").status_code == 422
    assert curator.submit(f"/en/desk/calls/{first}/open").status_code == 303
    assert curator.submit(f"/en/desk/calls/{first}/open").status_code == 409
    assert "A lawyer for survivors" in page.get(here).text
    second = publish(focal.actor, new, title="Another")
    assert page.client.get(f"/en/calls/{second}").status_code == 200

    reporter = signed_in()
    for _ in range(2):
        assert reporter.submit(f"/en/calls/{second}/report", report="It asks for money.").status_code == 303
    assert "It asks for money." in curator.page.get("/en/desk/calls").text
    assert curator.submit(f"/en/desk/calls/{second}/settle").status_code == 303
    assert "No call waits" in curator.page.get("/en/desk/calls").text
    assert signed_in().submit(f"/en/calls/{second}/report", report="Money!").status_code == 303
    assert curator.submit(f"/en/desk/calls/{second}/decline", reason="It asks for money.").status_code == 303
    assert page.client.get(f"/en/calls/{second}").status_code == 404
    assert "It asks for money." in focal.page.get(f"/en/calls/{second}").text
    assert told(focal.user_id) == ["call-opened", "call-declined"]
    third = publish(focal.actor, new, title="A third")
    assert db.session.get_one(Call, third).state is CallState.WAITING, "who was refused last waits again"
    assert db.session.scalars(sa.select(CallReport.settled_at)).all().count(None) == 0

    belonging = signed_in(role="curator", organization=new)
    with transaction() as session, pytest.raises(Forbidden):
        calls.decide(session, belonging.actor, session.get_one(Call, third), "open")


def test_a_running_call_is_edited_and_stays_as_trusted_as_it_was(
    add: Add, signed_in: SignedIn, page: Guard
) -> None:
    new = add("New", trust=Trust.LISTED)
    editor, reader, curator = (
        signed_in(organization=new, part="editor"), signed_in(organization=new, part="reader"), signed_in(role="curator"),
    )  # fmt: skip
    call_id = publish(editor.actor, new)
    here, form = f"/en/calls/{call_id}", f"/en/calls/{call_id}/edit"
    until = (now().date() + timedelta(days=30)).isoformat()
    assert editor.submit(form, text="A first text.", deadline=until).status_code == 303
    assert "Waiting for a curator" in editor.page.get(here).text, "an edit lets nothing through"
    assert curator.submit(f"/en/desk/calls/{call_id}/open").status_code == 303
    assert form in editor.page.get(here).links()
    assert "A first text." in editor.page.get(form).text
    for wrong in ({"text": " "}, {"deadline": "soon"}, {"deadline": now().date().isoformat()}):
        editor.page.check(editor.submit(form, **{"text": "Other.", "deadline": until, **wrong}), form, 422)
    later = (now().date() + timedelta(days=60)).isoformat()
    for _ in range(2):
        assert editor.submit(form, text="We need two lawyers.", deadline=later).status_code == 303
    shown = page.get(here)
    assert "We need two lawyers." in shown.text
    logged = db.session.scalars(
        sa.select(LogEntry).where(LogEntry.action == "call:edit").order_by(LogEntry.id)
    ).all()
    assert [one.after for one in logged] == [
        {"text": "A first text."}, {"text": "We need two lawyers.", "deadline": later},
    ]  # fmt: skip
    assert logged[1].before == {"text": "A first text.", "deadline": until}

    for one in (reader, curator, signed_in()):
        assert one.get(form).status_code == 403
        assert one.submit(form, text="Mine.", deadline=until).status_code == 403
    with transaction() as session:
        session.get_one(Call, call_id).created_at = now() - timedelta(days=170)
    far = (now().date() + timedelta(days=20)).isoformat()
    assert editor.submit(form, text="Longer.", deadline=later).status_code == 303, (
        "it may keep the day it has"
    )
    beyond = (now().date() + timedelta(days=61)).isoformat()
    assert editor.submit(form, text="Longer.", deadline=beyond).status_code == 422
    assert editor.submit(form, text="Shorter.", deadline=far).status_code == 303
    assert editor.submit(form, text="Shorter.", deadline=later).status_code == 422, "half a year in all"
    assert editor.submit(f"{here}/withdraw").status_code == 303
    assert editor.get(form).status_code == 409
    assert editor.submit(form, text="Late.", deadline=far).status_code == 409


def test_a_call_is_seen_by_those_it_is_for(add: Add, signed_in: SignedIn, page: Guard) -> None:
    house, other = add("House"), add("Other")
    hidden = add("Shelter", safety=Safety.PROTECTED, pseudonym="A house")
    focal, member, stranger = signed_in(organization=house), signed_in(organization=other), signed_in()
    keeper = signed_in(organization=hidden)
    with pytest.raises(Invalid):
        publish(keeper.actor, hidden)
    for_members, of_protected = publish(focal.actor, house, audience="members"), publish(
        keeper.actor, hidden, audience="members", title="Protected"
    )  # fmt: skip
    for call_id in (for_members, of_protected):
        assert member.get(f"/en/calls/{call_id}").status_code == 200
        assert stranger.get(f"/en/calls/{call_id}").status_code == 404
        assert page.client.get(f"/en/calls/{call_id}").status_code == 404
    assert "Shelter" not in member.page.get("/en/calls").text
    assert "A house" in member.page.get("/en/calls").text
    assert "0 open calls" in page.get("/en/calls").text
    assert "Protected" not in page.client.get("/en/calls.atom").get_data(as_text=True)

    public = publish(focal.actor, house, title="Public")
    assert page.client.get(f"/en/calls/{public}").status_code == 200
    with transaction() as session:
        profiles.revise(session, OPERATOR, session.get_one(Organization, house), {"safety": Safety.PROTECTED})
    assert page.client.get(f"/en/calls/{public}").status_code == 404
    with transaction() as session:
        profiles.move(session, OPERATOR, session.get_one(Organization, house), "hide")
    assert member.get(f"/en/calls/{public}").status_code == 404
    assert "0 open" not in member.page.get("/en/calls").text
    assert focal.get(f"/en/calls/{public}").status_code == 200


def test_an_answer_across_a_block_reaches_nobody_and_says_so_to_nobody(add: Add, signed_in: SignedIn) -> None:
    house, firm = add("House"), add("Firm")
    focal, lawyer = signed_in(organization=house), signed_in(organization=firm)
    call_id = publish(focal.actor, house)
    with transaction() as session:
        session.add(Block(blocker_id=house, blocked_id=firm))
    here = f"/en/calls/{call_id}"
    sent_off = lawyer.submit(f"{here}/answer", organization=firm, answer="It is us again.")
    assert "Your answer was sent." in lawyer.page.get(sent_off.headers["Location"]).text
    assert "It is us again." not in focal.page.get(here).text
    assert told(focal.user_id) == []
    assert "0 answers" in focal.page.get(f"/en/my-organizations/{house}/calls").text


@pytest.mark.usefixtures("no_pause")
def test_an_answer_leads_to_a_connection_and_then_to_messages(add: Add, signed_in: SignedIn) -> None:
    house, firm = add("House"), add("Firm")
    focal, editor = signed_in(organization=house), signed_in(organization=house, part="editor")
    lawyer = signed_in(organization=firm)
    here = f"/en/calls/{publish(focal.actor, house)}"
    assert lawyer.submit(f"{here}/answer", organization=firm, answer="We can.").status_code == 303
    (form,) = (one for one in focal.page.get(here).links() if "/connect?" in one)
    filled = focal.page.get(form).text
    assert "You answered our call for partners “A lawyer for survivors”." in filled
    assert re.search(r'value="project"[^>]* checked', focal.get(form).get_data(as_text=True))
    assert db.session.scalar(sa.select(sa.func.count(ConnectionRequest.id))) == 0, (
        "nothing is asked by looking"
    )
    assert not [one for one in editor.page.get(here).links() if "/connect?" in one], "a focal point asks"

    address, note = form.partition("?")[0], "You answered our call."
    assert focal.submit(address, organization=house, purpose="project", note=note).status_code == 303
    db.session.rollback()
    request = db.session.scalars(sa.select(ConnectionRequest)).one()
    assert f"/en/my-organizations/{house}/connections/requests/{request.id}" in editor.page.get(here).links()
    waiting = f"/en/my-organizations/{firm}/connections/requests/{request.id}"
    assert lawyer.submit(waiting, act="accept").status_code == 303
    db.session.rollback()
    connection = db.session.scalars(sa.select(Connection)).one()
    messages = f"/en/my-organizations/{house}/connections/{connection.id}/messages"
    for one in (focal, editor):
        assert messages in one.page.get(here).links()
        assert one.page.get(messages)
    assert messages not in lawyer.page.get(here).links()

    odd = f"/en/calls/{publish(focal.actor, house, title='See www.example.org')}"
    assert lawyer.submit(f"{odd}/answer", organization=firm, answer="Yes.").status_code == 303
    assert call_views._first_note("See www.example.org") == "You answered our call for partners."


def test_what_a_person_wrote_is_given_out_to_them_and_stays_without_them(
    add: Add, signed_in: SignedIn, page: Guard
) -> None:
    house, firm = add("House"), add("Firm")
    focal, lawyer, other = (
        signed_in(organization=house),
        signed_in(organization=firm),
        signed_in(organization=firm),
    )
    call_id = publish(focal.actor, house)
    here = f"/en/calls/{call_id}"
    assert lawyer.submit(f"{here}/answer", organization=firm, answer="We are two lawyers.").status_code == 303
    assert lawyer.submit(f"{here}/report", report="A spelling mistake.").status_code == 303
    caller, answerer, nobody = (one.get("/en/account/data").get_json() for one in (focal, lawyer, other))
    assert [one["title"] for one in caller["calls"]] == ["A lawyer for survivors"]
    assert caller["call_answers"] == caller["call_reports"] == []
    assert [one["text"] for one in answerer["call_answers"]] == ["We are two lawyers."]
    assert [one["text"] for one in answerer["call_reports"]] == ["A spelling mistake."]
    assert nobody["calls"] == nobody["call_answers"] == nobody["call_reports"] == []

    signed_in(organization=house)  # so that somebody still looks after it
    colleague = signed_in(organization=house)
    for gone in (focal, lawyer):
        with transaction() as session:
            users.erase(session, session.get_one(User, gone.user_id))
    newcomer = signed_in()
    assert newcomer.user_id not in (focal.user_id, lawyer.user_id), "numbers are not used again"
    assert newcomer.get("/en/account/data").get_json()["calls"] == []
    assert "A lawyer for survivors" in page.get(here).text
    assert "We are two lawyers." in colleague.page.get(here).text


def test_a_call_closes_after_its_last_day_and_five_are_enough(
    add: Add, signed_in: SignedIn, app: Flask
) -> None:
    house, firm = add("House"), add("Firm")
    focal, lawyer = signed_in(organization=house), signed_in(organization=firm)
    made = [publish(focal.actor, house, title=f"Call {number}") for number in range(5)]
    with pytest.raises(Invalid):
        publish(focal.actor, house, title="One more")
    with transaction() as session:
        session.get_one(Call, made[0]).deadline = now().date() - timedelta(days=1)
    assert lawyer.get(f"/en/calls/{made[0]}").status_code == 404, "also before the worker came round"
    assert call_queries.listed(db.session, ANYONE, {}).total == 4
    with transaction() as session, pytest.raises(Conflict):
        organization = session.get_one(Organization, firm)
        call_answers.answer(session, lawyer.actor, session.get_one(Call, made[0]), organization, "Late.")
    for _ in range(2):
        close_calls()
    assert db.session.get_one(Call, made[0]).state is CallState.CLOSED
    assert told(focal.user_id) == ["call-closed"]


def test_the_list_asks_as_many_statements_however_many_calls_there_are(
    add: Add, signed_in: SignedIn, page: Guard, statements: Callable[[], Statements]
) -> None:
    counts = []
    for number in range(3):
        house = add(f"House {number}")
        focal = signed_in(organization=house)
        for more in range(4):
            publish(focal.actor, house, title=f"Call {number} {more}", text=f"{number} {more}")
        page.get("/en/calls")  # so that profiles are kept alike
        with statements() as counted:
            page.get("/en/calls")
        counts.append(counted.count)
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 8


def test_who_blocks_a_caller_after_answering_is_not_betrayed_by_it(add: Add, signed_in: SignedIn) -> None:
    house, firm = add("House"), add("Firm")
    focal, lawyer = signed_in(organization=house), signed_in(organization=firm)
    here = f"/en/calls/{publish(focal.actor, house)}"
    lawyer.submit(f"{here}/answer", organization=firm, answer="We can.")
    with transaction() as session:
        session.add(Block(blocker_id=firm, blocked_id=house, at=now() + timedelta(seconds=1)))
    assert "We can." in focal.page.get(here).text
    assert "1 answer" in focal.page.get(f"/en/my-organizations/{house}/calls").text
    with transaction() as session:
        session.add(Block(blocker_id=house, blocked_id=firm))
    assert "We can." not in focal.page.get(here).text


def test_a_block_holds_for_answers_of_other_organizations_of_the_same_person(
    add: Add, signed_in: SignedIn
) -> None:
    house, firm, front = add("House"), add("Firm"), add("Front")
    focal, lawyer = signed_in(organization=house), signed_in(organization=firm)
    with transaction() as session:
        memberships.join(session, OPERATOR, lawyer.user_id, front, Part.FOCAL_POINT)
        session.add(Block(blocker_id=house, blocked_id=firm))
    here = f"/en/calls/{publish(focal.actor, house)}"
    sent_off = lawyer.submit(f"{here}/answer", organization=front, answer="We are others.")
    assert "Your answer was sent." in lawyer.page.get(sent_off.headers["Location"]).text
    assert "We are others." not in focal.page.get(here).text
    assert told(focal.user_id) == []


def test_an_answer_to_a_stranger_leads_nowhere_else_and_is_one_of_few(
    app: Flask, add: Add, signed_in: SignedIn
) -> None:
    house, firm = add("House"), add("Firm")
    focal, lawyer, curator = (
        signed_in(organization=house),
        signed_in(organization=firm),
        signed_in(role="curator"),
    )
    here = [f"/en/calls/{publish(focal.actor, house, title=f'Call {one}')}/answer" for one in range(4)]
    refused = lawyer.submit(here[0], organization=firm, answer="See example dot org.")
    assert "Leave out web addresses" in lawyer.page.check(refused, here[0], 422).text
    app.config["HUB"] = replace(app.config["HUB"], connect_rate="2/day")
    statuses = [lawyer.submit(one, organization=firm, answer="We can.").status_code for one in here[:3]]
    assert statuses == [303, 303, 422]
    app.config["HUB"] = replace(app.config["HUB"], connect_rate="off")
    with transaction() as session:
        pauses.pause(session, curator.actor, firm, 7, "Too many.")
    assert lawyer.submit(here[2], organization=firm, answer="We can.").status_code == 422
    with transaction() as session:
        session.add(Connection(**pair((house, firm))))
    partner = lawyer.submit(here[2], organization=firm, answer="See https://example.org/ please.")
    assert partner.status_code == 303
    assert "https://example.org/" in focal.page.get(here[2].removesuffix("/answer")).text


def test_answers_are_paged(add: Add, signed_in: SignedIn) -> None:
    house = add("House")
    focal = signed_in(organization=house)
    call_id = publish(focal.actor, house)
    firms = [add(f"Firm {number:02}") for number in range(call_queries.PAGE + 2)]
    with transaction() as session:
        session.add_all(CallAnswer(call_id=call_id, organization_id=one, text="We can.") for one in firms)
    here = f"/en/calls/{call_id}"
    shown = {
        page: focal.page.get(f"{here}?page={page}").text for page in ("1", "2", "3", "-1", "x", "99999999999")
    }
    assert [("Firm 00" in text, "Firm 21" in text) for text in shown.values()] == [
        (True, False), (False, True), (False, True), (True, False), (True, False), (False, True),
    ]  # fmt: skip
    assert f"{here}?page=2" in focal.page.get(here).links()
