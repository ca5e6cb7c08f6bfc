"""What connections tell of: a request to who is asked, what came of it to who asked, the end of a connection.

Nothing is told of declining, ignoring and blocking.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from hub.network.connections.models import Connection, ConnectionRequest
from hub.network.notices import Kind, declare, tell

PLACE = "/my-organizations/{}/connections"

ASKED = declare(
    Kind(
        "connection-asked",
        _l("%(organization)s asks for a connection"),
        label=_l("Requests for a connection"),
    )
)
ACCEPTED = declare(
    Kind(
        "connection-accepted",
        _l("%(organization)s is connected with your organization now"),
        label=_l("New connections"),
    )
)
UNANSWERED = declare(
    Kind(
        "connection-unanswered",
        _l("There was no answer from %(organization)s to your request for a connection"),
        mail="digest",
        label=_l("Requests that got no answer"),
    )
)
ENDED = declare(
    Kind(
        "connection-ended",
        _l("The connection with %(organization)s has ended"),
        mail="digest",
        label=_l("Connections that ended"),
    )
)


def asked(session: orm.Session, request: ConnectionRequest) -> None:
    """Tell the asked side of a request."""
    tell(
        session,
        ASKED,
        organization_id=request.asked_id,
        about={"organization": {"organization": request.asker_id}, "request": str(request.id)},
        link=f"{PLACE.format(request.asked_id)}/requests/{request.id}",
        group=f"request:{request.id}",
    )


def accepted(session: orm.Session, request: ConnectionRequest, connection: Connection) -> None:
    """Tell the side that asked of the connection."""
    _of_connection(session, ACCEPTED, connection, request.asker_id)


def unanswered(session: orm.Session, request: ConnectionRequest) -> None:
    """Tell the side that asked that the time is over."""
    tell(
        session,
        UNANSWERED,
        organization_id=request.asker_id,
        about={"organization": {"organization": request.asked_id}},
        link=f"{PLACE.format(request.asker_id)}?show=past",
        group=f"request:{request.id}",
    )


def ended(session: orm.Session, connection: Connection) -> None:
    """Tell the other side of the end."""
    _of_connection(session, ENDED, connection, connection.other(connection.ended_by or ""))


def _of_connection(session: orm.Session, kind: Kind, connection: Connection, to: str) -> None:
    tell(
        session,
        kind,
        organization_id=to,
        about={"organization": {"organization": connection.other(to)}},
        link=f"{PLACE.format(to)}/{connection.id}",
        group=f"connection:{connection.id}",
    )
