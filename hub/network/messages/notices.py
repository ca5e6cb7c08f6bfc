"""What messages tell of: that there is one. What it says is read in the hub alone."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from hub.network.connections.models import Connection
from hub.network.messages.models import Thread
from hub.network.notices import Kind, declare, reading, tell
from hub.permissions import Actor

WRITTEN = declare(
    Kind("message", _l("%(organization)s wrote to you"), label=_l("Messages from connected organizations"))
)


def written(session: orm.Session, connection: Connection, thread: Thread, sender_id: str) -> None:
    """Tell the other side that something was written; however many threads are begun, that is one notice until read."""
    other_id = connection.other(sender_id)
    place = f"/my-organizations/{other_id}/connections/{connection.id}/messages/{thread.id}"
    tell(
        session,
        WRITTEN,
        organization_id=other_id,
        about={"organization": {"organization": sender_id}},
        link=place,
        group=_group(connection),
    )


def seen(session: orm.Session, actor: Actor, connection: Connection) -> None:
    """Note that a person has looked at what was written: the next message is told anew."""
    reading.mark_seen(session, actor, WRITTEN, _group(connection))


def _group(connection: Connection) -> str:
    return f"messages:{connection.id}"
