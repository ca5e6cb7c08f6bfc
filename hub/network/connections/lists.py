"""The lists of an organization's connections and requests, a page at a time, with a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.visibility import Profile
from hub.network.connections import queries
from hub.network.connections.models import Connection, ConnectionRequest
from hub.network.connections.states import Answer, ConnectionState, RequestState

PAGE = 20


class Section(StrEnum):
    """What a list holds."""

    LIVING = "living"
    RECEIVED = "received"
    ASKED = "asked"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Row:
    """A connection or a request, and the other side as members see it; None where it is not shown at present."""

    thing: Connection | ConnectionRequest
    other: Profile | None

    @property
    def is_connection(self) -> bool:
        """True for a connection."""
        return isinstance(self.thing, Connection)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and how many rows each of the lists has."""

    rows: Sequence[Row]
    counts: Mapping[Section, int]
    page: int
    pages: int


def listed(session: orm.Session, organization_id: str, section: Section, page: int = 1) -> Listed:
    """Read a page of a list, the newest first; a page that there is not is the last."""
    keys = {one: _keys(one, organization_id) for one in Section}
    counted = sa.select(
        *(sa.select(sa.func.count()).select_from(one.subquery()).scalar_subquery() for one in keys.values())
    )
    counts = dict(zip(keys, session.execute(counted).one(), strict=True))
    pages = max(1, -(-counts[section] // PAGE))
    page = min(max(page, 1), pages)
    held = keys[section].subquery()
    wanted = (
        sa.select(held.c.kind, held.c.id)
        .order_by(held.c.at.desc(), held.c.kind, held.c.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    things = _loaded(session, session.execute(wanted).all())
    others = queries.parties(one.other(organization_id) for one in things)
    rows = [Row(one, others.get(one.other(organization_id))) for one in things]
    return Listed(rows, counts, page, pages)


def _loaded(session: orm.Session, keys: Sequence[Any]) -> list[Connection | ConnectionRequest]:
    found: dict[tuple[str, int], Connection | ConnectionRequest] = {}
    if ids := [one.id for one in keys if one.kind == "connection"]:
        connections = session.scalars(sa.select(Connection).where(Connection.id.in_(ids)))
        found |= {("connection", one.id): one for one in connections}
    if ids := [one.id for one in keys if one.kind == "request"]:
        requests = session.scalars(sa.select(ConnectionRequest).where(ConnectionRequest.id.in_(ids)))
        found |= {("request", one.id): one for one in requests}
    return [found[(one.kind, one.id)] for one in keys]


def _keys(section: Section, organization_id: str) -> Any:
    """Kind, id and time of what a list holds."""
    mine = ConnectionRequest.asker_id == organization_id
    theirs = sa.and_(
        ConnectionRequest.asked_id == organization_id, ConnectionRequest.answer != Answer.KEPT_BACK
    )
    is_open = ConnectionRequest.state == RequestState.OPEN
    unanswered = ConnectionRequest.answer == Answer.NONE
    over = ConnectionRequest.state.in_((RequestState.WITHDRAWN, RequestState.EXPIRED))
    match section:
        case Section.LIVING:
            return _connections(organization_id, ConnectionState.LIVING)
        case Section.RECEIVED:
            return _requests(theirs, is_open, unanswered)
        case Section.ASKED:
            return _requests(mine, is_open)
        case Section.PAST:
            past = _requests(
                sa.or_(sa.and_(mine, over), sa.and_(theirs, sa.or_(over, sa.and_(is_open, ~unanswered))))
            )
            return sa.union_all(_connections(organization_id, ConnectionState.ENDED), past)


def _connections(organization_id: str, state: ConnectionState) -> Any:
    at = Connection.since if state is ConnectionState.LIVING else Connection.ended_at
    return sa.select(sa.literal("connection").label("kind"), Connection.id, at.label("at")).where(
        queries.has(organization_id), Connection.state == state
    )


def _requests(*which: sa.ColumnElement[bool]) -> Any:
    return sa.select(
        sa.literal("request").label("kind"), ConnectionRequest.id, ConnectionRequest.asked_at.label("at")
    ).where(*which)
