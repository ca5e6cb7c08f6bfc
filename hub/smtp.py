"""Talking to the mail server: several mails over one connection, and for each failure whose fault it is.

A server that cannot be reached, is silent, or does not want us is nobody's mail's fault: ``Unavailable``. An answer
4xx, or a connection lost in the middle of a mail, is that mail's to try again later. 5xx is ``Refused``. A server's own
words are not repeated, since they name people.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from hub.errors import HubError, Refused, Unavailable

SILENCE = 10  # seconds without a word from the server, connecting included
TOTAL = 120  # seconds for one connection, however talkative the server
LOST_IN_A_ROW = 2  # connections lost in the middle of a mail until the server is taken to be away
TOO_LARGE = 552  # the one refusal of the sender that speaks of the mail


class Deferred(HubError):
    """The server did not take this mail now; it may later."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes. Without ``is_tls`` from the start, STARTTLS is used where offered, and demanded for a login."""

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> Server:
        """Read ``smtp://user:password@host:587`` or ``smtps://...``; ports are 587, 25 without a user, and 465."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "smtps"
        usual = 465 if is_tls else 587 if parts.username else 25
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname or "", parts.port or usual, is_tls, user, password)


def deliver(
    server: Server, messages: Mapping[str, EmailMessage], note_sent: Callable[[str], None]
) -> dict[str, Exception]:
    """Hand over each message, by key; ``note_sent`` hears of each that was taken. Returns why others were not."""
    waiting = dict(messages)
    failed: dict[str, Exception] = {}
    lost = 0
    while waiting and lost < LOST_IN_A_ROW:
        try:
            with _connection(server) as connection:
                fresh_until = (
                    time.monotonic() + TOTAL / 2
                )  # so that no mail begun is cut off but by a slow server
                while waiting and connection.sock is not None and time.monotonic() < fresh_until:
                    key = next(iter(waiting))
                    error = _hand_over(connection, waiting[key])  # where this raises, the key still waits
                    del waiting[key]
                    if error is None:
                        note_sent(key)
                    else:
                        failed[key] = error
                    lost = lost + 1 if isinstance(error, ConnectionLost) else 0
        except Unavailable as error:
            return failed | dict.fromkeys(waiting, error)
    return failed | dict.fromkeys(waiting, Unavailable("the mail server breaks connections off"))


def greet(server: Server) -> None:
    """Introduce ourselves to the server, and leave.

    Raises:
        Unavailable: it is away, or does not want us.
    """
    with _connection(server):
        pass


class ConnectionLost(Deferred):
    """The connection ended in the middle of a mail."""


@contextmanager
def _connection(server: Server) -> Iterator[smtplib.SMTP]:
    """Open a connection, greeted, encrypted and logged in, that ends after ``TOTAL`` seconds whatever happens."""
    connection = _connect(server)
    end = threading.Timer(TOTAL, _cut, (connection,))
    end.daemon = True
    end.start()
    try:
        _introduce(server, connection)
        yield connection
        with suppress(OSError):
            connection.quit()
    finally:
        end.cancel()
        connection.close()


def _connect(server: Server) -> smtplib.SMTP:
    try:
        if server.is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=SILENCE, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=SILENCE)
    except OSError as error:  # all that smtplib raises is one
        raise _unavailable(error) from None


def _introduce(server: Server, connection: smtplib.SMTP) -> None:
    try:
        connection.ehlo_or_helo_if_needed()
        if not server.is_tls and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
        elif server.user and not server.is_tls:
            raise Unavailable("the mail server offers no encryption, so no password was sent")
        if server.user:
            connection.login(server.user, server.password)
    except OSError as error:
        raise _unavailable(error) from None


def _cut(connection: smtplib.SMTP) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> Exception | None:
    """Hand one message over; gives what was wrong.

    Raises:
        Unavailable: the server refuses us, whatever we bring.
    """
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        return _verdict(*next(iter(error.recipients.values())))
    except smtplib.SMTPSenderRefused as error:
        if error.smtp_code >= 500 and error.smtp_code != TOO_LARGE:
            raise Unavailable(
                f"the mail server refuses the sender: {_code(error.smtp_code, error.smtp_error)}"
            ) from None
        return _verdict(error.smtp_code, error.smtp_error)
    except smtplib.SMTPResponseException as error:
        return _verdict(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPNotSupportedError, UnicodeError):
        return Refused("the mail server cannot take an address like this")
    except OSError as error:
        connection.close()
        return ConnectionLost(f"the connection was lost: {type(error).__name__}")
    return None


def _verdict(code: int, words: bytes | str) -> Exception:
    return (Refused if code >= 500 else Deferred)(_code(code, words))


def _code(code: int, words: bytes | str) -> str:
    """A reply's code and, where there is one, its enhanced code (RFC 3463); none of its words."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", text)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _unavailable(error: OSError) -> Unavailable:
    code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
    return Unavailable(f"the mail server is away: {type(error).__name__}{code}")
