"""Rates are counted where all processes see them, and in memory while that place is away: never an error, never no limit."""

from __future__ import annotations

import itertools
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from limits.storage import storage_from_string
from redis import Redis

from hub.rates import problem
from tests.live import free_port, running

RATE = 3
VISITORS = itertools.count(1)


class Store:
    """A Redis server of this test's own, which can be killed and started again."""

    def __init__(self, program: str, folder: Path) -> None:
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}"
        self._command = [program, "--port", str(port), "--save", "", "--dir", str(folder)]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        for _ in range(100):
            if storage_from_string(self.url).check():
                return
            time.sleep(0.05)
        raise RuntimeError("redis-server does not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("NO REDIS: there is no redis-server on the PATH; shared rates were not tested")
    made = Store(program, tmp_path_factory.mktemp("redis"))
    yield made
    made.kill()


@pytest.fixture(scope="module")
def pair(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The addresses of two servers upon one hub."""
    folder = tmp_path_factory.mktemp("hub")
    settings = {"rate_store": store.url, "search_rate": f"{RATE}/minute", "proxies": 1, "processes": 1}
    with running(folder, **settings) as (first, _), running(folder, **settings) as (second, _):
        yield first, second


@pytest.fixture
def visitor() -> str:
    """An address that no other test asks from."""
    return f"192.0.2.{next(VISITORS)}"


def asked(origin: str, visitor: str, times: int = 1) -> list[int]:
    """Search so many times; gives the statuses of the answers."""
    statuses = []
    for _ in range(times):
        try:
            with urlopen(
                Request(f"{origin}/en/search", headers={"X-Forwarded-For": visitor}), timeout=20
            ) as answer:
                statuses.append(answer.status)
        except HTTPError as error:
            statuses.append(error.code)
    return statuses


def are_together(pair: tuple[str, str], visitor: str) -> bool:
    """Tell whether what one server counts is known to the other."""
    first, second = pair
    return asked(first, visitor, RATE + 1)[-1] == 429 and asked(second, visitor) == [429]


def await_together(pair: tuple[str, str]) -> None:
    """Wait until both servers count in the store: they look for one that was away ever more seldom."""
    deadline = time.monotonic() + 60
    while not are_together(pair, f"198.51.100.{next(VISITORS)}"):
        assert time.monotonic() < deadline, "the servers do not count together again"
        time.sleep(0.5)


def test_servers_count_together(pair: tuple[str, str], visitor: str) -> None:
    await_together(pair)
    first, second = pair
    assert asked(first, visitor, 2) + asked(second, visitor, 2) == [200, 200, 200, 429]


def test_while_the_store_is_away_each_server_counts_alone(
    pair: tuple[str, str], store: Store, visitor: str
) -> None:
    await_together(pair)
    store.kill()
    alone = [asked(origin, visitor, RATE + 2) for origin in pair]
    store.start()
    assert alone == [[200] * RATE + [429] * 2] * 2
    await_together(pair)


def test_a_store_that_says_nothing_holds_no_page_up(
    pair: tuple[str, str], store: Store, visitor: str
) -> None:
    await_together(pair)
    store.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    answers = asked(pair[0], visitor, RATE + 1)
    took = time.monotonic() - started
    store.process.send_signal(signal.SIGCONT)
    assert answers == [200] * RATE + [429]
    assert took < 6


def test_a_store_that_cannot_count_is_found_whatever_the_reason(store: Store) -> None:
    server = Redis.from_url(store.url)
    port = store.url.rpartition(":")[2]
    assert problem(store.url) == problem("memory://") == ""
    try:
        server.config_set("maxmemory", 1)
        server.config_set("maxmemory-policy", "noeviction")
        assert problem(store.url) == "OutOfMemoryError"
        server.config_set("maxmemory", 0)
        server.replicaof("127.0.0.1", 1)
        assert problem(store.url) == "ReadOnlyError"
        server.replicaof("NO", "ONE")
        server.config_set("requirepass", "lantern")
        assert problem(f"redis://:candle@127.0.0.1:{port}") == "AuthenticationError"
        assert problem(f"redis://:lantern@127.0.0.1:{port}") == ""
    finally:
        store.kill()
    assert problem(store.url) == "ConnectionError"
    store.start()
