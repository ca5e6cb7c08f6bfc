"""The messages of an entry that is merged into another: they stay with the connection in which they were written.

Of two connections with the same organization that became one, the threads come together in it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.network.connections import queries
from hub.network.connections.models import Connection
from hub.network.messages.models import Message, Thread
from hub.network.moved import Moved


def move(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    """Give the one kept the threads of the other; connections have been moved before."""
    left = session.scalars(sa.select(Connection).where(queries.has(merged_id), ~queries.has(kept_id))).all()
    for connection in left:
        going_on = queries.connection_of(session, kept_id, connection.other(merged_id))
        if going_on is not None:
            threads = sa.select(Thread).where(Thread.connection_id == connection.id)
            for thread in session.scalars(threads).all():
                moved.change(thread, connection_id=going_on.id)
    _sign(session, merged_id, kept_id)


def move_back(session: orm.Session, kept_id: str, merged_id: str) -> None:
    """Sign messages as they were; their threads and connections have been moved back before."""
    _sign(session, kept_id, merged_id)


def _sign(session: orm.Session, before: str, after: str) -> None:
    """Have ``after`` be the writer of what ``before`` wrote where it is one of the two sides, and ``before`` is not."""
    theirs = (
        sa.select(Thread.id)
        .join(Connection, Connection.id == Thread.connection_id)
        .where(queries.has(after), ~queries.has(before))
    )
    session.execute(
        sa.update(Message)
        .where(Message.organization_id == before, Message.thread_id.in_(theirs))
        .values(organization_id=after)
        .execution_options(synchronize_session="fetch")
    )
