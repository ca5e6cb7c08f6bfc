"""What comes round is done once each time, whoever looks first and however many look."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.outbox import Presence, Schedule, drain, tick
from hub.outbox.schedules import following
from hub.outbox.topics import Recurrence
from hub.search import indexing

DAY = timedelta(days=1)


def make_due(name: str, by: timedelta = timedelta(seconds=2)) -> None:
    with transaction() as session:
        session.execute(sa.update(Schedule).where(Schedule.name == name).values(due_at=now() - by))


def test_a_new_schedule_waits_for_its_next_time(app: Flask) -> None:
    runs: list[int] = []
    outbox.every(app, "test", DAY, lambda: runs.append(1))
    assert tick(app) == 0
    assert tick(app) == 0
    db.session.rollback()
    assert now() < db.session.get_one(Schedule, "test").due_at <= now() + DAY
    drain(app)
    assert runs == []


def test_what_is_due_is_done_once_and_what_was_missed_is_not_made_up_for(app: Flask) -> None:
    runs: list[int] = []
    outbox.every(app, "test", DAY, lambda: runs.append(1))
    tick(app)
    make_due("test", by=DAY * 9)
    assert tick(app) == 1
    assert tick(app) == 0
    drain(app)
    assert runs == [1]
    db.session.rollback()
    assert db.session.get_one(Schedule, "test", populate_existing=True).due_at > now()


def test_what_a_clock_put_off_that_was_set_back_since_comes_at_its_next_time(app: Flask) -> None:
    outbox.every(app, "test", DAY, list)
    tick(app)
    make_due("test", by=-DAY * 30)
    assert tick(app) == 0
    db.session.rollback()
    assert now() < db.session.get_one(Schedule, "test", populate_existing=True).due_at <= now() + DAY


@pytest.mark.timeout(60)
def test_of_many_workers_one_notes_the_run(app: Flask) -> None:
    runs: list[int] = []
    outbox.every(app, "test", DAY, lambda: runs.append(1))

    def look() -> int:
        with app.app_context():
            return tick(app)

    with ThreadPoolExecutor(6) as pool:
        assert sum(one.result() for one in [pool.submit(look) for _ in range(6)]) == 0
        make_due("test")
        assert sum(one.result() for one in [pool.submit(look) for _ in range(12)]) == 1
    drain(app)
    assert runs == [1]


def test_a_run_that_fails_is_tried_again(app: Flask) -> None:
    runs: list[int] = []

    def fail_once() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ValueError

    outbox.every(app, "test", DAY, fail_once)
    tick(app)
    make_due("test")
    tick(app)
    assert drain(app) == 0
    with transaction() as session:
        session.execute(sa.update(outbox.Job).values(due_at=now()))
    assert drain(app) == 1
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 1, 2, 59, tzinfo=UTC), datetime(2026, 3, 1, 3, tzinfo=UTC)),
        (datetime(2026, 3, 1, 3, tzinfo=UTC), datetime(2026, 3, 2, 3, tzinfo=UTC)),
        (datetime(2026, 3, 1, 23, 59, tzinfo=UTC), datetime(2026, 3, 2, 3, tzinfo=UTC)),
    ],
)
def test_a_nightly_run_comes_at_its_hour(moment: datetime, expected: datetime) -> None:
    assert following(Recurrence(DAY, timedelta(hours=3)), moment) == expected


def test_the_nightly_look_mends_an_index_that_lost_something(app: Flask, add: object) -> None:
    made = add("Alpha")  # type: ignore[operator]
    with indexing.engine().writing() as writer:
        writer.delete([made.id])
    tick(app)
    make_due("check-embedded")
    assert tick(app) == 1
    assert drain(app) == 1
    assert indexing.check().is_clean


def test_workers_not_seen_for_a_day_are_forgotten(app: Flask) -> None:
    with transaction() as session:
        for name, age in (("here", 0), ("killed", 2)):
            session.add(Presence(id=f"{name}:1:2", host=name, pid=1, seen_at=now() - DAY * age))
    tick(app)
    make_due("clear-workers")
    tick(app)
    drain(app)
    db.session.rollback()
    assert db.session.scalars(sa.select(Presence.host)).all() == ["here"]
