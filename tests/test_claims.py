"""Any number of workers share the work; what a killed one had in hand comes back; nothing older is put over newer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.outbox import Job, Lane, claims, drain, enqueue, pending, register, work_once
from hub.outbox.claims import Claim, Outcome, settle, take
from hub.outbox.topics import registry


def note(topic: str, *keys: str) -> None:
    with transaction() as session:
        enqueue(session, topic, *keys)


def claim(app: Flask, topic: str = "test") -> Claim | None:
    return take(registry(app).topics[topic])


def lapse() -> None:
    """Let all leases run out, as those of killed workers do."""
    with transaction() as session:
        for table in (Job, Lane):
            session.execute(sa.update(table).values(claimed_until=now() - timedelta(seconds=1)))


def in_threads(app: Flask, count: int, act: Callable[[], object]) -> None:
    with ThreadPoolExecutor(count) as pool:
        for one in [pool.submit(act) for _ in range(count)]:
            one.result()


class Crowd:
    """A handler that notes who was in it at the same time."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.most = 0
        self._inside = 0
        self._lock = threading.Lock()

    @contextmanager
    def _within(self) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        yield
        with self._lock:
            self._inside -= 1

    def __call__(self, keys: Sequence[str]) -> None:
        with self._within():
            time.sleep(0.01)
            self.done.extend(keys)


@pytest.mark.timeout(120)
def test_workers_share_a_topic_and_do_each_job_once(app: Flask) -> None:
    crowd = Crowd()
    register(app, "test", crowd, is_exclusive=False, batch=7)
    note("test", *map(str, range(300)))
    in_threads(app, 4, lambda: drain(app))
    assert sorted(crowd.done, key=int) == [str(n) for n in range(300)]
    assert crowd.most > 1, "they did not work at the same time"
    assert pending() == 0


@pytest.mark.timeout(120)
def test_topics_of_one_exclusive_lane_are_never_done_at_the_same_time(app: Flask) -> None:
    crowd = Crowd()
    register(app, "one", crowd, lane="narrow", batch=9)
    register(app, "two", crowd, lane="narrow", batch=9)
    note("one", *map(str, range(100)))
    note("two", *map(str, range(100, 200)))
    in_threads(app, 4, lambda: drain(app))
    assert sorted(crowd.done, key=int) == [str(n) for n in range(200)]
    assert crowd.most == 1


@pytest.mark.parametrize("is_exclusive", [True, False])
def test_what_a_killed_worker_had_in_hand_comes_back(app: Flask, is_exclusive: bool) -> None:
    crowd = Crowd()
    register(app, "test", crowd, is_exclusive=is_exclusive)
    note("test", "a", "b")
    assert claim(app) is not None  # and is killed
    assert claim(app) is None
    assert work_once(app) == 0
    lapse()
    assert work_once(app) == 2
    assert crowd.done == ["a", "b"]


def test_a_clock_that_is_set_back_holds_no_work_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd()
    register(app, "test", crowd)
    with monkeypatch.context() as fast:
        ahead = now() + timedelta(days=3)
        for module in ("claims", "models"):
            fast.setattr(f"hub.outbox.{module}.now", lambda: ahead)
        with transaction() as session:
            session.add(outbox.Presence(id="host:1:x", host="host", pid=1, seen_at=ahead))
            session.execute(sa.insert(Job), [{"topic": "test", "key": key, "due_at": ahead} for key in "abc"])
        assert claim(app) is not None  # and then its worker is killed
        note("test", "d")
    assert work_once(app) == 4
    assert sorted(crowd.done) == ["a", "b", "c", "d"]
    assert outbox.last_sign() is None


def test_rows_noted_while_their_key_is_done_are_not_taken_with_it(app: Flask) -> None:
    register(app, "test", Crowd())
    note("test", "a", "a")
    held = claim(app)
    assert held is not None
    note("test", "a")
    assert settle(held, Outcome(done=["a"])) == 2
    assert pending() == 1


def test_a_holder_that_overslept_leaves_alone_what_is_anothers_now(app: Flask) -> None:
    register(app, "test", Crowd(), is_exclusive=False)
    note("test", "a", "b")
    first = claim(app)
    lapse()
    second = claim(app)
    assert first is not None
    assert second is not None
    settle(first, Outcome(failed={"a": ValueError()}))
    settle(first, Outcome(done=["a", "b"]))
    db.session.rollback()
    assert {(job.attempts, job.claimed_by) for job in db.session.scalars(sa.select(Job))} == {
        (0, second.holder)
    }


def test_a_holder_that_overslept_has_its_keys_done_again_in_an_exclusive_lane(app: Flask) -> None:
    """It may have put an older state over the newer one that its successor wrote."""
    crowd = Crowd()
    register(app, "test", crowd)
    note("test", "a")
    late = claim(app)
    assert late is not None
    lapse()
    assert work_once(app) == 1
    settle(late, Outcome(done=["a"]))
    assert work_once(app) == 1
    assert crowd.done == ["a", "a"]
    assert work_once(app) == 0


@pytest.mark.timeout(60)
def test_a_lease_is_renewed_as_long_as_the_handler_works(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "LEASE", 2)
    monkeypatch.setattr(claims, "RENEWAL", 0.3)
    seen: list[int] = []

    def handle(keys: Sequence[str]) -> None:
        time.sleep(3.5)
        seen.append(len(claim_elsewhere()))

    def claim_elsewhere() -> list[Claim]:
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(claim_there).result()
        return [found] if found else []

    def claim_there() -> Claim | None:
        with app.app_context():
            return claim(app)

    register(app, "test", handle)
    note("test", "a")
    assert work_once(app) == 1
    assert seen == [0]


@pytest.mark.timeout(60)
def test_draining_waits_for_what_another_has_in_hand(app: Flask) -> None:
    register(app, "test", Crowd())
    note("test", "a")
    other = claim(app)
    assert other is not None
    with ThreadPoolExecutor(1) as pool:
        draining = pool.submit(drain, app)
        time.sleep(0.6)
        assert not draining.done()
        settle(other, Outcome(done=["a"]))
        assert draining.result(20) == 0
    assert pending() == 0


def test_an_operator_touches_nothing_that_a_worker_is_at(app: Flask) -> None:
    register(app, "test", Crowd())
    note("test", "a")
    held = claim(app)
    assert held is not None
    ids = [job_id for rows in held.jobs.values() for job_id, _ in rows]
    with transaction() as session:
        assert [*outbox.drop(session, ids), *outbox.retry(session, ids)] == []
    lapse()
    with transaction() as session:
        assert len(outbox.drop(session, ids)) == 1


def test_looking_for_work_where_there_is_none_writes_nothing(
    app: Flask, statements: Callable[[], object]
) -> None:
    with statements() as counted:  # type: ignore[attr-defined]
        work_once(app)
    assert counted.count == 1


def test_workers_that_meet_what_is_away_do_not_all_wait_for_it(app: Flask) -> None:
    register(app, "test", Crowd(), is_exclusive=False)
    note("test", *map(str, range(300)))
    first = claim(app)
    assert first is not None
    settle(first, Outcome(away=OSError("gone")))
    with transaction() as session:
        session.execute(sa.update(Lane).values(paused_until=None))
    second = claim(app)
    assert second is not None
    assert len(second.jobs) == claims.PROBE
    assert claim(app) is None, "one tries, the others do other work"
