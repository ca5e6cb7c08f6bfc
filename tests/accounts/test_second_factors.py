"""Codes of an app and recovery codes, and who may do nothing without them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from passlib.totp import TOTP
from structlog.testing import capture_logs

from hub import logs
from hub.accounts import users
from hub.accounts.models import Standing, User
from hub.database import db, transaction
from hub.permissions import OPERATOR
from tests.accounts.conftest import PASSWORD, path
from tests.people import Visitor

Visitors = Callable[[], Visitor]
HOME, CODES, CODE = path(""), path("codes"), path("code")


class Phone:
    """An app that shows codes; each call shows the next one."""

    def __init__(self, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.totp, self.patch, self.at = TOTP(key=secret), monkeypatch, 1_900_000_000

    def __call__(self, again: bool = False) -> str:
        if not again:
            self.at += 60
        self.patch.setattr("passlib.totp.TOTP.now", staticmethod(lambda: self.at))
        return str(self.totp.generate(self.at).token)


@pytest.fixture
def enter(visitor: Visitors, user: User) -> Callable[[], Visitor]:
    def sign_in() -> Visitor:
        someone = visitor()
        someone.fill(path("sign-in"), email="ana@example.org", password=PASSWORD)
        return someone

    return sign_in


@pytest.fixture
def phone(enter: Callable[[], Visitor], monkeypatch: pytest.MonkeyPatch) -> Phone:
    """Set up an app for ana@example.org."""
    someone = enter()
    page = someone.page.check(someone.fill(CODES, setup="authenticator"), CODES)
    assert 'class="qr"' in page.response.text
    secret = re.search(r"Secret: ([\w-]+)", page.text)
    assert secret
    made = Phone(secret[1], monkeypatch)
    form = next(one for one in page.all("form") if one.get("action", "").startswith(CODES + "/"))
    hidden = {one.get("name"): one.get("value") for one in form.iter("input") if one.get("type") == "hidden"}
    wrong = someone.post(form.get("action"), data={**hidden, "code": "000000"})
    again = someone.page.check(wrong, CODES, 422)
    assert (f"Secret: {secret[1]}" in again.text, "code is not right" in again.text) == (True, True), (
        again.text
    )
    assert 'class="qr"' in wrong.text
    assert form.get("action") in [one.get("action") for one in again.all("form")]
    right = someone.post(form.get("action"), data={**hidden, "code": made()})
    assert right.status_code == 302
    assert "Codes of an app: on" in someone.page.get(HOME).text
    return made


def test_a_code_is_asked_for_once_it_was_set_up(enter: Callable[[], Visitor], phone: Phone) -> None:
    someone = enter()
    assert someone.get(HOME).status_code == 302
    logs.configure("json", "info")
    with capture_logs() as lines:
        wrong = someone.fill(CODE, code="123456")
    someone.page.check(wrong, CODE, 422)
    assert [(one["event"], one["who"]) for one in lines] == [("second-factor-failed", "user:1")]
    assert "123456" not in repr(lines)
    assert someone.get(HOME).status_code == 302
    assert someone.fill(CODE, code=phone()).status_code == 302
    assert someone.get(HOME).status_code == 200


def test_no_code_works_twice(enter: Callable[[], Visitor], phone: Phone) -> None:
    first, second = enter(), enter()
    assert first.fill(CODE, code=phone()).status_code == 302
    assert second.fill(CODE, code=phone(again=True)).status_code == 422


def test_a_recovery_code_works_once(enter: Callable[[], Visitor], phone: Phone) -> None:
    someone = enter()
    someone.fill(CODE, code=phone())
    assert "You have no recovery codes" in someone.page.get(HOME).text
    made = someone.fill(path("recovery-codes"))
    assert "You have no recovery codes" not in someone.page.get(HOME).text
    codes = re.findall(r"\b[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}\b", made.text)
    assert len(codes) == 10
    kept = db.session.scalar(sa.select(User.mf_recovery_codes))
    assert not set(codes) & set(kept or [])
    lost, again = enter(), enter()
    assert lost.fill(path("recover"), code=codes[0]).status_code == 302
    assert lost.get(HOME).status_code == 200
    assert again.fill(path("recover"), code=codes[0]).status_code == 422


def test_the_secret_is_kept_encrypted(phone: Phone) -> None:
    kept = db.session.scalar(sa.select(User.tf_totp_secret))
    assert kept is not None
    assert "enckey" in kept
    assert phone.totp.base32_key not in kept


def test_a_curator_can_do_nothing_without_a_second_factor(
    app: Flask, enter: Callable[[], Visitor], phone: Phone, user: User
) -> None:
    with transaction() as session:
        users.grant(session, OPERATOR, session.get_one(User, user.id), Standing.CURATOR)
        session.get_one(User, user.id).tf_primary_method = None
    someone = enter()
    assert someone.get(path("roles")).status_code == 403
    assert "needs a second factor" in someone.page.get(HOME).text
    with transaction() as session:
        session.get_one(User, user.id).tf_primary_method = "authenticator"
    someone = enter()
    someone.fill(CODE, code=phone())
    assert someone.get(path("roles")).status_code == 200
    assert "Ask for no code" not in someone.page.get(CODES).text


def test_half_a_sign_in_opens_nothing_and_the_rescue_by_mail_is_closed(
    enter: Callable[[], Visitor], phone: Phone
) -> None:
    someone = enter()
    for name in ("", "codes", "passkeys", "recovery-codes", "password", "address", "data"):
        assert someone.get(path(name)).status_code == 302, name
    assert someone.get(path("rescue")).status_code == 404


def test_an_old_cookie_is_dead_after_each_step_to_more_power(
    enter: Callable[[], Visitor], visitor: Visitors, monkeypatch: pytest.MonkeyPatch, user: User
) -> None:
    """Copies of the cookie, taken before each step, are tried after it: nobody rides along on a planted or copied one."""
    planted = visitor()
    planted.page.get(path("sign-in"))
    mine, copies = visitor(), []

    def copied() -> Visitor:
        cookie = mine.get_cookie("hub")
        assert cookie is not None
        copies.append(visitor())
        copies[-1].set_cookie("hub", cookie.value)
        return copies[-1]

    mine.set_cookie("hub", planted.get_cookie("hub").value)  # type: ignore[union-attr]
    copied()
    assert mine.fill(path("sign-in"), email="ana@example.org", password=PASSWORD).status_code == 302
    copied()
    page = mine.page.check(mine.fill(CODES, setup="authenticator"), CODES)
    assert copies[-1].get(HOME).status_code == 200
    secret = re.search(r"Secret: ([\w-]+)", page.text)
    assert secret
    phone = Phone(secret[1], monkeypatch)
    form = next(one for one in page.all("form") if one.get("action", "").startswith(CODES + "/"))
    hidden = {one.get("name"): one.get("value") for one in form.iter("input") if one.get("type") == "hidden"}
    assert mine.post(form.get("action"), data={**hidden, "code": phone()}).status_code == 302
    assert (mine.get(HOME).status_code, copies[-1].get(HOME).status_code) == (200, 302)
    copied()
    fresh = "four herons mend umbrellas"
    assert mine.fill(path("password"), password=PASSWORD, new_password=fresh).status_code == 302
    assert (mine.get(HOME).status_code, copies[-1].get(HOME).status_code) == (200, 302)
    mine = visitor()
    mine.fill(path("sign-in"), email="ana@example.org", password=fresh)
    copied()
    assert mine.fill(CODE, code=phone()).status_code == 302
    assert mine.get(HOME).status_code == 200
    assert [one.get(HOME).status_code for one in (planted, *copies)] == [302] * 5
