"""Schedules: when something is due by the clock, a job is noted for it, once, whoever looks first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from hub.database import db, now, transaction
from hub.outbox.claims import add_missing, enqueue
from hub.outbox.models import Presence, Schedule
from hub.outbox.topics import Recurrence, registry

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORGOTTEN = timedelta(days=1)  # since a worker was last seen


def following(when: Recurrence, moment: datetime) -> datetime:
    """The first time after ``moment`` at which something recurs."""
    begin = EPOCH + when.after_midnight
    return begin + ((moment - begin) // when.interval + 1) * when.interval


def tick(app: Flask) -> int:
    """Note a job for each schedule that is due; returns how many. Needs an app context.

    A new schedule begins at its next time, not at once; so does one that a clock put further off and that was set back
    since. Its row moves on and its job is written in one transaction, so of many workers only one finds it due.
    """
    schedules = registry(app).schedules
    rows = {row.name: row.due_at for row in db.session.execute(sa.select(Schedule.name, Schedule.due_at))}
    db.session.rollback()
    moment = now()
    missing = schedules.keys() - rows.keys()
    astray = [
        name for name, due in rows.items() if name in schedules and due > moment + schedules[name].interval
    ]
    if missing or astray:
        with transaction() as session:
            for name in sorted(missing):
                add_missing(session, Schedule, name=name, due_at=following(schedules[name], moment))
            for name in astray:
                session.get_one(Schedule, name).due_at = following(schedules[name], moment)
    return sum(_note(name, schedules[name], moment) for name in schedules if rows.get(name, moment) < moment)


def _note(name: str, when: Recurrence, moment: datetime) -> bool:
    with transaction() as session:
        moved = session.execute(
            sa.update(Schedule)
            .where(Schedule.name == name, Schedule.due_at < moment)
            .values(due_at=following(when, moment), noted_at=moment)
            .returning(Schedule.name)
            .execution_options(synchronize_session=False)
        ).all()
        if moved:
            enqueue(session, name, "run")
    return bool(moved)


def clear_presences() -> None:
    """Forget workers not seen for a day: killed ones, since one that ends in good order takes its row away."""
    with transaction() as session:
        session.execute(
            sa.delete(Presence)
            .where(Presence.seen_at < now() - FORGOTTEN)
            .execution_options(synchronize_session=False)
        )
