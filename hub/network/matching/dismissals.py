"""Putting a suggestion aside, and taking that back: for the whole organization, as often as one likes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory import queries
from hub.directory.audiences import audience_of, widest
from hub.directory.log import note
from hub.directory.models import Organization
from hub.network.matching.models import Dismissal
from hub.network.matching.permissions import POLICY
from hub.outbox.claims import add_missing
from hub.permissions import Actor, require


def dismiss(session: orm.Session, actor: Actor, organization: Organization, other_id: str) -> None:
    """Suggest ``other_id`` to this organization no more; nothing happens the second time.

    Raises:
        Forbidden: the actor may not.
        NotFound: there is no such organization, or the actor may not know of it.
    """
    require(POLICY, "match:dismiss", actor, organization)
    queries.profile(other_id, widest(audience_of(session, actor)))
    if session.get(Dismissal, (organization.id, other_id)) is None:
        add_missing(session, Dismissal, organization_id=organization.id, other_id=other_id)
        _note(session, actor, "dismiss", organization.id, other_id)


def restore(session: orm.Session, actor: Actor, organization: Organization, other_id: str) -> None:
    """Let ``other_id`` be suggested again; nothing happens where it was not put aside.

    Raises:
        Forbidden: the actor may not.
    """
    require(POLICY, "match:dismiss", actor, organization)
    gone = session.execute(
        sa.delete(Dismissal)
        .where(Dismissal.organization_id == organization.id, Dismissal.other_id == other_id)
        .returning(Dismissal.other_id)
    ).all()
    if gone:
        _note(session, actor, "restore", organization.id, other_id)


def _note(session: orm.Session, actor: Actor, action: str, organization_id: str, other_id: str) -> None:
    subject = f"match:{organization_id}:{other_id}"
    note(session, actor, f"match:{action}", organization_id, subject=subject, after={"action": action})
