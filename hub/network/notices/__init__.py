"""Notices: what happened that concerns a person, in one inbox in the hub and, as each person wishes, by mail.

A part of the network declares at import what it may tell of, and tells it in the transaction in which it happens::

    ASKED = declare(Kind("connection-asked", _l("%(organization)s asks for a connection"), mail="now"))
    tell(session, ASKED, organization_id=target.id, about={"organization": {"organization": asker.id}},
         link=f"/my-organizations/{target.id}/connections", group=f"request:{made.id}")
"""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub.network.notices.kinds import Kind, declare
from hub.network.notices.telling import tell

__all__ = ["Kind", "declare", "init_app", "tell"]


def init_app(app: Flask) -> None:
    """Set up the inbox."""
    from hub.network.notices import views

    app.register_blueprint(views.pages)
    app.extensions["account-menu"].append(("notices.inbox", _l("Notices")))
