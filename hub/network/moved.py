"""Rows changed when two entries are made one, noted so that each is put back when that is undone.

A row that somebody has changed since is left as it is then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.exc import IntegrityError

from hub.database import Model, UtcDateTime

Note = dict[str, Any]


class Moved:
    """Changes rows one by one and notes each; ``notes`` can be kept as JSON."""

    def __init__(self, session: orm.Session) -> None:
        self.session = session
        self.notes: list[Note] = []

    def change(self, row: Model, **values: Any) -> None:
        """Give a row new values, its key's among them."""
        before = _held(row, values)
        for name, value in values.items():
            setattr(row, name, value)
        self.session.flush()
        self.notes.append(
            {"table": row.__tablename__, "key": _key(row), "before": before, "after": _held(row, values)}
        )

    def remove(self, row: Model) -> None:
        """Delete a row."""
        names = [attribute.key for attribute in sa.inspect(type(row)).column_attrs]
        self.notes.append({"table": row.__tablename__, "gone": _held(row, names)})
        self.session.delete(row)
        self.session.flush()

    def add(self, row: Model) -> None:
        """Add a row."""
        self.session.add(row)
        self.session.flush()
        self.notes.append({"table": row.__tablename__, "made": _key(row)})


def put_back(session: orm.Session, notes: Sequence[Note]) -> None:
    """Undo what was noted, the last first; nothing happens to a row that changed since, or whose place is taken."""
    models = {one.class_.__tablename__: one.class_ for one in Model.registry.mappers}
    for note in reversed(notes):
        try:
            with session.begin_nested():
                _put_back(session, models[note["table"]], note)
        except IntegrityError:
            continue  # what took its place since then stays


def _put_back(session: orm.Session, model: Any, note: Note) -> None:
    if "gone" in note:
        session.add(model(**_read(model, note["gone"])))
    elif (row := session.get(model, tuple(_parsed_key(model, note)))) is not None:
        if "made" in note:
            session.delete(row)
        elif _held(row, note["after"]) == note["after"]:
            for name, value in _read(model, note["before"]).items():
                setattr(row, name, value)


def _parsed_key(model: Any, note: Note) -> list[Any]:
    names = [column.key for column in sa.inspect(model).primary_key]
    key = note["made"] if "made" in note else note["key"]
    return list(_read(model, dict(zip(names, key, strict=True))).values())


def _held(row: Model, names: Any) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _key(row: Model) -> list[Any]:
    return [_plain(getattr(row, str(column.key))) for column in sa.inspect(type(row)).primary_key]


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _read(model: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    columns = sa.inspect(model).columns
    return {name: _typed(columns[name].type, value) for name, value in values.items()}


def _typed(kind: Any, value: Any) -> Any:
    if value is None or isinstance(kind, sa.JSON):
        return value
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return kind.python_type(value) if isinstance(kind, sa.Enum) else value
