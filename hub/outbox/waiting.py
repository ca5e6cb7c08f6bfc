"""What waits in the outbox, and what an operator does about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.engine import Connection

from hub.database import db, now
from hub.outbox.claims import LONGEST_LEASE, lapsed
from hub.outbox.models import Job, Lane, Presence


def pending() -> int:
    """Count the jobs still to do, failed ones included, dead letters not."""
    return _count(Job.dead_at.is_(None))


def dead() -> int:
    """Count the dead letters: jobs nobody tries any more until an operator says so."""
    return _count(Job.dead_at.is_not(None))


def last_sign() -> datetime | None:
    """When a worker last gave a sign of life; one from the future was given by a clock that has been set back since."""
    ahead = now() + timedelta(seconds=LONGEST_LEASE)
    return db.session.scalar(sa.select(sa.func.max(Presence.seen_at)).where(Presence.seen_at <= ahead))


def listed(*, only_dead: bool = False, limit: int = 100) -> Sequence[Job]:
    """The oldest jobs, or the oldest dead letters."""
    query = sa.select(Job).order_by(Job.id).limit(limit)
    return db.session.scalars(query.where(Job.dead_at.is_not(None)) if only_dead else query).all()


def retry(session: orm.Session, ids: Sequence[int] | None = None) -> Sequence[int]:
    """Have these jobs, or without ids all dead letters, tried anew from now on; returns the ids of those there were."""
    chosen = Job.dead_at.is_not(None) if ids is None else Job.id.in_(ids)
    return session.scalars(
        sa.update(Job)
        .where(chosen, lapsed(Job.claimed_until))
        .values(dead_at=None, attempts=0, due_at=now())
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).all()


def drop(session: orm.Session, ids: Sequence[int]) -> Sequence[int]:
    """Take these jobs out, undone, except those a worker is at; returns the ids of those taken."""
    return session.scalars(
        sa.delete(Job)
        .where(Job.id.in_(ids), lapsed(Job.claimed_until))
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).all()


def release(connection: Connection) -> None:
    """Forget who was at work, so that all that waits is anybody's: for a restored outbox, whose workers are gone."""
    connection.execute(sa.delete(Presence))
    for table in (Job, Lane):
        connection.execute(sa.update(table).values(claimed_by=None, claimed_until=None))


def _count(condition: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(condition)) or 0
