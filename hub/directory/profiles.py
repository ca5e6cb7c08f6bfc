"""Changing profiles: create, revise, move between states. Values come checked from ``schemas.py``.

A verb asks for permission, takes the step, changes the rows and writes the log; it opens no transaction and commits none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import orm

from hub.database import now
from hub.directory.fields import Many
from hub.directory.log import note
from hub.directory.models import Organization, new_id
from hub.directory.permissions import POLICY
from hub.directory.schemas import SHELTER, ProfileSchema
from hub.directory.states import STEPS, Safety, Status, Trust
from hub.errors import Conflict
from hub.permissions import Actor, require
from hub.workflow import advance

# what verbs change of a profile, and the log holds; status and who moved it stand in the log of the steps
COLUMNS = (*ProfileSchema().fields, "logo", "trust", "is_claimable", "last_confirmed_at")
LISTS = tuple(name for name, field in ProfileSchema().fields.items() if isinstance(field, Many))
SAME = timedelta(minutes=10)  # within which confirming again is the same click twice
EMPTY: tuple[Any, ...] = (None, [], {})
BEGINNING: Mapping[str, Any] = {"trust": Trust.LISTED, "safety": Safety.OPEN, "is_claimable": False}
KINDS: Mapping[str, Any] = {"safety": Safety, "trust": Trust, "last_confirmed_at": datetime.fromisoformat}


def create(
    session: orm.Session,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    public_id: str | None = None,
    status: Status = Status.DRAFT,
) -> Organization:
    """Add a profile with checked ``values`` (column name -> value) and return it; a draft is for anyone signed in.

    Raises:
        Forbidden: the actor may not create profiles.
    """
    require(POLICY, "profile:draft" if status is Status.DRAFT else "profile:create", actor)
    organization = Organization(id=public_id or new_id(), status=status, sources=[], **BEGINNING)
    _fill(organization, values)
    session.add(organization)
    given = {name: value for name in COLUMNS if (value := getattr(organization, name)) not in EMPTY}
    note(session, actor, "create", organization.id, after={"status": status, **given})
    return organization


def revise(
    session: orm.Session,
    actor: Actor,
    organization: Organization,
    values: Mapping[str, Any],
    *,
    action: str = "revise",
    reason: str | None = None,
) -> bool:
    """Change a profile to checked ``values``; tells whether anything changed. ``action`` names it in the log.

    Raises:
        Forbidden: the actor may not edit this profile.
    """
    require(POLICY, "profile:edit", actor, organization)
    return _change(session, actor, organization, values, action, reason)


def confirm(session: orm.Session, actor: Actor, organization: Organization) -> bool:
    """Note that its own people find everything in a profile correct; twice in a few minutes is once.

    Raises:
        Forbidden: the actor does not look after it.
        Conflict: it is not shown.
    """
    require(POLICY, "profile:confirm", actor, organization)
    if organization.status is not Status.PUBLISHED:
        raise Conflict(f"cannot confirm: it is {organization.status.value}")
    if organization.last_confirmed_at is not None and organization.last_confirmed_at > now() - SAME:
        return False
    trust = max(organization.trust, Trust.CONFIRMED, key=lambda one: one.rank)
    values = {"trust": trust, "last_confirmed_at": now()}
    return _change(session, actor, organization, values, "confirm")


def _change(
    session: orm.Session,
    actor: Actor,
    organization: Organization,
    values: Mapping[str, Any],
    action: str,
    reason: str | None = None,
) -> bool:
    if all(getattr(organization, name) == value for name, value in values.items()):
        return False
    held = columns_of(organization)
    _fill(organization, values)
    organization.updated_at = now()
    changed = [name for name in COLUMNS if getattr(organization, name) != held[name]]
    before = {name: held[name] for name in changed}
    after = {name: getattr(organization, name) for name in changed}
    note(session, actor, action, organization.id, before=before, after=after, reason=reason)
    return True


def columns_of(organization: Organization) -> dict[str, Any]:
    """The columns of a profile that verbs change, as they are now; lists are those of the row, not to be altered."""
    return {name: getattr(organization, name) for name in COLUMNS}


def columns_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn plain JSON, as the log holds it, back into what the columns hold."""
    made = {name: KINDS[name](value) if name in KINDS and value else value for name, value in values.items()}
    return {**made, "safety": made["safety"] or Safety.OPEN} if "safety" in made else made


def move(
    session: orm.Session, actor: Actor, organization: Organization, step: str, reason: str | None = None
) -> None:
    """Take a named step (publish, hide, show, archive, restore).

    Raises:
        Forbidden: the actor may not.
        Conflict: the step does not lead on from the present status.
    """
    require(POLICY, f"profile:{step}", actor, organization)
    held = organization.status
    organization.status = advance(STEPS, step, held)
    organization.updated_at = now()
    changed = ({"status": held}, {"status": organization.status})
    note(session, actor, step, organization.id, before=changed[0], after=changed[1], reason=reason)


def _fill(organization: Organization, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(organization, name, value)
    if any(offer["service"] == SHELTER for offer in organization.offers or ()):
        organization.city = organization.subdivision = None  # nothing may say in which town a shelter is
