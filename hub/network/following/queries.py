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

MOST_CHANGED = 2000  # profiles that changed since, the latest first
MOST_FOUND = 2000  # organizations looked at for one search
MOST_TOLD = 30  # organizations named in one digest
PUBLISHING = ("create", "publish", "restore", "show")


@dataclass(frozen=True, slots=True)
class News:
    """What is new for a person: profiles that came and profiles that changed, and how many more there are."""

    came: Sequence[Profile]
    changed: Sequence[Profile]
    more: int = 0

    def __bool__(self) -> bool:
        return bool(self.came or self.changed)


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
    wanted: dict[str, bool] = {}
    for one in followed(session, user_id) if fresh else ():
        is_organization = one.kind is Followed.ORGANIZATION
        ids = [one.key] if is_organization else searches().found(one.key, audience, MOST_FOUND)
        wanted |= {public_id: fresh[public_id] for public_id in ids if public_id in fresh}
    ids = [public_id for public_id in fresh if public_id in wanted]
    told = directory.profiles(ids[:MOST_TOLD], audience)
    return News(
        [one for one in told if wanted[one.id]],
        [one for one in told if not wanted[one.id]],
        max(0, len(ids) - MOST_TOLD),
    )


def export(session: orm.Session, user_id: int) -> dict[str, Any]:
    """What is kept of what a person follows, for the data given out to them."""
    return {
        "follows": [
            {"kind": one.kind, "key": one.key, "since": one.since.isoformat()}
            for one in followed(session, user_id)
        ],
        "digest": every(session, user_id),
    }
