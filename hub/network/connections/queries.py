"""Reading connections and requests: who is connected with whom, and what each side sees of a request."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.models import Organization
from hub.directory.states import Status
from hub.network.connections.models import Block, Connection, pair
from hub.network.connections.states import ConnectionState
from hub.permissions import Actor

LIVING = Connection.state == ConnectionState.LIVING


def connection_of(session: orm.Session, a_id: str, b_id: str) -> Connection | None:
    """The living connection of two organizations, in whichever order; None where there is none."""
    if a_id == b_id:
        return None
    return session.scalar(sa.select(Connection).filter_by(**pair((a_id, b_id))).where(LIVING))


def are_connected(session: orm.Session, a_id: str, b_id: str) -> bool:
    """Tell whether two organizations are connected now."""
    return connection_of(session, a_id, b_id) is not None


def connected_ids(session: orm.Session, organization_id: str) -> set[str]:
    """The organizations that this one is connected with now, shown in the directory or not."""
    asked = sa.select(Connection.first_id, Connection.second_id).where(LIVING, _has(organization_id))
    return {one for sides in session.execute(asked) for one in sides} - {organization_id}


def is_blocked(session: orm.Session, a_id: str, b_id: str) -> bool:
    """Tell whether one of two organizations blocked the other; neither may learn it of the other."""
    sides = sa.or_(
        sa.and_(Block.blocker_id == a_id, Block.blocked_id == b_id),
        sa.and_(Block.blocker_id == b_id, Block.blocked_id == a_id),
    )
    return session.scalar(sa.select(Block.blocker_id).where(sides).limit(1)) is not None


def is_partner(session: orm.Session, actor: Actor, organization_id: str) -> bool:
    """Tell whether a published organization of the actor's is connected with this one now."""
    mine = sorted(actor.organizations)
    if not mine or organization_id in mine:
        return False
    asked = (
        sa.select(Connection.id)
        .join(Organization, Organization.id.in_((Connection.first_id, Connection.second_id)))
        .where(LIVING, _has(organization_id), Organization.id.in_(mine), Organization.status == Status.PUBLISHED)
    )  # fmt: skip
    return session.scalar(asked.limit(1)) is not None


def _has(organization_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(Connection.first_id == organization_id, Connection.second_id == organization_id)
