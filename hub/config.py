"""Every setting of the hub: its default, one line of meaning, and the check that is made at start.

A setting is read from the environment variable ``HUB_`` + its name in capitals, or from the file that the variable of
this name + ``_FILE`` names (for secrets), and nowhere else.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from hub.errors import ConfigError

RATE = re.compile(r"\d+ */ *(?:\d+ *)?(?:second|minute|hour|day)s?|off")


def _directory(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.strip().isascii() or not text.strip().isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return text

    return parse


def _switch(text: str) -> bool:
    if text.lower() not in ("0", "1", "no", "yes", "false", "true", "off", "on"):
        raise ValueError("yes or no")
    return text.lower() in ("1", "yes", "true", "on")


def _rate(text: str) -> str:
    if not RATE.fullmatch(text):
        raise ValueError("a rate such as 120/minute, or off")
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("an address without a path, such as https://hub.example.org")
    return text.rstrip("/")


def _index(text: str) -> str:
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", text):
        raise ValueError("at most 64 letters, digits, hyphens and underscores of ASCII")
    return text


def _smtp(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError("an address such as smtp://user:password@mail.example.org:587, or smtps://...")
    return text


def _store(text: str) -> str:
    if not re.fullmatch(r"memory://|rediss?://[^/?#]+.*|redis\+unix:///.+", text):
        raise ValueError("memory:// or an address such as redis://:password@127.0.0.1:6379/0")
    return text


def _mailbox(text: str) -> str:
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or not text.isprintable():
        raise ValueError("a mail address such as hub@example.org or WhatsOn hub <hub@example.org>")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(host.strip() for host in text.split(",") if host.strip())


def _database(text: str) -> str:
    text = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", text)
    try:
        backend = make_url(text).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise ValueError("an address such as postgresql://user@host/name or sqlite:////path/to/file")
    return text


def _setting(default: Any, meaning: str, parse: Callable[[str], Any] = str) -> Any:
    return field(default=default, metadata={"meaning": meaning, "parse": parse})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one running hub, typed and checked."""

    data_dir: Path = _setting(Path("var").absolute(), "folder that holds all state of the hub", _directory)
    database_url: str = _setting("", "database address; empty: SQLite in the data folder", _database)
    secret_key: str = _setting("", "key for signing; empty: made once and kept in the data folder")
    base_url: str = _setting("", "public address, for links in feeds and exports; empty: as asked", _origin)
    trusted_hosts: tuple[str, ...] = _setting((), "host names answered to, with commas; empty: any", _hosts)
    proxies: int = _setting(0, "number of reverse proxies in front, whose headers are trusted", _whole(0, 5))
    contact: str = _setting("", "where a visitor writes to correct an entry: an e-mail or web address")
    processes: int = _setting(2, "web processes of `hub run`", _whole(1, 64))
    threads: int = _setting(4, "threads of each web process", _whole(1, 64))
    beside_worker: bool = _setting(True, "run the outbox's worker beside the web server", _switch)
    search_url: str = _setting(
        "", "address of a Meilisearch server; empty: the embedded engine alone", _origin
    )
    search_key: str = _setting("", "key for the search server that may search and nothing else")
    search_admin_key: str = _setting("", "key for the search server that may write; only the worker needs it")
    search_index: str = _setting("hub", "first part of the names of the indexes on the search server", _index)
    smtp_url: str = _setting(
        "", "server that takes mail; empty: mail is written to files in the data folder", _smtp
    )
    mail_from: str = _setting("", "sender of mail; empty: hub@ the host of HUB_BASE_URL", _mailbox)
    search_rate: str = _setting("120/minute", "searches an address may make", _rate)
    api_rate: str = _setting("120/minute", "API calls an address may make", _rate)
    suggest_rate: str = _setting("300/minute", "suggestions an address may ask for", _rate)
    export_rate: str = _setting("10/hour", "exports of a search an address may make", _rate)
    sign_in_rate: str = _setting("10/5 minutes", "tries to sign in of an address or an account", _rate)
    factor_rate: str = _setting("5/5 minutes", "tries at a second factor of an account", _rate)
    reset_rate: str = _setting("5/day", "mails that may be asked for an account without signing in", _rate)
    register_rate: str = _setting("10/hour", "accounts that may be made from a network address", _rate)
    invite_rate: str = _setting("30/day", "invitations that a person may send", _rate)
    network_ask_rate: str = _setting(
        "20/day", "requests to join networks that an organization may send", _rate
    )
    network_invite_rate: str = _setting(
        "100/day", "invitations to networks that a coordinator may send", _rate
    )
    network_post_rate: str = _setting("60/hour", "posts that a person may write to networks", _rate)
    request_rate: str = _setting("10/hour", "requests about entries that a network address may send", _rate)
    connect_rate: str = _setting("20/day", "connections that an organization may ask for", _rate)
    message_rate: str = _setting("60/hour", "messages that an organization may send", _rate)
    connect_pause: int = _setting(
        24, "hours that the people of an organization wait before they ask for connections", _whole(0, 720)
    )
    message_months: int = _setting(24, "months after which messages are deleted", _whole(1, 240))
    session_idle: int = _setting(120, "minutes without use after which a sign-in ends", _whole(5, 10080))
    session_limit: int = _setting(24, "hours after which a sign-in ends in any case", _whole(1, 720))
    rate_store: str = _setting("memory://", "where rates are counted: memory:// or redis://host", _store)
    metrics_port: int = _setting(0, "internal port for /metrics; 0: none", _whole(0, 65535))
    metrics_host: str = _setting("127.0.0.1", "internal address that /metrics is served at")
    log_format: str = _setting("text", "lines of the log: text or json", _one_of("text", "json"))
    log_level: str = _setting("info", "least level logged", _one_of("debug", "info", "warning", "error"))

    @property
    def database(self) -> str:
        """The database's address, SQLite in the data folder unless set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'hub.sqlite3'}"

    @property
    def is_for_this_machine(self) -> bool:
        """True where no setting speaks of visitors from elsewhere or of servers beside: a demonstration, or a trial."""
        beyond = (
            self.base_url,
            self.trusted_hosts,
            self.proxies,
            self.database_url,
            self.search_url,
            self.smtp_url,
        )
        return not any(beyond)

    @property
    def index_dir(self) -> Path:
        """The folder of the embedded engine's indexes."""
        return self.data_dir / "index"

    @property
    def sender(self) -> str:
        """Whom mail comes from."""
        return self.mail_from or f"WhatsOn hub <hub@{urlsplit(self.base_url).hostname or 'localhost'}>"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read every ``HUB_*`` variable.

        Raises:
            ConfigError: naming every variable that is wrong and what it should be.
        """
        known = {f"HUB_{item.name.upper()}": item for item in fields(cls)}
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for variable, item in known.items():
            try:
                text = environ.get(variable, "") or _content(environ.get(f"{variable}_FILE", ""))
            except OSError as error:
                wrong.append(f"{variable}_FILE: cannot be read: {error.strerror}")
                continue
            if not text:
                continue
            try:
                values[item.name] = item.metadata["parse"](text)
            except ValueError as error:
                # what is in a file is likely a secret, and this goes to a terminal or a log
                shown = repr(text) if environ.get(variable) else "something else in its file"
                wrong.append(f"{variable}: should be {error}, is {shown}")
        if wrong:
            raise ConfigError("\n".join(wrong))
        if "data_dir" not in values:
            values["data_dir"] = Path("var").absolute()
        return cls(**values)


def strays(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Name the ``HUB_*`` variables that set nothing: most likely a slip of the pen, or another program's."""
    known = {f"HUB_{item.name.upper()}{end}" for item in fields(Config) for end in ("", "_FILE")}
    return sorted(
        n for n in environ if n.startswith("HUB_") and not n.startswith("HUB_TEST_") and n not in known
    )


def _content(path: str) -> str:
    return Path(path).read_text("utf-8").strip() if path else ""


def describe() -> list[tuple[str, str, str]]:
    """List every setting as (variable, default, meaning), for the documentation and `hub doctor`."""
    return [
        (
            f"HUB_{item.name.upper()}",
            "" if item.default is MISSING else str(item.default),
            item.metadata["meaning"],
        )
        for item in fields(Config)
    ]


def prepare_data_dir(config: Config) -> str:
    """Make the data folder, private to this user, and return the secret key, made on first use.

    Raises:
        ConfigError: the folder cannot be made or written.
    """
    path = config.data_dir / "secret-key"
    try:
        config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if config.secret_key:
            return config.secret_key
        try:
            with open(
                os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii"
            ) as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise ConfigError(f"HUB_DATA_DIR: cannot use {config.data_dir}: {error.strerror}") from error
