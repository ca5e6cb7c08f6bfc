"""Doing the work: rounds over the topics, batches taken apart where they fail, and the worker that goes on for ever."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
import structlog
from flask import Flask

from hub.database import db, now, transaction, unavailability
from hub.errors import Unavailable
from hub.outbox.claims import Claim, Outcome, is_due, keeping, lapsed, new_holder, settle, take
from hub.outbox.models import Job, Lane, Presence
from hub.outbox.schedules import tick
from hub.outbox.topics import Topic, registry

PATIENCE = 60  # seconds that draining waits for what others have in hand
BEAT = 10  # seconds between two signs of life, and two looks at the schedules
LONGEST_REST = 5  # seconds between two tries of a database that is away

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tally:
    """What some rounds came to: jobs tried, done, failed."""

    tried: int = 0
    done: int = 0
    failed: int = 0


def work_once(app: Flask, tally: Tally | None = None, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Do one batch of each topic that is due; returns how many jobs were finished."""
    tally = Tally() if tally is None else tally
    before = tally.done
    with app.app_context():
        for topic in _open_topics(app):
            if is_stopping():
                break
            _do_batch(app, topic, tally, is_stopping)
    return tally.done - before


def drain(app: Flask, progress: Callable[[int], None] = lambda done: None) -> int:
    """Work until nothing is due, waiting a while for what others have in hand; returns the number of jobs finished.

    What fails is put off and stays.
    """
    tally = Tally()
    last = time.monotonic()
    while True:
        tried = tally.tried
        progress(work_once(app, tally))
        if tally.tried > tried:
            last = time.monotonic()
        elif time.monotonic() > last + PATIENCE or not _others_work(app):
            return tally.done
        else:
            time.sleep(0.2)


def _open_topics(app: Flask) -> list[Topic]:
    """The topics with due jobs whose lanes are open; a glance, without the writer's lock."""
    waiting = set(
        db.session.scalars(sa.select(Job.topic).distinct().where(is_due(), lapsed(Job.claimed_until)))
    )
    closed = sa.or_(~lapsed(Lane.paused_until), ~lapsed(Lane.claimed_until))
    lanes = set(db.session.scalars(sa.select(Lane.name).where(closed))) if waiting else set()
    db.session.rollback()
    return [t for t in registry(app).topics.values() if t.name in waiting and t.lane not in lanes]


def _others_work(app: Flask) -> bool:
    """True while due jobs wait only because somebody else holds them or their lane."""
    with app.app_context():
        paused = set(db.session.scalars(sa.select(Lane.name).where(~lapsed(Lane.paused_until))))
        names = [t.name for t in registry(app).topics.values() if t.lane not in paused]
        found = db.session.scalar(sa.select(Job.id).where(is_due(), Job.topic.in_(names)).limit(1))
        db.session.rollback()
    return found is not None


def _do_batch(app: Flask, topic: Topic, tally: Tally, is_stopping: Callable[[], bool]) -> None:
    claim = take(topic)
    if claim is None:
        return
    outcome = Outcome()
    tally.tried += sum(map(len, claim.jobs.values()))
    try:
        with keeping(app, claim):
            _do(topic, list(claim.jobs), outcome, is_stopping)
    finally:  # also after Ctrl-C: what was not done goes back
        db.session.rollback()
        tally.done += settle(claim, outcome)
        tally.failed += len(outcome.failed)
    _report(claim, outcome)


def _do(topic: Topic, keys: Sequence[str], outcome: Outcome, is_stopping: Callable[[], bool]) -> None:
    """Do the keys; on failure one half, then the other, until those that fail stand alone."""
    if outcome.away is not None or is_stopping():
        return
    try:
        failed = topic.handler(keys) or {}
    except Exception as error:  # the worker's edge: whatever a handler raises is kept with the row
        db.session.rollback()
        outcome.away = error if isinstance(error, Unavailable) else unavailability(error)
        if outcome.away is not None:
            return
        if len(keys) == 1:
            outcome.failed[keys[0]] = error
            return
        middle = len(keys) // 2
        _do(topic, keys[:middle], outcome, is_stopping)
        _do(topic, keys[middle:], outcome, is_stopping)
    else:
        outcome.done += [key for key in keys if key not in failed]
        for key, reason in failed.items():
            if isinstance(reason, Unavailable):
                outcome.away = reason
            else:
                outcome.failed[key] = reason


def _report(claim: Claim, outcome: Outcome) -> None:
    if outcome.failed:
        key, error = next(iter(outcome.failed.items()))
        log.error(
            "jobs failed",
            topic=claim.topic.name,
            first=claim.jobs[key][0][0],
            keys=len(outcome.failed),
            error=repr(error),
        )
    if outcome.away is not None:
        log.warning("lane paused", topic=claim.topic.name, error=repr(outcome.away), failures=claim.failures)


@dataclass(slots=True)
class Worker:
    """Works in a thread of its own, looking for new jobs every ``pause`` seconds; another tells that it lives.

    Any number may run, in any processes on any hosts. One that ends in good order finishes the part of a batch at hand
    and gives the rest back; the claims of one that is killed lapse by themselves.
    """

    app: Flask
    pause: float = 0.5
    id: str = field(default_factory=new_holder)
    tally: Tally = field(default_factory=Tally)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to work."""
        for run, name in ((self._work, "outbox"), (self._beat, "outbox-beat")):
            self._threads.append(threading.Thread(target=run, name=name, daemon=True))
        for thread in self._threads:
            thread.start()

    def ask_to_stop(self) -> None:
        """Have it end soon; returns at once, so that a signal may call it."""
        self._stopping.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the worker has ended."""
        for thread in self._threads:
            thread.join(timeout)

    def stop(self) -> None:
        """Finish what is at hand, for half a minute at most, then end."""
        self.ask_to_stop()
        self.join(timeout=30)

    def _work(self) -> None:
        rest = self.pause
        while not self._stopping.is_set():
            try:
                tried = self.tally.tried
                work_once(self.app, self.tally, self._stopping.is_set)
                rest = 0 if self.tally.tried > tried else self.pause
            except Exception as error:  # the database may be away for a while; the worker must outlive that
                log.error("worker paused", error=type(error).__name__)
                rest = min(LONGEST_REST, max(self.pause, rest * 2))
            self._stopping.wait(rest)

    def _beat(self) -> None:
        while not self._stopping.is_set():
            self._try(self._sign)
            self._try(lambda: tick(self.app))
            self._stopping.wait(BEAT)
        self._threads[0].join()
        self._try(self._sign_off)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            with self.app.app_context():
                act()
        except Exception as error:  # as above
            log.error("worker silent", error=type(error).__name__)

    def _sign(self) -> None:
        values = {"seen_at": now(), "done": self.tally.done, "failed": self.tally.failed}
        with transaction() as session:
            if not session.execute(
                sa.update(Presence).where(Presence.id == self.id).values(**values).returning(Presence.id)
            ).all():
                host, pid = socket.gethostname()[:80], int(self.id.split(":")[-2])
                session.add(Presence(id=self.id, host=host, pid=pid, **values))

    def _sign_off(self) -> None:
        with transaction() as session:
            session.execute(sa.delete(Presence).where(Presence.id == self.id))
