"""Who is here: profiles, vocabularies, who sees what, import and export."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask

import hub.directory.matching  # noqa: F401 - it listens to every flush from here on
from hub.directory.visibility import Profile


def init_app(app: Flask, related: Callable[[Profile], Sequence[object]]) -> None:
    """Set up the pages; ``related`` finds what to show beside a profile (search sits above the directory)."""
    from hub.directory import (
        case_views,  # noqa: F401 - adds to the desk
        checking_views,
        claim_views,
        desk_views,
        duplicate_views,  # noqa: F401 - adds to the desk
        extending,
        history_views,
        logo_views,
        openness_views,
        own_views,
        registration_views,
        rendering,
        schedules,
        suggestion_views,
        task_views,
        views,
    )

    app.extensions["related"] = related
    extending.init_app(app)
    rendering.init_app(app)
    schedules.init_app(app)
    app.register_blueprint(views.pages)
    app.register_blueprint(openness_views.pages)
    app.register_blueprint(desk_views.desk)
    assert task_views.pages is registration_views.pages
    assert suggestion_views.pages is claim_views.pages
    for part in (
        registration_views,
        checking_views,
        logo_views,
        own_views,
        history_views,
        claim_views,
    ):
        app.register_blueprint(part.pages)
