"""A mail server on loopback that takes, refuses, stalls or fails as a test wishes, and keeps what it took."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 OK"
STALL = "stall"  # say nothing more
HANG_UP = "hang up"  # end the connection without an answer


class MailServer:
    """Answers each recipient with ``at_recipient`` and each text with ``at_text``; ``url`` is what a hub is set to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.url = ""
        self.at_recipient: Callable[[str], str] = lambda address: TAKEN
        self.at_sender: Callable[[], str] = lambda: TAKEN
        self.at_text: Callable[[], str] = lambda: TAKEN

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return answers

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = await self._answer(server, self.at_sender())
        if answer == TAKEN:
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = await self._answer(server, self.at_recipient(address))
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await self._answer(server, self.at_text())
        if answer == TAKEN:
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append(message_from_bytes(content, policy=policy.default))
        return answer

    async def _answer(self, server: SMTP, wish: str) -> str:
        if wish == STALL:
            await asyncio.sleep(5)
        if wish in (STALL, HANG_UP):
            assert server.transport is not None
            server.transport.close()
        return wish


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Run a server on a free port of loopback while the block lasts; ``options`` are aiosmtpd's."""
    made = MailServer()
    controller = Controller(made, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        made.url = f"smtp://127.0.0.1:{controller.port}"
        yield made
    finally:
        controller.stop()
