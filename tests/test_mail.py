"""Mail is written with the change that causes it and none is lost, whatever the server does; addresses stay unsaid."""

from __future__ import annotations

import os
import random
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from hub import logs, mail, outbox, smtp
from hub.config import Config
from hub.database import db, now, transaction
from hub.errors import ConfigError, Unavailable
from hub.mail import Mail, Message
from hub.outbox import Job, Lane, drain, work_once
from tests.conftest import hub_in
from tests.mailserver import HANG_UP, STALL, TAKEN, MailServer, mail_server


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as made:
        yield made


@pytest.fixture
def app(database: str, pattern: tuple[Path, str], tmp_path: Path, server: MailServer) -> Iterator[Flask]:
    """A hub that sends its mail to the server."""
    sender = "WhatsOn hub <hub@example.org>"
    with hub_in(tmp_path, pattern, smtp_url=server.url, mail_from=sender) as made:
        yield made


def post(*numbers: int, **values: str) -> None:
    with transaction() as session:
        for number in numbers:
            given = {"subject": f"Number {number}", "text": "Hello.\n", **values}
            mail.send(session, Message(to=f"p{number}@example.net", **given))


def waiting() -> Sequence[Job]:
    db.session.rollback()
    return db.session.scalars(sa.select(Job).order_by(Job.id)).all()


def let_time_pass() -> None:
    with transaction() as session:
        session.execute(sa.update(Job).values(due_at=now() - timedelta(seconds=1)))
        session.execute(sa.update(Lane).values(paused_until=None))


def unsent() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).where(Mail.sent_at.is_(None))) or 0


def test_a_mail_arrives_whole_in_both_forms_and_its_text_is_forgotten(app: Flask, server: MailServer) -> None:
    post(1, subject="¿Qué tal? 你好", text="Γειά 你好\n", html="<p>Γειά 你好</p>", language="el")
    assert drain(app) == 1
    (got,) = server.taken
    assert (got["From"], got["To"]) == ("WhatsOn hub <hub@example.org>", "p1@example.net")
    assert (got["Subject"], got["Content-Language"]) == ("¿Qué tal? 你好", "el")
    assert got["Auto-Submitted"] == "auto-generated"
    plain, html = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Γειά 你好"
    assert html.get_content().strip() == "<p>Γειά 你好</p>"
    kept = db.session.scalars(sa.select(Mail)).one()
    assert (kept.text, kept.html, got["Message-ID"]) == ("", "", kept.message_id)
    assert kept.message_id.endswith("@example.org>")


LONG = (
    "House & Sons 35807d теперь состоит в сети «Африка»",
    "El equipo de la plataforma no ha aceptado su convocatoria de colaboración “A lawyer for 2dc3f5”",
    "Votre appel à partenaires «\u202fA lawyer for\u202f» est désormais affiché, et il le restera longtemps",
    "منظمة House & Sons 35807d تنتمي الآن إلى شبكة «أفريقيا» " * 3 + "الآن",
    "组织" * 60,
    "A subject of nothing but plain letters, and so long that it does not fit into one line of a header at all",
)


@pytest.mark.parametrize("subject", LONG)
def test_a_long_subject_keeps_its_blanks_in_every_writing(
    app: Flask, server: MailServer, subject: str
) -> None:
    post(1, subject=subject)
    assert drain(app) == 1
    (got,) = server.taken
    assert got["Subject"] == subject
    assert all(len(line) <= 78 for line in got.as_bytes().partition(b"\n\n")[0].split(b"\n"))


def test_several_mails_go_over_one_connection(app: Flask, server: MailServer) -> None:
    post(*range(30))
    drain(app)
    assert (len(server.taken), server.connections) == (30, 1)


def test_a_mail_of_a_change_that_was_rolled_back_is_never_sent(app: Flask, server: MailServer) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        mail.send(session, Message(to="a@example.net", subject="Hello", text="Hello"))
        raise ZeroDivisionError
    assert drain(app) == 0
    assert (server.taken, unsent()) == ([], 0)


@pytest.mark.parametrize("to", ["", "nobody", "a@b.org, c@d.org", "a@b.org\r\nBcc: c@d.org", "A <a@b.org>"])
def test_what_is_no_bare_address_is_refused_before_anything_is_written(app: Flask, to: str) -> None:
    with pytest.raises(ValueError), transaction() as session:
        mail.send(session, Message(to=to, subject="Hello", text="Hello"))
    assert waiting() == []


@pytest.mark.parametrize("field", ["subject", "language"])
def test_a_line_break_in_a_header_is_refused(app: Flask, field: str) -> None:
    values = {"to": "a@b.org", "subject": "Hello", "text": "Hello", field: "x\r\nBcc: spy@example.net"}
    with pytest.raises(ValueError), transaction() as session:
        mail.send(session, Message(**values))


def test_a_server_that_is_down_holds_mail_up_and_harms_none(app: Flask, server: MailServer) -> None:
    post(1, 2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        down = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(smtp.Server, "from_url", lambda url: smtp.Server("127.0.0.1", down, False))
        for _ in range(40):
            assert work_once(app) == 0
            let_time_pass()
    assert {(job.attempts, job.dead_at) for job in waiting()} == {(0, None)}
    assert drain(app) == 2
    assert len(server.taken) == 2


def test_a_server_that_accepts_and_says_nothing_costs_one_short_wait(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SILENCE", 0.3)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        silent = smtp.Server("127.0.0.1", mute.getsockname()[1], False)
        monkeypatch.setattr(smtp.Server, "from_url", lambda url: silent)
        post(*range(50))
        assert work_once(app) == 0
    assert {(job.attempts, job.dead_at) for job in waiting()} == {(0, None)}
    db.session.rollback()
    assert "Unavailable" in (db.session.get_one(Lane, "mail").error or "")


def test_a_server_that_stalls_in_the_middle_is_given_up_after_two_mails(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SILENCE", 0.3)
    post(*range(20))
    server.at_text = lambda: STALL
    assert work_once(app) == 0
    assert [job.attempts for job in waiting()] == [1, 1] + [0] * 18
    server.at_text = lambda: TAKEN
    let_time_pass()
    drain(app)
    assert unsent() == 0


def test_a_server_that_talks_for_ever_is_cut_off(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    monkeypatch.setattr(smtp, "TOTAL", 0.8)
    over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def babble() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"220-hello\r\n220 hello\r\n")
            while not over.wait(0.05):
                try:
                    connection.sendall(b"250-and another thing\r\n")
                except OSError:
                    return

    thread = threading.Thread(target=babble)
    thread.start()
    try:
        with (
            pytest.raises(Unavailable),
            smtp._connection(smtp.Server("127.0.0.1", listening.getsockname()[1], False)),
        ):
            pass
    finally:
        over.set()
        thread.join()
        listening.close()


def test_4xx_is_tried_again_and_holds_up_none_of_the_others(app: Flask, server: MailServer) -> None:
    server.at_recipient = lambda address: "451 4.7.1 try later" if address.startswith("p3@") else TAKEN
    post(*range(6))
    assert drain(app) == 5
    assert [(job.attempts, job.error, job.dead_at) for job in waiting()] == [
        (1, "Deferred('451 4.7.1')", None)
    ]
    server.at_recipient = lambda address: TAKEN
    let_time_pass()
    assert drain(app) == 1
    assert len(server.taken) == 6


def test_5xx_for_a_recipient_is_a_dead_letter_at_once_and_can_be_retried(
    app: Flask, server: MailServer
) -> None:
    server.at_recipient = lambda address: "550 5.1.1 no such user" if address.startswith("p1@") else TAKEN
    post(0, 1, 2)
    assert drain(app) == 2
    assert (outbox.dead(), [job.error for job in waiting()]) == (1, ["Refused('550 5.1.1')"])
    server.at_recipient = lambda address: TAKEN
    with transaction() as session:
        outbox.retry(session)
    assert drain(app) == 1
    assert unsent() == 0


def test_a_server_that_refuses_the_hub_itself_kills_no_mail(app: Flask, server: MailServer) -> None:
    server.at_sender = lambda: "550 5.7.1 not you"
    post(1, 2)
    assert drain(app) == 0
    assert {(job.attempts, job.dead_at) for job in waiting()} == {(0, None)}


def test_a_mail_that_makes_the_server_hang_up_does_not_stop_the_next(app: Flask, server: MailServer) -> None:
    server.at_recipient = lambda address: HANG_UP if address.startswith(("p0@", "p1@")) else TAKEN
    post(*range(6))
    drain(app)
    let_time_pass()
    with transaction() as session:  # those two wait longer than the others
        session.execute(sa.update(Job).where(Job.attempts > 0).values(due_at=now() + timedelta(hours=1)))
    drain(app)
    assert len(server.taken) == 4
    assert [job.attempts for job in waiting()] == [1, 1]


def test_killed_between_the_servers_yes_and_the_note_it_is_sent_again_with_the_same_id(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(mail_id: str) -> None:
        raise SystemExit

    post(1)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(mail, "_note_sent", die)
        drain(app)
    assert drain(app) == 1
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_none_of_a_thousand_is_lost_by_a_server_that_fails_at_random(app: Flask, server: MailServer) -> None:
    chance = random.Random(20)

    def moody() -> str:
        return chance.choices([TAKEN, "451 later", "421 going", HANG_UP], [80, 12, 4, 4])[0]

    server.at_recipient = lambda address: moody()
    server.at_text = moody
    post(*range(1000))
    for _ in range(100):
        drain(app)
        if not waiting():
            break
        let_time_pass()
    assert waiting() == []
    assert unsent() == 0
    ids = [message["Message-ID"] for message in server.taken]
    assert len(set(ids)) == 1000
    assert {message["To"] for message in server.taken} == {f"p{number}@example.net" for number in range(1000)}


def test_no_address_and_no_text_reaches_the_log_or_a_jobs_error(
    app: Flask, server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("text", "debug")
    server.at_recipient = lambda address: f"550 5.1.1 <{address}> is unknown"
    post(1, text="A secret")
    drain(app)
    server.at_recipient = lambda address: f"451 <{address}> later"
    post(2)
    drain(app)
    server.at_recipient = lambda address: HANG_UP
    post(3, 4, 5)
    drain(app)
    said = capsys.readouterr()
    told = said.out + said.err + "".join(job.error or "" for job in waiting())
    assert "jobs failed" in told
    assert "lane paused" in told
    assert "example.net" not in told
    assert "secret" not in told


def test_mail_sent_a_month_ago_is_forgotten_and_mail_that_waits_is_not(
    app: Flask, server: MailServer
) -> None:
    post(1)
    drain(app)
    server.at_recipient = lambda address: "451 later"
    post(2, 3, 4)
    drain(app)
    with transaction() as session:
        session.execute(sa.update(Mail).values(created_at=now() - timedelta(days=31)))
        session.execute(
            sa.update(Mail).where(Mail.sent_at.is_not(None)).values(sent_at=now() - timedelta(days=31))
        )
        outbox.drop(session, [waiting_id(session)])
    mail.clear()
    db.session.rollback()
    assert sorted(db.session.scalars(sa.select(Mail.recipient))) == ["p3@example.net", "p4@example.net"]


def waiting_id(session: object) -> int:
    found: int = session.scalar(sa.select(sa.func.min(Job.id)))  # type: ignore[attr-defined]
    return found


def test_without_a_server_mail_is_a_file_that_a_person_can_read(
    pattern: tuple[Path, str], tmp_path: Path
) -> None:
    with hub_in(tmp_path, pattern, base_url="https://hub.example.org") as app:
        post(1)
        assert drain(app) == 1
        (path,) = (tmp_path / "var" / "mail").iterdir()
        got = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert (got["To"], got["From"]) == ("p1@example.net", "WhatsOn hub <hub@hub.example.org>")
        assert path.stat().st_mode & 0o077 == 0
        mail.clear()
        assert path.exists()
        os.utime(path, (0, 0))
        mail.clear()
        assert not path.exists()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mx.example.org", smtp.Server("mx.example.org", 25, False)),
        ("smtp://me%40a:s%2Fx@mx.example.org", smtp.Server("mx.example.org", 587, False, "me@a", "s/x")),
        ("smtps://me:x@mx.example.org", smtp.Server("mx.example.org", 465, True, "me", "x")),
    ],
)
def test_an_address_says_how_to_reach_the_server(url: str, server: smtp.Server) -> None:
    assert smtp.Server.from_url(url) == server
    assert "s/x" not in repr(server)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for loopback that this test, and only it, trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("NO OPENSSL: encryption and login were not tried")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout {key} -out {cert}"
    subprocess.run(
        [*made.split(), "-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_a_password_goes_over_starttls(
    pattern: tuple[Path, str], tmp_path: Path, certificate: ssl.SSLContext
) -> None:
    with (
        mail_server(tls_context=certificate, auth_required=True, authenticator=knows_me) as there,
        hub_in(tmp_path / "hub", pattern, smtp_url=there.url.replace("//", "//me:secret@")) as app,
    ):
        post(1)
        assert drain(app) == 1
        assert len(there.taken) == 1


def test_a_wrong_password_kills_no_mail(
    pattern: tuple[Path, str], tmp_path: Path, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SILENCE", 1)
    with (
        mail_server(tls_context=certificate, auth_required=True, authenticator=knows_me) as there,
        hub_in(tmp_path / "hub", pattern, smtp_url=there.url.replace("//", "//me:wrong@")) as app,
    ):
        post(1)
        assert drain(app) == 0
        assert [(job.attempts, job.dead_at) for job in waiting()] == [(0, None)]


def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_no_mail(
    pattern: tuple[Path, str], tmp_path: Path, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        mail_server(tls_context=certificate) as there,
        hub_in(tmp_path / "hub", pattern, smtp_url=there.url) as app,
    ):
        post(1)
        assert drain(app) == 0
        assert there.taken == []


def knows_me(
    server: object, session: object, envelope: object, mechanism: str, given: LoginPassword
) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (b"me", b"secret"))


def test_a_password_is_not_sent_in_the_clear(app: Flask, server: MailServer) -> None:
    there = smtp.Server.from_url(server.url)
    with (
        pytest.raises(Unavailable, match="no encryption"),
        smtp._connection(smtp.Server(there.host, there.port, False, "me", "secret")),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "mx.example.org"),
        ("SMTP_URL", "http://mx"),
        ("MAIL_FROM", "hub"),
        ("MAIL_FROM", "a@b\r\nX: y"),
    ],
)
def test_wrong_settings_are_refused_at_start(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"HUB_{name}"):
        Config.from_environment({f"HUB_{name}": value})
