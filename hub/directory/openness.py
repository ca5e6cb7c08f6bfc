"""What the hub says of its own decisions: public figures, and the audit log for who answers for them.

The log holds every column before and after each change, so that replaying it gives the present state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.models import Case, LogEntry
from hub.directory.permissions import POLICY
from hub.directory.states import CaseKind, CaseState, Decision
from hub.permissions import Actor, require

PAGE = 50  # entries


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of a time: cases received by kind, decided by kind and decision, by reason, and days until a decision."""

    received: Mapping[CaseKind, int]
    decided: Mapping[tuple[CaseKind, Decision], int]
    reasons: Mapping[str, int]
    median_days: float | None
    median_days_by_kind: Mapping[CaseKind, float]
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What of the audit log is asked for."""

    organization_id: str | None = None
    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(slots=True)
class Replayed:
    """The state that the log tells of, by subject: what columns hold now."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)


def statistics(session: orm.Session, since: datetime, until: datetime) -> Statistics:
    """Count what was received and decided from ``since`` until before ``until``, in four statements."""
    within = (Case.decided_at >= since, Case.decided_at < until, Case.state == CaseState.DECIDED)
    received = sa.select(Case.kind, sa.func.count()).where(Case.opened_at >= since, Case.opened_at < until)
    decided = sa.select(Case.kind, Case.decision, Case.opened_at, Case.decided_at).where(*within)
    reasons = sa.select(Case.reason_template, sa.func.count()).where(
        *within, Case.reason_template.is_not(None)
    )
    waiting = sa.select(sa.func.count()).where(Case.state != CaseState.DECIDED)
    rows = session.execute(decided).all()
    days: dict[CaseKind, list[float]] = {}
    for kind, _decision, opened_at, decided_at in rows:
        if decided_at is not None:
            days.setdefault(kind, []).append((decided_at - opened_at).total_seconds() / 86400)
    every = [one for several in days.values() for one in several]
    return Statistics(
        dict(session.execute(received.group_by(Case.kind)).all()),
        dict(Counter((kind, decision) for kind, decision, *_times in rows if decision is not None)),
        {key: count for key, count in session.execute(reasons.group_by(Case.reason_template)) if key},
        round(median(every), 1) if every else None,
        {kind: round(median(several), 1) for kind, several in days.items()},
        session.scalar(waiting) or 0,
    )


def log(
    session: orm.Session, actor: Actor, asked: LogFilter | None = None, before_id: int | None = None
) -> list[LogEntry]:
    """Read the audit log, newest first, fifty entries at a time.

    Raises:
        Forbidden: the actor is no administrator.
    """
    require(POLICY, "log:read", actor)
    wanted = asked or LogFilter()
    conditions = [
        getattr(LogEntry, name) == value
        for name in ("organization_id", "subject", "actor", "action")
        if (value := getattr(wanted, name)) is not None
    ]
    bounds: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        bounds.append(LogEntry.at >= wanted.since)
    if wanted.until is not None:
        bounds.append(LogEntry.at < wanted.until)
    if before_id is not None:
        bounds.append(LogEntry.id < before_id)
    rows = sa.select(LogEntry).where(*conditions, *bounds).order_by(LogEntry.id.desc()).limit(PAGE)
    return list(session.scalars(rows))


def replay(entries: Iterable[LogEntry]) -> Replayed:
    """Go through entries, oldest first, and return what each subject's columns hold at the end.

    Raises:
        ValueError: an entry's ``before`` is not what the earlier entries left: something changed unlogged.
    """
    state = Replayed()
    for entry in entries:
        held = state.things.setdefault(entry.subject, {})
        for name, value in (entry.before or {}).items():
            if held.get(name) != value and not (name not in held and value in (None, [], {})):
                raise ValueError(
                    f"entry {entry.id} of {entry.subject}: {name} was {held.get(name)!r}, not {value!r}"
                )
        held.update(entry.after or {})
    return state
