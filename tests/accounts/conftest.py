"""Fixtures of accounts: visitors who fill in forms, people with a password, and the mail that was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_security import hash_password

from hub.accounts import users
from hub.accounts.models import User
from hub.database import db, transaction
from hub.mail import Mail
from hub.permissions import OPERATOR
from tests.people import Visitor

PASSWORD = "seven otters juggle lanterns"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait where an answer waits so that its time tells nothing."""
    monkeypatch.setattr("hub.accounts.security.FLOOR", 0.001)


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Visitor]:
    """Make visitors, each with a browser of their own."""
    return lambda: Visitor(app, app.response_class, use_cookies=True)


@pytest.fixture
def user(app: Flask) -> User:
    """A person called ana@example.org with the password ``PASSWORD``."""
    with transaction() as session:
        return users.create(session, OPERATOR, "ana@example.org", hash_password(PASSWORD))


@pytest.fixture
def mails(app: Flask) -> Iterator[Callable[[], list[Mail]]]:
    """Read all mail written so far, in the order in which it was written, which no column keeps to the second."""
    order: list[str] = []

    def note(mapper: object, connection: object, mail: Mail) -> None:
        order.append(mail.id)

    def read() -> list[Mail]:
        db.session.rollback()
        return sorted(db.session.scalars(sa.select(Mail)), key=lambda mail: order.index(mail.id))

    sa.event.listen(Mail, "after_insert", note)
    yield read
    sa.event.remove(Mail, "after_insert", note)


def link_in(mail: Mail) -> str:
    """The path of the one link of a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def path(name: str, language: str = "en") -> str:
    """The path of a page of accounts."""
    return f"/{language}/account" + (f"/{name}" if name else "")
