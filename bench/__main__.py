"""``python -m bench``: every measurement on the organizations the project ships, one after the other."""

from __future__ import annotations

import subprocess
import sys

MODULES = ("bench.search", "bench.retrieval", "bench.importing", "bench.pages", "bench.matching")


def main() -> None:
    """Run each measurement in a process of its own, so that none warms another's caches."""
    failed = []
    for module in MODULES:
        print(f"\n== {module}", flush=True)
        if subprocess.run([sys.executable, "-m", module], check=False).returncode:
            failed.append(module)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
