"""From a row that was read to an entry that may be taken: translated, checked, with its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError

from hub.directory.cells import Unfit
from hub.directory.crosswalk import LISTS, Translated, translate
from hub.directory.models import ALPHABET, ID_LENGTH
from hub.directory.reading import Row
from hub.directory.schemas import EntrySchema, ProfileSchema
from hub.directory.screening import Screening

PLACES = ("city", "subdivision")


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong with a field of a row, in words; an empty field stands for the row as a whole."""

    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that may be taken: column values, what a file says of the entry, its sources and what was left out."""

    line: int
    values: Mapping[str, Any]
    own_id: str | None = None
    parent_id: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[Mapping[str, Any], ...] = ()
    fingerprint: str = ""
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    look_at: tuple[str, ...] = ()

    @property
    def record(self) -> tuple[str, str] | None:
        """The first source and the record in it, by which an entry is known again; None for one without a source."""
        return (self.sources[0]["source"], self.sources[0]["id"]) if self.sources else None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that cannot be taken, and why."""

    line: int
    reasons: tuple[Reason, ...]
    left_out: tuple[str, ...] = ()


class Records:
    """The records that the rows of one file stand for: the first row about one is taken, no other that differs.

    Kept are two numbers for each, as a file may have millions of rows.
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[int, int]] = {}

    def once(self, entry: Entry | Unreadable, row: Row) -> Entry | Unreadable:
        """Give the entry back; in place of one that differs from an earlier one of its record, why it is not taken."""
        if isinstance(entry, Unreadable):
            return entry
        content = hash(entry.fingerprint)
        place, first = self._held.setdefault(
            hash(entry.own_id or entry.record), (row.item or row.line, content)
        )
        if first == content:
            return entry
        words = (
            _("item %(number)s is about the same record, and differs", number=place)
            if row.item
            else _("line %(number)s is about the same record, and differs", number=place)
        )
        return Unreadable(entry.line, (Reason("id" if entry.own_id else "source_id", words),), entry.left_out)


def read_entry(row: Row, default_source: str) -> Entry | Unreadable:
    """Translate and check a row."""
    if row.values is None:
        return Unreadable(row.line, (Reason(row.field, row.fault),))
    try:
        made = translate(row.values, default_source)
    except Unfit as error:
        return Unreadable(row.line, (Reason(error.field, str(error)),))
    loaded: list[dict[str, Any]] = []
    reasons: list[Reason] = []
    for schema, values in ((ProfileSchema, made.profile), (EntrySchema, made.entry)):
        try:
            loaded.append(_narrowed(schema, frozenset(values)).load(values))
        except ValidationError as error:
            reasons += _reasons(error.messages)
    if reasons:
        return Unreadable(row.line, tuple(reasons), tuple(made.left_out))
    return _entry(row.line, made, *loaded)


@lru_cache(maxsize=500)
def _narrowed(schema: type[Schema], present: frozenset[str]) -> Schema:
    """The schema without the fields that a row does not have; most rows have a few of forty, and each costs time."""
    return schema(only=[name for name, one in schema().fields.items() if one.required or name in present])


def _entry(line: int, made: Translated, values: dict[str, Any], about: dict[str, Any]) -> Entry:
    sources = tuple(about.pop("sources", ()))
    for name in made.emptied:
        values.setdefault(name, [] if name in LISTS else {} if name == "texts" else None)
    screened = Screening(values, is_published="id" in about)
    values = screened.values
    content = json.dumps([values, sources], sort_keys=True, default=str)
    hidden = [name for name in PLACES if made.profile.get(name) and not values.get(name)]
    return Entry(
        line,
        values,
        own_id=about.pop("id", None),
        parent_id=values.pop("parent_id", None),
        about=about,
        sources=sources,
        fingerprint=hashlib.sha256(content.encode()).hexdigest(),
        left_out=(*made.left_out, *hidden, *screened.left_out),
        unknown=tuple(made.unknown),
        look_at=screened.look_at,
    )


def _reasons(messages: Any, path: tuple[str, ...] = ()) -> Iterator[Reason]:
    """Flatten marshmallow's errors: ``offers.2.service`` and why."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _reasons(inner, path if key == "_schema" else (*path, str(key)))
    else:
        yield Reason(".".join(path), "; ".join(str(message) for message in messages))


def id_for(source: str, record: str, attempt: int = 0) -> str:
    """Make the public id of a record of a source: the same every time; ``attempt`` counts clashes."""
    digest = hashlib.sha256(json.dumps([source, record, attempt]).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(ID_LENGTH))
