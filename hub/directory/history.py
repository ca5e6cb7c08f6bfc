"""What became of a profile, entry by entry, and bringing an earlier state of it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _pl
from sqlalchemy import orm

from hub.database import now
from hub.directory import revisions
from hub.directory.models import LogEntry, Organization, Revision
from hub.directory.permissions import POLICY
from hub.directory.schemas import SHELTER
from hub.directory.states import RevisionState, Status
from hub.directory.wording import Change, differences
from hub.errors import Conflict, NotFound
from hub.permissions import Actor, require

PAGE = 50  # entries
SAME = timedelta(minutes=10)  # within which bringing back the same state is the same click twice
# what may have become of a profile; the log holds more about an organization that is no part of its profile
DONE: Mapping[str, Any] = {
    "create": _pl("history", "Entered"),
    "revise": _pl("history", "Changed"),
    "publish-revision": _l("An edit was published"),
    "take-back-revision": _l("An edit was taken back"),
    "merge": _l("Merged with another entry"),
    "undo-merge": _l("The merger was undone"),
    "claim": _pl("history", "Claimed"),
    "confirm": _pl("history", "Confirmed"),
    "verify": _pl("history", "Verified"),
    "verification-ended": _l("The verification ended"),
    "publish": _pl("history", "Published"),
    "hide": _pl("history", "Hidden"),
    "show": _l("Shown again"),
    "archive": _pl("history", "Archived"),
    "restore": _l("Taken from the archive"),
}
KEPT = ("safety", "audiences", "pseudonym")  # an old state never widens who sees what
TOWN = ("city", "subdivision")  # no word of it for who runs a shelter, not even of the past


class Begun(Conflict):
    """An edit is begun already, and nothing of it may be lost."""

    def __init__(self, revision_id: int) -> None:
        super().__init__(f"revision {revision_id} is begun")
        self.revision_id = revision_id


def history(
    session: orm.Session, actor: Actor, organization: Organization, before_id: int | None = None
) -> list[LogEntry]:
    """What became of a profile, newest first, fifty entries at a time."""
    require(POLICY, "revision:read", actor, organization)
    asked = _entries(organization).limit(PAGE)
    return list(session.scalars(asked if before_id is None else asked.where(LogEntry.id < before_id)))


def changes(organization: Organization, entry: LogEntry, language: str) -> list[Change]:
    """What an entry changed in the profile, in words; nothing for the entry that it began with."""
    if entry.before is None:
        return []
    shown = [name for name in revisions.PROPOSABLE if name not in _unsaid(organization)]
    before, after = ({n: side[n] for n in shown if n in side} for side in (entry.before, entry.after or {}))
    return differences(before, after, language)


def state_after(
    session: orm.Session, actor: Actor, organization: Organization, entry_id: int
) -> tuple[LogEntry, dict[str, Any]]:
    """An entry of the history, and the profile as it was after it: what was before each later change, from the present.

    Raises:
        Forbidden: the actor has no part in the organization.
        NotFound: the history has no such entry.
    """
    require(POLICY, "revision:read", actor, organization)
    entry = session.scalars(_entries(organization).where(LogEntry.id == entry_id)).first()
    if entry is None:
        raise NotFound(f"entry {entry_id} of {organization.id}")
    state = revisions.snapshot(organization)
    later = _entries(organization).where(LogEntry.id > entry_id).with_only_columns(LogEntry.before)
    for before in session.scalars(later):
        state |= {name: value for name, value in (before or {}).items() if name in revisions.PROPOSABLE}
    return entry, state | dict.fromkeys(_unsaid(organization))


def brought_back(organization: Organization, state: Mapping[str, Any]) -> dict[str, Any]:
    """What of a past state differs from the present and would come back with it."""
    live, stays = revisions.snapshot(organization), {*KEPT, *_unsaid(organization)}
    return {name: value for name, value in state.items() if name not in stays and value != live[name]}


def restore(
    session: orm.Session, actor: Actor, organization: Organization, entry_id: int, language: str
) -> Revision:
    """Propose the profile as it was after an entry of its history, as any edit is; twice in a few minutes is once.

    Who sees what stays as it is now.

    Raises:
        Forbidden: the actor has no part in the organization.
        NotFound: the history has no such entry.
        Begun: the actor has begun an edit.
        Conflict: it was never published, or is archived.
        Invalid: it would change nothing.
    """
    require(POLICY, "revision:restore", actor, organization)
    if organization.status not in (Status.PUBLISHED, Status.HIDDEN):
        raise Conflict(f"cannot restore: it is {organization.status.value}")
    _entry, state = state_after(session, actor, organization, entry_id)
    values = brought_back(organization, state)
    if (same := _restored(session, actor, organization, state, values)) is not None:
        return same
    begun = revisions.open_one(session, actor, organization)
    if begun is not None and begun.values:
        raise Begun(begun.id)
    revision = revisions.begin(session, actor, organization, language)
    revisions.rebase(session, actor, revision, ())
    revisions.put(revision, {**revision.base, **values})
    revisions.submit(session, actor, revision)
    return revision


def _entries(organization: Organization) -> sa.Select[LogEntry]:
    return (
        sa.select(LogEntry)
        .where(LogEntry.subject == f"organization:{organization.id}", LogEntry.action.in_(DONE))
        .order_by(LogEntry.id.desc())
    )


def _unsaid(organization: Organization) -> tuple[str, ...]:
    is_shelter = any(offer["service"] == SHELTER for offer in organization.offers or ())
    return TOWN if is_shelter else ()


def _restored(
    session: orm.Session,
    actor: Actor,
    organization: Organization,
    state: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Revision | None:
    """The actor's last revision, where it is what the first of two clicks made."""
    asked = (
        sa.select(Revision)
        .where(Revision.organization_id == organization.id, Revision.author_id == actor.id)
        .order_by(Revision.id.desc())
    )
    last = session.scalars(asked.limit(1)).first()
    if last is None or last.submitted_at is None or last.submitted_at < now() - SAME:
        return None
    waits = last.state is RevisionState.SUBMITTED and last.values == values
    went_live = last.state is RevisionState.PUBLISHED and not values
    is_of_it = all(state.get(name) == value for name, value in last.values.items())
    return last if is_of_it and (waits or went_live) else None
