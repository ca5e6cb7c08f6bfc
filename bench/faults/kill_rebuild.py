"""Kills `hub index rebuild` at random moments, again and again: the old index must go on answering, whole.

    python -m bench.faults.kill_rebuild --kills 50

After each kill every profile must be found and `hub index check` be clean; what dead rebuilds left behind must be cleared
away by the next one that gets through.
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
from pathlib import Path

from bench.faults.kill_import import slice_of
from hub import create_app, setup
from hub.config import Config
from hub.directory.commands import import_files
from hub.search import indexing
from hub.search.criteria import Criteria
from tests.live import HUB

ROWS = 3000


def rebuild(environment: dict[str, str], after: float | None = None) -> tuple[bool, float]:
    """Rebuild, killed ``after`` so many seconds if it still runs; tells whether it was killed, and how long it ran."""
    started = time.monotonic()
    process = subprocess.Popen(
        [*HUB, "index", "rebuild", "--quiet"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        process.wait(after)
        return False, time.monotonic() - started
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True, time.monotonic() - started


def main() -> None:
    """Run the drill and print its figures; exit status 1 where anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(Config(data_dir=folder / "hub", log_level="error"))
        setup.prepare(app)
        import_files(app, [slice_of(ROWS, folder)], quiet=True)
        environment = {**os.environ, "HUB_DATA_DIR": str(folder / "hub"), "HUB_LOG_LEVEL": "error"}
        _, whole = rebuild(environment)
        kills = wrong = 0
        with app.app_context():
            total = indexing.engine().search(Criteria(page_size=1)).total
            while kills < args.kills:
                killed, _ = rebuild(environment, chance.uniform(0.2, 1.05) * whole)
                kills += killed
                found = indexing.engine().search(Criteria(page_size=1)).total
                if found != total or not indexing.check().is_clean:
                    wrong += 1
            rebuild(environment)
            left = len(list((folder / "hub" / "index" / "public").glob("generation-*")))
    print(f"  {kills} kills, {wrong} times the index was not whole, {left} generations left (at most 2)")
    sys.exit(1 if wrong or left > 2 else 0)


if __name__ == "__main__":
    main()
