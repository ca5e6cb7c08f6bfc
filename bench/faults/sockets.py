"""Opens a thousand sockets to a running hub, and sends requests by halves, and asks whether it still answers.

    python -m bench.faults.sockets

First with 1,000 sockets that say nothing, then with 200 requests whose head breaks off, as a client on a bad line or an
attacker leaves them: how many connections are refused, how long `/healthz` and a page take meanwhile. No proxy is before
the hub. Target: none refused, `/healthz` within 200 ms.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from tests.live import running

TARGET = 200  # milliseconds
HALF = b"GET /en/search?q=water HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ha"


@contextmanager
def opened(origin: str, number: int, said: bytes = b"") -> Iterator[int]:
    """Keep ``number`` connections open that have said so much; gives how many were refused."""
    parts = urlsplit(origin)
    refused = 0
    with ExitStack() as stack:
        for _ in range(number):
            try:
                one = socket.create_connection((str(parts.hostname), parts.port or 80), timeout=5)
                stack.enter_context(one)
                one.sendall(said)
            except OSError:
                refused += 1
        yield refused


def slowest(address: str, times: int) -> float:
    """The longest of ``times`` answers, in milliseconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        with urlopen(address, timeout=30) as answer:
            answer.read()
        took.append((time.perf_counter() - began) * 1000)
    return max(took)


def measure(origin: str, sockets: int, halves: int, times: int) -> list[tuple[str, int, float, float]]:
    """Rows of (what, connections refused, slowest health check, slowest page)."""
    rows = []
    for what, number, said in (
        ("nothing open", 0, b""),
        ("silent sockets", sockets, b""),
        ("half-sent", halves, HALF),
    ):
        with opened(origin, number, said) as refused:
            rows.append(
                (f"{number} {what}" if number else what, refused,
                 slowest(f"{origin}/healthz", times), slowest(f"{origin}/en/search?q=water", times))
            )  # fmt: skip
    return rows


def main() -> None:
    """Print what was measured beside the target; exit 1 where it was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--halves", type=int, default=200)
    parser.add_argument("--times", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), search_rate="off") as (origin, _):
        rows = measure(origin, asked.sockets, asked.halves, asked.times)
    print(
        f"{'':24}{'refused':>8}{'/healthz ms':>13}{'page ms':>10}   target: 0 refused, /healthz {TARGET} ms"
    )
    for what, refused, health, page in rows:
        print(f"{what:24}{refused:8}{health:13.1f}{page:10.1f}")
    sys.exit(any(refused or health > TARGET for _, refused, health, _ in rows))


if __name__ == "__main__":
    main()
