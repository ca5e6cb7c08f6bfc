"""A job goes only when its handler has succeeded; a failed one waits longer each time and stays visible."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.errors import Refused, SearchUnavailable, Unavailable
from hub.outbox import Job, Lane, Presence, Worker, claims, drain, enqueue, pending, register, work_once


def note(topic: str, *keys: str) -> None:
    with transaction() as session:
        for key in keys:
            enqueue(session, topic, key)


def jobs() -> Sequence[Job]:
    db.session.rollback()
    return db.session.scalars(sa.select(Job).order_by(Job.id)).all()


def let_time_pass() -> None:
    """Make every pause be over."""
    with transaction() as session:
        session.execute(sa.update(Job).values(due_at=now() - timedelta(seconds=1)))
        session.execute(sa.update(Lane).values(paused_until=None))


def failing_on(*bad: str, into: list[str]) -> Callable[[Sequence[str]], None]:
    """A handler that notes what it did, and does nothing at all where one of ``bad`` is among the keys."""

    def handle(keys: Sequence[str]) -> None:
        if set(bad) & set(keys):
            raise ValueError("poison")
        into.extend(keys)

    return handle


def test_jobs_are_done_once_in_order_with_doubles_folded(app: Flask) -> None:
    done: list[str] = []
    register(app, "test", lambda keys: done.extend(keys))
    note("test", "b", "a", "b")
    assert drain(app) == 3
    assert done == ["b", "a"]
    assert pending() == 0


def test_a_failed_job_stays_with_its_reason_and_waits(app: Flask) -> None:
    def fail(keys: Sequence[str]) -> None:
        raise OSError("no space")

    register(app, "test", fail)
    note("test", "a")
    assert work_once(app) == 0
    (job,) = jobs()
    assert (job.attempts, job.error, job.claimed_by) == (1, "OSError('no space')", None)
    assert job.due_at > now()
    assert work_once(app) == 0, "it is not due yet"


def test_a_failing_topic_does_not_hold_up_another(app: Flask) -> None:
    done: list[str] = []
    register(app, "bad", failing_on("x", into=[]))
    register(app, "good", failing_on(into=done))
    note("bad", "x")
    note("good", "y")
    drain(app)
    assert done == ["y"]
    assert [job.topic for job in jobs()] == ["bad"]


def test_a_failed_batch_does_not_end_the_work_on_later_ones(app: Flask) -> None:
    done: list[str] = []
    register(app, "test", failing_on("x", "y", into=done), batch=2)
    note("test", "x", "y", "z")
    assert drain(app) == 1
    assert done == ["z"]


def test_keys_that_fail_hold_up_none_of_the_others(app: Flask) -> None:
    done: list[str] = []
    register(app, "test", failing_on("7", "40", into=done))
    note("test", *map(str, range(100)), "7")
    assert drain(app) == 98
    assert sorted(done, key=int) == [str(n) for n in range(100) if n not in (7, 40)]
    assert [(job.key, job.attempts) for job in jobs()] == [("7", 1), ("40", 1), ("7", 1)]


def test_a_job_that_fails_for_days_is_a_dead_letter_until_somebody_retries_it(app: Flask) -> None:
    done: list[str] = []
    register(app, "test", failing_on("x", into=done))
    note("test", "x")
    for attempt in range(claims.MAX_ATTEMPTS):
        assert (jobs()[0].attempts, outbox.dead()) == (attempt, 0)
        let_time_pass()
        work_once(app)
    db.session.rollback()
    assert (outbox.dead(), pending()) == (1, 0)
    let_time_pass()
    assert work_once(app) == 0, "nobody tries it"
    register(app, "test", failing_on(into=done))
    with transaction() as session:
        assert len(outbox.retry(session)) == 1
    assert drain(app) == 1


def test_no_dead_letter_comes_about_before_three_days() -> None:
    shortest = sum(min(claims.LONGEST_PAUSE, 2**attempt) for attempt in range(1, claims.MAX_ATTEMPTS))
    assert shortest > timedelta(days=3).total_seconds()
    assert all(timedelta(seconds=8) <= claims.pause(3) <= timedelta(seconds=12) for _ in range(100))


def test_a_refused_job_is_a_dead_letter_at_once(app: Flask) -> None:
    def refuse(keys: Sequence[str]) -> dict[str, Exception]:
        return {"x": Refused("550")}

    register(app, "test", refuse)
    note("test", "w", "x")
    assert drain(app) == 1
    assert [(job.key, job.error) for job in jobs() if job.dead_at] == [("x", "Refused('550')")]


def test_what_is_away_for_a_day_leaves_no_dead_letter_and_is_level_soon_after(app: Flask) -> None:
    done: list[str] = []
    is_away, asked = True, 0

    def handle(keys: Sequence[str]) -> None:
        nonlocal asked
        asked += 1
        if is_away:
            raise SearchUnavailable("gone")
        done.extend(keys)

    register(app, "test", handle)
    note("test", *map(str, range(300)))
    for _ in range(60):
        work_once(app)
        assert work_once(app) == 0, "the lane is paused"
        db.session.rollback()
        lane = db.session.get_one(Lane, "test", populate_existing=True)
        assert lane.paused_until is not None
        assert lane.paused_until - now() <= timedelta(seconds=7)
        let_time_pass()
    assert asked == 60, "asked once in each pause, and not taken apart"
    assert {(job.attempts, job.dead_at, job.claimed_by) for job in jobs()} == {(0, None, None)}
    is_away = False
    assert drain(app) == 300
    assert len(done) == 300
    db.session.rollback()
    assert db.session.get_one(Lane, "test", populate_existing=True).failures == 0


@pytest.mark.timeout(90)
def test_an_index_that_is_back_is_level_within_ten_seconds(app: Flask) -> None:
    done: list[str] = []
    is_away, away_for_long, all_done = True, threading.Event(), threading.Event()

    def handle(keys: Sequence[str]) -> None:
        if is_away:
            with app.app_context():
                if db.session.get_one(Lane, "test").failures >= 3:
                    away_for_long.set()
            raise SearchUnavailable("gone")
        done.extend(keys)
        if len(done) == 1000:
            all_done.set()

    register(app, "test", handle)
    note("test", *map(str, range(1000)))
    with at_work(app, pause=0.5):
        assert away_for_long.wait(40)
        is_away = False
        assert all_done.wait(10)


def test_what_is_away_half_way_through_keeps_what_was_done(app: Flask) -> None:
    def handle(keys: Sequence[str]) -> dict[str, Exception]:
        return {"b": ValueError("its own fault"), "c": Unavailable("gone")}

    register(app, "test", handle)
    note("test", "a", "b", "c")
    assert work_once(app) == 1
    assert [(job.key, job.attempts) for job in jobs()] == [("b", 1), ("c", 0)]


def test_what_changes_while_a_handler_works_is_done_afterwards(app: Flask) -> None:
    done: list[str] = []

    def handle(keys: Sequence[str]) -> None:
        if len(done) < 2:
            note("test", "same")
        done.extend(keys)

    register(app, "test", handle)
    note("test", "same")
    assert drain(app) == 3
    assert done == ["same", "same", "same"]


def test_jobs_of_a_topic_that_nobody_here_knows_wait_for_one_who_does(app: Flask) -> None:
    note("of-a-newer-version", "x")
    assert drain(app) == 0
    assert [(job.attempts, job.error) for job in jobs()] == [(0, None)]


@pytest.mark.timeout(60)
def test_the_worker_beside_the_server_does_what_comes_and_signs_off(app: Flask) -> None:
    seen = threading.Event()
    register(app, "test", lambda keys: seen.set())
    with at_work(app) as worker:
        note("test", "a")
        assert seen.wait(10)
        assert wait_for(lambda: db.session.scalars(sa.select(Presence.id)).all() == [worker.id])
    db.session.rollback()
    assert db.session.scalars(sa.select(Presence.id)).all() == []


@pytest.mark.timeout(60)
def test_a_worker_outlives_a_database_that_goes_away_and_comes_back(app: Flask) -> None:
    seen = threading.Event()
    register(app, "test", lambda keys: seen.set())
    note("test", "a")
    rename("job", "job_away")
    with at_work(app):
        assert not seen.wait(0.5)
        rename("job_away", "job")
        assert seen.wait(20)


@pytest.mark.timeout(60)
def test_a_worker_outlives_the_loss_of_its_connections(app: Flask, database: str) -> None:
    if database != "postgresql":
        pytest.skip("SQLite has no connections to lose")
    done: list[str] = []
    outside = sa.create_engine(db.engine.url, poolclass=sa.NullPool)

    def ask(query: str) -> object:
        with outside.connect() as other:
            return other.execute(sa.text(query)).scalar()

    def handle(keys: Sequence[str]) -> None:
        if not done:
            done.extend(keys)
            lost = "datname = current_database() AND application_name = 'whatson-hub'"  # not the asker's
            ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {lost}")

    register(app, "test", handle)
    note("test", "a", "b")
    with at_work(app):
        assert wait_for(lambda: not ask("SELECT count(*) FROM job"), seconds=40), (
            "its claim comes back at the latest when its lease is over"
        )
    assert done == ["a", "b"]


@pytest.mark.timeout(60)
def test_a_worker_told_to_stop_finishes_the_part_at_hand_and_gives_the_rest_back(app: Flask) -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def handle(keys: Sequence[str]) -> None:
        if len(keys) > 2:
            raise ValueError("too many at once")
        begun.set()
        assert go_on.wait(20)
        done.extend(keys)

    register(app, "test", handle)
    note("test", *"abcdef")
    with at_work(app) as worker:
        assert begun.wait(20)
        worker.ask_to_stop()
        go_on.set()
        worker.join(20)
    assert 0 < len(done) < 6
    assert {(job.claimed_by, job.attempts) for job in jobs()} == {(None, 0)}
    assert len(jobs()) == 6 - len(done)


@contextmanager
def at_work(app: Flask, pause: float = 0.02) -> Iterator[Worker]:
    """A worker that ends with the test, however the test ends."""
    worker = Worker(app, pause=pause)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def rename(old: str, new: str) -> None:
    db.session.rollback()
    with transaction() as session:
        session.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Look until it is so; False when the time is over."""
    pause = threading.Event()
    for _ in range(int(seconds * 20)):
        db.session.rollback()
        if condition():
            return True
        pause.wait(0.05)
    return False
