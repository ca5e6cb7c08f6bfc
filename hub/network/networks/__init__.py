"""Networks: regional and thematic groups of organizations, their members, and what is written there."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from hub.directory import extending


def init_app(app: Flask) -> None:
    """Set up the pages, the panel beside a profile, and the link from one's organizations."""
    from hub.network.networks import (
        desk_views,  # noqa: F401 - adds to the pages
        post_views,  # noqa: F401 - adds to the pages
        queries,
        rendering,
        views,
    )

    rendering.init_app(app)
    app.extensions["account-data"].append(queries.export)
    app.register_blueprint(views.pages)
    extending.add_panel(app, views.panel)
    extending.add_place(app, extending.Place("networks.own", _l("Networks")))
