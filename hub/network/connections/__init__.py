"""Connections: an organization asks another to be in touch; what follows is for the two alone."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub import outbox
from hub.database import transaction
from hub.directory import extending
from hub.network.connections import queries


def init_app(app: Flask) -> None:
    """Set up the pages, show partners what is for them, and let requests run out by the clock."""
    from hub.network.connections import meeting_views, views
    from hub.network.connections.permissions import READING

    app.register_blueprint(views.pages)
    app.register_blueprint(meeting_views.pages)
    extending.add_partners(app, queries.is_partner)
    extending.keep_private(app, "connection:", "request:")
    extending.add_panel(app, meeting_views.panel)
    extending.add_place(app, extending.Place("connections.home", _l("Connections"), READING))
    outbox.every(app, "expire-requests", timedelta(hours=1), expire)


def expire() -> None:
    """Let all requests run out whose time is over, some hundred in a transaction."""
    from hub.network.connections import buttons, connecting

    while True:
        with transaction() as session:
            buttons.clear(session)
            if connecting.expire(session) == 0:
                return
