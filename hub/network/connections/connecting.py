"""What becomes of a request, and of a connection: accepted or not, shown or not, ended."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.directory.log import note as log
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.errors import Conflict, NotFound
from hub.network.connections import buttons, notices, queries
from hub.network.connections.models import Connection, ConnectionRequest, pair
from hub.network.connections.permissions import POLICY
from hub.network.connections.states import (
    ANSWER_STEPS,
    CONNECTION_STEPS,
    REQUEST_STEPS,
    ConnectionState,
    RequestState,
)
from hub.permissions import OPERATOR, Actor, allows, require
from hub.workflow import advance


def hold(session: orm.Session, a_id: str, b_id: str) -> tuple[Organization, Organization]:
    """Load two organizations and hold both until the commit, so that nothing else happens between the two meanwhile.

    Raises:
        NotFound: one of them does not exist.
    """
    asked = sa.select(Organization).where(Organization.id.in_((a_id, b_id))).order_by(Organization.id)
    held = asked.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = {one.id: one for one in session.scalars(held)}
    if not {a_id, b_id} <= found.keys():
        raise NotFound("organization")
    return found[a_id], found[b_id]


def request_of(session: orm.Session, actor: Actor, request_id: int) -> ConnectionRequest:
    """Load a request; inside a transaction that writes, hold its two organizations until the end.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    found = session.get(ConnectionRequest, request_id)
    if found is None or not allows(POLICY, "request:read", actor, found):
        raise NotFound(f"request {request_id}")
    if session.info.get("writes", False):
        hold(session, found.asker_id, found.asked_id)
        session.refresh(found)
    return found


def connection_of(session: orm.Session, actor: Actor, connection_id: int) -> Connection:
    """Load a connection, living or ended; inside a transaction that writes, hold its two organizations until the end.

    Raises:
        NotFound: there is none that the actor may know of.
    """
    found = session.get(Connection, connection_id)
    if found is None or not allows(POLICY, "connection:read", actor, found):
        raise NotFound(f"connection {connection_id}")
    if session.info.get("writes", False):
        hold(session, *found.sides)
        session.refresh(found)
    return found


def subject(thing: ConnectionRequest | Connection) -> str:
    """The name of a request or connection in the log."""
    kind = "connection-request" if isinstance(thing, ConnectionRequest) else "connection"
    return f"{kind}:{thing.id}"


def accept(session: orm.Session, actor: Actor, request: ConnectionRequest) -> Connection:
    """Connect the two organizations; also after declining or ignoring, as long as the request is open.

    Raises:
        Forbidden: the actor is no focal point of the asked side.
        Conflict: the request is not open any more, or one of the two is not in the directory now.
    """
    require(POLICY, "request:accept", actor, request)
    return connect(session, actor, request)


def connect(session: orm.Session, actor: Actor, request: ConnectionRequest) -> Connection:
    """Let an open request come true; whoever calls has made sure that the asked side wants it.

    Raises:
        Conflict: the request is not open any more, or one of the two is not in the directory now.
    """
    if not are_listed(session, request.asker_id, request.asked_id):
        raise Conflict("one of the two is not in the directory now")
    if request.expires_at <= now():
        raise Conflict("cannot accept: it has run out")
    _move(session, actor, request, "accept", request.asked_id)
    made = queries.connection_of(session, request.asker_id, request.asked_id)
    if made is None:
        made = Connection(
            **pair((request.asker_id, request.asked_id)), request_id=request.id, state=ConnectionState.LIVING
        )
        session.add(made)
        session.flush()
        sides = {"sides": list(made.sides), "state": made.state}
        log(session, actor, "connection:begin", request.asked_id, subject=subject(made), after=sides)
    notices.accepted(session, request, made)
    return made


def decline(session: orm.Session, actor: Actor, request: ConnectionRequest) -> None:
    """Say no, to oneself: the asker goes on seeing an open request.

    Raises:
        Forbidden: the actor is no focal point of the asked side.
        Conflict: the request is not open any more, or was declined before.
    """
    require(POLICY, "request:decline", actor, request)
    answer(session, actor, request, "decline")


def ignore(session: orm.Session, actor: Actor, request: ConnectionRequest) -> None:
    """Put a request aside without an answer.

    Raises:
        Forbidden: the actor is no focal point of the asked side.
        Conflict: the request is not open any more, or was answered before.
    """
    require(POLICY, "request:ignore", actor, request)
    answer(session, actor, request, "ignore")


def withdraw(session: orm.Session, actor: Actor, request: ConnectionRequest) -> None:
    """Take a request back, whatever the other side noted of it.

    Raises:
        Forbidden: the actor is no focal point of the side that asked.
        Conflict: the request is not open any more.
    """
    require(POLICY, "request:withdraw", actor, request)
    _move(session, actor, request, "withdraw", request.asker_id)


def expire(session: orm.Session, limit: int = 500) -> int:
    """Let requests run out whose time is over, and tell those who asked; returns how many."""
    asked = sa.select(ConnectionRequest).where(
        ConnectionRequest.state == RequestState.OPEN, ConnectionRequest.expires_at <= now()
    )
    rows = asked.order_by(ConnectionRequest.expires_at, ConnectionRequest.id).limit(limit)
    found = session.scalars(rows.with_for_update(skip_locked=True)).all()
    for request in found:
        run_out(session, request)
    return len(found)


def run_out(session: orm.Session, request: ConnectionRequest) -> None:
    """Let a request run out whose time is over, and tell who asked."""
    _move(session, OPERATOR, request, "expire", request.asker_id)
    session.flush()
    notices.unanswered(session, request)


def end(session: orm.Session, actor: Actor, connection: Connection, organization_id: str) -> None:
    """End a connection, on behalf of one side; what each shows to partners alone is hidden at once.

    Raises:
        Forbidden: the actor is no focal point of that side.
        Conflict: it ended before.
    """
    require(POLICY, "connection:end", actor, connection)
    before = connection.state
    connection.state = advance(CONNECTION_STEPS, "end", before)
    connection.ended_at, connection.ended_by = now(), organization_id
    log(
        session, actor, "connection:end", organization_id,
        subject=subject(connection), before={"state": before}, after={"state": connection.state},
    )  # fmt: skip
    notices.ended(session, connection)


def show(
    session: orm.Session, actor: Actor, connection: Connection, organization_id: str, shows: bool
) -> None:
    """Say for one side whether the public may see the connection; it does where both say so.

    Raises:
        Forbidden: the actor is no focal point of that side.
    """
    require(POLICY, "connection:show", actor, connection)
    name = "first_shows" if organization_id == connection.first_id else "second_shows"
    before = getattr(connection, name)
    if before != shows:
        setattr(connection, name, shows)
        log(
            session, actor, "connection:show", organization_id,
            subject=subject(connection), before={name: before}, after={name: shows},
        )  # fmt: skip


def answer(session: orm.Session, actor: Actor, request: ConnectionRequest, step: str) -> None:
    """Note what the asked side thinks of an open request.

    Raises:
        Conflict: the request is not open any more, or the note does not follow on the one before.
    """
    if request.state is not RequestState.OPEN:
        raise Conflict(f"cannot {step}: it is {request.state}")
    before = request.answer
    request.answer = advance(ANSWER_STEPS, step, before)
    buttons.forget(session, request)
    log(
        session, actor, f"request:{step}", request.asked_id,
        subject=subject(request), before={"answer": before}, after={"answer": request.answer},
    )  # fmt: skip


def _move(session: orm.Session, actor: Actor, request: ConnectionRequest, step: str, side: str) -> None:
    before = request.state
    request.state = advance(REQUEST_STEPS, step, before)
    request.ended_at = now()
    buttons.forget(session, request)
    log(
        session, actor, f"request:{step}", side,
        subject=subject(request), before={"state": before}, after={"state": request.state},
    )  # fmt: skip


def are_listed(session: orm.Session, *organization_ids: str) -> bool:
    """Tell whether all of these organizations are in the directory now."""
    listed = sa.select(sa.func.count()).where(
        Organization.id.in_(organization_ids), Organization.status == Status.PUBLISHED
    )
    return session.scalar(listed) == len(organization_ids)
