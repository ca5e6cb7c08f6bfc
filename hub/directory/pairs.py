"""Pairs of profiles that may be one organization, until somebody merges them or says that they are two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.directory.log import note
from hub.directory.models import Duplicate, Organization
from hub.directory.permissions import POLICY
from hub.directory.states import Status
from hub.errors import NotFound
from hub.permissions import Actor, require

PAGE = 25  # candidates


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two profiles that may be one organization, why, and since when that is known."""

    first: Organization
    second: Organization
    reasons: tuple[str, ...]
    found_at: datetime


def candidates(session: orm.Session, actor: Actor, page: int = 1) -> list[Candidate]:
    """Pairs that nobody has dismissed or merged, the oldest first, 25 on a page.

    Raises:
        Forbidden: the actor is no curator.
    """
    require(POLICY, "duplicate:list", actor)
    first, second = orm.aliased(Organization), orm.aliased(Organization)
    rows = session.execute(
        _open_pairs(sa.select(Duplicate, first, second), first, second)
        .order_by(Duplicate.found_at, Duplicate.first_id, Duplicate.second_id)
        .offset((max(1, page) - 1) * PAGE)
        .limit(PAGE)
    )
    return [Candidate(one, two, tuple(pair.reasons), pair.found_at) for pair, one, two in rows]


def count_candidates(session: orm.Session) -> int:
    """How many pairs nobody has dismissed or merged."""
    first, second = orm.aliased(Organization), orm.aliased(Organization)
    return session.scalar(_open_pairs(sa.select(sa.func.count(Duplicate.first_id)), first, second)) or 0


def _open_pairs(asked: Any, first: Any, second: Any) -> Any:
    return (
        asked.join(first, first.id == Duplicate.first_id)
        .join(second, second.id == Duplicate.second_id)
        .where(
            Duplicate.dismissed_at.is_(None),
            first.status != Status.ARCHIVED,
            second.status != Status.ARCHIVED,
        )
    )


def dismiss(session: orm.Session, actor: Actor, first_id: str, second_id: str) -> None:
    """Say that two profiles are two organizations; they are not found again.

    Raises:
        Forbidden: the actor is no curator.
        NotFound: the two were no candidates.
    """
    require(POLICY, "duplicate:dismiss", actor)
    held = session.get(Duplicate, (min(first_id, second_id), max(first_id, second_id)))
    if held is None:
        raise NotFound("pair")
    held.dismissed_at = now()
    subject = f"pair:{held.first_id}:{held.second_id}"
    note(session, actor, "duplicate:dismiss", held.first_id, subject=subject)
