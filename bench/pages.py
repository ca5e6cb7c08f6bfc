"""Pages: time, statements and bytes of the results and the profile page on the organizations the project ships.

``python -m bench.pages [--data FILE] [--repeat N]`` prints one line a figure: measured, target.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hub import create_app
from hub.config import Config
from hub.database import db
from hub.directory.commands import import_files
from hub.operating import DEMO
from hub.setup import prepare

QUERIES = (
    "q=traf", "q=trafficking", "q=trafficing+in+persns", "q=universidad&country=MX&kind=academia", "q=%22human+rights%22",
    "q=%E5%A4%A7%E5%AD%A6", "q=%D8%AC%D8%A7%D9%85%D8%B9%D8%A9", "theme=trafficking-in-persons", "country=KE&country=UG",
    "", "q=legal+aid+refugees", "region=002&kind=civil_society&page=3", "q=zzzzqqq",
)  # fmt: skip


@contextmanager
def filled(data: Path) -> Iterator[Flask]:
    """A hub in a folder of its own that holds the organizations of ``data``."""
    with tempfile.TemporaryDirectory() as folder:
        rates = dict.fromkeys(("search_rate", "api_rate", "suggest_rate", "export_rate"), "off")
        app = create_app(Config(data_dir=Path(folder), log_level="error", **rates))
        prepare(app)
        import_files(app, [data], quiet=True)
        yield app


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of all lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def statements(app: Flask, ask: Callable[[], Any]) -> int:
    """How many SQL statements ``ask`` runs."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def timed(client: FlaskClient, paths: list[str], repeat: int) -> list[float]:
    """Milliseconds of every request, each path ``repeat`` times in turn."""
    took = []
    for _ in range(repeat):
        for path in paths:
            started = time.perf_counter()
            response = client.get(path)
            took.append((time.perf_counter() - started) * 1000)
            assert response.status_code == 200, path
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEMO)
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args()
    with filled(options.data) as app:
        client = app.test_client()
        results = [f"/en/search?{query}" for query in QUERIES]
        links = client.get("/en/search?q=refuge").get_data(as_text=True).split('href="')
        profiles = sorted({link.split('"')[0] for link in links if link.startswith("/en/organizations/")})[
            :10
        ]
        timed(client, [*results, *profiles], 1)
        for name, paths in (
            ("results page", results),
            ("results fragment", results),
            ("profile page", profiles),
        ):
            took = timed(client, paths, options.repeat)
            print(f"{name:18} p50 {statistics.median(took):6.1f} ms   p95 {percentile(took, 0.95):6.1f} ms")
        for name, paths, most in (("results", results, 4), ("profile", profiles, 6), ("home", ["/en/"], 4)):
            count = max(statements(app, lambda path=path: client.get(path)) for path in paths)  # type: ignore[misc]
            print(f"{name + ' page':18} statements {count} (at most {most})")
        for name, path in (("home", "/en/"), ("results", results[1]), ("profile", profiles[0])):
            body = client.get(path).data
            print(f"{name + ' page':18} {len(body):7} bytes, {len(gzip.compress(body)):6} compressed")


if __name__ == "__main__":
    main()
