"""What connections tell of: a request to who is asked, what came of it to who asked, the end of a connection.

Nothing is told of declining, ignoring and blocking.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from hub.accounts.models import Membership, Part
from hub.network.connections import buttons
from hub.network.connections.models import Connection, ConnectionRequest
from hub.network.connections.states import RequestState
from hub.network.notices import Kind, declare, tell
from hub.network.notices.models import Notice


def answers(session: orm.Session, notice: Notice, user_id: int) -> Sequence[tuple[str, str]]:
    """The buttons of a mail about a request, for a person who may answer it now; none for anybody else."""
    request = session.get(ConnectionRequest, int(notice.about["request"]))
    part = session.get(Membership, (user_id, notice.organization_id))
    if (
        request is None
        or request.state is not RequestState.OPEN
        or part is None
        or part.role is not Part.FOCAL_POINT
    ):
        return ()
    tokens = buttons.make(session, request, user_id)
    words = {"accept": _("Accept the connection"), "decline": _("Decline the connection")}
    return [(words[act], f"/connection-answers/{token}") for act, token in tokens.items()]


PLACE = "/my-organizations/{}/connections"

ASKED = declare(
    Kind(
        "connection-asked",
        _l("%(organization)s asks for a connection"),
        label=_l("Requests for a connection"),
        buttons=answers,
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
