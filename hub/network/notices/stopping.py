"""Links with which mails of one sort are stopped without signing in: signed, good for nothing else.

Other parts that send mails add theirs::

    STOP = stopping.add("followed", _l("What is new among what you follow"), following.stop)
    Letter(..., stop=stopping.link(STOP, user_id))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import orm

from hub.accounts.models import User
from hub.errors import NotFound
from hub.i18n import language
from hub.network.notices import wishes
from hub.network.notices.kinds import KINDS
from hub.web import origin

Act = Callable[[orm.Session, int], None]
_added: dict[str, tuple[Any, Act]] = {}  # what is stopped -> its name as a lazy text, and what stops it


def add(what: str, label: Any, act: Act) -> str:
    """Let mails of a sort be stopped by ``act``; returns ``what``."""
    _added[what] = (label, act)
    return what


def link(what: str, user_id: int) -> str:
    """The address at which a person stops mails of a sort; empty where nobody knows the hub's address."""
    home = origin()
    return f"{home}/{language()}/notices/stop/{_signer().dumps([what, user_id])}" if home else ""


def read(token: str) -> tuple[str, int]:
    """What a link stops, and for whom.

    Raises:
        NotFound: the link is not one of the hub's.
    """
    try:
        what, user_id = _signer().loads(token)
    except BadSignature as error:
        raise NotFound("a link that stops mails") from error
    if what not in KINDS and what not in _added:
        raise NotFound(f"mails of the sort {what}")
    return what, user_id


def label(what: str) -> str:
    """What a sort of mails is called."""
    return str(_added[what][0]) if what in _added else KINDS[what].called


def stop(session: orm.Session, what: str, user_id: int) -> None:
    """Send a person no more mails of a sort; safe to repeat, and nothing where the account is gone."""
    if session.get(User, user_id) is None:
        return
    if what in _added:
        _added[what][1](session, user_id)
    else:
        wishes.stop(session, user_id, what)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="stop mails")
