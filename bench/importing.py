"""How fast is an import, index included? Rows a second and peak memory, beside what they may be at most.

    python -m bench.importing [organizations-8k.ndjson.gz organizations-75k.ndjson.gz ...]

Each file goes into an empty hub of its own, by the command that an operator uses, in a process of its own; once more
must change nothing. Peak memory is the largest the process ever held.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from hub.operating import DEMO

HUB = [sys.executable, "-c", "from hub.cli import main; main()"]
MEMORY = 400.0  # MB
SMALL = 10_000  # rows
SECONDS = {True: 20.0, False: 240.0}  # of a small and a large file


@dataclass(frozen=True)
class Run:
    """One import: its sums, the seconds from start to end and of computing, and the most memory it held (MB)."""

    sums: dict[str, int]
    seconds: float
    computing: float
    memory: float


def run(file: Path, folder: Path) -> Run:
    """Import a file into the hub in ``folder``."""
    environment = {**os.environ, "HUB_DATA_DIR": str(folder), "HUB_LOG_LEVEL": "error"}
    began = time.monotonic()
    # A child forked from here would begin with the memory of this process; a short Python in between reports its own.
    watched = subprocess.run(
        [sys.executable, "-c", WATCH, *HUB, "import", "--json", str(file)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - began
    if watched.returncode not in (0, 1):
        sys.exit(watched.stderr)
    told, used, _end = watched.stdout.rsplit("\n", 2)
    memory, computing = used.split()
    return Run(json.loads(told), seconds, float(computing), int(memory) / 1024)


WATCH = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
sys.exit(done.returncode)
"""


def report(file: Path) -> bool:
    """Import a file twice and print the figures; tells whether they are reached."""
    with tempfile.TemporaryDirectory() as name:
        first, again = run(file, Path(name) / "var"), run(file, Path(name) / "var")
    rows = first.sums["rows"]
    limit = SECONDS[rows < SMALL]
    print(f"{file.name}: {rows} rows, {first.sums['created']} created, {first.sums['rejected']} rejected")
    figures = [
        ("import and index, seconds", first.seconds, limit),
        ("peak memory, MB", first.memory, MEMORY),
        ("the same file again, seconds", again.seconds, limit),
        (
            "rows changed by the second time",
            float(rows - again.sums["unchanged"] - again.sums["rejected"]),
            0.0,
        ),
    ]
    for what, figure, most in figures:
        print(f"  {what:34} {figure:8.1f}  at most {most:5.0f}  {'' if figure <= most else 'NOT REACHED'}")
    print(f"  {'rows a second':34} {rows / first.seconds:8.0f}")
    print(
        f"  {'of the seconds, computing':34} {first.computing:8.1f}  (the rest was waiting, or others' turn)"
    )
    return all(figure <= most for _what, figure, most in figures)


def main() -> None:
    """Measure every file named, or the one the project ships."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, default=[DEMO])
    asked = parser.parse_args()
    print(f"two cores or more are assumed; this machine has {os.cpu_count()}, load {os.getloadavg()[0]:.1f}")
    reached = [report(file) for file in asked.files]
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
