"""Who is signed in, in which browser: a row for each, without which the cookie's token is worth nothing.

The cookie holds a random token, the row its digest. The row ends when its person signs out, after a time without use, at
the latest after a fixed time, and whenever the password changes.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app, g, request, session
from flask_security.utils import set_request_attr
from sqlalchemy import orm

from hub.accounts.models import IN_NEED, SignIn, Standing, User
from hub.config import Config
from hub.database import db, now, transaction
from hub.permissions import ANYONE, Actor

TOKEN = "sign_in"  # noqa: S105 - the name under which the cookie holds it
KEPT = ("_user_id", "_fresh", "_flashes", "fs_paa")  # what a new sign-in takes over from the visit before it
NOTED = timedelta(minutes=1)  # being seen again sooner than this is not written down
RECENT = timedelta(minutes=5)  # within which who has just shown who they are need not do it again
BROWSERS = (
    "Firefox",
    "Edg",
    "OPR",
    "Chrome",
    "Safari",
)  # as they name themselves, the more telling name first
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def current_actor() -> Actor:
    """Who makes this request: ``ANYONE`` unless a living sign-in says who."""
    if "actor" not in g:
        found = current_sign_in()
        g.actor = actor_of(found.user, is_strong=found.is_strong) if found else ANYONE
    actor: Actor = g.actor
    return actor


def actor_of(user: User, is_strong: bool) -> Actor:
    """Describe a person; curators and administrators are none until a second factor was shown."""
    roles = {Standing.MEMBER.value, *(role.name for role in user.roles)}
    if not is_strong:
        roles -= IN_NEED
    organizations = {one.organization_id: one.role.value for one in user.memberships}
    return Actor(user.handle, frozenset(roles), user.id, organizations)


def current_sign_in() -> SignIn | None:
    """The living sign-in of this request; asks the database once, and not at all for a visitor without a cookie."""
    if "sign_in" not in g:
        token = session.get(TOKEN)
        g.sign_in = _find(token) if isinstance(token, str) else None
    found: SignIn | None = g.sign_in
    return found


def _find(token: str) -> SignIn | None:
    limits = _config()
    found = db.session.scalar(
        sa.select(SignIn)
        .join(SignIn.user)
        .where(
            SignIn.digest == digest(token),
            SignIn.ends_at > now(),
            SignIn.seen_at > now() - timedelta(minutes=limits.session_idle),
            User.active,
        )
        .options(
            orm.contains_eager(SignIn.user).options(
                orm.selectinload(User.roles), orm.selectinload(User.memberships)
            )
        )
    )
    if found is not None and session.get("_user_id") != found.user.fs_uniquifier:
        return None
    return found


def lacks_factor() -> bool:
    """Tell whether who is signed in holds a role that counts only once a second factor was shown."""
    found = current_sign_in()
    return found is not None and not found.is_strong and found.user.check_tf_required_setup()


def recognize() -> None:
    """Note that a person was seen (before every request); an ended sign-in leaves nothing in the cookie."""
    if request.endpoint in ("static", "assets.bundle") or TOKEN not in session:
        return
    found = current_sign_in()
    if found is None:
        session.clear()
        return
    current_actor()
    if found.seen_at < now() - NOTED:
        with transaction() as writing:
            writing.execute(
                sa.update(SignIn)
                .where(SignIn.id == found.id)
                .values(seen_at=now())
                .execution_options(synchronize_session=False)
            )


def load(uniquifier: str) -> User | None:
    """The person signed in by this request (user loader of Flask-Login)."""
    found = current_sign_in()
    if found is None or found.user.fs_uniquifier != uniquifier:
        return None
    set_request_attr("fs_authn_via", "session")  # so its views know how, and how long ago, somebody signed in
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return found.user


def is_recent() -> bool:
    """Tell whether the person of this request has just signed in, or shown anew that it is them."""
    shown: float = session.get("fs_paa", 0)
    return now().timestamp() - shown < RECENT.total_seconds()


def begin(user: User, is_strong: bool) -> SignIn:
    """Write down that ``user`` signs in with this request; nothing of the visit before it goes over into the cookie."""
    is_strong = is_strong or (user.id == current_actor().id and _is_strong())
    for key in [key for key in session if key not in KEPT]:
        session.pop(key)
    g.pop("csrf_token", None)
    token = secrets.token_urlsafe(32)
    session[TOKEN] = token
    begun = SignIn(
        user=user,
        digest=digest(token),
        is_strong=is_strong,
        device=device(request.user_agent.string),
        ends_at=now() + timedelta(hours=_config().session_limit),
    )
    db.session.add(begun)
    db.session.flush()
    g.sign_in = begun
    g.pop("actor", None)
    return begun


def strengthen() -> None:
    """Note that the person of this request has shown a second factor; older copies of the cookie are worth nothing."""
    if (found := current_sign_in()) is not None:
        token = secrets.token_urlsafe(32)
        session[TOKEN], found.digest, found.is_strong = token, digest(token), True
        g.pop("actor", None)


def end_current() -> None:
    """End the sign-in of this request: whoever copied the cookie holds nothing."""
    token = session.get(TOKEN)
    if isinstance(token, str):
        _end(db.session, SignIn.digest == digest(token))
    forget()


def forget() -> None:
    """Leave nothing of a sign-in in the cookie and in the request."""
    session.clear()
    g.pop("csrf_token", None)
    g.sign_in = None
    g.pop("actor", None)


def look_anew() -> None:
    """Look anew at who makes this request."""
    g.pop("sign_in", None)
    g.pop("actor", None)


def living(session: orm.Session, user_id: int) -> Sequence[SignIn]:
    """The sign-ins of a person that still hold, the one seen last first."""
    return session.scalars(
        sa.select(SignIn)
        .where(
            SignIn.user_id == user_id,
            SignIn.ends_at > now(),
            SignIn.seen_at > now() - timedelta(minutes=_config().session_idle),
        )
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def end_one(session: orm.Session, user_id: int, sign_in_id: int) -> None:
    """End one sign-in of a person; nothing happens where there is none."""
    _end(session, SignIn.user_id == user_id, SignIn.id == sign_in_id)


def end_all(session: orm.Session, user_id: int, but: int | None = None) -> None:
    """End all sign-ins of a person, perhaps ``but`` one."""
    _end(session, SignIn.user_id == user_id, *([SignIn.id != but] if but is not None else []))


def clear() -> None:
    """Forget sign-ins that have ended by themselves."""
    idle = now() - timedelta(minutes=_config().session_idle)
    with transaction() as writing:
        _end(writing, sa.or_(SignIn.ends_at < now(), SignIn.seen_at < idle))


def device(agent: str) -> str:
    """Name a browser and its system for its owner to recognize; no version, nothing to follow anybody by."""
    browser = next((name for name in BROWSERS if name in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    browser = {"Edg": "Edge", "OPR": "Opera"}.get(browser, browser)
    return re.sub(r"^Mac OS$", "macOS", system) if not browser else f"{browser}, {system}".strip(", ")


def _is_strong() -> bool:
    found = current_sign_in()
    return found is not None and found.is_strong


def _end(session: orm.Session, *which: sa.ColumnElement[bool]) -> None:
    session.execute(sa.delete(SignIn).where(*which).execution_options(synchronize_session=False))


def _config() -> Config:
    config: Config = current_app.config["HUB"]
    return config
