"""Needs and offers that meet: suggested partners with reasons, and open calls for partners."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub.directory import extending
from hub.network.matching import keys


def init_app(app: Flask) -> None:
    """Set up the keys, their job and the pages."""
    from hub.network.matching import views

    keys.init_app(app)
    app.register_blueprint(views.pages)
    extending.add_place(app, extending.Place("matching.partners", _l("Suggested partners")))
