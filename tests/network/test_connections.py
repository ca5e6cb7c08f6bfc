"""Connections by verbs: every step from every state, crossed requests, limits, silence, blocks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db, now, transaction
from hub.directory.models import Case, LogEntry, Organization
from hub.directory.states import Safety, Status, Trust
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.network.connections import asking, blocks, connecting, queries, reporting
from hub.network.connections.first_contact import leads_elsewhere
from hub.network.connections.hurdles import Hindered, Hurdle, Why
from hub.network.connections.models import Connection, ConnectionRequest
from hub.network.connections.states import (
    ANSWER_STEPS,
    CONNECTION_STEPS,
    REQUEST_STEPS,
    Answer,
    ConnectionState,
    RequestState,
)
from hub.network.networks.models import Member, Network
from hub.network.networks.states import Listing, Standing
from hub.network.notices.models import Notice
from hub.permissions import Actor
from hub.workflow import advance
from tests.conftest import hub_in
from tests.directory.acting import all_of, person
from tests.network.acting import House, act, again, ask, block, connect, house, part

without_pause = pytest.mark.usefixtures("no_pause")
R, A, C = RequestState, Answer, ConnectionState
TABLE = {
    **{("request", step, state): None for step, state in product(REQUEST_STEPS, R)},
    **{("answer", step, state): None for step, state in product(ANSWER_STEPS, A)},
    **{("connection", step, state): None for step, state in product(CONNECTION_STEPS, C)},
    ("request", "accept", R.OPEN): R.ACCEPTED,
    ("request", "withdraw", R.OPEN): R.WITHDRAWN,
    ("request", "expire", R.OPEN): R.EXPIRED,
    ("answer", "ignore", A.NONE): A.IGNORED,
    ("answer", "decline", A.NONE): A.DECLINED,
    ("answer", "decline", A.IGNORED): A.DECLINED,
    ("answer", "keep_back", A.NONE): A.KEPT_BACK,
    ("answer", "keep_back", A.IGNORED): A.KEPT_BACK,
    ("answer", "keep_back", A.DECLINED): A.KEPT_BACK,
    ("connection", "end", C.LIVING): C.ENDED,
}
STEPS = {"request": REQUEST_STEPS, "answer": ANSWER_STEPS, "connection": CONNECTION_STEPS}


def test_every_step_from_every_state_leads_where_the_table_says() -> None:
    for (about, step, state), reached in TABLE.items():
        if reached is not None:
            assert advance(STEPS[about], step, state) == reached
        else:
            with pytest.raises(Conflict):
                advance(STEPS[about], step, state)


def hindrance(asker: House, asked: House) -> Why:
    """What keeps one house from asking another."""
    with pytest.raises(Hindered) as caught:
        ask(asker, asked)
    return caught.value.hurdle.why


def age(number: int, days: int) -> None:
    """Make a request look as if it had been made days ago."""
    by = timedelta(days=days)
    with transaction() as session:
        found = session.get_one(ConnectionRequest, number)
        found.asked_at, found.expires_at = found.asked_at - by, found.expires_at - by
        found.ended_at = found.ended_at - by if found.ended_at else None


def run_out(number: int) -> None:
    """Let a request run out by the clock."""
    age(number, 31)
    with transaction() as session:
        connecting.expire(session)


@without_pause
@pytest.mark.parametrize("answered", ["none", "ignored", "declined"])
def test_verbs_go_through_every_state_of_a_request(app: Flask, answered: str) -> None:
    one, other = house(), house()
    request = ask(one, other)
    steps = {"none": (), "ignored": ("ignore",), "declined": ("ignore", "decline")}[answered]
    for step in steps:
        act(other.focal, step, request)
    held = again(request.id)
    assert (held.state, held.answer) == (R.OPEN, A(answered))
    act(other.focal, "accept", held)
    assert queries.are_connected(db.session, other.id, one.id)
    for step, actor in (("accept", other), ("decline", other), ("ignore", other), ("withdraw", one)):
        with pytest.raises(Conflict):
            act(actor.focal, step, again(request.id))
    part(one, other)
    assert not queries.are_connected(db.session, one.id, other.id)
    assert [entry.action for entry in all_of(LogEntry) if entry.actor in (one.focal.name, other.focal.name)][-3:] == [
        "request:accept", "connection:begin", "connection:end",
    ]  # fmt: skip


@without_pause
def test_a_withdrawn_or_expired_request_is_over_whatever_was_answered(app: Flask) -> None:
    one, other, third = house(), house(), house()
    request = ask(one, other)
    act(other.focal, "decline", request)
    act(one.focal, "withdraw", request)
    assert again(request.id).state is R.WITHDRAWN
    with pytest.raises(Conflict):
        act(other.focal, "accept", request)
    late = ask(third, other)
    age(late.id, 31)
    with pytest.raises(Conflict):
        act(other.focal, "accept", late)
    with transaction() as session:
        assert (connecting.expire(session), connecting.expire(session)) == (1, 0)
    assert again(late.id).state is R.EXPIRED
    told = [one.kind for one in all_of(Notice) if one.user_id == third.focal.id]
    assert told == ["connection-unanswered"]


@without_pause
def test_two_clicks_make_one_request_and_crossed_requests_meet(app: Flask) -> None:
    one, other = house(), house()
    first = ask(one, other, note="We met in Vienna.")
    assert ask(one, other, note="We met in Vienna.").id == first.id
    act(other.focal, "decline", first)
    met = ask(other, one)
    assert (met.state, again(first.id).state) == (R.ACCEPTED, R.ACCEPTED)
    assert queries.connected_ids(db.session, one.id) == {other.id}
    assert (hindrance(one, other), hindrance(other, one)) == (Why.CONNECTED, Why.CONNECTED)
    assert len(all_of(Connection)) == 1


@pytest.fixture
def wide(pattern: tuple[Path, str], tmp_path: Path) -> Iterator[Flask]:
    """A hub with connections to its database for many threads."""
    with hub_in(tmp_path, pattern, threads=14, connect_pause=0) as made:
        yield made


def test_fifty_crossed_requests_at_once_leave_one_living_connection(wide: Flask) -> None:
    one, other = house(), house()
    start, failures = threading.Barrier(50), []

    def cross(asker: House, asked: House) -> None:
        start.wait()
        try:
            with wide.app_context(), transaction() as session:
                asking.ask(session, asker.focal, asker.id, asked.id, "project")
        except Exception as error:
            failures.append(error)

    pairs = [(one, other), (other, one)] * 25
    threads = [threading.Thread(target=cross, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {getattr(one, "hurdle", one) for one in failures} <= {Hurdle(Why.CONNECTED)}
    assert len(all_of(Connection)) == 1
    assert [one for one in all_of(ConnectionRequest) if one.state is R.OPEN] == []


@without_pause
def test_the_database_itself_refuses_a_second_living_connection_or_open_request(app: Flask) -> None:
    one, other, third = house(), house(), house()
    living = connect(one, other)
    waiting = ask(one, third)
    for row in (living, waiting):
        columns = {c.key: getattr(row, c.key) for c in sa.inspect(type(row)).columns if c.key != "id"}
        with pytest.raises(sa.exc.IntegrityError), transaction() as session:
            session.add(type(row)(**columns))


@without_pause
def test_what_a_note_may_not_hold_is_refused(app: Flask) -> None:
    one, other = house(), house()
    for wrong in (
        {"note": "x" * 301}, {"note": "See https://evil.example/"}, {"purpose": "spam"},
        {"reply_by": now().date()}, {"reply_by": now().date() + timedelta(days=91)},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            ask(one, other, **wrong)
    assert all_of(ConnectionRequest) == []
    day = now().date() + timedelta(days=3)
    made = ask(one, other, note=" At most\u202e this.\u200b ", reply_by=day)
    assert (made.note, made.expires_at.date()) == ("At most this.", day + timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("We work on supply chains in Kenya and Uganda.", False),
        ("e.g. legal aid, 24/7, in 12 countries since 1998; cf. our report 2.1", False),
        ("U.N. Convention, art. 18. We offer training.", False),
        ("نعمل في مجال حماية الضحايا. نود التعاون.", False),
        ("Our project 2024-2025 ended on 12.05.2026; we met on 2026-05-12 and in 2019/2020.", False),
        ("The starting point in Kenya: recruitment over Telegram. Call for data: see below.", False),
        ("Un point important ; deux ou trois partenaires. El punto es la prevención.", False),
        ("Один, два, три шага. 二〇二六年开始。 نقطة البداية هي التدريب.", False),
        ("example . com", True),
        ("example .org", True),
        ("example. com", True),
        ("example dot ke", True),
        ("ejemplo punto com", True),
        ("ana at example dot org", True),
        ("ana @ example . org", True),
        ("e x a m p l e . c o m", True),
        ("example․com", True),
        ("example‧com", True),
        ("example.\u200dcom", True),
        ("exam\u200cple.\ufe0fco\u2060m", True),
        ("evil.\U000e0063com", True),
        ("http∶∕∕evil", True),
        ("hxxps evil", True),
        ("find us as @evil_house", True),
        ("WhatsApp: evilhouse", True),
        ("zero seven seven double zero nine zero zero one", True),
        ("cero siete siete cero cero nueve", True),
        ("ноль семь семь ноль ноль девять", True),
        ("٠٧٧٠٠٩٠٠١٢٣", True),
        ("07700/900/123", True),
        ("07700–900–123", True),
        ("https://example.org/x", True),
        ("hxxp://example.org", True),
        ("www.example", True),
        ("look at example.org please", True),
        ("EXAMPLE．ORG", True),
        ("example[.]org", True),
        ("example (dot) org", True),
        ("пример.рф", True),
        ("10.0.0.1/login", True),
        ("ana@example.org", True),
        ("ana (at) example.org", True),
        ("call +41 22 123 45 67", True),
        ("javascript:alert(1)", True),
        ("t.me/abc", True),
    ],
)
def test_a_first_note_leads_nowhere_else(text: str, leads: bool) -> None:
    assert leads_elsewhere(text) is leads


@without_pause
def test_an_organization_chooses_who_may_ask_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, plain, trusted = house(), house(), house(trust=Trust.CONFIRMED)
    guarded = house(safety=Safety.PROTECTED, pseudonym="A house")
    allowed: dict[str, list[bool]] = {}
    for choice in ("anyone", "members", "same_network", "nobody"):
        with transaction() as session:
            asking.choose_askers(session, asked.focal, asked.id, choice)
        allowed[choice] = [_may(plain, asked), _may(trusted, asked)]
    assert allowed == {
        "anyone": [True, True], "members": [False, True], "same_network": [False, False], "nobody": [False, False],
    }  # fmt: skip
    assert (_may(plain, guarded), _may(guarded, plain)) == (False, True)
    monkeypatch.setattr("hub.network.connections.hurdles.share_a_network", lambda *them: True)
    assert (_may(plain, guarded), _may(plain, asked)) == (True, False)
    with pytest.raises(Forbidden), transaction() as session:
        asking.choose_askers(session, plain.focal, asked.id, "anyone")
    with pytest.raises(Invalid), transaction() as session:
        asking.choose_askers(session, asked.focal, asked.id, "friends")


def _may(asker: House, asked: House) -> bool:
    from hub.network.connections.hurdles import hurdle

    rows = [db.session.get_one(Organization, one.id) for one in (asker, asked)]
    return hurdle(db.session, asker.focal, *rows) is None


@without_pause
def test_who_may_not_be_asked_or_ask_at_all(app: Flask, add: Callable[..., Organization]) -> None:
    one, other = house(), house()
    nobodys = add("Imported", indexed=False).id
    hidden = add("Hidden", indexed=False, status=Status.HIDDEN).id
    assert hindrance(one, House(nobodys, "", one.focal)) is Why.CLOSED
    for unknown in (hidden, "0000000000", one.id):
        with pytest.raises(NotFound):
            ask(one, House(unknown, "", one.focal))
    editor = person(organization=one.id, part="editor")
    for actor in (editor, other.focal, person(), person("curator"), person("guest"), person("administrator")):
        with pytest.raises(Forbidden):
            ask(replace(one, focal=actor), other)
    with transaction() as session:
        session.get_one(Organization, one.id).status = Status.HIDDEN
    assert hindrance(one, other) is Why.UNLISTED


@without_pause
def test_limits_hold(app: Flask) -> None:
    app.config["HUB"] = replace(app.config["HUB"], connect_rate="2/day", connect_pause=24)
    one, other = house(), house()
    assert hindrance(one, other) is Why.TOO_NEW
    app.config["HUB"] = replace(app.config["HUB"], connect_pause=0)
    first = ask(one, other)
    act(one.focal, "withdraw", first)
    assert hindrance(one, other) is Why.PAUSE
    ask(one, house())
    assert hindrance(one, house()) is Why.TODAY
    app.config["HUB"] = replace(app.config["HUB"], connect_rate="off")
    age(first.id, 31)
    for _ in range(2):  # the one taken back counts
        made = ask(one, other)
        run_out(made.id)
        age(made.id, 31)
    assert hindrance(one, other) is Why.UNANSWERED
    again_elsewhere = house()
    same_person = Actor(one.focal.name, one.focal.roles, one.focal.id, {again_elsewhere.id: "focal_point"})
    assert hindrance(replace(again_elsewhere, focal=same_person), other) is Why.UNANSWERED
    assert ask(other, one).state is R.OPEN


@without_pause
def test_asking_again_takes_a_pause_that_is_the_same_after_silence_and_after_no(app: Flask) -> None:
    asked = house()
    for step in (None, "decline", "ignore"):
        one = house()
        made = ask(one, asked)
        if step:
            act(asked.focal, step, made)
        run_out(made.id)
        assert hindrance(one, asked) is Why.PAUSE
        age(made.id, 29)
        assert hindrance(one, asked) is Why.PAUSE
        age(made.id, 2)
        assert ask(one, asked).state is R.OPEN


@without_pause
def test_a_block_ends_everything_and_nothing_arrives_any_more(app: Flask) -> None:
    one, other = house(), house()
    connect(one, other)
    block(one, other)
    block(one, other)
    assert not queries.are_connected(db.session, one.id, other.id)
    assert queries.is_blocked(db.session, other.id, one.id)
    assert hindrance(one, other) is Why.BLOCKED
    ended = [notice.kind for notice in all_of(Notice) if notice.user_id == other.focal.id]
    assert ended == ["connection-asked", "connection-ended"]
    _let_pause_pass()
    told = len(all_of(Notice))
    made = ask(other, one)
    assert (made.state, made.answer) == (R.OPEN, A.KEPT_BACK)
    assert len(all_of(Notice)) == told
    with pytest.raises(NotFound):
        act(one.focal, "accept", made)
    with transaction() as session:
        blocks.lift(session, one.focal, one.id, other.id)
    assert ask(one, other).state is R.ACCEPTED


def _let_pause_pass() -> None:
    with transaction() as session:
        for found in session.scalars(sa.select(Connection)):
            found.ended_at = now() - timedelta(days=31)


@without_pause
def test_a_block_keeps_back_what_waits_and_holds_for_other_organizations_of_the_same_person(
    app: Flask,
) -> None:
    one, pest, second = house(), house(), house()
    waiting, own = ask(pest, one), ask(one, second)
    block(one, pest)
    block(one, second)
    assert (again(waiting.id).answer, again(own.id).state) == (A.KEPT_BACK, R.WITHDRAWN)
    fresh = house()
    both = {fresh.id: "focal_point", pest.id: "focal_point"}
    same_person = replace(fresh, focal=Actor(pest.focal.name, pest.focal.roles, pest.focal.id, both))
    assert ask(same_person, one).answer is A.KEPT_BACK
    later = house()
    left = replace(later, focal=replace(pest.focal, organizations={later.id: "focal_point"}))
    assert ask(left, one).answer is A.KEPT_BACK
    assert ask(house(), one).answer is A.NONE


@without_pause
def test_every_action_is_for_the_right_party_alone(app: Flask) -> None:
    one, other = house(), house()
    request = ask(one, other)
    strangers = [person(), house().focal, person("curator"), person("guest"), person("administrator")]
    for actor, step in product(strangers, ("accept", "decline", "ignore", "withdraw")):
        with pytest.raises(NotFound):
            act(actor, step, request)
    editors = {
        one.id: person(organization=one.id, part="editor"),
        other.id: person(organization=other.id, part="editor"),
    }
    for step, wrong in (
        ("accept", one.focal), ("decline", one.focal), ("ignore", one.focal), ("withdraw", other.focal),
        ("accept", editors[other.id]), ("decline", editors[other.id]), ("withdraw", editors[one.id]),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            act(wrong, step, request)
    act(other.focal, "accept", request)
    found = queries.connection_of(db.session, one.id, other.id)
    assert found is not None
    for actor in strangers:
        with pytest.raises(NotFound), transaction() as session:
            connecting.connection_of(session, actor, found.id)
    for verb in (connecting.end, connecting.show):
        with pytest.raises(Forbidden), transaction() as session:
            more = (True,) if verb is connecting.show else ()
            verb(session, editors[one.id], session.merge(found), one.id, *more)  # type: ignore[operator]
    with transaction() as session:
        connecting.show(session, one.focal, session.get_one(Connection, found.id), one.id, True)
    shown = db.session.get_one(Connection, found.id)
    assert (shown.shows(one.id), shown.shows(other.id)) == (True, False)


@without_pause
def test_a_request_whose_time_is_over_keeps_nobody_waiting_for_the_worker(app: Flask) -> None:
    one, other, third = house(), house(), house()
    late, own = ask(one, other), ask(third, other)
    for request in (late, own):
        age(request.id, 31)
    back = ask(other, one)
    assert (again(late.id).state, back.asker_id, again(back.id).state) == (R.EXPIRED, other.id, R.OPEN)
    assert hindrance(third, other) is Why.PAUSE
    with transaction() as session:
        connecting.expire(session)
    assert again(own.id).state is R.EXPIRED
    told = [notice.kind for notice in all_of(Notice) if notice.user_id == one_of(one)]
    assert told.count("connection-unanswered") == 1


def one_of(side: House) -> int:
    """The number of who acts for a house."""
    assert side.focal.id is not None
    return side.focal.id


@without_pause
def test_taking_requests_back_makes_no_room_for_more(app: Flask) -> None:
    one, other = house(), house()
    for _time in range(3):
        request = ask(one, other)
        act(one.focal, "withdraw", request)
        age(request.id, 31)
    assert hindrance(one, other) is Why.UNANSWERED


@without_pause
def test_members_of_a_network_that_names_nobody_are_told_to_nobody_by_asking(app: Flask) -> None:
    guarded, prober = house(safety=Safety.PROTECTED, pseudonym="A house"), house()
    with transaction() as session:
        session.add_all(
            Member(network_key="africa", organization_id=one.id, standing=Standing.MEMBER)
            for one in (guarded, prober)
        )
    found = []
    for listing in (Listing.NETWORK, Listing.NOBODY):
        with transaction() as session:
            session.get_one(Network, "africa").listing = listing
        found.append(_may(prober, guarded))
    assert found == [True, False]


@without_pause
def test_the_same_report_twice_is_one_case(app: Flask) -> None:
    one, other = house(), house()
    request = ask(one, other)
    for text in ("It is a lie.", "It is a lie.", "Look at it!"):
        with transaction() as session:
            held = connecting.request_of(session, other.focal, request.id)
            reporting.report_request(session, other.focal, held, text)
    assert [case.details["text"] for case in all_of(Case)] == ["It is a lie."]
