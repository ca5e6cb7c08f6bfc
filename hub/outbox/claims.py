"""Claims: which jobs a worker is at, for how long, and what becomes of them when it is through.

A claim is two columns and a moment: rows are marked in a short transaction, nothing is held open while a handler works,
and marks that are not renewed lapse by themselves. The hosts' clocks must agree to within some seconds.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from hub.database import Model, db, now, transaction
from hub.errors import Refused
from hub.outbox.models import Job, Lane
from hub.outbox.topics import Topic

LEASE = 20  # seconds until the jobs of a worker that was killed come back
LONGEST_LEASE = (
    120  # seconds ahead that no lease and no pause of a lane lies, however much the hosts' clocks differ
)
RENEWAL = 5  # seconds between two renewals
MAX_ATTEMPTS = 26  # with the pauses below more than three days; then it is a dead letter
LONGEST_PAUSE = 6 * 3600  # seconds
LONGEST_ABSENCE = 4  # seconds between two tries of an engine or server that is away
PROBE = 100  # jobs tried with one that was away
CHUNK = 500  # ids in one statement

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """Jobs of one topic under ``holder``'s lease: each key, oldest first, with its rows as (id, attempts)."""

    topic: Topic
    holder: str
    jobs: dict[str, list[tuple[int, int]]]
    failures: int


@dataclass(slots=True)
class Outcome:
    """What became of a claim's keys; those named nowhere go back untouched. ``away`` is why the rest was not tried."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, Exception] = field(default_factory=dict)
    away: Exception | None = None


def new_holder() -> str:
    """Name this process, and one claim or worker in it, so that an operator finds it."""
    return f"{socket.gethostname()[:64]}:{os.getpid()}:{secrets.token_hex(8)}"


def lapsed(moment: orm.InstrumentedAttribute[datetime | None]) -> sa.ColumnElement[bool]:
    """Say in SQL that a lease or pause is over, never was, or was given by a clock that has been set back since."""
    return sa.or_(moment.is_(None), moment <= now(), moment > now() + timedelta(seconds=LONGEST_LEASE))


def is_due() -> sa.ColumnElement[bool]:
    """Say in SQL that a job's time has come, whoever may be at it: one that never failed was due when it was noted."""
    return sa.and_(sa.or_(Job.due_at <= now(), Job.attempts == 0), Job.dead_at.is_(None))


def add_missing(session: orm.Session, table: type[Model], **values: Any) -> None:
    """Add a row unless one with its primary key is there, also when another process adds it at the same moment."""
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(table).values(**values).on_conflict_do_nothing())


def take(topic: Topic) -> Claim | None:
    """Claim the oldest due jobs of a topic; None where there are none, or its lane is taken or paused."""
    holder = new_holder()
    with transaction() as session:
        failures = _enter(session, topic, holder)
        if failures is None:
            return None
        picked = (
            sa.select(Job.id)
            .where(Job.topic == topic.name, is_due(), lapsed(Job.claimed_until))
            .order_by(Job.id)
            .limit(min(PROBE, topic.batch) if failures else topic.batch)
            .with_for_update(skip_locked=True)
            .cte("picked")
        )
        rows = session.execute(
            sa.update(Job)
            .where(Job.id.in_(sa.select(picked.c.id)))
            .values(claimed_by=holder, claimed_until=_lease())
            .returning(Job.id, Job.key, Job.attempts)
            .execution_options(synchronize_session=False)
        ).all()
        if not rows:
            _leave(session, topic, holder)
            return None
    jobs: dict[str, list[tuple[int, int]]] = {}
    for job_id, key, attempts in sorted(rows):
        jobs.setdefault(key, []).append((job_id, attempts))
    return Claim(topic, holder, jobs, failures)


@contextmanager
def keeping(app: Flask, claim: Claim) -> Iterator[None]:
    """Renew the claim's lease as long as the block lasts, however long its handler takes."""
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(app, claim, over), name="outbox-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def settle(claim: Claim, outcome: Outcome) -> int:
    """Remove what is done, put off what failed, give back the rest; returns how many jobs went.

    A holder that was out of the world for longer than its lease finds its exclusive lane lost. What it wrote may then
    lie over what another wrote later, so it notes its keys once more, to be done from the present state.
    """
    done = [job_id for key in outcome.done for job_id, _ in claim.jobs[key]]
    with transaction() as session:
        for start in range(0, len(done), CHUNK):
            session.execute(sa.delete(Job).where(_mine(claim, done[start : start + CHUNK])))
        _put_off(session, claim, outcome.failed)
        session.execute(
            sa.update(Job)
            .where(Job.claimed_by == claim.holder)
            .values(claimed_by=None, claimed_until=None)
            .execution_options(synchronize_session=False)
        )
        if not _leave(session, claim.topic, claim.holder, **_state(claim, outcome)):
            log.warning("lane lost", topic=claim.topic.name, jobs=len(done))
            enqueue(session, claim.topic.name, *outcome.done)
    return len(done)


def enqueue(session: orm.Session, topic: str, *keys: str) -> None:
    """Note work in the session's own transaction, in one statement however many keys there are."""
    if keys:
        session.connection().execute(sa.insert(Job), [{"topic": topic, "key": key} for key in keys])


def pause(attempts: int, longest: float = LONGEST_PAUSE) -> timedelta:
    """How long to wait after so many failures: doubled each time, and up to half as much again by chance."""
    return timedelta(seconds=min(longest, 2.0**attempts) * random.uniform(1, 1.5))


def _lease() -> datetime:
    return now() + timedelta(seconds=LEASE)


def _mine(claim: Claim, ids: Iterable[int]) -> sa.ColumnElement[bool]:
    return sa.and_(Job.id.in_(ids), Job.claimed_by == claim.holder)


def _enter(session: orm.Session, topic: Topic, holder: str) -> int | None:
    """Take the lane where it is exclusive; gives its failures in a row, None where it is closed."""
    add_missing(session, Lane, name=topic.lane, failures=0)
    is_open = sa.and_(Lane.name == topic.lane, lapsed(Lane.paused_until))
    if topic.is_exclusive:
        taken = sa.update(Lane).values(claimed_by=holder, claimed_until=_lease())
        is_open = sa.and_(is_open, lapsed(Lane.claimed_until))
    else:
        failures = session.scalar(sa.select(Lane.failures).where(is_open))
        if not failures:
            return failures
        taken = sa.update(Lane).values(
            paused_until=_lease()
        )  # one tries what was away, the others do other work
    return session.execute(
        taken.where(is_open).returning(Lane.failures).execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def _leave(session: orm.Session, topic: Topic, holder: str, **values: Any) -> bool:
    """Give the lane back with its new state; False where it was another's already."""
    if topic.is_exclusive:
        values |= {"claimed_by": None, "claimed_until": None}
    if not values:
        return True
    changed = session.execute(
        sa.update(Lane)
        .where(Lane.name == topic.lane, *([Lane.claimed_by == holder] if topic.is_exclusive else []))
        .values(**values)
        .returning(Lane.name)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(changed)


def _state(claim: Claim, outcome: Outcome) -> dict[str, Any]:
    """What a lane's row should say from now on; nothing where it says so already."""
    if outcome.away is not None:
        failures = 0 if outcome.done else claim.failures
        return {
            "failures": failures + 1,
            "paused_until": now() + pause(failures, LONGEST_ABSENCE),
            "error": repr(outcome.away)[:1000],
        }
    if claim.failures and (outcome.done or outcome.failed):
        return {"failures": 0, "paused_until": None, "error": None}
    return {}


def _put_off(session: orm.Session, claim: Claim, failed: dict[str, Exception]) -> None:
    rows = [
        {
            "job": job_id,
            "new_attempts": attempts + 1,
            "new_error": repr(error)[:1000],
            "new_due_at": now() + pause(attempts + 1),
            "new_dead_at": now() if isinstance(error, Refused) or attempts + 1 >= MAX_ATTEMPTS else None,
        }
        for key, error in failed.items()
        for job_id, attempts in claim.jobs[key]
    ]
    if rows:
        session.connection().execute(_put_off_statement(claim.holder), rows)


def _put_off_statement(holder: str) -> sa.Update:
    columns: Sequence[str] = ("attempts", "error", "due_at", "dead_at")
    return (
        sa.update(Job)
        .where(Job.id == sa.bindparam("job"), Job.claimed_by == holder)
        .values({name: sa.bindparam(f"new_{name}") for name in columns})
    )


def _renew(app: Flask, claim: Claim, over: threading.Event) -> None:
    while not over.wait(RENEWAL):
        try:
            with app.app_context(), transaction() as session:
                for table in (Job, Lane):
                    session.execute(
                        sa.update(table)
                        .where(table.claimed_by == claim.holder)
                        .values(claimed_until=_lease())
                        .execution_options(synchronize_session=False)
                    )
        except sa.exc.SQLAlchemyError as error:  # it is tried again; at worst the claim lapses
            log.warning("lease not renewed", topic=claim.topic.name, error=type(error).__name__)
