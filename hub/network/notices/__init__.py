"""Notices: what happened that concerns a person, in one inbox in the hub and, as each person wishes, by mail.

A part of the network declares at import what it may tell of, and tells it in the transaction in which it happens::

    ASKED = declare(Kind("connection-asked", _l("%(organization)s asks for a connection"), mail="now"))
    tell(session, ASKED, organization_id=target.id, about={"organization": {"organization": asker.id}},
         link=f"/my-organizations/{target.id}/connections", group=f"request:{made.id}")
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub import outbox
from hub.network.notices.kinds import Kind, declare
from hub.network.notices.telling import TOPIC, tell

__all__ = ["Kind", "declare", "init_app", "tell"]


def init_app(app: Flask) -> None:
    """Set up the inbox, its number in the menu, and the mails."""
    from hub.network.notices import posting, queries, views

    app.register_blueprint(views.pages)
    app.extensions["csrf"].exempt(views.stop)  # a mail program posts there: RFC 8058
    app.extensions["account-menu"].append(("notices.inbox", _l("Notices")))
    app.extensions["account-counts"]["notices.inbox"] = queries.unread
    app.extensions["account-data"].append(queries.export)
    outbox.register(app, TOPIC, posting.post, batch=100)
    outbox.register(app, posting.TOGETHER, posting.post_together, batch=100)
    outbox.every(app, "gather-notices", timedelta(days=1), posting.gather, after_midnight=timedelta(hours=5))
    outbox.every(app, "clear-notices", timedelta(days=1), posting.clear, after_midnight=timedelta(hours=3))
