"""Reading networks: which there are, who belongs to them, and what is written there."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.network.networks.models import Member, Network
from hub.network.networks.states import Standing


def networks_of(session: orm.Session, organization_id: str) -> list[Network]:
    """The networks that an organization belongs to, in their order; who may know it is for the caller to ask."""
    asked = (
        sa.select(Network)
        .join(Member, Member.network_key == Network.key)
        .where(Member.organization_id == organization_id, Member.standing == Standing.MEMBER)
        .order_by(Network.position, Network.key)
    )
    return list(session.scalars(asked))


def share_a_network(session: orm.Session, a_id: str, b_id: str) -> bool:
    """Tell whether two organizations belong to one network."""
    one, other = orm.aliased(Member), orm.aliased(Member)
    asked = (
        sa.select(one.network_key)
        .join(other, other.network_key == one.network_key)
        .where(
            one.organization_id == a_id,
            other.organization_id == b_id,
            one.standing == Standing.MEMBER,
            other.standing == Standing.MEMBER,
        )
        .limit(1)
    )
    return session.scalar(asked) is not None
