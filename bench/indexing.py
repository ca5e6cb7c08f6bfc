"""How fast are documents indexed into Meilisearch? Beside posting the same ones raw.

    python -m bench.indexing [organizations-75k.ndjson.gz ...]

Raw: the finished lines are posted in pieces with urllib and the server's last task is awaited, nothing else. Ours: a
rebuild through the engine, from documents, with the fresh index swapped in at the end. Both into the same settings.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.corpus import documents
from hub.operating import DEMO
from hub.search.meili import MeilisearchEngine, chunks
from hub.search.meili_queries import line
from hub.search.server import Remote
from tests.search.servers import Server, meilisearch

LEAST = 0.5  # of the raw speed


def raw(server: Server, lines: list[bytes]) -> float:
    """Post the lines and wait; gives the seconds."""
    Remote(server.url, server.key, "raw").create()
    task = 0
    started = time.perf_counter()
    for piece in chunks(lines):
        task = _ask(server, "indexes/raw/documents", piece)["taskUid"]
    while (state := _ask(server, f"tasks/{task}")["status"]) in ("enqueued", "processing"):
        time.sleep(0.1)
    if state != "succeeded":
        raise RuntimeError(f"the server's task {state}")
    return time.perf_counter() - started


def _ask(server: Server, path: str, body: bytes | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/x-ndjson"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{server.url}/{path}", body, headers), timeout=600
    ) as answer:
        said: dict[str, Any] = json.load(answer)
        return said


def main() -> None:
    """Measure each file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="*", default=[DEMO])
    files = parser.parse_args().files
    server = meilisearch()
    if server is None:
        sys.exit("NO MEILISEARCH: neither on the PATH nor named by HUB_TEST_MEILI_URL; nothing was measured")
    for path in files:
        held = list(documents(path))
        posted = raw(server, [line(one) for one in held])
        with tempfile.TemporaryDirectory() as folder:
            engine = MeilisearchEngine(server.url, server.key, server.key, "bench", Path(folder))
            started = time.perf_counter()
            with engine.rebuilding() as writer:
                writer.put(held)
            rebuilt = time.perf_counter() - started
        print(f"{len(held)} documents: raw {posted:.1f} s, rebuild {rebuilt:.1f} s")
        print(f"  of the raw speed: {posted / rebuilt:.2f}, at least {LEAST}", flush=True)
        Remote(server.url, server.key, "raw").drop("raw")


if __name__ == "__main__":
    main()
