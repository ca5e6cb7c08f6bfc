"""Kills the web server at random moments while people write through its forms, and looks whether all of it is there.

    python -m bench.faults.kill_web --kills 200

Three people register organizations and edit a verified one, whose edits go live at once; a curator publishes what they
hand in, and somebody without an account sends reports. Each notes what was acknowledged: the redirect was answered. Now
one web process, now the whole of `hub run` is killed (SIGKILL: no clean-up) and comes back; who got no answer sends the
form again, as a person does. After each kill of the whole, nothing may be half done: revisions, cases, log and mails
agree, and what the index lacks waits in the outbox. In the end, what was acknowledged must be there, once, and the
index must agree with the database.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from flask import Flask

from bench.faults.web_writers import PUBLISHED, Curator, Journal, Registrant, Reporter, Writer
from bench.faults.whole import disagreements
from hub import create_app, outbox, setup
from hub.config import Config
from hub.database import db, transaction
from hub.directory import profiles
from hub.directory.states import Status, Trust
from hub.permissions import OPERATOR
from hub.search import indexing
from tests.live import free_port
from tests.people import Person, sign_in

HUB = """
from hub.cli import main
from hub.outbox import claims
claims.LEASE, claims.RENEWAL = 2, 0.5
main(["run", "--port", "{port}"])
"""
PATIENCE = 60  # seconds in which a hub must answer again
LAST = 120  # seconds for what is left in the outbox


@dataclass
class Figures:
    """What happened: kills, how many were of the whole, what was acknowledged and how often no answer came."""

    kills: int = 0
    whole: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    slowest: float = 0
    wrong: list[str] = field(default_factory=list)


class Served:
    """`hub run` on a data folder, which can be killed and started again at the same address."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self._environment = environment
        self.start()

    def start(self) -> float:
        """Start it and wait until it answers; returns the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "-c", HUB.format(port=self.port)]
        self.process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        while self._is_silent():
            if time.monotonic() - began > PATIENCE or self.process.poll() is not None:
                raise RuntimeError(f"the hub does not answer, exit status {self.process.poll()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def web_processes(self) -> list[int]:
        """The processes that answer requests."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def kill(self) -> None:
        """Kill all of it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        self.process.terminate()
        self.process.wait(60)

    def _is_silent(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                return False
        except OSError:
            return True


def furnish(app: Flask, port: int, journal: Journal, seed: int) -> list[Writer]:
    """Make the people, and for each registrant a verified organization."""
    writers: list[Writer] = []
    for number in range(3):
        with transaction() as session:
            values = {"name": f"Verified {number}", "country": "KE", "trust": Trust.VERIFIED}
            made = profiles.create(session, OPERATOR, values, status=Status.PUBLISHED).id
            session.flush()
            public_id = str(made)
        person = sign_in(app, organization=public_id)
        writers.append(Registrant(person, port, journal, random.Random(seed + number), public_id))
    curator, nobody = sign_in(app, role="curator"), Person(app, app.response_class, use_cookies=True)
    writers.append(Curator(curator, port, journal, random.Random(seed + 10)))
    writers.append(Reporter(nobody, port, journal, random.Random(seed + 11), public_id))
    outbox.drain(app)
    return writers


def kill_again_and_again(served: Served, kills: int, chance: random.Random, figures: Figures) -> None:
    """Kill one process, or all, so many times, and look after each kill of all whether anything is half done."""
    while figures.kills < kills:
        time.sleep(chance.uniform(0.05, 1.2))
        if chance.random() < 0.5 and (pids := served.web_processes()):
            os.kill(chance.choice(pids), signal.SIGKILL)
        else:
            served.kill()
            figures.whole += 1
            figures.wrong += disagreements()
            figures.slowest = max(figures.slowest, served.start())
        figures.kills += 1


def finish(app: Flask, figures: Figures) -> None:
    """Do what is left in the outbox, when the leases of the killed have lapsed, and compare."""
    until = time.monotonic() + LAST
    while outbox.pending() and time.monotonic() < until:
        outbox.drain(app)
        db.session.rollback()
        time.sleep(0.2)
    if outbox.pending() or outbox.dead():
        figures.wrong.append(f"{outbox.pending()} jobs left, {outbox.dead()} dead letters")
    figures.wrong += disagreements()
    for name in indexing.engines():
        if not indexing.check(name=name).is_clean:
            figures.wrong.append(f"the index {name} differs from the database")


def try_it(kills: int, seed: int, database: str = "", say: Callable[[str], None] = print) -> Figures:
    """Kill the web server of a small hub ``kills`` times."""
    figures, journal = Figures(), Journal()
    with tempfile.TemporaryDirectory() as name:
        settings = {
            "HUB_DATA_DIR": f"{name}/var",
            "HUB_DATABASE_URL": database,
            "HUB_LOG_LEVEL": "error",
            "HUB_REQUEST_RATE": "off",
        }
        app = create_app(Config.from_environment(settings))
        setup.prepare(app)
        served = Served({**os.environ, **settings})
        with app.app_context():
            writers = furnish(app, served.port, journal, seed)
            for writer in writers:
                writer.start()
            try:
                kill_again_and_again(served, kills, random.Random(seed), figures)
            finally:
                for writer in writers:
                    writer.over.set()
                for writer in writers:
                    writer.join()
                served.stop()
            finish(app, figures)
            figures.wrong += journal.missing() + journal.faults
            db.engine.dispose()
    figures.acknowledged, figures.unanswered = len(journal.acknowledged), journal.unanswered
    counts = ", ".join(f"{number} {what}" for what, number in sorted(journal.counts().items()))
    say(f"acknowledged: {counts}; {journal.counts()[PUBLISHED]} of them by the curator")
    return figures


def main() -> None:
    """Try it as often as asked; exit 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database; else SQLite")
    asked = parser.parse_args()
    began = time.monotonic()
    figures = try_it(asked.kills, asked.seed, asked.database)
    print(
        f"seed {asked.seed}: {figures.kills} kills, {figures.whole} of the whole server; {figures.acknowledged} changes "
        f"acknowledged, {figures.unanswered} requests without an answer; back after {figures.slowest:.1f} s at most; "
        f"{len(figures.wrong)} faults, {time.monotonic() - began:.0f} s"
    )
    for wrong in figures.wrong:
        print(f"- {wrong}")
    sys.exit(1 if figures.wrong else 0)


if __name__ == "__main__":
    main()
