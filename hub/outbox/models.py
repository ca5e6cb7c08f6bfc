"""The outbox's tables: what is to be done, where it queues, when it comes round again, and who works."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Model, UtcDateTime, now

HOLDER = sa.String(120)  # host:pid:random


class Job(Model):
    """Something to do. ``due_at`` moves into the future after each failure; with ``dead_at`` it waits for an operator.

    While ``claimed_until`` lies ahead, ``claimed_by`` is at it; when that moment passes the job is anybody's again.
    """

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_due_at_id", "due_at", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(40))
    key: Mapped[str] = mapped_column(sa.String(80))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(HOLDER)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Lane(Model):
    """What topics queue in: at most one claim at a time in an exclusive one; paused while what it serves is away.

    ``failures`` counts the tries in a row that met an engine or server that was away; ``error`` is the last one's.
    """

    __tablename__ = "lane"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    claimed_by: Mapped[str | None] = mapped_column(HOLDER)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)


class Schedule(Model):
    """Work that comes round: ``due_at`` is its next time, ``noted_at`` when its last job was written."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Presence(Model):
    """A worker that is at work, or was until ``seen_at``; one that ends in good order takes its row away."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(HOLDER, primary_key=True)
    host: Mapped[str] = mapped_column(sa.String(80))
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
