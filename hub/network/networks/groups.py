"""Making, changing and closing networks, and saying who coordinates them: the curators' work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.log import note
from hub.errors import Conflict, NotFound
from hub.network.networks import memberships, notices
from hub.network.networks.models import Coordinator, Member, Network
from hub.network.networks.permissions import POLICY, seat
from hub.network.networks.seeding import name
from hub.network.networks.states import STEPS, Standing
from hub.permissions import Actor, require
from hub.workflow import advance

COLUMNS = ("kind", "joining", "listing", "texts", "regions", "themes", "sectors")


def create(session: orm.Session, actor: Actor, key: str, values: Mapping[str, Any]) -> Network:
    """Add a network with checked ``values``.

    Raises:
        Forbidden: the actor is no curator.
        Conflict: there is one with this key.
    """
    require(POLICY, "network:create", actor)
    if session.get(Network, key) is not None:
        raise Conflict(f"network {key} is there")
    last = session.scalar(sa.select(sa.func.max(Network.position))) or 0
    network = Network(key=key, position=last + 1, **values)
    session.add(network)
    session.flush()
    name(session, network)
    _log(session, actor, network, "network-create", None, dict(values))
    return network


def change(session: orm.Session, actor: Actor, key: str, values: Mapping[str, Any]) -> bool:
    """Change a network to checked ``values``; tells whether anything changed.

    Who may know its members is shown by their profiles from now on, and by no other any more.

    Raises:
        NotFound: there is no such network.
        Forbidden: the actor is no curator.
    """
    network = memberships.held_network(session, key)
    require(POLICY, "network:edit", actor, seat(session, actor, network))
    before = {column: getattr(network, column) for column in COLUMNS}
    changed = [column for column in COLUMNS if values[column] != before[column]]
    if not changed:
        return False
    for column in changed:
        setattr(network, column, values[column])
    name(session, network)
    session.flush()
    if "listing" in changed:
        _show_members(session, key)
    _log(session, actor, network, "network-edit", {column: before[column] for column in changed},
         {column: values[column] for column in changed})  # fmt: skip
    return True


def move(session: orm.Session, actor: Actor, key: str, step: str) -> None:
    """Close a network or open it again.

    Raises:
        NotFound: there is no such network.
        Forbidden: the actor is no curator.
        Conflict: it is closed, or open, already.
    """
    network = memberships.held_network(session, key)
    require(POLICY, f"network:{step}", actor, seat(session, actor, network))
    before = network.state
    network.state = advance(STEPS, step, before)
    name(session, network)
    _log(session, actor, network, f"network-{step}", {"state": before}, {"state": network.state})


def appoint(session: orm.Session, actor: Actor, key: str, user_id: int, organization_id: str | None) -> None:
    """Make a person a coordinator: somebody of a member organization, or, without one, a curator. Again is nothing.

    Raises:
        NotFound: there is no such network, or the organization does not belong to it.
        Forbidden: the actor is no curator.
    """
    network = memberships.held_network(session, key)
    require(POLICY, "network:appoint", actor, seat(session, actor, network))
    if organization_id is not None:
        member = session.get(Member, (key, organization_id))
        if member is None or member.standing is not Standing.MEMBER:
            raise NotFound(organization_id)
    if session.get(Coordinator, (key, user_id)) is not None:
        return
    session.add(Coordinator(network_key=key, user_id=user_id, organization_id=organization_id))
    _log(
        session, actor, network, "network-appoint", None, {"coordinator": f"user:{user_id}"}, organization_id
    )
    notices.appointed(session, network, user_id)


def dismiss(session: orm.Session, actor: Actor, key: str, user_id: int) -> None:
    """Make a person no coordinator any more. Again is nothing.

    Raises:
        NotFound: there is no such network.
        Forbidden: the actor is no curator.
    """
    network = memberships.held_network(session, key)
    require(POLICY, "network:appoint", actor, seat(session, actor, network))
    held = session.get(Coordinator, (key, user_id))
    if held is not None:
        session.delete(held)
        _log(
            session,
            actor,
            network,
            "network-dismiss",
            {"coordinator": f"user:{user_id}"},
            None,
            held.organization_id,
        )


def _show_members(session: orm.Session, key: str) -> None:
    asked = sa.select(Member.organization_id).where(
        Member.network_key == key, Member.standing == Standing.MEMBER
    )
    memberships.show(session, list(session.scalars(asked)))


def _log(
    session: orm.Session,
    actor: Actor,
    network: Network,
    action: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    organization_id: str | None = None,
) -> None:
    note(session, actor, action, organization_id or "", subject=f"network:{network.key}"[:60],
         before=before, after=after)  # fmt: skip
