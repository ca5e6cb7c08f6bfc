"""Which audience an actor belongs to, towards the directory as a whole and towards one organization."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory import extending
from hub.directory.models import Organization
from hub.directory.states import Audience, Status
from hub.permissions import Actor

APPROVED = frozenset({"guest", "administrator"})  # verified by a person; curators see more


def audience_of(session: orm.Session, actor: Actor) -> Audience:
    """The audience by which the actor looks at all organizations alike, as a search does.

    To have an account makes nobody a member: that is who belongs to a published organization, or was verified.
    """
    if "curator" in actor.roles:
        return Audience.CURATORS
    if actor.roles & APPROVED or _belongs_to_a_published_one(session, actor):
        return Audience.MEMBERS
    return Audience.PUBLIC


def widest(audience: Audience) -> Audience:
    """What is shown of all organizations alike to somebody of an audience: to curators no more than to members."""
    return audience if audience is Audience.PUBLIC else Audience.MEMBERS


def audience_towards(session: orm.Session, actor: Actor, organization_id: str) -> Audience:
    """The audience by which the actor looks at one organization: its own people see all of it, a draft too."""
    if "curator" in actor.roles:
        return Audience.CURATORS
    if organization_id in actor.organizations:
        return Audience.OWN
    if extending.is_partner(session, actor, organization_id):
        return Audience.PARTNERS
    return audience_of(session, actor)


def _belongs_to_a_published_one(session: orm.Session, actor: Actor) -> bool:
    if not actor.organizations:
        return False
    asked = sa.select(Organization.id).where(
        Organization.id.in_(sorted(actor.organizations)), Organization.status == Status.PUBLISHED
    )
    return session.scalar(asked.limit(1)) is not None
