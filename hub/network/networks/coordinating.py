"""Who coordinates a network now: who was appointed, as long as they belong to the organization, or are a curator."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts.models import Membership
from hub.directory import curators
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.network.networks.models import Coordinator, Member, Network
from hub.network.networks.states import Standing, State
from hub.permissions import Actor

MOST = 100  # coordinators of a network
MOST_COORDINATED = 20  # networks offered to who coordinates them


def coordinators(session: orm.Session, network: Network) -> list[Coordinator]:
    """Who coordinates a network, the longest serving first."""
    asked = sa.select(Coordinator).where(Coordinator.network_key == network.key, _in_force(session))
    return list(session.scalars(asked.order_by(Coordinator.since, Coordinator.user_id).limit(MOST)))


def coordinated(session: orm.Session, actor: Actor) -> list[Network]:
    """The open networks to which the actor may invite: those coordinated; a curator goes by the network's own page."""
    asked = (
        sa.select(Network)
        .join(Coordinator, Coordinator.network_key == Network.key)
        .where(Coordinator.user_id == actor.id, Network.state == State.OPEN, _in_force(session))
        .order_by(Network.position, Network.key)
        .limit(MOST_COORDINATED)
    )
    return list(session.scalars(asked))


def _in_force(session: orm.Session) -> sa.ColumnElement[bool]:
    """Say in SQL of a coordinator what ``permissions.seat`` says of an actor."""
    belongs = (
        sa.select(Membership.user_id)
        .join(Organization, Organization.id == Membership.organization_id)
        .join(Member, Member.organization_id == Membership.organization_id)
        .where(
            Membership.user_id == Coordinator.user_id,
            Membership.organization_id == Coordinator.organization_id,
            Member.network_key == Coordinator.network_key,
            Member.standing == Standing.MEMBER,
            Organization.status == Status.PUBLISHED,
        )
    )
    is_curator = Coordinator.user_id.in_(sorted(curators.everyone(session)))
    return sa.or_(sa.and_(Coordinator.organization_id.is_(None), is_curator), belongs.exists())
