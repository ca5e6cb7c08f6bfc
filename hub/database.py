"""The database: model base, column types, session, and ``transaction()``, the only commit in the project."""

from __future__ import annotations

import errno
import inspect
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.sansio.app import App
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine, ExceptionContext

from hub.errors import DatabaseUnavailable, DiskFull

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
LOCK_WAIT = 10  # seconds a writer waits for another
VISIT_WAIT = (
    15  # seconds that one statement of a web request may take on PostgreSQL; commands may take their time
)
IDLE_WAIT = (
    300  # seconds that a transaction may stand idle there; the worker beside waits for the engine in some
)
DETAIL = re.compile(r"\nDETAIL:.*", re.DOTALL)
# prepared statements that a connection of SQLite keeps; one about a thousand keys takes half a megabyte
STATEMENTS = 32
CONNECT_WAIT = 5  # seconds for reaching PostgreSQL, or for a free connection
SPARE = 2  # connections beyond one for each thread: for the worker beside them, and for looking after the hub


class Model(orm.DeclarativeBase):
    """Base of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in time, always aware and in UTC, also on SQLite, which keeps none."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive time, turn any other to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the zone back."""
        return value if value is None else value.replace(tzinfo=UTC)


Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Database(SQLAlchemy):
    """Engines and sessions of an app, without those for asynchronous code.

    The library closes asynchronous sessions at the end of every context, for which Flask starts an event loop: dear
    for each request, and impossible in a thread where a loop already runs.
    """

    def init_app(self, app: App) -> None:
        """Register on ``app``; only plain sessions are closed after a context."""
        super().init_app(app)
        closing = app.teardown_appcontext_funcs
        closing[:] = [one for one in closing if not inspect.iscoroutinefunction(one)]


db = Database(session_options={"autoflush": False})


def now() -> datetime:
    """The present moment, aware, in UTC, to the second (so that both databases keep it alike)."""
    return datetime.now(UTC).replace(microsecond=0)


def init_app(app: Flask, url: str, threads: int = 4) -> None:
    """Bind the session to the database at ``url``, with a connection for each of the process's ``threads``."""
    # hide_parameters: an error's text goes to the log, where no person's words belong
    options: dict[str, Any] = {"url": url, "hide_parameters": True}
    if url.startswith("sqlite"):
        options["connect_args"] = {"timeout": LOCK_WAIT, "cached_statements": STATEMENTS}
        options["json_deserializer"] = _read_json
    else:
        options |= _pool(threads)
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _tune_sqlite(db.engine)
        else:
            event.listen(db.engine, "connect", _tune_postgresql)
            event.listen(db.engine, "handle_error", _leave_out_values)


def _read_json(text: str) -> Any:
    """Read a JSON column; most are empty lists, for which the reader of the standard library takes its time."""
    return [] if text == "[]" else json.loads(text)


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the driver must not begin on its own: see begin()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began as a reader gets "database is locked" at once when another wrote in between.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _pool(threads: int) -> dict[str, Any]:
    """Options under which a restarted server is noticed before a request uses a dead connection."""
    return {
        "pool_pre_ping": True,
        "pool_size": threads,
        "max_overflow": SPARE,
        "pool_timeout": CONNECT_WAIT,
        "pool_recycle": 1800,
        "connect_args": {"connect_timeout": CONNECT_WAIT, "application_name": "whatson-hub"},
    }


def _tune_postgresql(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_WAIT}s'")
    connection.commit()


def _leave_out_values(context: ExceptionContext) -> None:
    """Cut what PostgreSQL tells of a row ("Key (email)=(...)") from an error: its text goes to logs and to `hub jobs`."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (DETAIL.sub("", error.args[0]), *error.args[1:])


def bound_statements(engine: Engine) -> None:
    """Let no statement on ``engine`` take longer than a visitor waits; for a process that serves pages.

    Commands and migrations go without: to build an index on a large table takes as long as it takes.
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _hurry_postgresql)
    engine.dispose()


def _hurry_postgresql(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{VISIT_WAIT}s'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_WAIT}s'")
    connection.commit()


FULL_SQLITE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
FULL_POSTGRESQL = ("53100", "25006")  # disk full, read-only transaction: PostgreSQL, appendix A
FULL_SYSTEM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def unavailability(error: BaseException) -> DatabaseUnavailable | None:
    """Say in the domain's words that the database or the disk is away for now; None where it is another fault."""
    if isinstance(error, OSError) and error.errno in FULL_SYSTEM:
        return DiskFull(error.strerror)
    if isinstance(error, sa.exc.TimeoutError):
        return DatabaseUnavailable("all connections are in use")
    if not isinstance(error, sa.exc.DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest details
    if code in FULL_SQLITE or getattr(error.orig, "sqlstate", None) in FULL_POSTGRESQL:
        return DiskFull(str(error.orig))
    if error.connection_invalidated or isinstance(error, sa.exc.OperationalError):
        return DatabaseUnavailable(str(error.orig))
    return None


@contextmanager
def transaction() -> Iterator[orm.Session]:
    """Open the one transaction in which a verb writes; commit at its end, roll back on any error.

    What was read before is read afresh inside, under the writer's lock. Does not nest.
    """
    session = db.session
    if session.info.get("writes"):
        raise RuntimeError("transaction() does not nest")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changed outside transaction()")
    session.rollback()
    session.info["writes"] = True
    try:
        session.connection(execution_options={"writes": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("writes", None)


def inserting(session: orm.Session) -> Callable[[Any], sqlite.Insert | postgresql.Insert]:
    """The INSERT of the session's database that knows what to do where a row is there already."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


@contextmanager
def reshaping(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which tables are made, changed and dropped, for migrations and for restoring.

    SQLite changes a table by making it anew; were references in force meanwhile, dropping the old one would delete all
    that refers to it. They are off until the end there, and then looked at.

    Raises:
        IntegrityError: a row refers to one that is not there; nothing was changed.
    """
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(writes=True) as connection:
        raw: Any = connection.connection.dbapi_connection
        if is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")  # means nothing once a transaction began
        try:
            with connection.begin():
                yield connection
                if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    lost = f"a row of {broken[0]} refers to one of {broken[2]} that is not there"
                    raise sa.exc.IntegrityError("PRAGMA foreign_key_check", {}, sqlite3.IntegrityError(lost))
        finally:
            if is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")
