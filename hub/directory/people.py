"""The parts that people come to play in organizations by what the directory decides."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts import memberships
from hub.accounts.models import Membership, Part
from hub.permissions import Actor

WEAKEST_FIRST = (Part.READER, Part.EDITOR, Part.FOCAL_POINT)


def make_focal_point(session: orm.Session, actor: Actor, user_id: int, organization_id: str) -> None:
    """Make a person an organization's focal point, whatever part it played before."""
    give_part(session, actor, user_id, organization_id, Part.FOCAL_POINT)


def give_part(session: orm.Session, actor: Actor, user_id: int, organization_id: str, part: Part) -> None:
    """Give a person a part in an organization unless it plays a stronger one."""
    held = session.get(Membership, (user_id, organization_id))
    if held is None or WEAKEST_FIRST.index(held.role) < WEAKEST_FIRST.index(part):
        memberships.join(session, actor, user_id, organization_id, part)


def has_focal_point(session: orm.Session, organization_id: str) -> bool:
    """Tell whether somebody looks after an organization's profile already."""
    asked = sa.select(Membership.user_id).where(
        Membership.organization_id == organization_id, Membership.role == Part.FOCAL_POINT
    )
    return session.scalar(asked.limit(1)) is not None
