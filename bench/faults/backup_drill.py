"""Saves a hub and brings it back, into SQLite and into PostgreSQL, and compares every row.

    python -m bench.faults.backup_drill

The hub holds the shipped organizations. It is saved, restored into an empty place of each kind that is there, and the
index rebuilt; then all tables are compared line by line, and the index with the database. Target: 10,000 profiles within
two minutes, index included.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from hub import create_app, setup
from hub.backup.archive import reading
from hub.backup.restoring import restore
from hub.backup.rows import lines, tables_of
from hub.backup.saving import save
from hub.config import Config
from hub.database import db
from hub.directory import queries
from hub.directory.commands import import_files
from hub.operating import DEMO
from hub.search import indexing
from tests.conftest import _create_database, _drop_database
from tests.databases import postgresql_url

TARGET = 120  # seconds for 10,000 profiles
DATABASE = "hub_backup_drill"


def timed(act: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def dump() -> dict[str, bytes]:
    """All tables of the running hub, as lines."""
    with db.engine.connect() as connection:
        return {table.name: b"".join(lines(connection, table)) for table in tables_of(connection)}


@contextmanager
def hub_at(folder: Path, url: str = "") -> Iterator[Flask]:
    """A hub in a folder."""
    app = create_app(Config(data_dir=folder, database_url=url, log_level="error"))
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


def bring_back(file: Path, wanted: dict[str, bytes], app: Flask) -> tuple[float, float, list[str]]:
    """Restore and rebuild; gives the seconds of each and what differs."""
    began = time.perf_counter()
    with reading(file) as backup:
        restore(app.config["HUB"], backup)
    restoring = time.perf_counter() - began
    found = dump()
    differ = [name for name in wanted if found[name] != wanted[name]]
    indexing_ = timed(indexing.rebuild)
    if not indexing.check().is_clean:
        differ.append("index")
    return restoring, indexing_, differ


def main() -> None:
    """Print the figures; exit 1 where a row differs or the target is missed."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        with hub_at(root / "from") as app:
            setup.prepare(app)
            import_files(app, [DEMO], quiet=True)
            profiles, wanted = queries.count_published(), dump()
            file = root / "saved.zip"
            saving = timed(lambda: save(app.config["HUB"], file))
        rows = sum(text.count(b"\n") for text in wanted.values())
        print(
            f"{profiles} profiles, {rows} rows: saved in {saving:.1f} s, {file.stat().st_size / 1e6:.1f} MB"
        )
        wrong = False
        for kind in ("sqlite", "postgresql") if postgresql_url() else ("sqlite",):
            url = _create_database(DATABASE) if kind == "postgresql" else ""
            try:
                with hub_at(root / kind, url) as app:
                    restoring, rebuilding, differ = bring_back(file, wanted, app)
            finally:
                if url:
                    _drop_database(DATABASE)
            for_target = (restoring + rebuilding) * 10_000 / profiles
            print(
                f"{kind:12} restored in {restoring:.1f} s, index in {rebuilding:.1f} s: "
                f"{for_target:.0f} s for 10,000 profiles (target {TARGET}); {', '.join(differ) or 'nothing'} differs"
            )
            wrong |= bool(differ) or for_target > TARGET
    sys.exit(wrong)


if __name__ == "__main__":
    main()
