"""Kills `hub worker` at random moments, again and again, while work keeps coming, and looks whether all of it was done.

    python -m bench.faults.kill_worker --kills 200

Two workers share the outbox of one hub; organizations are renamed and mails written all the time. Now one worker, now
the other is killed (SIGKILL: no clean-up) and started again. In the end one worker finishes what is left and is told to
stop. Then the outbox must be empty, without dead letters; the index must agree with the database; each mail must have
arrived at least once, and any copy of it with the same Message-ID. Leases are shortened, so that many kills find work
in hand.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask

from bench.faults.kill_import import slice_of
from hub import create_app, mail, outbox, setup
from hub.config import Config
from hub.database import db, transaction
from hub.directory.commands import import_files
from hub.directory.models import Organization
from hub.search import indexing

WORKER = """
from hub.cli import main
from hub.outbox import claims
claims.LEASE, claims.RENEWAL = {lease}, {lease} / 4
main(["worker"])
"""
STARTING = 10  # seconds in which a worker should have begun
BACKLOG = 300  # jobs at which nothing new is written, so that the last worker comes to an end
LAST = 300  # seconds for the last worker to do what is left


@dataclass
class Figures:
    """What happened: kills, those with a claim in hand, renamings, mails, copies of mails, seconds of the last worker."""

    kills: int = 0
    in_hand: int = 0
    renamed: int = 0
    mails: int = 0
    copies: int = 0
    last: float = 0
    wrong: list[str] = field(default_factory=list)


class Letterbox:
    """A mail server that thinks for a moment before it says yes, and keeps (subject, Message-ID)."""

    def __init__(self, chance: random.Random) -> None:
        self.taken: list[tuple[str, str]] = []
        self._chance = chance

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        message = message_from_bytes(envelope.content)
        self.taken.append((str(message["Subject"]), str(message["Message-ID"])))
        await asyncio.sleep(self._chance.uniform(0, 0.03))
        return "250 OK"


class Producer(threading.Thread):
    """Renames an organization and writes a mail about it, in one transaction, again and again."""

    def __init__(self, app: Flask, figures: Figures, chance: random.Random) -> None:
        super().__init__()
        self._app, self._figures, self._chance = app, figures, chance
        self.over = threading.Event()

    def run(self) -> None:
        """Go on until it is over."""
        with self._app.app_context():
            ids = db.session.scalars(sa.select(Organization.id)).all()
            while not self.over.wait(self._chance.uniform(0, 0.04)):
                is_light = outbox.pending() < BACKLOG
                db.session.rollback()  # or the next look would see what this one saw
                if is_light:
                    self._change(self._chance.choice(ids))

    def _change(self, public_id: str) -> None:
        number = self._figures.mails
        with transaction() as session:
            organization = session.get_one(Organization, public_id, populate_existing=True)
            organization.name = f"Renamed {number}"
            message = mail.Message(to=f"p{number}@example.net", subject=str(number), text=organization.name)
            mail.send(session, message)
        self._figures.mails += 1
        self._figures.renamed += 1


def start(environment: dict[str, str], lease: float) -> subprocess.Popen[bytes]:
    """Start a worker with leases of so many seconds."""
    return subprocess.Popen([sys.executable, "-c", WORKER.format(lease=lease)], env=environment)


def holds(process: subprocess.Popen[bytes]) -> bool:
    """True where a process has claimed a job."""
    marked = sa.select(outbox.Job.id).where(
        outbox.Job.claimed_by.like(f"{socket.gethostname()[:64]}:{process.pid}:%")
    )
    found = db.session.scalar(marked.limit(1)) is not None
    db.session.rollback()
    return found


def await_work(process: subprocess.Popen[bytes]) -> None:
    """Wait until a process has claimed something."""
    until = time.monotonic() + STARTING
    while time.monotonic() < until and not holds(process):
        time.sleep(0.02)


def kill_again_and_again(
    environment: dict[str, str], kills: int, lease: float, chance: random.Random, figures: Figures
) -> None:
    """Kill one of two workers and start another, so many times."""
    workers = [start(environment, lease), start(environment, lease)]
    try:
        while figures.kills < kills:
            victim = workers.pop(0)
            if chance.random() < 0.8:  # the others are killed while they start, or rest
                await_work(victim)
            time.sleep(chance.uniform(0, 0.6))
            if victim.poll() is not None:
                figures.wrong.append(f"a worker ended by itself with {victim.returncode}")
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            figures.kills += 1
            figures.in_hand += holds(victim)
            workers.append(start(environment, lease))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def finish(environment: dict[str, str], lease: float, figures: Figures) -> None:
    """Let one worker do what is left and tell it to stop."""
    began = time.monotonic()
    worker = start(environment, lease)
    try:
        while (outbox.pending() or not _is_at_work(worker)) and time.monotonic() - began < LAST:
            db.session.rollback()
            time.sleep(0.2)
        db.session.rollback()
        figures.last = time.monotonic() - began
        worker.terminate()
        if worker.wait(60):
            figures.wrong.append(f"a worker told to stop ended with {worker.returncode}")
    finally:
        worker.kill()
        worker.wait()


def _is_at_work(worker: subprocess.Popen[bytes]) -> bool:
    """Tell whether the worker has said that it is there; before that it cannot hear that it shall stop."""
    here = sa.select(outbox.Presence.pid).where(outbox.Presence.pid == worker.pid)
    return db.session.scalar(here) is not None


def judge(letterbox: Letterbox, figures: Figures) -> None:
    """Compare what was done with what should have been."""
    if outbox.pending() or outbox.dead():
        figures.wrong.append(f"{outbox.pending()} jobs left, {outbox.dead()} dead letters")
    found = indexing.check()
    if not found.is_clean:
        counts = f"{len(found.missing)} missing, {len(found.stale)} stale, {len(found.surplus)} too many"
        figures.wrong.append(f"the index differs from the database: {counts}")
    arrived = Counter(subject for subject, _ in letterbox.taken)
    missing = figures.mails - len(arrived)
    if missing:
        figures.wrong.append(f"{missing} mails never arrived")
    if len(set(letterbox.taken)) != len(arrived):
        figures.wrong.append("a copy of a mail has another Message-ID")
    figures.copies = len(letterbox.taken) - len(arrived)


def try_it(kills: int, seed: int, rows: int = 300, lease: float = 2, database: str = "") -> Figures:
    """Kill ``kills`` workers of a hub of about ``rows`` organizations."""
    chance = random.Random(seed)
    figures = Figures()
    letterbox = Letterbox(random.Random(seed))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(letterbox, hostname="127.0.0.1", port=port)
    with tempfile.TemporaryDirectory() as name:
        settings = {
            "HUB_DATA_DIR": f"{name}/var",
            "HUB_DATABASE_URL": database,
            "HUB_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "HUB_LOG_LEVEL": "error",
        }
        app = create_app(Config.from_environment(settings))
        setup.prepare(app)
        import_files(app, [slice_of(rows, Path(name))], quiet=True)
        environment = {**os.environ, **settings}
        producer = Producer(app, figures, random.Random(seed))
        server.start()
        producer.start()
        try:
            with app.app_context():
                try:
                    kill_again_and_again(environment, kills, lease, chance, figures)
                finally:
                    producer.over.set()
                    producer.join()
                finish(environment, lease, figures)
                judge(letterbox, figures)
                db.engine.dispose()
        finally:
            server.stop()
    return figures


def main() -> None:
    """Try it as often as asked; exit 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rows", type=int, default=300, help="about how many organizations there are")
    parser.add_argument(
        "--lease", type=float, default=2, help="seconds until a killed worker's jobs come back"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database", default="", help="address of an empty PostgreSQL database; else SQLite")
    asked = parser.parse_args()
    began = time.monotonic()
    figures = try_it(asked.kills, asked.seed, asked.rows, asked.lease, asked.database)
    print(
        f"seed {asked.seed}: {figures.kills} kills, {figures.in_hand} with work in hand; {figures.renamed} renamings and "
        f"{figures.mails} mails, {figures.copies} copies with the same Message-ID; the last worker took "
        f"{figures.last:.0f} s; {len(figures.wrong)} faults, {time.monotonic() - began:.0f} s"
    )
    for wrong in figures.wrong:
        print(f"- {wrong}")
    sys.exit(1 if figures.wrong else 0)


if __name__ == "__main__":
    main()
