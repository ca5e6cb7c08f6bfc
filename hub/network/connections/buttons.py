"""Buttons in mails: signed, for one person, used once, dead when the request is answered or the person's part is lost."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, Signer
from sqlalchemy import orm

from hub.accounts.models import User
from hub.accounts.signing_in import actor_of
from hub.database import now
from hub.errors import NotFound
from hub.network.connections.models import ConnectionRequest, MailButton
from hub.network.connections.permissions import POLICY
from hub.network.connections.states import RequestState
from hub.permissions import Actor, allows

ACTS = ("accept", "decline")


class Spent(NotFound):
    """A button that was ours and is out of force: its request is settled, too old, or not this person's to answer."""


def make(session: orm.Session, request: ConnectionRequest, user_id: int) -> dict[str, str]:
    """Make a button of each act for one person's mail; returns their tokens by act."""
    made = [
        MailButton(
            id=secrets.token_hex(16),
            user_id=user_id,
            request_id=request.id,
            act=act,
            expires_at=request.expires_at,
        )
        for act in ACTS
    ]
    session.add_all(made)
    return {one.act: _signer().sign(one.id).decode() for one in made}


def find(session: orm.Session, token: str, viewer: Actor) -> tuple[MailButton, ConnectionRequest, Actor]:
    """Find what a token stands for: the button, its request, and the person whose mail it was in, as an actor.

    Raises:
        NotFound: it is none of ours.
        Spent: it was used, is too old, is another's, or its person may not answer any more.
    """
    try:
        button_id = _signer().unsign(token).decode()
    except (BadSignature, UnicodeError) as error:
        raise NotFound("button") from error
    button = session.get(MailButton, button_id)
    if button is None or button.expires_at <= now() or viewer.id not in (None, button.user_id):
        raise Spent("button")
    request = session.get_one(ConnectionRequest, button.request_id)
    user = session.get_one(User, button.user_id)
    actor = actor_of(user, is_strong=False)
    may = user.active and allows(POLICY, f"request:{button.act}", actor, request)
    if not may or request.state is not RequestState.OPEN:
        raise Spent("button")
    return button, request, actor


def forget(session: orm.Session, request: ConnectionRequest) -> None:
    """Take the buttons of a request out of force, in everybody's mail."""
    session.execute(
        sa.delete(MailButton)
        .where(MailButton.request_id == request.id)
        .execution_options(synchronize_session="fetch")
    )


def clear(session: orm.Session) -> None:
    """Forget buttons that are too old to be used."""
    session.execute(
        sa.delete(MailButton)
        .where(MailButton.expires_at < now())
        .execution_options(synchronize_session=False)
    )


def _signer() -> Signer:
    return Signer(str(current_app.config["SECRET_KEY"]), salt="connection-button")
