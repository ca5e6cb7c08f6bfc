"""Nobody finds out by asking whether an address has an account: the same answer, for the same work or after the same time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import low_level
from flask import Flask
from flask_security import hash_password
from werkzeug.test import TestResponse

from hub.accounts import security, users
from hub.database import transaction
from hub.directory.models import Organization
from hub.mail import Mail
from hub.permissions import OPERATOR
from tests.accounts.conftest import PASSWORD, link_in, path
from tests.accounts.test_attacks import shape
from tests.people import Person, Visitor, sign_in

KNOWN = tuple(f"{name}@example.org" for name in ("plain", "codes", "ended", "fresh"))  # as long as each other
WRONG = "eleven geese paint a ladder"
WAITING = {
    "register",
    "reset",
    "confirm",
    "address",
}  # answer after a multiple of the same time, whatever they did


class Form:
    """A form that takes somebody's address, to be sent with one after the other."""

    def __init__(self, asker: Visitor, page: str, **fields: str) -> None:
        self.asker, self.page, self.fields = asker, page, fields

    def opened(self) -> dict[str, str]:
        """The fields of the form on its page, which a visitor opens anew each time."""
        if isinstance(self.asker, Person):
            return {"csrf_token": self.asker.csrf_token, **self.fields}
        self.asker.delete_cookie("hub")
        found = re.findall(r'name="csrf_token" value="([^"]+)"', self.asker.get(self.page).text)
        return {"csrf_token": found[-1], **self.fields}

    def send(self, email: str, opened: dict[str, str]) -> TestResponse:
        """Send the form that was opened, with an address."""
        return self.asker.post(self.page, data={**opened, "email": email})


def forms(app: Flask, organization: str) -> dict[str, Form]:
    """Every form that takes an address of somebody who may have an account."""
    guest, focal = (
        Visitor(app, app.response_class, use_cookies=True),
        sign_in(app, organization=organization),
    )
    return {
        "sign-in": Form(guest, path("sign-in"), password=WRONG),
        "register": Form(guest, path("register"), password=WRONG),
        "reset": Form(guest, path("reset")),
        "confirm": Form(guest, path("confirm")),
        "address": Form(focal, path("address")),
        "invite": Form(focal, path(f"organizations/{organization}/members"), role="editor"),
    }


def make_known() -> None:
    """Make an account of each kind."""
    for email in KNOWN:
        with transaction() as session:
            user = users.create(session, OPERATOR, email, hash_password(PASSWORD))
            if email.startswith("codes"):
                user.tf_primary_method, user.tf_totp_secret = "authenticator", "x"
            if email.startswith("fresh"):
                user.confirmed_at = None
            user.active = not email.startswith("ended")


def test_every_address_is_answered_alike_after_as_much_work_or_as_much_time(
    app: Flask,
    add: Callable[..., Organization],
    statements: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_known()
    hashed: list[str] = []
    waited: list[float] = []
    for kind in ("hash_secret", "verify_secret"):
        real = getattr(low_level, kind)
        monkeypatch.setattr(
            low_level, kind, lambda *a, _real=real, **k: (hashed.append("one"), _real(*a, **k))[1]
        )
    monkeypatch.setattr(security.time, "sleep", waited.append)
    for name, form in forms(app, add("Refugio", indexed=False).id).items():
        seen = []
        for email in (*KNOWN, f"{name:x<5.5}@example.org"):
            opened = form.opened()
            hashed.clear()
            waited.clear()
            with statements() as counted:
                answer = form.send(email, opened)
            work = len(waited) if name in WAITING else (len(hashed), counted.count)
            seen.append((shape(answer, email), work))
        assert seen == [seen[0]] * len(seen), name
        assert bool(waited) == (name in WAITING), name


def test_the_same_invitation_twice_is_one_letter_and_its_link_stays_good(
    add: Callable[..., Organization], signed_in: Callable[..., Person], mails: Callable[[], list[Mail]]
) -> None:
    place = add("Refugio", indexed=False).id
    focal, bea = signed_in(organization=place), signed_in(email="bea@example.org")
    page = path(f"organizations/{place}/members")
    answers = [focal.submit(page, email="Bea@example.org", role="editor") for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    (first,) = mails()
    bea.page.get(link_in(first))
    assert focal.submit(page, email="bea@example.org", role="reader").status_code == 303
    _, second = mails()
    assert bea.get(link_in(first)).status_code == 404, "another part is another offer"
    assert bea.submit(link_in(second)).status_code == 303
