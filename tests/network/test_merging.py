"""Two entries made one, and apart again: whom they met, what they wrote and where they belong go along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.database import Model, db, transaction
from hub.directory import merging
from hub.directory.models import Merge, Organization
from hub.network.connections import asking, connecting, queries
from hub.network.connections.models import Block, Connection
from hub.network.connections.states import Answer
from hub.network.following import follows
from hub.network.following.models import Follow
from hub.network.matching import call_answers, dismissals
from hub.network.matching.call_models import Call, CallAnswer
from hub.network.messages import threads
from hub.network.messages.models import Message, Thread
from hub.network.networks import memberships
from hub.network.networks.models import Member
from hub.network.networks.states import Standing
from hub.network.safety import pauses
from hub.permissions import Actor
from tests.network.acting import House, act, ask, block, connect, house, part
from tests.network.stories import publish

pytestmark = pytest.mark.usefixtures("no_pause")
CURATOR = Actor("user:900", frozenset({"curator"}), 900)
KEPT_APART = {  # tables that a merge only adds to, or that tell what it did
    "log_entry", "account_entry", "merge_record", "job", "mail", "match_key", "organization", "membership", "partner_key", "schedule",
}  # fmt: skip


def merge(kept: House, merged: House) -> int:
    with transaction() as session:
        here, there = (session.get_one(Organization, one.id) for one in (kept, merged))
        made = merging.merge(session, CURATOR, here, there)
        session.flush()
        return made.id


def undo(number: int) -> None:
    with transaction() as session:
        merging.undo(session, CURATOR, session.get_one(Merge, number))


def state() -> dict[str, list[str]]:
    """Every row of the tables that hold what organizations do with each other."""
    db.session.rollback()
    tables = [one for one in Model.metadata.sorted_tables if one.name not in KEPT_APART]
    return {one.name: sorted(map(repr, db.session.execute(sa.select(one)))) for one in tables}


def write(one: House, other: House, text: str) -> None:
    with transaction() as session:
        found = queries.connection_of(session, one.id, other.id)
        assert found is not None
        threads.begin(session, one.focal, found, one.id, "About us", text)


def join(who: House, key: str, *steps: str) -> None:
    for step in steps:
        actor = who.focal if step in memberships.OWN_STEPS else CURATOR
        with transaction() as session:
            memberships.move(session, actor, key, who.id, step)


def test_what_the_other_entry_had_belongs_to_the_one_kept_and_goes_back_exactly(app: Flask) -> None:
    kept, merged, friend, caller = (
        house("Kept"),
        house("Merged"),
        house("Friend"),
        house("Caller", trust="verified"),
    )
    connect(merged, friend)
    with transaction() as session:
        found = queries.connection_of(session, merged.id, friend.id)
        assert found is not None
        connecting.show(session, merged.focal, found, merged.id, True)
        asking.choose_askers(session, merged.focal, merged.id, "nobody")
        follows.follow_organization(session, friend.focal, merged.id)
        dismissals.dismiss(session, friend.focal, session.get_one(Organization, friend.id), merged.id)
    write(merged, friend, "Hello")
    write(friend, merged, "Good day")
    join(merged, "africa", "ask", "approve")
    join(merged, "americas", "ask", "approve", "remove")
    join(kept, "americas", "ask")
    call_id = publish(caller, "A lawyer is sought")
    with transaction() as session:
        there = session.get_one(Organization, merged.id)
        call_answers.answer(session, merged.focal, session.get_one(Call, call_id), there, "We are two.")
        pauses.pause(session, CURATOR, merged.id, 30, "too many")
    before = state()
    number = merge(kept, merged)

    connection = queries.connection_of(db.session, kept.id, friend.id)
    assert connection is not None
    assert connection.shows(kept.id)
    assert not connection.shows(friend.id)
    assert queries.connected_ids(db.session, merged.id) == set()
    assert {one.organization_id for one in db.session.scalars(sa.select(Message))} == {kept.id, friend.id}
    assert set(db.session.scalars(sa.select(Member.organization_id))) == {kept.id}
    assert db.session.get_one(Member, ("africa", kept.id)).standing is Standing.MEMBER
    assert db.session.get_one(Member, ("americas", kept.id)).standing is Standing.REMOVED
    assert db.session.get_one(Organization, kept.id).joined == ["africa"]
    assert db.session.get_one(Organization, merged.id).joined == []
    assert db.session.scalars(sa.select(Follow.key)).all() == [kept.id]
    assert db.session.scalars(sa.select(CallAnswer.organization_id)).all() == [kept.id]
    assert pauses.until(db.session, kept.id) is not None
    assert queries.askers_of(db.session, db.session.get_one(Organization, kept.id)) == "nobody"
    links = [row.link for row in db.session.execute(sa.text("SELECT link FROM notice"))]
    assert not any(merged.id in link for link in links)

    undo(number)
    assert state() == before


def test_two_connections_with_one_organization_become_one_and_keep_all_threads(app: Flask) -> None:
    kept, merged, friend = house("Kept"), house("Merged"), house("Friend")
    for one in (kept, merged):
        connect(one, friend)
        write(friend, one, f"Hello {one.name}")
        write(one, friend, f"From {one.name}")
    connect(kept, merged)
    before = state()
    number = merge(kept, merged)
    living = db.session.scalars(sa.select(Connection).where(queries.LIVING)).all()
    assert [set(one.sides) for one in living] == [{kept.id, friend.id}]
    assert len(db.session.scalars(sa.select(Thread).where(Thread.connection_id == living[0].id)).all()) == 4
    assert {one.organization_id for one in db.session.scalars(sa.select(Message))} == {kept.id, friend.id}
    undo(number)
    assert state() == before


def test_what_changed_since_a_merge_stays_when_it_is_undone(app: Flask) -> None:
    kept, merged, friend = house("Kept"), house("Merged"), house("Friend")
    connect(merged, friend)
    number = merge(kept, merged)
    part(friend, kept)
    block(friend, kept)
    undo(number)
    db.session.rollback()
    assert queries.connection_of(db.session, merged.id, friend.id) is None
    assert queries.connection_of(db.session, kept.id, friend.id) is None
    assert queries.has_blocked(db.session, friend.id, kept.id)


def open_to(one: House, other: House) -> None:
    ask(one, other)


def opened_by(one: House, other: House) -> None:
    ask(other, one)


def turned_down(one: House, other: House) -> None:
    act(other.focal, "decline", ask(one, other))


def blocks_it(one: House, other: House) -> None:
    block(one, other)


def blocked_by(one: House, other: House) -> None:
    block(other, one)


def blocked_with_request(one: House, other: House) -> None:
    ask(one, other)
    block(other, one)


def parted(one: House, other: House) -> None:
    connect(one, other)
    part(other, one)


BETWEEN: dict[str, Callable[[House, House], Any]] = {
    "nothing": lambda one, other: None, "asked": open_to, "was asked": opened_by, "was turned down": turned_down,
    "connected": connect, "parted": parted, "blocks": blocks_it, "is blocked": blocked_by,
    "asked and is blocked": blocked_with_request,
}  # fmt: skip
ANY = st.sampled_from(sorted(BETWEEN))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(here=ANY, there=ANY, each_other=st.sampled_from(["nothing", "asked", "connected", "blocks"]))
@example(here="connected", there="blocks", each_other="connected")
@example(here="connected", there="is blocked", each_other="nothing")
@example(here="connected", there="asked", each_other="asked")
@example(here="asked", there="was asked", each_other="nothing")
@example(here="asked", there="connected", each_other="nothing")
@example(here="was asked", there="connected", each_other="blocks")
@example(here="blocks", there="asked", each_other="nothing")
@example(here="asked", there="asked and is blocked", each_other="nothing")
def test_whatever_stood_between_them_one_connection_is_left_none_with_itself_and_a_block_wins(
    app: Flask, here: str, there: str, each_other: str
) -> None:
    kept, merged, other = house(), house(), house()
    BETWEEN[here](kept, other)
    BETWEEN[there](merged, other)
    BETWEEN[each_other](merged, kept)
    before = state()
    number = merge(kept, merged)
    db.session.rollback()

    def living(a_id: str, b_id: str) -> bool:
        return queries.are_connected(db.session, a_id, b_id)

    assert not living(kept.id, merged.id)
    assert not living(merged.id, other.id)
    request = queries.open_request(db.session, kept.id, other.id)
    assert queries.open_request(db.session, merged.id, other.id) is None
    assert queries.open_request(db.session, merged.id, kept.id) is None
    is_blocked = queries.is_blocked(db.session, kept.id, other.id)
    assert is_blocked is any("block" in one for one in (here, there))
    assert living(kept.id, other.id) is ("connected" in (here, there) and not is_blocked)
    assert not (living(kept.id, other.id) and request)
    if request is not None and is_blocked:
        assert request.answer is Answer.KEPT_BACK
        assert not queries.has_blocked(db.session, request.asker_id, request.asked_id)
    touching = sa.or_(Block.blocker_id == merged.id, Block.blocked_id == merged.id)
    assert db.session.scalars(sa.select(Block).where(touching)).all() == []
    undo(number)
    assert state() == before
