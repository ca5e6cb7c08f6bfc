"""Saving: every table as it was at one moment, and the files that belong to the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from hub.backup.archive import PIECE, SECRET, writing
from hub.backup.rows import lines, tables_of
from hub.config import Config
from hub.database import db, now
from hub.errors import Conflict

FOLDERS = ("logos",)  # in the data folder: what is no table, and no index that can be made again


def save(
    config: Config,
    path: Path,
    *,
    with_secret: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Write a backup of the running hub to ``path``; returns the number of rows.

    Nobody has to stop: what others write meanwhile is not in it.

    Raises:
        Conflict: there is such a file already, or nothing to save.
    """
    if path.exists():
        raise Conflict(f"{path} exists already")
    total = 0
    with writing(path) as archive, _snapshot(db.engine) as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision is None:
            raise Conflict("there is nothing to save: this hub has no tables yet")
        for table in tables_of(connection):
            count = archive.add(f"tables/{table.name}.ndjson", lines(connection, table), counts=True)
            total += count
            progress(count)
        for file in _files(config):
            archive.add(f"files/{file.relative_to(config.data_dir).as_posix()}", _content(file))
        if with_secret:
            archive.add(SECRET, _content(config.data_dir / SECRET))
        archive.finish(revision, now().isoformat())
    return total


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A read transaction that sees the database as it is at its first question, whatever others write."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


def _files(config: Config) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted(path for path in (config.data_dir / folder).glob("*") if path.is_file())


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
