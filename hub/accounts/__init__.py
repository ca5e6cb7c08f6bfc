"""Who signs in: users, their roles and second factors, and the parts they play in organizations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from flask import Flask, Response, session

from hub import outbox
from hub.accounts import limits, signing_in, users
from hub.accounts.signing_in import TOKEN, current_actor
from hub.config import Config
from hub.database import transaction

__all__ = ["current_actor", "init_app"]


def init_app(app: Flask, config: Config, named: Callable[[Iterable[str]], Mapping[str, str]]) -> None:
    """Set up signing in and the pages of accounts; ``named`` gives the names of organizations by their ids."""
    from hub.accounts import security
    from hub.accounts.membership_views import pages

    app.extensions["organization_names"] = named
    app.extensions["account-menu"] = []  # (endpoint, lazy name) of pages that other parts add
    app.before_request(signing_in.recognize)
    app.after_request(_keep_nowhere)
    app.context_processor(lambda: {"actor": current_actor(), "menu": app.extensions["account-menu"]})
    security.init_app(app, config)
    app.register_blueprint(pages)
    outbox.every(app, "clear-accounts", timedelta(days=1), clear, after_midnight=timedelta(hours=2))


def clear() -> None:
    """Forget ended sign-ins, old tries and invitations that nobody accepted."""
    signing_in.clear()
    limits.clear()
    with transaction() as writing:
        users.clear(writing)


def _keep_nowhere(response: Response) -> Response:
    """Let nothing that a signed-in person sees be kept anywhere."""
    if TOKEN in session and response.mimetype not in ("text/css", "text/javascript", "image/svg+xml"):
        response.headers["Cache-Control"] = "private, no-store"
    return response
