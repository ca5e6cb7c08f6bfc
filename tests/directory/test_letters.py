"""The letters that reach people's boxes, as a real mail server took them: in six languages, and telling nobody anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password

from hub import outbox
from hub.accounts import users
from hub.database import now, transaction
from hub.directory.models import Organization
from hub.directory.reasons import TEMPLATES
from hub.i18n import LANGUAGES, catalog
from hub.permissions import OPERATOR
from tests.accounts.conftest import PASSWORD, path
from tests.conftest import hub_in
from tests.directory.acting import decide, edit, person
from tests.letters import BASE, checked
from tests.mailserver import MailServer, mail_server
from tests.people import Visitor


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as made:
        yield made


@pytest.fixture
def app(database: str, pattern: tuple[Path, str], tmp_path: Path, server: MailServer) -> Iterator[Flask]:
    """A hub that sends its mail to the server and knows its own address."""
    with hub_in(tmp_path, pattern, smtp_url=server.url, base_url=BASE, mail_from="hub@example.org") as made:
        yield made


def test_the_letter_of_a_decision_reads_right_in_six_languages(
    app: Flask, server: MailServer, add: Callable[..., Organization]
) -> None:
    curator = person("curator", email="curator@secret.example")
    for code in LANGUAGES:
        made = add(f"House {code}", indexed=False)
        editor = person(organization=made.id, language=code, email=f"reader-{code}@example.net")
        decide(curator, edit(editor, made.id, name="Other").id, "decline", template="misleading")
    outbox.drain(app)
    taken = {got["To"]: got for got in server.taken}
    assert set(taken) == {f"reader-{code}@example.net" for code in LANGUAGES}
    for code in LANGUAGES:
        got = taken[f"reader-{code}@example.net"]
        said = checked(got, code)
        assert got["Subject"] == catalog(code).gettext("Your request was declined")
        reason = catalog(code).gettext(TEMPLATES["misleading"]._args[0])
        assert reason.split("\n")[0] in said
        assert f"/{code}/cases/" in said
        assert "secret.example" not in got.as_string()


def test_the_letter_that_resets_a_password_speaks_the_persons_language(
    app: Flask, server: MailServer
) -> None:
    for code in LANGUAGES:
        with transaction() as session:
            email = f"reader-{code}@example.net"
            user = users.create(session, OPERATOR, email, hash_password(PASSWORD), code)
            user.confirmed_at = now()
        visitor = Visitor(app, app.response_class, use_cookies=True)
        assert visitor.fill(path("reset"), email=email).status_code == 200
    outbox.drain(app)
    taken = {got["To"]: got for got in server.taken}
    assert len(taken) == len({got["Subject"] for got in server.taken}) == len(LANGUAGES)
    for code in LANGUAGES:
        checked(taken[f"reader-{code}@example.net"], code)
