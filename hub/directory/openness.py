"""What the hub says of its own decisions: public figures, and what the audit log comes to.

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
from hub.directory.states import CaseKind, CaseState, Decision


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of a time: cases received by kind, decided by kind and decision, by reason, and days until a decision."""

    received: Mapping[CaseKind, int]
    decided: Mapping[tuple[CaseKind, Decision], int]
    reasons: Mapping[str, int]
    median_days: float | None
    median_days_by_kind: Mapping[CaseKind, float]
    waiting: int


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
