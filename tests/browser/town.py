"""A hub that is served with a mail server beside it, and with people and entries put in as each journey needs them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from flask_security import hash_password

from hub import create_app, setup
from hub.accounts import users
from hub.accounts.models import Standing
from hub.config import Config
from hub.database import db, transaction
from hub.directory import matching, moderation, profiles, registration, revisions, vocabularies
from hub.directory.models import Case, Organization
from hub.directory.states import Decision, Status
from hub.permissions import OPERATOR
from tests import live
from tests.mailserver import MailServer, mail_server
from tests.people import Person, sign_in

PASSWORD = "quiet-lantern-orchard-47"
RATES = ("search", "suggest", "sign_in", "factor", "register", "request", "reset")
LETTER = 20  # seconds in which a mail must come
ENTRY: Mapping[str, Any] = {
    "kind": "private_sector",
    "country": "MX",
    "themes": ["forced-labour"],
    "texts": {"en": {"short": "Looks where things come from."}},
}


class Town:
    """The served hub at ``origin``, the same data in this process, and the box of all mail that it sent."""

    def __init__(self, app: Flask, origin: str, box: MailServer) -> None:
        self.app, self.origin, self.box = app, origin, box

    def add(self, name: str, **values: Any) -> str:
        """Put a published entry in; gives its id."""
        is_claimable, public_id = values.pop("is_claimable", False), values.pop("id", None)
        with self.app.app_context(), transaction() as session:
            made = profiles.create(
                session,
                OPERATOR,
                {**ENTRY, "name": name, **values},
                public_id=public_id,
                status=Status.PUBLISHED,
            )
            made.is_claimable = is_claimable
            return made.id

    def account(self, email: str, role: Standing | None = None, language: str = "en") -> None:
        """Make an account with a password, for whom signs in by hand."""
        with self.app.app_context(), transaction() as session:
            user = users.create(session, OPERATOR, email, hash_password(PASSWORD), language)
            if role:
                users.grant(session, OPERATOR, user, role)

    def signed_in(self, **options: Any) -> Person:
        """Make a person who is signed in already."""
        with self.app.app_context():
            return sign_in(self.app, **options)

    def registered(self, person: Person, name: str, language: str) -> int:
        """Let a person hand a registration in; gives the number of its case."""
        with self.app.app_context(), transaction() as session:
            revision = registration.start(session, person.actor, name, language)
            own = replace(person.actor, organizations={revision.organization_id: "focal_point"})
            revisions.save(session, own, revision, {**ENTRY, "name": name})
            return registration.submit(session, own, revision, registration.TERMS_VERSION).id

    def declined(self, curator: Person, case_id: int) -> None:
        """Let a curator decline a case."""
        with self.app.app_context(), transaction() as session:
            case = session.get_one(Case, case_id)
            moderation.decide(session, curator.actor, case, Decision.DECLINE, template="out-of-scope")

    def word(self, vocabulary: str, key: str, language: str) -> str:
        """What a term is called."""
        with self.app.app_context():
            return vocabularies.current().labels(vocabulary, language)[key]

    def compare(self, public_id: str) -> None:
        """Look for entries that may be the same organization as this one."""
        with self.app.app_context(), transaction() as session:
            held = session.get_one(Organization, public_id)
            matching.flag(session, matching.find_duplicates(session, [held]))

    def letter(self, to: str, subject: str) -> str:
        """Take the text of a mail out of the box, as soon as it is there."""
        end = time.monotonic() + LETTER
        while time.monotonic() < end:
            for one in self.box.taken:
                if one["To"] == to and one["Subject"] == subject:
                    self.box.taken.remove(one)
                    return _text(one)
            time.sleep(0.1)
        have = [(one["To"], one["Subject"]) for one in self.box.taken]
        raise AssertionError(f"no mail to {to} about “{subject}” among {have}")


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Serve an empty hub from ``folder``."""
    with mail_server() as box:
        port = live.free_port()
        origin = f"http://127.0.0.1:{port}"
        settings = {"base_url": origin, "smtp_url": box.url, **{f"{name}_rate": "off" for name in RATES}}
        app = create_app(Config(data_dir=folder, log_level="error", **settings))
        setup.prepare(app)
        with live.running(folder, port, processes=1, **settings):
            yield Town(app, origin, box)
        with app.app_context():
            db.engine.dispose()


def link_in(letter: str) -> str:
    """Where a mail leads: its first link."""
    found = re.search(r"http\S+", letter)
    assert found, letter
    return found[0]


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
