"""Needs and offers that meet: suggested partners with reasons, and open calls for partners."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub import outbox
from hub.database import transaction
from hub.directory import extending
from hub.network.matching import call_queries, calls, keys
from hub.permissions import OPERATOR


def init_app(app: Flask) -> None:
    """Set up the keys, their job and the pages."""
    from hub.network.matching import call_desk_views, call_views, views

    keys.init_app(app)
    assert call_desk_views.pages is call_views.pages
    for part in (views, call_views):
        app.register_blueprint(part.pages)
    app.extensions["account-data"].append(call_queries.export)
    extending.keep_private(app, "match:", "call:answer")
    extending.add_place(app, extending.Place("matching.partners", _l("Suggested partners")))
    extending.add_place(app, extending.Place("calls.own", _l("Calls for partners")))
    extending.add_tab(app, "calls.desk", _l("Calls"))
    app.extensions["account-menu"].append(("calls.list_", _l("Calls for partners")))
    outbox.every(app, "close-calls", timedelta(days=1), close_calls, after_midnight=timedelta(minutes=10))


def close_calls() -> None:
    """Close the calls whose last day is over."""
    with transaction() as session:
        calls.close_ended(session, OPERATOR)
