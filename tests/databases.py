"""The databases of the tests: finding a PostgreSQL server, and putting a database back as it was."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from functools import cache

import sqlalchemy as sa

from hub.database import db

LOOPBACK = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


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
        """Put everything back as it was kept, or ``tables`` at least; numbers given out stay used on PostgreSQL."""
        db.session.rollback()
        if self._is_sqlite:
            with closing(sqlite3.connect(str(db.engine.url.database))) as here:
                self._copy.backup(here)
        else:
            with db.engine.begin() as connection:
                # as a replica: neither references nor the logs' triggers stand in the way
                back = (self._rewrite[table] for table in tables or self._rewrite)
                connection.exec_driver_sql("; ".join(("SET LOCAL session_replication_role = replica", *back)))

    def _copy_tables(self) -> dict[str, str]:
        tables = sa.inspect(db.engine).get_table_names()
        with db.engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA kept")
            for table in tables:
                connection.exec_driver_sql(f'CREATE TABLE kept."{table}" AS TABLE "{table}"')
        return {
            table: f'DELETE FROM "{table}"; INSERT INTO "{table}" TABLE kept."{table}"' for table in tables
        }
