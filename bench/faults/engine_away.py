"""Takes the search server away from a running hub, in two ways, and gives it back; every search should be answered.

    python -m bench.faults.engine_away

A hub with a real Meilisearch server is asked all the time, one search after the other. The server is killed, then started
again, then frozen (it takes connections and says nothing). At last it is killed once more, a thousand organizations are
changed, and the server comes back: when do its index and the database agree, without a person?
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bench.faults.kill_import import slice_of
from hub import create_app, setup
from hub.config import Config
from hub.database import db, transaction
from hub.directory import profiles
from hub.directory.commands import import_files
from hub.directory.models import Organization
from hub.errors import SearchUnavailable
from hub.permissions import OPERATOR
from hub.search import indexing
from tests.live import free_port, running

ROWS = 2000
CHANGES = 1000
WORDS = (
    "water",
    "justicia",
    "refuge",
    "universit",
    "trafficking support",
    "droits",
    "Umwelt",
    "legal aid",
    "x",
    "",
)
NAME = "meilisearch"
SLOWEST = 1.0  # seconds that an engine which hangs may cost, once
BACK = 10.0  # seconds in which the index must agree again


class SearchServer:
    """A Meilisearch server on a port and in a folder of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.key = secrets.token_urlsafe(24)
        self.url = f"http://127.0.0.1:{free_port()}"
        self._folder = folder
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start it and wait until it is healthy."""
        options = ["--no-analytics", f"--http-addr={self.url[7:]}", f"--db-path={self._folder}/data"]
        environment = {"PATH": os.environ["PATH"], "MEILI_MASTER_KEY": self.key, "MEILI_LOG_LEVEL": "ERROR"}
        self.process = subprocess.Popen(
            ["meilisearch", *options], cwd=self._folder, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                    return self.process
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the search server does not start")

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait()


@dataclass
class Asked:
    """What came of searches: how many were answered, by which engine, and how long the slowest took."""

    engines: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    times: list[float] = field(default_factory=list)

    def line(self, when: str) -> str:
        """One line of the table."""
        slow = sum(took > SLOWEST / 2 for took in self.times)
        return (
            f"  {when:28} {len(self.times) - self.failed} of {len(self.times)} answered {self.engines}, "
            f"slowest {max(self.times):.2f} s, {slow} above {SLOWEST / 2} s"
        )


def ask(origin: str, count: int) -> Asked:
    """Search so many times, one after the other."""
    asked = Asked()
    for number in range(count):
        started = time.perf_counter()
        try:
            q = urllib.parse.quote(WORDS[number % len(WORDS)])
            with urllib.request.urlopen(f"{origin}/api/v1/organizations?q={q}", timeout=30) as answer:
                name = json.load(answer)["engine"]
            asked.engines[name] = asked.engines.get(name, 0) + 1
        except OSError:
            asked.failed += 1
        asked.times.append(time.perf_counter() - started)
    return asked


def await_engine(origin: str, name: str) -> None:
    """Wait until searches are answered by ``name`` again."""
    for _ in range(300):
        if name in ask(origin, 1).engines:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{name} does not come back")


@contextmanager
def hub_with(server: SearchServer, folder: Path) -> Iterator[tuple[str, Config]]:
    """A filled hub that searches with ``server``, running with a worker beside it."""
    keys = {"search_url": server.url, "search_key": server.key, "search_admin_key": server.key}
    off = dict.fromkeys(("search_rate", "api_rate", "suggest_rate", "export_rate"), "off")
    config = Config(data_dir=folder / "hub", log_level="error", **keys, **off)
    app = create_app(config)
    setup.prepare(app)
    import_files(app, [slice_of(ROWS, folder)], quiet=True)
    with app.app_context():
        indexing.rebuild(name=NAME)
        db.engine.dispose()
    with running(config.data_dir, processes=1, **keys, **off) as (origin, _):
        yield origin, config


def change(config: Config) -> float:
    """Change a thousand organizations; returns when the last change was committed."""
    app = create_app(config)
    with app.app_context(), transaction() as session:
        for one in session.scalars(sa.select(Organization).order_by(Organization.id).limit(CHANGES)):
            profiles.revise(session, OPERATOR, one, {"founded": 1900 + len(one.name) % 100})
    return time.monotonic()


def until_level(config: Config, since: float) -> float:
    """Seconds from ``since`` until the server's index agrees with the database."""
    app = create_app(config)
    with app.app_context():
        while time.monotonic() - since < 120:
            try:
                if indexing.check(name=NAME).is_clean:
                    return time.monotonic() - since
            except SearchUnavailable:
                pass
            db.session.rollback()
            time.sleep(0.2)
    raise RuntimeError("the index does not agree after two minutes")


def main() -> None:
    """Run the drill and print its figures; exit status 1 where one is not reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--searches", type=int, default=300, help="in each state")
    count = parser.parse_args().searches
    if not shutil.which("meilisearch"):
        sys.exit("NO MEILISEARCH: there is no program of this name on the PATH; nothing was tried")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = SearchServer(folder)
        try:
            with hub_with(server, folder) as (origin, config):
                seen = {"as it should be": ask(origin, count)}
                server.kill()
                seen["killed"] = ask(origin, count)
                server.start()
                await_engine(origin, NAME)
                server.process.send_signal(signal.SIGSTOP)
                seen["frozen"] = ask(origin, count)
                server.process.send_signal(signal.SIGCONT)
                await_engine(origin, NAME)
                server.kill()
                change(config)
                server.start()
                took = until_level(config, time.monotonic())
        finally:
            server.process.send_signal(signal.SIGCONT)
            server.kill()
    for when, asked in seen.items():
        print(asked.line(when))
    print(f"  level after {CHANGES} changes          {took:.1f} s, at most {BACK:g}")
    bad = any(one.failed or max(one.times) > SLOWEST + 0.5 for one in seen.values()) or took > BACK
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
