"""What `hub doctor` looks at: each finding says what is unsafe, broken or worth a thought, and what mends it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from hub import outbox, rates, smtp
from hub.config import Config, strays
from hub.database import db, now
from hub.errors import HubError, SearchUnavailable
from hub.health import SILENCE, database
from hub.outbox.models import Job
from hub.search import indexing

LEAST_SECRET = 32  # characters
LEAST_FREE = 0.05  # of the disk
LEAST_FREE_BYTES = 500_000_000
OLDEST_SERVER = 130000  # PostgreSQL 13
LATE = timedelta(minutes=5)
CLOCK_OFF = 30  # seconds between this clock and the database server's
OVER_A_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph", "lustre"}


class Severity(StrEnum):
    """How bad it is: only a hint leaves `hub doctor` content."""

    UNSAFE = "unsafe"
    BROKEN = "broken"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found and what mends it."""

    severity: Severity
    words: str
    mend: str

    def as_dict(self) -> dict[str, str]:
        """For machines."""
        return asdict(self)


Found = Iterator[Finding]


def findings(config: Config) -> list[Finding]:
    """Look at everything; what needs a database at its newest migration is left out where it is not."""
    found = [
        *_settings(config),
        *_exposure(config),
        *_slips(config),
        *_secrets(config),
        *_disk(config),
        *_rates(config),
        *_mail(config),
        *_search_server(config),
    ]
    state = _tried(
        lambda: list(_database_state()),
        "The database cannot be reached",
        "see HUB_DATABASE_URL and `hub db upgrade`",
    )
    found += state
    if not state:
        for look in (_outbox, _workers, _index, _server):
            found += _tried(lambda look=look: list(look()), "A look failed", "see the log")  # type: ignore[misc]
        db.session.rollback()
    return found


def _tried(look: Callable[[], list[Finding]], words: str, mend: str) -> list[Finding]:
    try:
        return look()
    except (sa.exc.SQLAlchemyError, HubError) as error:
        db.session.rollback()
        return [Finding(Severity.BROKEN, f"{words} ({type(error).__name__}).", mend)]


def _settings(config: Config) -> Found:
    for name in strays():
        yield Finding(
            Severity.HINT,
            f"{name} is set but is no setting of the hub.",
            "unset it, or see `hub doctor --settings`",
        )
    if config.log_level == "debug":
        yield Finding(Severity.UNSAFE, "HUB_LOG_LEVEL is debug.", "set it to info or warning")
    if config.metrics_port and config.metrics_host in ("0.0.0.0", "::"):  # noqa: S104 - what is looked for
        yield Finding(
            Severity.HINT,
            "HUB_METRICS_HOST is every address: figures are open to whoever reaches that port.",
            "set it to an inner address, or keep the port in an inner network",
        )


def _exposure(config: Config) -> Found:
    """Look at what matters once others reach the hub."""
    if config.is_for_this_machine:
        yield Finding(
            Severity.HINT,
            "Nothing is set for a hub that others reach: fine for a demonstration on this machine.",
            "before they do, set HUB_BASE_URL, HUB_TRUSTED_HOSTS, HUB_RATE_STORE and HUB_CONTACT",
        )
        return
    if not config.trusted_hosts:
        yield Finding(
            Severity.UNSAFE,
            "HUB_TRUSTED_HOSTS is empty: any host name is answered.",
            "set it to the public host names",
        )
    if not config.base_url:
        yield Finding(
            Severity.UNSAFE,
            "HUB_BASE_URL is empty: cookies go over plain HTTP, and links are as asked.",
            "set it to the public https address",
        )
    elif not config.base_url.startswith("https:"):
        yield Finding(
            Severity.UNSAFE,
            "HUB_BASE_URL is not https: what is read can be seen and changed on the way.",
            "put a proxy with TLS in front (deploy/) and set it to the https address",
        )
    if config.rate_store.startswith("memory:") and config.processes > 1:
        yield Finding(
            Severity.UNSAFE,
            f"Rates are counted in each of {config.processes} processes alone: limits are that many times as wide.",
            "set HUB_RATE_STORE=redis://host",
        )
    if not config.contact:
        yield Finding(
            Severity.HINT,
            "HUB_CONTACT is empty: visitors have nowhere to ask for a correction or removal.",
            "set it to an e-mail or web address",
        )


def _slips(config: Config) -> Found:
    """Look for settings that are each well and do not go together."""
    host = urlsplit(config.base_url).hostname
    if host and config.trusted_hosts and host not in config.trusted_hosts:
        yield Finding(
            Severity.BROKEN,
            f"HUB_TRUSTED_HOSTS does not name {host}, the host of HUB_BASE_URL: visitors are turned away.",
            "name it there",
        )
    if config.base_url.startswith("https:") and not config.proxies:
        yield Finding(
            Severity.HINT,
            "HUB_PROXIES is 0: behind a proxy with TLS all visitors would count as one in the rates.",
            "set it to the number of proxies in front",
        )
    for name in ("sign_in_rate", "factor_rate", "reset_rate", "register_rate"):
        if getattr(config, name) == "off" and not config.is_for_this_machine:
            yield Finding(
                Severity.UNSAFE,
                f"HUB_{name.upper()} is off: passwords and codes can be guessed, and letters sent, without end.",
                "unset it",
            )


def _secrets(config: Config) -> Found:
    if config.secret_key and len(config.secret_key) < LEAST_SECRET:
        yield Finding(
            Severity.UNSAFE,
            f"HUB_SECRET_KEY has fewer than {LEAST_SECRET} characters.",
            "unset it: the hub makes one",
        )
    secret = config.data_dir / "secret-key"
    private = [path for path in (config.data_dir, secret) if path.exists()]
    open_to_others = [path.name for path in private if path.stat().st_mode & 0o007]
    if open_to_others:
        yield Finding(
            Severity.UNSAFE,
            f"Others on this machine can read {', '.join(open_to_others)}.",
            f"chmod -R go-rwx {config.data_dir}",
        )


def _disk(config: Config) -> Found:
    usage = shutil.disk_usage(config.data_dir)
    if usage.free < min(LEAST_FREE_BYTES, LEAST_FREE * usage.total):
        yield Finding(
            Severity.BROKEN,
            f"The disk of the data folder is nearly full: {usage.free // 1_000_000} MB are left.",
            "make room; a rebuild of the index needs twice its size",
        )
    kind = filesystem(config.data_dir)
    if kind in OVER_A_NETWORK:
        yield Finding(
            Severity.UNSAFE,
            f"The data folder is on a network disk ({kind}): SQLite and the index need a local one.",
            "move HUB_DATA_DIR to a local disk; share by PostgreSQL and Meilisearch",
        )


def filesystem(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system a path is on; empty where the system does not tell."""
    try:
        lines = [line.split() for line in mounts.read_text("utf-8").splitlines()]
    except OSError:
        return ""
    real = path.resolve()
    fitting = [(len(one[1]), one[2]) for one in lines if len(one) > 2 and real.is_relative_to(one[1])]
    return max(fitting, default=(0, ""))[1]


def _rates(config: Config) -> Found:
    if words := rates.problem(config.rate_store):
        yield Finding(
            Severity.BROKEN,
            f"Rates cannot be counted in HUB_RATE_STORE ({words}): each process counts alone meanwhile.",
            "see HUB_RATE_STORE, and that its server runs, takes our password and may be written",
        )


def _mail(config: Config) -> Found:
    if not config.smtp_url:
        return
    try:
        smtp.greet(smtp.Server.from_url(config.smtp_url))
    except HubError as error:
        yield Finding(
            Severity.BROKEN,
            f"The mail server does not take us: {error}.",
            "see HUB_SMTP_URL; mail waits in the outbox meanwhile",
        )
    if config.smtp_url.startswith("smtp:") and not config.mail_from and not config.base_url:
        yield Finding(Severity.HINT, "Mail has no sender of its own.", "set HUB_MAIL_FROM")


def _search_server(config: Config) -> Found:
    from hub.search.server import problems

    for words in problems(config):
        unsafe = "may write" in words
        yield Finding(
            Severity.UNSAFE if unsafe else Severity.BROKEN, f"{words.rstrip('.')}.", "see docs/search.md"
        )


def _database_state() -> Found:
    if words := database():
        yield Finding(Severity.BROKEN, f"The database is {words}", "hub db upgrade")


def _outbox() -> Found:
    oldest = db.session.scalar(sa.select(sa.func.min(Job.due_at)).where(Job.dead_at.is_(None)))
    if oldest is not None and now() - oldest > LATE:
        yield Finding(
            Severity.BROKEN,
            f"{outbox.pending()} jobs wait in the outbox, the oldest for {now() - oldest}.",
            "run `hub worker`, or `hub worker --once`",
        )
    if dead := outbox.dead():
        yield Finding(
            Severity.BROKEN,
            f"{dead} jobs failed for good.",
            "see `hub jobs list --dead`, then `hub jobs retry`",
        )


def _workers() -> Found:
    seen = outbox.last_sign()
    if seen is None or now() - seen > SILENCE:
        words = "none was ever seen" if seen is None else f"last seen at {seen.isoformat()}"
        yield Finding(
            Severity.BROKEN,
            f"No worker is at work ({words}).",
            "run `hub worker`, or `hub run` with HUB_BESIDE_WORKER=yes",
        )


def _index() -> Found:
    for name in indexing.engines():
        try:
            is_clean = indexing.check(name=name).is_clean
        except SearchUnavailable:
            yield Finding(
                Severity.BROKEN,
                f"{_which(name)} is missing or cannot be read.",
                f"run `hub index rebuild {_options(name)}`; where its server is away, start that first",
            )
            continue
        if not is_clean:
            yield Finding(
                Severity.BROKEN, f"{_which(name)} differs from the database.", "hub index check --repair"
            )


def _which(name: str) -> str:
    return f"The index of the {indexing.engine_of(name)} engine for {indexing.indexed_for(name)}"


def _options(name: str) -> str:
    return f"--engine {indexing.engine_of(name)} --audience {indexing.indexed_for(name)}"


def _server() -> Found:
    """Look at the database server itself."""
    if db.engine.dialect.name != "postgresql":
        return
    with db.engine.connect() as connection:
        version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        theirs = float(
            connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()
        )
    if version < OLDEST_SERVER:
        yield Finding(
            Severity.BROKEN,
            f"PostgreSQL {version // 10000} is too old.",
            f"upgrade it to {OLDEST_SERVER // 10000} or later",
        )
    if encoding != "UTF8":
        yield Finding(
            Severity.BROKEN,
            f"The database is in {encoding}: names in other scripts cannot be kept.",
            "make one with ENCODING 'UTF8' and move the hub by `hub backup` and `hub restore`",
        )
    if abs(theirs - time.time()) > CLOCK_OFF:
        yield Finding(
            Severity.BROKEN,
            f"This clock and the database server's differ by {abs(theirs - time.time()):.0f} seconds.",
            "set both by NTP: claims of work are measured in time",
        )
