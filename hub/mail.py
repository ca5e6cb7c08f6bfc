"""The one outgoing door: a mail is written in the transaction that causes it, and delivered by a worker.

Each arrives at least once: a worker killed between the server's yes and the note of it sends the mail again, with the
same Message-ID, by which mail programs fold the two. Nobody's address and nothing of a text ever reaches a log.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column

from hub import outbox, smtp
from hub.config import Config
from hub.database import Model, UtcDateTime, db, now, transaction
from hub.errors import Unavailable

TOPIC = "mail"
BATCH = 100  # mails over one connection
KEPT = timedelta(days=30)


class Unfolded(UnstructuredHeader, BaseHeader):
    """A header in one line: an address folded or encoded as the standard library does is one that nothing can follow."""

    def fold(self, *, policy: Policy) -> str:
        """Write it as it is."""
        return f"{self.name}: {self}{policy.linesep}"


class Whole(UnstructuredHeader, BaseHeader):
    """A text that is written as one where it is not of ASCII alone: word by word, the standard library loses blanks."""

    max_count = 1

    def fold(self, *, policy: Policy) -> str:
        """Write it in encoded words (RFC 2047), each of whole letters."""
        if self.isascii():
            return str(super().fold(policy=policy))
        return (
            f"{self.name}: {Header(str(self), 'utf-8', header_name=self.name).encode()}".replace(
                "\n", policy.linesep
            )
            + policy.linesep
        )


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", Unfolded)
HEADERS.map_to_type("subject", Whole)
POLICY = SMTP.clone(cte_type="7bit", header_factory=HEADERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail to one person, as plain text and, where given, as HTML that says the same; ``to`` is a bare address."""

    to: str
    subject: str
    text: str
    html: str = ""
    language: str = "en"
    unsubscribe: str = ""  # the address at which mails like this one are stopped


class Mail(Model):
    """A mail on its way; what it says is forgotten as soon as it was sent."""

    __tablename__ = "mail"
    __table_args__ = (sa.Index("ix_mail_created_at", "created_at"),)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(200))
    recipient: Mapped[str] = mapped_column(sa.String(320))
    subject: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(12))
    unsubscribe: Mapped[str] = mapped_column(sa.String(1000), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def init_app(app: Flask) -> None:
    """Have the outbox deliver mail, any number of workers at once, and forget old mail every day."""
    outbox.register(app, TOPIC, deliver, is_exclusive=False, batch=BATCH)
    outbox.every(app, "clear-mail", timedelta(days=1), clear, after_midnight=timedelta(hours=1))


def send(session: orm.Session, message: Message) -> str:
    """Write a mail in the session's own transaction; returns its id. It leaves when that is committed.

    Raises:
        ValueError: the recipient is no address, or a header would hold a line break.
    """
    sender = _config().sender
    mail = Mail(
        id=secrets.token_hex(16),
        recipient=message.to,
        subject=message.subject,
        text=message.text,
        html=message.html,
        language=message.language,
        unsubscribe=message.unsubscribe,
        created_at=now(),
    )
    mail.message_id = f"<{mail.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    compose(mail, sender)
    session.add(mail)
    outbox.enqueue(session, TOPIC, mail.id)
    return mail.id


def compose(mail: Mail, sender: str) -> EmailMessage:
    """Make the message of a mail, alike each time.

    Raises:
        ValueError: the recipient is no address, or a header would hold a line break.
    """
    made = EmailMessage(POLICY)
    made["From"] = sender
    made["To"] = _address(mail.recipient)
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(mail.created_at)
    made["Message-ID"] = mail.message_id
    made["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:  # RFC 8058: a mail program posts there when its reader says so
        made["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(mail.text)
    if mail.html:
        made.add_alternative(mail.html, subtype="html")
    made["Content-Language"] = mail.language  # last: a content's headers go where the content goes
    return made


def deliver(ids: Sequence[str]) -> dict[str, Exception]:
    """Hand these mails to the server, or to files where none is set; returns what failed (outbox handler)."""
    config = _config()
    unsent = db.session.scalars(sa.select(Mail).where(Mail.id.in_(ids), Mail.sent_at.is_(None)))
    found = {mail.id: compose(mail, config.sender) for mail in unsent}
    messages = {mail_id: found[mail_id] for mail_id in ids if mail_id in found}
    db.session.rollback()
    db.session.expunge_all()
    if config.smtp_url:
        return smtp.deliver(smtp.Server.from_url(config.smtp_url), messages, _note_sent)
    for mail_id, message in messages.items():
        _write(config.data_dir / TOPIC, mail_id, message)
        _note_sent(mail_id)
    return {}


def clear() -> None:
    """Forget mail sent a month ago, in files too, and mail as old that nobody will send because its job was dropped."""
    waiting = sa.exists().where(outbox.Job.topic == TOPIC, outbox.Job.key == Mail.id)
    with transaction() as session:
        session.execute(
            sa.delete(Mail)
            .where(Mail.created_at < now() - KEPT, sa.or_(Mail.sent_at < now() - KEPT, ~waiting))
            .execution_options(synchronize_session=False)
        )
    for path in (_config().data_dir / TOPIC).glob("*.eml"):
        if path.stat().st_mtime < (now() - KEPT).timestamp():
            path.unlink(missing_ok=True)


def _config() -> Config:
    config: Config = current_app.config["HUB"]
    return config


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (MessageError, IndexError) as error:
        raise ValueError("not a mail address") from error


def _note_sent(mail_id: str) -> None:
    with transaction() as session:
        session.execute(
            sa.update(Mail)
            .where(Mail.id == mail_id)
            .values(sent_at=now(), text="", html="", unsubscribe="")
            .execution_options(synchronize_session=False)
        )


def _write(folder: Path, mail_id: str, message: EmailMessage) -> None:
    """Write a mail as a file for the operator's eyes, in one step."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{mail_id}.eml"
        fresh = path.with_suffix(".new")
        handle = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with open(handle, "wb") as file:
            file.write(bytes(message))
        fresh.replace(path)
    except OSError as error:
        raise Unavailable(f"mail cannot be written to files: {error.strerror}") from error
