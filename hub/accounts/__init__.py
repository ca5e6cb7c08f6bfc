"""Who signs in: users, their roles and second factors, and the parts they play in organizations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, session

from hub import outbox
from hub.accounts import limits, signing_in, users
from hub.accounts.signing_in import TOKEN, current_actor
from hub.config import Config
from hub.database import db, transaction
from hub.permissions import Actor
from hub.web import wants_fragment

__all__ = ["current_actor", "init_app"]


def init_app(app: Flask, config: Config, named: Callable[[Iterable[str]], Mapping[str, str]]) -> None:
    """Set up signing in and the pages of accounts; ``named`` gives the names of organizations by their ids."""
    from hub.accounts import security
    from hub.accounts.membership_views import pages

    app.extensions["organization_names"] = named
    app.extensions["account-menu"] = []  # (endpoint, lazy name) of pages that other parts add
    app.extensions[
        "account-counts"
    ] = {}  # endpoint -> what counts what is new there, from a session and a user's id
    app.extensions["account-data"] = []  # what gives out more of what is kept about a user, from the same
    app.before_request(signing_in.recognize)
    app.after_request(_keep_nowhere)
    app.context_processor(lambda: _menu(app))
    security.init_app(app, config)
    app.register_blueprint(pages)
    outbox.every(app, "clear-accounts", timedelta(days=1), clear, after_midnight=timedelta(hours=2))


def _menu(app: Flask) -> dict[str, Any]:
    actor = current_actor()
    return {"actor": actor, "menu": app.extensions["account-menu"], "news": _news(app, actor)}


def _news(app: Flask, actor: Actor) -> dict[str, int]:
    """How much is new behind entries of the account's menu; nothing where the database cannot tell."""
    counts = app.extensions["account-counts"] if actor.id is not None and not wants_fragment() else {}
    try:
        return {endpoint: count(db.session, actor.id) for endpoint, count in counts.items()}
    except sa.exc.SQLAlchemyError:
        return {}


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
