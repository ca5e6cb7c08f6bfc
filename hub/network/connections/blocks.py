"""Blocking an organization: nothing of it arrives any more, and it is never told."""

from __future__ import annotations

from sqlalchemy import orm

from hub.directory.log import note as log
from hub.errors import NotFound
from hub.network.connections import connecting, queries
from hub.network.connections.models import Block
from hub.network.connections.permissions import POLICY
from hub.network.connections.states import Answer
from hub.permissions import Actor, require


def block(session: orm.Session, actor: Actor, blocker_id: str, blocked_id: str) -> None:
    """Block an organization: a connection with it ends, its open request is kept back, one's own is withdrawn.

    Raises:
        Forbidden: the actor is no focal point of the organization that blocks.
        NotFound: there is no such other organization.
    """
    require(POLICY, "connection:block", actor, blocker_id)
    if blocker_id == blocked_id:
        raise NotFound(blocked_id)
    connecting.hold(session, blocker_id, blocked_id)
    if queries.has_blocked(session, blocker_id, blocked_id):
        return
    session.add(Block(blocker_id=blocker_id, blocked_id=blocked_id))
    session.flush()
    log(session, actor, "connection:block", blocker_id, subject=_subject(blocker_id, blocked_id))
    if (connection := queries.connection_of(session, blocker_id, blocked_id)) is not None:
        connecting.end(session, actor, connection, blocker_id)
    request = queries.open_request(session, blocker_id, blocked_id)
    if request is None:
        return
    if request.asker_id == blocker_id:
        connecting.withdraw(session, actor, request)
    elif request.answer is not Answer.KEPT_BACK:
        connecting.answer(session, actor, request, "keep_back")


def lift(session: orm.Session, actor: Actor, blocker_id: str, blocked_id: str) -> None:
    """Lift a block; nothing happens where there is none. What was kept back stays so.

    Raises:
        Forbidden: the actor is no focal point of the organization that blocked.
    """
    require(POLICY, "connection:block", actor, blocker_id)
    held = session.get(Block, (blocker_id, blocked_id), with_for_update=True)
    if held is not None:
        session.delete(held)
        log(session, actor, "connection:unblock", blocker_id, subject=_subject(blocker_id, blocked_id))


def _subject(blocker_id: str, blocked_id: str) -> str:
    return f"block:{blocker_id}:{blocked_id}"
