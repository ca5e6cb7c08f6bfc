"""Reading connections and requests: who is connected with whom, and what stands between two organizations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts.models import Membership, Part
from hub.directory import queries as directory
from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.directory.visibility import Profile
from hub.network.connections.models import Block, Connection, ConnectionRequest, ContactSetting, pair
from hub.network.connections.states import Answer, Askers, ConnectionState, RequestState
from hub.permissions import Actor

LIVING = Connection.state == ConnectionState.LIVING
OPEN = ConnectionRequest.state == RequestState.OPEN


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
    asked = sa.select(Connection.first_id, Connection.second_id).where(LIVING, has(organization_id))
    return {one for sides in session.execute(asked) for one in sides} - {organization_id}


def has_blocked(session: orm.Session, blocker_id: str, blocked_id: str) -> bool:
    """Tell whether one organization blocked another; only the first may know."""
    return session.get(Block, (blocker_id, blocked_id)) is not None


def is_blocked(session: orm.Session, a_id: str, b_id: str) -> bool:
    """Tell whether one of two organizations blocked the other; neither may learn it of the other."""
    return has_blocked(session, a_id, b_id) or has_blocked(session, b_id, a_id)


def is_partner(session: orm.Session, actor: Actor, organization_id: str) -> bool:
    """Tell whether a published organization of the actor's is connected with this one now."""
    mine = sorted(actor.organizations)
    if not mine or organization_id in mine:
        return False
    asked = (
        sa.select(Connection.id)
        .join(Organization, Organization.id.in_((Connection.first_id, Connection.second_id)))
        .where(LIVING, has(organization_id), Organization.id.in_(mine), Organization.status == Status.PUBLISHED)
    )  # fmt: skip
    return session.scalar(asked.limit(1)) is not None


def has(organization_id: str) -> sa.ColumnElement[bool]:
    """The condition that an organization is one side of a connection."""
    return sa.or_(Connection.first_id == organization_id, Connection.second_id == organization_id)


def open_request(session: orm.Session, a_id: str, b_id: str) -> ConnectionRequest | None:
    """The open request between two organizations, whoever asked, also one kept back."""
    if a_id == b_id:
        return None
    return session.scalar(sa.select(ConnectionRequest).filter_by(**pair((a_id, b_id))).where(OPEN))


def arrived(request: ConnectionRequest, organization_id: str) -> bool:
    """Tell whether an organization may know of a request between it and another."""
    return request.asker_id == organization_id or request.answer is not Answer.KEPT_BACK


def askers_of(session: orm.Session, organization: Organization) -> Askers:
    """Who may ask this organization: as it chose, else anyone; for a protected one those in a network with it."""
    chosen = session.get(ContactSetting, organization.id)
    if chosen is not None:
        return chosen.askers
    return Askers.SAME_NETWORK if organization.safety is Safety.PROTECTED else Askers.ANYONE


def focal_points(session: orm.Session, organization_id: str) -> Sequence[Membership]:
    """Who acts for an organization, with their accounts; only accounts in use."""
    asked = sa.select(Membership).where(
        Membership.organization_id == organization_id, Membership.role == Part.FOCAL_POINT
    )
    found = session.scalars(asked.order_by(Membership.user_id).options(orm.joinedload(Membership.user)))
    return [one for one in found if one.user.active]


def parties(ids: Iterable[str]) -> dict[str, Profile]:
    """Organizations as members see them, by their ids; one that is not shown at present is left out."""
    return {one.id: one for one in directory.profiles(sorted(set(ids)), Audience.MEMBERS)}


def blocked(session: orm.Session, organization_id: str, limit: int = 200) -> Sequence[Block]:
    """What an organization blocked, the newest first."""
    asked = sa.select(Block).where(Block.blocker_id == organization_id)
    return session.scalars(asked.order_by(Block.at.desc(), Block.blocked_id).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Between:
    """What stands between an organization and another, as far as the first may know."""

    organization_id: str
    connection: Connection | None
    request: ConnectionRequest | None
    has_blocked: bool


def between(session: orm.Session, mine: Sequence[str], other_id: str) -> list[Between]:
    """What stands between each of these organizations and another, from their side; three statements for all."""
    ids = [one for one in mine if one != other_id]
    living, waiting = _meetings(session, other_id, ids)
    blocks = sa.select(Block.blocker_id).where(Block.blocker_id.in_(ids), Block.blocked_id == other_id)
    blockers = set(session.scalars(blocks))
    return [Between(one, living.get(one), _if_arrived(waiting.get(one), one), one in blockers) for one in ids]


def toward(session: orm.Session, mine: str, others: Sequence[str]) -> dict[str, Between]:
    """What stands between an organization and each of these others, from its side; three statements for all."""
    living, waiting = _meetings(session, mine, others)
    blocks = sa.select(Block.blocked_id).where(Block.blocker_id == mine, Block.blocked_id.in_(others))
    blocked_ids = set(session.scalars(blocks))
    return {
        one: Between(mine, living.get(one), _if_arrived(waiting.get(one), mine), one in blocked_ids)
        for one in others
        if one != mine
    }


def _meetings(
    session: orm.Session, one_id: str, ids: Sequence[str]
) -> tuple[dict[str, Connection], dict[str, ConnectionRequest]]:
    """The living connections and the open requests between an organization and these others, by the others' ids."""
    connections = session.scalars(sa.select(Connection).where(LIVING, _is_with(Connection, one_id, ids)))
    requests = session.scalars(
        sa.select(ConnectionRequest).where(OPEN, _is_with(ConnectionRequest, one_id, ids))
    )
    return {one.other(one_id): one for one in connections}, {one.other(one_id): one for one in requests}


def _is_with(
    kind: type[Connection | ConnectionRequest], one_id: str, ids: Sequence[str]
) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(kind.first_id == one_id, kind.second_id.in_(ids)),
        sa.and_(kind.second_id == one_id, kind.first_id.in_(ids)),
    )


def _if_arrived(request: ConnectionRequest | None, organization_id: str) -> ConnectionRequest | None:
    return request if request is not None and arrived(request, organization_id) else None
