"""Rows as lines of JSON, the same byte for byte whichever database they come from.

Times are ISO 8601 in UTC, dates likewise, bytes base64, decimals text. An empty JSON column is an empty column: the hub
stores no JSON ``null``. PostgreSQL keeps whole numbers in JSON exactly, and writes 1e22 as a whole number.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection

from hub.backup.archive import Damaged
from hub.database import UtcDateTime

CHUNK = 1000
VERSIONS = "alembic_version"  # the manifest holds the revision

Decode = Callable[[Any], Any]
# how what JSON does not know comes back, by the Python type of the column
DECODERS: dict[type, Decode] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    Decimal: Decimal,
    bytes: base64.b64decode,
}


def tables_of(connection: Connection) -> list[sa.Table]:
    """The tables as they are in the database, those referred to before those that refer to them."""
    held = sa.MetaData()
    held.reflect(connection)
    for table in held.tables.values():
        for column in table.columns:
            column.type = _exact(column.type)
    return [table for table in held.sorted_tables if table.name != VERSIONS]


def _exact(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The type under which a value goes in and out unchanged."""
    if isinstance(kind, JSONB):
        return JSONB(none_as_null=True)
    if isinstance(kind, sa.JSON):
        return sa.JSON(none_as_null=True)
    if isinstance(kind, sa.DateTime):
        return UtcDateTime()
    return kind


def lines(connection: Connection, table: sa.Table) -> Iterator[bytes]:
    """Give each row of a table as a line, in the order of the primary key, a thousand in memory at a time."""
    names = list(table.columns.keys())
    question = sa.select(table).order_by(*_order(connection, table))
    result = connection.execute(question, execution_options={"yield_per": CHUNK})
    for row in result:
        content = dict(zip(names, row, strict=True))
        yield json.dumps(content, ensure_ascii=False, sort_keys=True, default=_plain).encode() + b"\n"


def _order(connection: Connection, table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """The primary key, texts by their bytes as SQLite does, not in a language's order."""
    is_postgresql = connection.dialect.name == "postgresql"
    return [
        sa.collate(column, "C") if is_postgresql and isinstance(column.type, sa.String) else column
        for column in table.primary_key.columns
    ]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a backup cannot hold a {type(value).__name__}")


def decoder(table: sa.Table) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Make the function that turns a line of ``table`` back into a row."""
    known = set(table.columns.keys())
    special = {
        column.name: DECODERS[kind] for column in table.columns if (kind := _python_type(column)) in DECODERS
    }

    def decode(line: Mapping[str, Any]) -> dict[str, Any]:
        if line.keys() != known:
            raise Damaged(f"a row of {table.name} has other columns: {sorted(line.keys() ^ known)}")
        row = dict(line)
        try:
            for name, turn in special.items():
                if row[name] is not None:
                    row[name] = turn(row[name])
        except (ValueError, TypeError, ArithmeticError) as error:
            raise Damaged(f"a row of {table.name} cannot be read: {error}") from error
        return row

    return decode


def _python_type(column: sa.Column[Any]) -> type:
    if isinstance(column.type, UtcDateTime):
        return datetime
    try:
        return column.type.python_type
    except NotImplementedError:
        return object
