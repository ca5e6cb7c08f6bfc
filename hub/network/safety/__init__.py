"""Safety of first contact: what curators see of how organizations ask each other, and pausing one that asks too much."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub.directory import extending


def init_app(app: Flask) -> None:
    """Set up the console at the curators' desk."""
    from hub.network.safety import views

    app.register_blueprint(views.desk)
    extending.add_tab(app, "safety.console", _l("Safety"))
