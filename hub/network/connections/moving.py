"""Connections, requests, blocks and choices of an entry that is merged into another.

What both had with the same organization becomes one: the connection of the one kept goes on, its request too. A block of
either is one of both and ends what it stands against; of two choices who may ask, the stricter holds.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.directory.models import Organization
from hub.network.connections import queries
from hub.network.connections.models import Block, Connection, ConnectionRequest, ContactSetting, pair
from hub.network.connections.states import Answer, Askers, ConnectionState, RequestState
from hub.network.moved import Moved

STRICTER = list(Askers)  # from the widest to the narrowest


def move(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    """Give the one kept what the other had."""
    _move_blocks(session, moved, kept_id, merged_id)
    either = sa.or_(Connection.first_id == merged_id, Connection.second_id == merged_id)
    for connection in session.scalars(sa.select(Connection).where(either).order_by(Connection.id)).all():
        _move_connection(session, moved, connection, kept_id, merged_id)
    for side in (ConnectionRequest.asker_id, ConnectionRequest.asked_id):
        asked = sa.select(ConnectionRequest).where(side == merged_id).order_by(ConnectionRequest.id)
        for request in session.scalars(asked).all():
            _move_request(session, moved, request, kept_id, merged_id)
    _settle_requests(session, moved, kept_id)
    _heed_blocks(session, moved, kept_id)
    _choose_askers(session, moved, kept_id, merged_id)


def _move_blocks(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    either = sa.or_(Block.blocker_id == merged_id, Block.blocked_id == merged_id)
    for block in session.scalars(sa.select(Block).where(either)).all():
        sides = [kept_id if one == merged_id else one for one in (block.blocker_id, block.blocked_id)]
        if sides[0] == sides[1] or session.get(Block, tuple(sides)) is not None:
            moved.remove(block)
        else:
            moved.change(block, blocker_id=sides[0], blocked_id=sides[1])


def _move_connection(
    session: orm.Session, moved: Moved, connection: Connection, kept_id: str, merged_id: str
) -> None:
    other = connection.other(merged_id)
    is_living = connection.state is ConnectionState.LIVING
    if other == kept_id or (is_living and queries.are_connected(session, kept_id, other)):
        if (
            is_living
        ):  # it stays with the one that goes: there is no connection with oneself, and one with each other
            moved.change(connection, state=ConnectionState.ENDED, ended_at=now(), ended_by=merged_id)
        return
    sides = pair((kept_id, other))
    shows = {kept_id: connection.shows(merged_id), other: connection.shows(other)}
    moved.change(
        connection,
        **sides,
        first_shows=shows[sides["first_id"]],
        second_shows=shows[sides["second_id"]],
        ended_by=kept_id if connection.ended_by == merged_id else connection.ended_by,
    )


def _move_request(
    session: orm.Session, moved: Moved, request: ConnectionRequest, kept_id: str, merged_id: str
) -> None:
    other, is_asker = request.other(merged_id), request.asker_id == merged_id
    is_open = request.state is RequestState.OPEN
    withdrawn = {"state": RequestState.WITHDRAWN, "ended_at": now()}
    if other == kept_id:
        if is_open:
            moved.change(request, **withdrawn)
        return
    values: dict[str, Any] = {"asker_id" if is_asker else "asked_id": kept_id, **pair((kept_id, other))}
    if is_open and queries.are_connected(session, kept_id, other):
        values |= {"state": RequestState.ACCEPTED, "ended_at": now()}
    elif is_open and queries.open_request(session, kept_id, other) is not None:
        values |= withdrawn if is_asker else {"state": RequestState.EXPIRED, "ended_at": now()}
    moved.change(request, **values)


def _settle_requests(session: orm.Session, moved: Moved, kept_id: str) -> None:
    """Let what the one kept was still asking, or asked, be answered by the connection that came to it."""
    either = sa.or_(ConnectionRequest.asker_id == kept_id, ConnectionRequest.asked_id == kept_id)
    for request in session.scalars(sa.select(ConnectionRequest).where(either, queries.OPEN)).all():
        if queries.are_connected(session, kept_id, request.other(kept_id)):
            moved.change(request, state=RequestState.ACCEPTED, ended_at=now())


def _heed_blocks(session: orm.Session, moved: Moved, kept_id: str) -> None:
    """End what stands between the one kept and whom it blocked, or who blocked it."""
    blocks = sa.select(Block).where(sa.or_(Block.blocker_id == kept_id, Block.blocked_id == kept_id))
    for block in session.scalars(blocks).all():
        sides = block.blocker_id, block.blocked_id
        if (connection := queries.connection_of(session, *sides)) is not None:
            moved.change(connection, state=ConnectionState.ENDED, ended_at=now(), ended_by=block.blocker_id)
        request = queries.open_request(session, *sides)
        if request is not None and request.asker_id == block.blocker_id:
            moved.change(request, state=RequestState.WITHDRAWN, ended_at=now())
        elif request is not None and request.answer is not Answer.KEPT_BACK:
            moved.change(request, answer=Answer.KEPT_BACK)


def _choose_askers(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    here, there = (
        queries.askers_of(session, session.get_one(Organization, one)) for one in (kept_id, merged_id)
    )
    if STRICTER.index(there) <= STRICTER.index(here):
        return
    if (held := session.get(ContactSetting, kept_id)) is not None:
        moved.change(held, askers=there)
    else:
        moved.add(ContactSetting(organization_id=kept_id, askers=there))
