"""How many results pages does one core serve in a second, and how soon? Beside the engine alone and beside Datasette.

    python -m bench.throughput [organizations-8k.ndjson.gz organizations-75k.ndjson.gz ...] [--rounds 3] [--seconds 4]

Every server has one process and the first core to itself, and has answered for ten seconds before, as what it keeps of
profiles fills while it works; who asks, and a Meilisearch server, have the second. In each round all are asked in turn
for some seconds, two questions at a time, no question twice: the kinds of ``bench.search`` in equal parts. Datasette
(where the program ``datasette`` is on the PATH) serves the same organizations from SQLite with full-text search and six
facets, of which it holds one value each (lists cost it seconds); twenty rows a page. The engine alone is one thread of
this process on the first core.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.corpus import documents
from bench.search import mix, percentile
from hub.operating import DEMO
from hub.search.criteria import Criteria
from hub.search.embedded import EmbeddedEngine
from hub.search.engine import Document
from tests.live import HUB, free_port, running
from tests.search.servers import meilisearch

EACH = 1500  # questions of each kind
ASKING = 2  # at a time
RATES = dict.fromkeys(("search_rate", "api_rate", "suggest_rate", "export_rate"), "off")
FACETS = ("kind", "country", "region", "theme", "sector", "language")
WARM = 10.0  # seconds for which each server is asked before it is measured
LEAST = 150.0  # results pages a second on the small set
TIMES = 3.0  # as many as Datasette

Ask = Callable[[Criteria], None]


@dataclass
class Taken:
    """What one server did in all rounds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def line(self, name: str) -> str:
        """A line of the table, times in milliseconds."""
        p50, p95 = statistics.median(self.times), percentile(self.times, 95)
        return f"  {name:34} {self.rate:8.1f} /s   p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {len(self.times)} asked"


class Visitor:
    """Asks one server over one connection that it keeps."""

    def __init__(self, origin: str, address: Callable[[Criteria], str]) -> None:
        parts = urlsplit(origin)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._address = address

    def __call__(self, criteria: Criteria) -> None:
        """Ask for a page and read it to its end.

        Raises:
            RuntimeError: it is no page.
        """
        try:
            answer = self._get(criteria)
        except http.client.RemoteDisconnected:  # it had been idle while others were asked
            self._connection.close()
            answer = self._get(criteria)
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {self._address(criteria)}")

    def _get(self, criteria: Criteria) -> http.client.HTTPResponse:
        self._connection.request("GET", self._address(criteria), headers={"Accept-Encoding": "gzip"})
        return self._connection.getresponse()


def measure(asking: Sequence[Ask], questions: Iterator[Criteria], seconds: float, into: Taken) -> None:
    """Ask with all askers at once for so many seconds."""
    until = time.perf_counter() + seconds
    lock = threading.Lock()

    def work(ask: Ask) -> None:
        while time.perf_counter() < until:
            with lock:
                criteria = next(questions)
            started = time.perf_counter()
            ask(criteria)
            into.times.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    threads = [threading.Thread(target=work, args=(ask,)) for ask in asking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    into.seconds += time.perf_counter() - started


def hub_page(criteria: Criteria) -> str:
    """The address of our results page."""
    return f"/en/search?{criteria.query_string()}"


def datasette_page(criteria: Criteria) -> str:
    """The address of Datasette's page of the same search."""
    pairs = [("_search", criteria.q), ("_size", "20"), *(("_facet", name) for name in FACETS)]
    pairs += [(f"{name}__in", ",".join(values)) for name, values in criteria.chosen.items()]
    return f"/organizations/organizations?{urlencode(pairs)}"


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Let whatever is started inside run on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def datasette(held: Sequence[Document], folder: Path) -> Iterator[str]:
    """Serve the organizations with Datasette; gives its address."""
    path = folder / "organizations.db"
    database = sqlite3.connect(path)
    texts = ("name", "other_names", "acronyms", "topics", "place", "short", "long")
    columns = ", ".join((*(f"{name} text" for name in (*texts, *FACETS)),))
    database.execute(f"create table organizations (id text primary key, {columns})")
    marks = ", ".join("?" * (1 + len(texts) + len(FACETS)))
    database.executemany(
        f"insert into organizations values ({marks})",
        (
            (
                one.id,
                *("\n".join(one.texts[name]) for name in texts),
                *((one.facets[name] or ("",))[0] for name in FACETS),
            )
            for one in held
        ),
    )
    database.execute(
        f"create virtual table organizations_fts using fts5({', '.join(texts)}, content='organizations')"
    )
    database.execute("insert into organizations_fts(organizations_fts) values('rebuild')")
    database.commit()
    database.close()
    port = free_port()
    limits = ("facet_time_limit_ms", "20000", "sql_time_limit_ms", "20000", "max_returned_rows", "1000")
    settings = [word for pair in zip(limits[::2], limits[1::2], strict=True) for word in ("--setting", *pair)]
    command = [shutil.which("datasette") or "", "serve", str(path), "--port", str(port), *settings]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _await(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("no answer")


def command(folder: Path, *words: str, **settings: object) -> None:
    """Run a `hub` command on a data folder."""
    own = {f"HUB_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, "HUB_DATA_DIR": str(folder), "HUB_LOG_LEVEL": "error", **own}
    done = subprocess.run([*HUB, *words], env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1):  # 1: some rows of an import are rejected, as they deserve
        done.check_returncode()


def compare(path: Path, rounds: int, seconds: float) -> dict[str, Taken]:
    """Measure everything on one file."""
    held = list(documents(path))
    print(f"{len(held)} organizations", flush=True)
    asked = [one for kind in mix(held, random.Random(7), EACH).values() for one in kind]
    random.Random(8).shuffle(asked)
    questions = itertools.cycle(asked)
    taken: dict[str, Taken] = defaultdict(Taken)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        command(folder / "hub", "import", "--quiet", str(path))
        servers: dict[str, tuple[Callable[[Criteria], str], str]] = {}
        with pinned(0):
            settings = {"processes": 1, "threads": 4, "beside_worker": "no", **RATES}
            origin, _ = stack.enter_context(running(folder / "hub", **settings))
            servers["results page, embedded engine"] = (hub_page, origin)
        with pinned(1):
            server = meilisearch()
        if server:
            search = {"search_url": server.url, "search_key": server.key, "search_admin_key": server.key}
            command(folder / "hub", "index", "rebuild", "--quiet", **search)
            with pinned(0):
                origin, _ = stack.enter_context(running(folder / "hub", **settings, **search))
            servers["results page, Meilisearch"] = (hub_page, origin)
        if shutil.which("datasette"):
            with pinned(0):
                servers["Datasette"] = (datasette_page, stack.enter_context(datasette(held, folder)))
        else:
            print("  NO DATASETTE on the PATH: not compared")
        engine = EmbeddedEngine(folder / "hub" / "index" / "public")
        visitors = {
            name: [Visitor(origin, page) for _ in range(ASKING)] for name, (page, origin) in servers.items()
        }
        for asking in visitors.values():
            with pinned(1):
                measure(asking, questions, WARM, Taken())
        for _ in range(rounds):
            for name, asking in visitors.items():
                with pinned(1):
                    measure(asking, questions, seconds, taken[name])
            with pinned(0):
                measure([engine.search], questions, seconds, taken["embedded engine alone"])  # type: ignore[list-item]
    for name, one in taken.items():
        print(one.line(name), flush=True)
    return taken


def main() -> None:
    """Measure each file and print what was to be reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="*", default=[DEMO])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    args = parser.parse_args()
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("two cores are needed: one that serves, one that asks")
    all_taken = [compare(path, args.rounds, args.seconds) for path in args.files]
    page, alone, other = "results page, embedded engine", "embedded engine alone", "Datasette"
    first = all_taken[0]
    print(f"results pages a second: {first[page].rate:.0f}, at least {LEAST:.0f}")
    print(f"as many as the engine alone gives: {first[page].rate / first[alone].rate:.2f}")
    if other in first:
        print(f"as many as Datasette: {first[page].rate / first[other].rate:.1f} times, at least {TIMES:.0f}")
    if len(all_taken) > 1:
        p95 = [percentile(taken[page].times, 95) for taken in all_taken]
        print(
            f"p95 from the first file to the last: {p95[0]:.1f} to {p95[-1]:.1f} ms, {p95[-1] / p95[0]:.1f} times"
        )


if __name__ == "__main__":
    main()
