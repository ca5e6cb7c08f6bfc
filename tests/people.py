"""Persons who are signed in, for tests: each with a client of their own."""

from __future__ import annotations

import contextvars
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from hub.accounts import memberships, users
from hub.accounts.models import Part, SignIn, Standing
from hub.accounts.signing_in import TOKEN, digest
from hub.database import now, transaction
from hub.permissions import OPERATOR, Actor
from tests.guard import Guard


class OutsideClient(FlaskClient):
    """A client whose requests know nothing of the test's own app context, as requests from outside do not."""

    def open(self, *args: Any, **options: Any) -> Any:
        """Send the request from an empty context."""
        return contextvars.Context().run(super().open, *args, **options)


class Visitor(OutsideClient):
    """A client that fills in forms as a browser without JavaScript does: it asks for the page, then sends its form."""

    @property
    def page(self) -> Guard:
        """The guarded client of this visitor."""
        return Guard(self, may_set_cookies=True)

    def fill(self, path: str, to: str | None = None, **data: Any) -> TestResponse:
        """Send the form on the page at ``path``, with all its hidden fields, to ``to`` or the same address."""
        root = self.page.get(path).root
        forms = [one for one in root.find("body/main").iter("form") if one.get("action") in (to, path)]  # type: ignore[union-attr]
        fields = (forms or [root])[0].iter("input")
        hidden = {one.get("name"): one.get("value", "") for one in fields if one.get("type") == "hidden"}
        return self.post(to or path, data={**hidden, **data})


class Person(Visitor):
    """A client in which somebody is signed in."""

    user_id: int
    email: str
    actor: Actor

    @property
    def csrf_token(self) -> str:
        """A token with which forms of this person are taken."""
        with self.session_transaction() as held:
            held.setdefault("csrf_token", secrets.token_hex(20))
            raw = held["csrf_token"]
        key = self.application.config["SECRET_KEY"]
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))

    def submit(self, path: str, **data: Any) -> TestResponse:
        """Post a form as this person's browser would; ``_`` in names stands for itself."""
        return self.post(path, data={"csrf_token": self.csrf_token, **data})


def sign_in(
    app: Flask,
    role: str | None = None,
    organization: str | None = None,
    part: str = "focal_point",
    email: str | None = None,
    *,
    language: str = "en",
    label: str | None = "Ministry of Justice",
    is_strong: bool = True,
) -> Person:
    """Make a person and sign them in, as the fixture ``signed_in`` promises."""
    email = email or f"{secrets.token_hex(6)}@example.org"
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        user = users.create(session, OPERATOR, email, None, language)
        if role not in (None, "member"):
            users.grant(session, OPERATOR, user, Standing(role), label if role == "guest" else None)
        if organization is not None:
            memberships.join(session, OPERATOR, user.id, organization, Part(part))
        session.add(
            SignIn(user=user, digest=digest(token), is_strong=is_strong, ends_at=now() + timedelta(hours=1))
        )
        user_id, uniquifier = user.id, user.fs_uniquifier
    client = Person(app, app.response_class, use_cookies=True)
    client.user_id, client.email = user_id, email
    roles = {"member", role or "member"} if is_strong else {"member"}
    client.actor = Actor(
        f"user:{user_id}", frozenset(roles), user_id, {organization: part} if organization else {}
    )
    with client.session_transaction() as held:
        held.update({TOKEN: token, "_user_id": uniquifier, "_fresh": True, "fs_paa": now().timestamp()})
    return client
