"""The databases of the tests: finding a PostgreSQL server, lending its databases, and putting one back as it was."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.database import db

LOOPBACK = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"

KEEP = Path(__file__).with_name("pattern.sql")
OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""


@cache
def postgresql_url() -> sa.URL | None:
    """The address of a server that answers and lets us make databases; None where there is none."""
    url = sa.make_url(os.environ.get("HUB_TEST_POSTGRESQL_URL", LOOPBACK))
    engine = sa.create_engine(url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except sa.exc.OperationalError:
        return None
    finally:
        engine.dispose()
    return url


def create_database(name: str, template: str = "template0") -> str:
    """Make a database, by ``template``, that does not wait for the disk; gives its address."""
    server = postgresql_url()
    if server is None:
        pytest.skip(
            "NO POSTGRESQL: set HUB_TEST_POSTGRESQL_URL or start one on loopback; nothing was tested on it"
        )
    with _talk(server) as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return server.set(database=name).render_as_string(hide_password=False)


def drop_database(name: str) -> None:
    """Take a database away, whoever is connected to it."""
    server = postgresql_url()
    assert server is not None
    with _talk(server) as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _talk(server: sa.URL) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


class Stock:
    """Databases that are copies of ``pattern``, lent to one test at a time.

    A server that writes to a disk takes a second to make one and to drop it, and a twentieth of that to put it back.
    A database with which a test did more than to change rows is not lent again.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._copies: set[str] = set()
        self._free: list[str] = []

    def keep(self) -> None:
        """Keep the pattern as it is now: from here on it is copied."""
        with _talk(self._url(self._pattern)) as connection:
            connection.execute(sa.text(KEEP.read_text("utf-8")))
            self._shape = connection.scalar(sa.text("SELECT pattern.shape()"))

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Give the address of a database that is as the pattern was kept."""
        name = self._free.pop() if self._free else self._copy()
        yield self._url(name).render_as_string(hide_password=False)
        if self._put_back(name):
            self._free.append(name)
        else:
            self._copies.remove(name)
            drop_database(name)

    def clear(self) -> None:
        """Take all copies and the pattern away."""
        for name in (*self._copies, self._pattern):
            drop_database(name)

    def _copy(self) -> str:
        name = f"hub_test_{secrets.token_hex(6)}"
        create_database(name, template=self._pattern)
        self._copies.add(name)
        return name

    def _put_back(self, name: str) -> bool:
        """Put the rows back, if nothing but rows was changed and nobody is left who might change them again."""
        with _talk(self._url(name)) as connection:
            if (
                not _is_alone(connection)
                or connection.scalar(sa.text("SELECT pattern.shape()")) != self._shape
            ):
                return False
            connection.execute(sa.text("SELECT pattern.put_back()"))
        return True

    def _url(self, name: str) -> sa.URL:
        server = postgresql_url()
        assert server is not None
        return server.set(database=name)


def dispose(engine: sa.Engine, seconds: float = 5) -> None:
    """Close all connections of an engine, those too that a thread is about to give back: it would leave them open."""
    until = time.monotonic() + seconds
    while engine.pool.checkedout() and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.01)
    engine.dispose()


def _is_alone(connection: sa.Connection) -> bool:
    """Whether nobody else is connected; the server needs a moment to notice that somebody left."""
    for _ in range(100):
        if connection.scalar(sa.text(OTHERS)) == 0:
            return True
        time.sleep(0.01)
    return False


@cache
def stock(pattern: str) -> Stock:
    """The stock of copies of a pattern."""
    return Stock(pattern)


class Kept:
    """All rows of the hub's database as they were at one moment, to put them back again and again."""

    def keep(self) -> None:
        """Keep the database as it is now."""
        db.session.rollback()
        self._is_sqlite = db.engine.dialect.name == "sqlite"
        if self._is_sqlite:
            self._copy = sqlite3.connect(":memory:", check_same_thread=False)
            with closing(sqlite3.connect(str(db.engine.url.database))) as here:
                here.backup(self._copy)
        else:
            self._rewrite = self._copy_tables()

    def put_back(self, tables: Collection[str] | None = None) -> None:
        """Put everything back as it was kept, or ``tables`` at least; then numbers given out stay used on PostgreSQL."""
        db.session.rollback()
        if self._is_sqlite:
            with closing(sqlite3.connect(str(db.engine.url.database))) as here:
                self._copy.backup(here)
        else:
            with db.engine.begin() as connection:
                # as a replica: neither references nor the logs' triggers stand in the way
                back = (self._rewrite[table] for table in tables or self._rewrite)
                numbers = () if tables else self._numbers
                connection.exec_driver_sql(
                    "; ".join(("SET LOCAL session_replication_role = replica", *back, *numbers))
                )

    def _copy_tables(self) -> dict[str, str]:
        tables = sa.inspect(db.engine).get_table_names()
        with db.engine.begin() as connection:
            held = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            self._numbers = [
                f"SELECT setval('\"{name}\"'::regclass, {last or 1}, {last is not None})"
                for name, last in connection.exec_driver_sql(held)
            ]
            connection.exec_driver_sql("CREATE SCHEMA kept")
            for table in tables:
                connection.exec_driver_sql(f'CREATE TABLE kept."{table}" AS TABLE "{table}"')
        return {
            table: f'DELETE FROM "{table}"; INSERT INTO "{table}" TABLE kept."{table}"' for table in tables
        }
