"""``transaction()`` is the only commit; it takes the writer's lock at once, and nothing is left of a failed one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import UtcDateTime, db, transaction
from hub.directory.models import LogEntry, Organization
from hub.directory.states import Status
from hub.outbox import Job

Add = Callable[..., Organization]


def count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_what_fails_leaves_nothing_behind_and_no_job(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.add(Organization(id="0" * 10, status=Status.PUBLISHED, name="Gone"))
        session.flush()
        1 / 0  # noqa: B018
    assert (count(Organization), count(Job)) == (0, 0)


def test_the_note_for_the_index_commits_with_the_change(add: Add) -> None:
    made = add(indexed=False)
    assert [(job.topic, job.key) for job in db.session.scalars(sa.select(Job))] == [
        ("index", made.id),
        ("index-embedded-members", made.id),
    ]


def test_transactions_do_not_nest(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="does not nest"), transaction(), transaction():
        pass


def test_changes_made_outside_are_refused(add: Add) -> None:
    made = db.session.get(Organization, add().id)
    assert made is not None
    made.name = "Changed"
    with pytest.raises(RuntimeError, match="outside"), transaction():
        pass
    db.session.rollback()


def test_many_writers_that_read_first_all_succeed(app: Flask) -> None:
    errors: list[BaseException] = []

    def write() -> None:
        try:
            with app.app_context():
                for _ in range(10):
                    db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry))
                    with transaction() as session:
                        session.scalar(sa.select(sa.func.count()).select_from(LogEntry))
                        session.add(LogEntry(actor="x", action="y", organization_id="0" * 10))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert errors == []
    assert count(LogEntry) == 80


def test_times_are_aware_and_naive_ones_refused(add: Add) -> None:
    made = db.session.get(Organization, add().id)
    assert made is not None
    assert made.created_at.tzinfo is UTC
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), db.engine.dialect)  # noqa: DTZ001


def test_foreign_keys_hold(add: Add) -> None:
    made = add()
    with pytest.raises(sa.exc.IntegrityError), transaction() as session:
        session.execute(sa.update(Organization).where(Organization.id == made.id).values(parent_id="9" * 10))
