"""The two audit logs as one list for administrators: what was done in the directory, and to accounts and memberships.

Each log only grows, so its entries come newest first by their numbers; the two are merged by time. What organizations
did towards each other is in the log and shown here to nobody: an administrator may belong to one of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts.models import AccountEntry
from hub.directory.extending import private_acts
from hub.directory.models import LogEntry
from hub.directory.permissions import POLICY
from hub.permissions import Actor, require

PAGE = 50  # entries
BOOKS: Mapping[str, Any] = {"directory": LogEntry, "accounts": AccountEntry}
Before = Mapping[str, int]  # for each log, the number of the last entry that was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What of the logs is asked for; ``person`` is a handle: what they did, and what was done to them."""

    organization_id: str | None = None
    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    person: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of one of the logs; ``book`` says of which."""

    book: str
    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    organization_id: str | None
    reason: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def read(
    session: orm.Session, actor: Actor, asked: LogFilter | None = None, before: Before | None = None
) -> list[Entry]:
    """Read both logs, newest first, fifty entries at a time; one statement for each.

    Raises:
        Forbidden: the actor is no administrator.
    """
    require(POLICY, "log:read", actor)
    found = [_entries(session, book, asked or LogFilter(), before or {}) for book in BOOKS]
    merged = heapq.merge(*found, key=lambda one: one.at, reverse=True)
    return [one for one, _place in zip(merged, range(PAGE), strict=False)]


def following(entries: Sequence[Entry], before: Before) -> Before | None:
    """Where the page after these goes on; None where they are the last."""
    if len(entries) < PAGE:
        return None
    return {**before, **{one.book: one.id for one in entries}}


def _entries(session: orm.Session, book: str, asked: LogFilter, before: Before) -> Iterator[Entry]:
    table = BOOKS[book]
    rows = sa.select(table).where(*_conditions(table, asked)).order_by(table.id.desc()).limit(PAGE)
    if book in before:
        rows = rows.where(table.id < before[book])
    for row in session.scalars(rows):
        yield Entry(
            book,
            row.id,
            row.at,
            row.actor,
            row.action,
            row.subject,
            row.organization_id,
            row.reason,
            row.before,
            row.after,
        )


def _conditions(table: Any, asked: LogFilter) -> Iterator[sa.ColumnElement[bool]]:
    if table is LogEntry:
        yield from (table.action.not_like(f"{begin}%") for begin in private_acts())
    for name in ("organization_id", "subject", "actor", "action"):
        if (value := getattr(asked, name)) is not None:
            yield getattr(table, name) == value
    if asked.person is not None:
        yield sa.or_(table.actor == asked.person, table.subject == asked.person)
    if asked.since is not None:
        yield table.at >= asked.since
    if asked.until is not None:
        yield table.at < asked.until
