"""Kills `hub import` at random moments, again and again, and looks whether what comes out in the end is whole.

    python -m bench.faults.kill_import --kills 200

An undisturbed import of a slice of the shipped set is the measure. Then the same import begins in another empty folder,
and is killed (SIGKILL: no clean-up) after a random while, as often as asked; when it got through, it begins anew in an
empty folder. After each last run to the end, the export must be the same byte for byte, the outbox empty, the probable
duplicates the same, and `hub index check` clean.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hub.operating import DEMO

HUB = [sys.executable, "-c", "from hub.cli import main; main()"]


@dataclass
class Figures:
    """What happened: kills, those that hit a running import, rounds, and what was wrong after them."""

    kills: int = 0
    rounds: int = 0
    checks: int = 0
    wrong: list[str] = field(default_factory=list)


def hub(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command on a folder and wait for it."""
    return subprocess.run([*HUB, *words], env=environment(folder), capture_output=True, check=False)


def environment(folder: Path) -> dict[str, str]:
    """The settings under which the command works in ``folder``."""
    return {**os.environ, "HUB_DATA_DIR": str(folder), "HUB_LOG_LEVEL": "error", "HUB_DATABASE_URL": ""}


def slice_of(rows: int, folder: Path) -> Path:
    """Write every n-th row of the shipped set to a file of about ``rows`` rows."""
    with gzip.open(DEMO) as file:
        lines = file.readlines()
    path = folder / "slice.ndjson"
    path.write_bytes(b"".join(lines[:: max(1, len(lines) // rows)]))
    return path


def state(folder: Path) -> tuple[bytes, list[tuple[str, ...]], list[tuple[str, ...]], int]:
    """What an import leaves behind: export, probable duplicates, match keys, jobs that wait."""
    export = hub(folder, "export").stdout
    with sqlite3.connect(folder / "hub.sqlite3") as database:
        pairs = database.execute(
            "SELECT first_id, second_id, reasons FROM duplicate ORDER BY 1, 2"
        ).fetchall()
        keys = database.execute(
            "SELECT organization_id, scheme, value FROM match_key ORDER BY 1, 2, 3"
        ).fetchall()
        (waiting,) = database.execute("SELECT count(*) FROM job").fetchone()
    database.close()
    return export, pairs, keys, waiting


def kill_after(folder: Path, file: Path, seconds: float) -> bool:
    """Begin an import and kill it after a while; tells whether it was still running."""
    running = subprocess.Popen(
        [*HUB, "import", "--quiet", str(file)],
        env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
        running.wait()
        return True
    return False


def judge(folder: Path, file: Path, wanted: Sequence[object], figures: Figures) -> None:
    """Run the import to its end and compare what it leaves with what it should."""
    figures.checks += 1
    last = hub(folder, "import", "--quiet", str(file))
    if last.returncode:
        figures.wrong.append(f"the last import ended with {last.returncode}: {last.stderr.decode()[-300:]}")
    names = ("export", "probable duplicates", "match keys", "waiting jobs")
    for name, found, should in zip(names, state(folder), wanted, strict=True):
        if found != should:
            figures.wrong.append(f"{name} differ after {figures.kills} kills")
    checked = hub(folder, "index", "check")
    if checked.returncode:
        figures.wrong.append(f"index check: {(checked.stdout + checked.stderr).decode()[-300:]}")


def try_it(kills: int, rows: int, seed: int, per_round: int = 10) -> Figures:
    """Kill ``kills`` imports, looking at what is left after every few."""
    chance = random.Random(seed)
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        file = slice_of(rows, root)
        began = time.monotonic()
        hub(root / "whole", "import", "--quiet", str(file))
        whole = time.monotonic() - began
        wanted = state(root / "whole")
        while figures.kills < kills:
            figures.rounds += 1
            folder = root / f"round{figures.rounds}"
            target = min(kills, figures.kills + per_round)
            while figures.kills < target and kill_after(folder, file, chance.uniform(0.05, 1.1) * whole):
                figures.kills += 1
            judge(folder, file, wanted, figures)
            shutil.rmtree(folder)
    return figures


def main() -> None:
    """Try it as often as asked; exit 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1400, help="about how many rows to import")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    began = time.monotonic()
    figures = try_it(asked.kills, asked.rows, asked.seed)
    print(
        f"seed {asked.seed}: {figures.kills} kills in {figures.rounds} rounds, {figures.checks} imports run to the end "
        f"and compared, {len(figures.wrong)} faults, {time.monotonic() - began:.0f} s"
    )
    for wrong in figures.wrong:
        print(f"- {wrong}")
    sys.exit(1 if figures.wrong else 0)


if __name__ == "__main__":
    main()
