"""The picture of the network: how organizations hang together, for curators whole, for the public from what is shown."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_pgettext as _pl

from hub.directory import extending


def init_app(app: Flask) -> None:
    """Set up the two pages."""
    from hub.network.picture import views

    app.extensions["pictures"] = {}
    app.register_blueprint(views.pages)
    app.register_blueprint(views.desk)
    extending.add_tab(app, "network_desk.picture", _pl("all connections", "Network"))
