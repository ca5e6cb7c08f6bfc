"""The commands for the outbox: what failed is listed, tried again or dropped; a worker ends in good order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import main

Run = Callable[..., Result]


@pytest.fixture
def folder(pattern: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Path:
    """A hub with a job that waits and two dead letters."""
    if database != "sqlite":
        pytest.skip("the commands are tried on SQLite; what they call is tested on both databases")
    shutil.copytree(pattern[0], tmp_path / "var")
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HUB_LOG_LEVEL", "error")
    due, dead = "2026-01-01 00:00:00", "2026-01-02 03:04:05"
    with closing(sqlite3.connect(tmp_path / "var" / "hub.sqlite3")) as held, held:
        held.executemany(
            "INSERT INTO job (id, topic, key, due_at, attempts, error, dead_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (11, "index", "A123456789", due, 0, None, None),
                (12, "mail", "b" * 32, due, 1, "Refused('550 5.1.1')", dead),
                (13, "mail", "c" * 32, due, 26, "Deferred('451')", dead),
            ],
        )
    return tmp_path / "var"


@pytest.fixture
def hub(folder: Path) -> Run:
    """Run a ``hub`` command."""
    return lambda *words: CliRunner().invoke(main, words, catch_exceptions=False)


def test_jobs_are_listed_with_what_is_wrong(hub: Run) -> None:
    said = hub("jobs", "list").output
    assert "11  index A123456789  0 attempts, due 2026-01-01 00:00:00" in said
    assert "1 attempts, dead since 2026-01-02 03:04:05  Refused('550 5.1.1')" in said
    assert "1 waiting, 2 dead" in said
    dead = hub("jobs", "list", "--dead", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in dead] == [12, 13]


def test_dead_letters_are_tried_again_by_number_or_all_together(hub: Run) -> None:
    assert hub("jobs", "retry", "12").output == "1 jobs will be tried again\n"
    assert hub("jobs", "retry", "12", "99").exit_code == 1, "there is no 99"
    assert "2 waiting, 1 dead" in hub("jobs", "list").output
    assert hub("jobs", "retry", "--all").output == "1 jobs will be tried again\n"
    assert hub("jobs", "retry").exit_code == 2
    assert hub("worker", "--once").output == "3 jobs done\n"
    assert "0 waiting, 0 dead" in hub("jobs", "list").output


def test_jobs_can_be_dropped(hub: Run) -> None:
    assert hub("jobs", "drop", "12", "13").output == "2 jobs dropped\n"
    assert hub("jobs", "drop", "12").exit_code == 1
    assert "1 waiting, 0 dead" in hub("jobs", "list").output


@pytest.mark.timeout(120)
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_does_what_waits_and_ends_in_good_order(folder: Path, end: signal.Signals) -> None:
    command = [sys.executable, "-c", "from hub.cli import main; main(['worker'])"]
    worker = subprocess.Popen(command, env=dict(os.environ))
    try:
        assert wait_for(lambda: rows(folder, "SELECT id FROM job WHERE dead_at IS NULL") == [])
        assert wait_for(lambda: rows(folder, "SELECT pid FROM worker") == [(worker.pid,)])
        worker.send_signal(end)
        assert worker.wait(30) == 0
        assert rows(folder, "SELECT pid FROM worker") == []
    finally:
        worker.kill()
        worker.wait()


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as held:
        return held.execute(query).fetchall()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Look until it is so; False when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False
