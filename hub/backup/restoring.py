"""Restoring: a backup into an empty database of either kind, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from hub import outbox
from hub.backup.archive import SECRET, Damaged, Reading
from hub.backup.rows import CHUNK, decoder, tables_of
from hub.config import Config
from hub.database import db, reshaping
from hub.errors import Conflict
from hub.setup import alembic_config

MADE_AGAIN = frozenset(
    {"term", "job", "lane", "schedule", "worker", "role"}
)  # what a hub with nobody in it may hold


def is_empty() -> bool:
    """Tell whether the database holds nothing that a restore would overwrite."""
    with db.engine.connect() as connection:
        return not any(
            connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            for table in tables_of(connection)
            if table.name not in MADE_AGAIN
        )


def restore(
    config: Config,
    backup: Reading,
    *,
    replace: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Put all of a backup in place, its tables in one transaction; the index must be rebuilt afterwards.

    Raises:
        Conflict: the hub is not empty and ``replace`` was not asked for.
        Damaged: the backup does not fit; nothing was changed.
    """
    _know(backup.manifest.revision)
    if not replace and not is_empty():
        raise Conflict("this hub is not empty; --replace overwrites it")
    with _files_aside(config, backup) as put_files, _reshaping() as connection:
        _clear(connection)
        _migrate(connection, backup.manifest.revision)
        with _constraints_later(connection):
            _fill(connection, backup, progress)
        _count_on(connection)
        _migrate(connection, "head")
        outbox.release(connection)
        put_files()


def _know(revision: str) -> None:
    try:
        found = ScriptDirectory.from_config(alembic_config()).get_revision(revision)
    except CommandError:
        found = None
    if found is None or found.revision != revision:
        raise Damaged(f"it was made by a newer version of the hub: migration {revision} is unknown here")


@contextmanager
def _reshaping() -> Iterator[Connection]:
    try:
        with reshaping(db.engine) as connection:
            yield connection
    except sa.exc.IntegrityError as error:
        raise Damaged(f"a row refers to one that is not there: {error.orig}") from error


def _clear(connection: Connection) -> None:
    held = sa.MetaData()
    held.reflect(connection)
    held.drop_all(connection)


def _migrate(connection: Connection, revision: str) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@contextmanager
def _constraints_later(connection: Connection) -> Iterator[None]:
    """Look at references when all rows are there: an organization may come before the one it belongs to."""
    if connection.dialect.name == "sqlite":
        yield  # reshaping() looks at them at its end
        return
    keys = [
        (table.name, key.name) for table in tables_of(connection) for key in table.foreign_key_constraints
    ]
    _alter(connection, keys, "DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    _alter(connection, keys, "NOT DEFERRABLE")


def _alter(connection: Connection, keys: Iterable[tuple[str, Any]], how: str) -> None:
    for table, key in keys:
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{key}" {how}')


def _fill(connection: Connection, backup: Reading, progress: Callable[[int], None]) -> None:
    tables = tables_of(connection)
    if {table.name for table in tables} != set(backup.manifest.tables):
        differ = sorted({table.name for table in tables} ^ set(backup.manifest.tables))
        raise Damaged(f"its tables are not those of migration {backup.manifest.revision}: {differ}")
    for table in tables:
        if table.name in MADE_AGAIN:  # a migration may have filled it
            connection.execute(sa.delete(table))
        decode = decoder(table)
        rows = (decode(line) for line in backup.rows(table.name))
        while chunk := list(islice(rows, CHUNK)):
            _insert(connection, table, chunk)
            progress(len(chunk))


def _insert(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    try:
        connection.execute(sa.insert(table), rows)
    except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.StatementError) as error:
        if isinstance(error, sa.exc.OperationalError):
            raise
        raise Damaged(f"a row of {table.name} breaks a rule: {getattr(error, 'orig', error)}") from error


def _count_on(connection: Connection) -> None:
    """Have PostgreSQL number new rows after the restored ones; SQLite does so anyway."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables_of(connection):
        for column in table.primary_key.columns:
            sequence = connection.scalar(sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name))
            if sequence:
                last = connection.scalar(sa.select(sa.func.max(column)))
                connection.execute(sa.select(sa.func.setval(sequence, last or 1, last is not None)))


@contextmanager
def _files_aside(config: Config, backup: Reading) -> Iterator[Callable[[], None]]:
    """Unpack the files beside their places; calling what this gives puts them there."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=config.data_dir) as aside:
        names = [name for name in backup.manifest.members if not name.startswith("tables/")]
        for name in names:
            path = Path(aside, *name.split("/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.writelines(backup.pieces(name))
        yield lambda: _put(Path(aside), config.data_dir)


def _put(aside: Path, place: Path) -> None:
    for folder in (aside / "files").glob("*"):
        shutil.rmtree(place / folder.name, ignore_errors=True)
        folder.replace(place / folder.name)
    if (aside / SECRET).exists():
        (aside / SECRET).replace(place / SECRET)
