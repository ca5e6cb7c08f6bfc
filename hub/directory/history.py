"""What became of a profile, entry by entry, and bringing an earlier state of it back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory import revisions
from hub.directory.models import LogEntry, Organization, Revision
from hub.directory.permissions import POLICY
from hub.errors import NotFound
from hub.permissions import Actor, require

PAGE = 50  # entries


def history(
    session: orm.Session, actor: Actor, organization: Organization, before_id: int | None = None
) -> list[LogEntry]:
    """What became of a profile, newest first, fifty entries at a time."""
    require(POLICY, "revision:read", actor, organization)
    return _entries(session, organization.id, before_id, PAGE)


def restore(
    session: orm.Session, actor: Actor, organization: Organization, entry_id: int, language: str
) -> Revision:
    """Open a draft that brings back the profile as it was after an entry of its history.

    Raises:
        Forbidden: the actor has no part in the organization.
        NotFound: the history does not reach back so far.
    """
    require(POLICY, "revision:restore", actor, organization)
    revision = revisions.begin(session, actor, organization, language)
    revisions.put(revision, {**revision.base, **_as_after(session, organization, entry_id)})
    return revision


def _entries(
    session: orm.Session, organization_id: str, before_id: int | None, limit: int | None
) -> list[LogEntry]:
    asked = (
        sa.select(LogEntry)
        .where(LogEntry.subject == f"organization:{organization_id}")
        .order_by(LogEntry.id.desc())
        .limit(limit)
    )
    return list(session.scalars(asked if before_id is None else asked.where(LogEntry.id < before_id)))


def _as_after(session: orm.Session, organization: Organization, entry_id: int) -> dict[str, Any]:
    """Go back from the present through what was before each later change."""
    state = revisions.snapshot(organization)
    for entry in _entries(session, organization.id, None, None):
        if entry.id == entry_id:
            return state
        if entry.before is None:
            break
        state |= {name: value for name, value in entry.before.items() if name in revisions.PROPOSABLE}
    raise NotFound(f"entry {entry_id} of {organization.id}")
