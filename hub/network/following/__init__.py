"""Following organizations and searches: themes and countries are searches too; what is new comes in one digest.

What a search finds is known to who composes the hub; the network knows it by this port alone.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub import outbox
from hub.directory import extending
from hub.network.following.searches import Searches


def init_app(app: Flask, searches: Searches) -> None:
    """Set up the pages and the digest; ``searches`` reads and runs saved searches."""
    from hub.network.following import digest, queries, views

    app.extensions["searches"] = searches
    app.register_blueprint(views.pages)
    app.extensions["account-menu"].append(("following.home", _l("Following")))
    app.extensions["account-data"].append(queries.export)
    extending.add_panel(app, views.panel)
    outbox.register(app, digest.TOPIC, digest.post, batch=20)
    outbox.every(app, "gather-digests", timedelta(days=1), digest.gather, after_midnight=timedelta(hours=6))
