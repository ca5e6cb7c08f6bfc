"""Messages: what two connected organizations write to each other, in threads, for the two alone."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from hub import outbox
from hub.database import transaction
from hub.directory import extending


def init_app(app: Flask) -> None:
    """Set up the pages, give people their own words, and forget old messages every day."""
    from hub.network.messages import queries, views

    app.register_blueprint(views.pages)
    extending.keep_private(app, "thread:", "message:")
    app.extensions["account-data"].append(queries.export)
    outbox.every(app, "clear-messages", timedelta(days=1), clear, after_midnight=timedelta(hours=3))


def clear() -> None:
    """Forget messages that are older than the hub keeps them."""
    from hub.network.messages import threads

    with transaction() as session:
        threads.clear(session)
