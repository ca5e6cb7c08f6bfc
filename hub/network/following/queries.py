"""Reading what people follow, and what is new among it as each may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory import queries as directory
from hub.directory.log import LogEntry
from hub.directory.models import Organization
from hub.directory.states import Audience, Status
from hub.directory.visibility import Profile
from hub.network.following.models import Digest, Every, Follow, Followed
from hub.network.following.searches import searches
from hub.network.matching import call_queries
from hub.network.matching.call_models import Call

MOST_CHANGED = 2000  # profiles that changed since, the latest first
MOST_FOUND = 2000  # organizations looked at for one search
MOST_TOLD = 30  # organizations named in one digest
PUBLISHING = ("create", "publish", "restore", "show")


@dataclass(frozen=True, slots=True)
class News:
    """What is new for a person: profiles that came or changed, calls that opened; ``more`` profiles are not named."""

    came: Sequence[Profile]
    changed: Sequence[Profile]
    calls: Sequence[Call] = ()
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.came or self.changed or self.calls)


def followed(session: orm.Session, user_id: int) -> Sequence[Follow]:
    """What a person follows, the latest first."""
    return session.scalars(
        sa.select(Follow).where(Follow.user_id == user_id).order_by(Follow.since.desc(), Follow.id.desc())
    ).all()


def follows(session: orm.Session, user_id: int | None, organization_id: str) -> bool:
    """Tell whether a person follows an organization."""
    asked = sa.select(Follow.id).where(
        Follow.user_id == user_id, Follow.kind == Followed.ORGANIZATION, Follow.key == organization_id
    )
    return session.scalar(asked) is not None


def every(session: orm.Session, user_id: int | None) -> Every:
    """How often a person is told; weekly unless they chose otherwise."""
    found = session.get(Digest, user_id)
    return found.every if found else Every.WEEK


def changed_since(session: orm.Session, since: datetime) -> dict[str, bool]:
    """The published organizations that came or changed since a moment, the latest first; True for those that came."""
    rows = session.scalars(
        sa.select(Organization.id)
        .where(Organization.status == Status.PUBLISHED, Organization.updated_at > since)
        .order_by(Organization.updated_at.desc(), Organization.id)
        .limit(MOST_CHANGED)
    ).all()
    came = set(
        session.scalars(
            sa.select(LogEntry.organization_id).where(
                LogEntry.organization_id.in_(rows), LogEntry.at > since, LogEntry.action.in_(PUBLISHING)
            )
        )
    )
    return {public_id: public_id in came for public_id in rows}


def news(session: orm.Session, user_id: int, audience: Audience, since: datetime) -> News:
    """What is new since a moment among what a person follows, as the audience may see it."""
    fresh = changed_since(session, since)
    calls = call_queries.opened_since(session, audience, since, MOST_CHANGED)
    if not fresh and not calls:
        return News((), ())
    watched = _watched(session, user_id, audience)
    ids = [public_id for public_id in fresh if public_id in watched]
    told = directory.profiles(ids[:MOST_TOLD], audience)
    return News(
        [one for one in told if fresh[one.id]],
        [one for one in told if not fresh[one.id]],
        _nameable([one for one in calls if one.organization_id in watched][:MOST_TOLD], audience),
        max(0, len(ids) - MOST_TOLD),
    )


def _watched(session: orm.Session, user_id: int, audience: Audience) -> set[str]:
    """The organizations that a person follows, or that a search of theirs finds for the audience."""
    found: set[str] = set()
    for one in followed(session, user_id):
        is_search = one.kind is Followed.SEARCH
        found.update(searches().found(one.key, audience, MOST_FOUND) if is_search else [one.key])
    return found


def _nameable(calls: Sequence[Call], audience: Audience) -> list[Call]:
    """The calls of organizations that the audience may know of and that are not protected: mails travel."""
    callers = directory.profiles(sorted({one.organization_id for one in calls}), audience)
    named = {one.id for one in callers if not one.is_protected}
    return [one for one in calls if one.organization_id in named]


def export(session: orm.Session, user_id: int) -> dict[str, Any]:
    """What is kept of what a person follows, for the data given out to them."""
    return {
        "follows": [
            {"kind": one.kind, "key": one.key, "since": one.since.isoformat()}
            for one in followed(session, user_id)
        ],
        "letter_every": every(session, user_id),
    }
