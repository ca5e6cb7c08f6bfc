"""Many who do the same at the same moment: one row, and a polite answer to each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from hub.database import db, transaction
from hub.directory.models import Organization
from hub.errors import Conflict, Invalid
from hub.network.following import follows
from hub.network.following.models import Follow
from hub.network.matching import call_answers, calls
from hub.network.matching.call_models import Call, CallAnswer, CallReport
from hub.network.networks import memberships, posts
from hub.network.networks.models import Member, Post, Report
from hub.network.networks.states import PostKind, Standing
from hub.network.notices.models import Notice
from tests.conftest import hub_in
from tests.directory.acting import person
from tests.network.acting import house
from tests.network.stories import publish

AT_ONCE = 20
OPEN = "anti-corruption"  # a network that everybody may join


@pytest.fixture
def wide(pattern: tuple[Path, str], tmp_path: Path) -> Iterator[Flask]:
    """A hub with connections to its database for many threads."""
    with hub_in(tmp_path, pattern, threads=14, connect_pause=0) as made:
        yield made


def at_once(app: Flask, act: Callable[[orm.Session, int], Any], times: int = AT_ONCE) -> list[Exception]:
    """Do something in as many threads, each in a transaction of its own; returns what was refused."""
    start, refused = threading.Barrier(times), []

    def run(number: int) -> None:
        start.wait()
        try:
            with app.app_context(), transaction() as session:
                act(session, number)
        except Exception as error:
            refused.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    db.session.rollback()
    return refused


def rows(model: Any) -> list[Any]:
    return list(db.session.scalars(sa.select(model)))


def test_a_network_is_joined_once_and_the_others_learn_that_it_was(wide: Flask) -> None:
    one = house()
    refused = at_once(wide, lambda session, _: memberships.move(session, one.focal, OPEN, one.id, "join"))
    assert [(held.network_key, held.standing) for held in rows(Member)] == [(OPEN, Standing.MEMBER)]
    assert len(refused) == AT_ONCE - 1
    assert {type(error) for error in refused} == {Conflict}
    assert db.session.get_one(Organization, one.id).joined == [OPEN]


def test_a_call_is_answered_and_reported_once(wide: Flask) -> None:
    caller, one = house(trust="verified"), house()
    call_id = publish(caller, "A lawyer is sought")

    def answer(session: orm.Session, number: int) -> None:
        call = session.get_one(Call, call_id, with_for_update=True)  # as the page does
        held = session.get_one(Organization, one.id)
        call_answers.answer(session, one.focal, call, held, f"Here we are, {number}.")

    assert at_once(wide, answer) == []
    assert len(rows(CallAnswer)) == 1
    told = sa.select(sa.func.count()).where(Notice.kind == "call-answered")
    assert db.session.scalar(told) == 1
    reported = at_once(
        wide,
        lambda session, _: calls.report(
            session, one.focal, session.get_one(Call, call_id, with_for_update=True), "Odd"
        ),
    )
    assert reported == []
    assert len(rows(CallReport)) == 1


def test_a_post_is_reported_once(wide: Flask) -> None:
    one = house()
    with transaction() as session:
        memberships.move(session, one.focal, OPEN, one.id, "join")
        network = session.get_one(memberships.Network, OPEN)
        words = {"title": "A plan", "text": "Here it is."}
        made = posts.write(session, one.focal, network, PostKind.DISCUSSION, words, organization_id=one.id)
        post_id = made.id
    reported = at_once(
        wide,
        lambda session, _: posts.report(
            session, one.focal, session.get_one(Post, post_id), {"reason": "Odd"}
        ),
    )
    assert reported == []
    assert len(rows(Report)) == 1


def test_an_organization_is_followed_once_and_never_more_than_may_be(
    wide: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, one = person(), house()
    assert at_once(wide, lambda session, _: follows.follow_organization(session, actor, one.id)) == []
    assert len(rows(Follow)) == 1
    monkeypatch.setattr(follows, "MOST", 5)
    refused = at_once(wide, lambda session, number: follows.follow_search(session, actor, f"q=word{number}"))
    assert {type(error) for error in refused} == {Invalid}
    assert len(rows(Follow)) == 5
