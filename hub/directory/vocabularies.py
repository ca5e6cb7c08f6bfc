"""The vocabularies: seeds, loading, and the read-only view that pages, facets and the index work from.

Terms are never deleted, only retired, and their keys never change; so a profile that names a term stays valid.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from babel import Locale
from flask import current_app
from sqlalchemy import orm

from hub.database import db
from hub.directory.models import Term
from hub.i18n import LANGUAGES

# vocabulary: its seed file
SEEDS = {
    "kind": "kinds",
    "theme": "themes",
    "treaty": "treaties",
    "sector": "sectors",
    "service": "services",
    "population": "populations",
    "sdg_target": "sdg-targets",
    "region": "regions",
    "country": "countries",
    "trust": "trust",
}
NAMES = (*SEEDS, "network", "language")  # networks name themselves: see ``define``
KEPT_FOR = 60  # seconds until another process's change of a term is seen
# by its stamp, what the terms said last: as long as they say the same, all that was worked out from them is kept
_newest: dict[str, Vocabularies] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A term as everything but the database knows it."""

    key: str
    parent: str | None
    labels: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    extra: Mapping[str, Any]
    is_retired: bool

    def label(self, language: str) -> str:
        """The term's name in a language; English, then the key, where there is none.

        Regions of other schemes than M49 carry a mark, since names such as "Southern Africa" stand in several schemes.
        """
        name = self.labels.get(language) or self.labels.get("en") or self.key
        mark = self.extra.get("mark", {}).get(language)
        return f"{name} ({mark})" if mark else name


@dataclass(frozen=True)
class Vocabularies:
    """All vocabularies at one moment, in display order."""

    terms: Mapping[str, Mapping[str, Entry]]
    stamp: str = ""
    _labels: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict, repr=False)

    def labels(self, vocabulary: str, language: str) -> Mapping[str, str]:
        """Map every key of a vocabulary to its label."""
        found = self._labels.get((vocabulary, language))
        if found is None:
            found = {key: entry.label(language) for key, entry in self.terms.get(vocabulary, {}).items()}
            self._labels[vocabulary, language] = found
        return found

    def label(self, vocabulary: str, key: str, language: str) -> str:
        """The label of one key; the key itself where the vocabulary does not hold it."""
        return self.labels(vocabulary, language).get(key, key)

    def __contains__(self, item: tuple[str, str]) -> bool:
        vocabulary, key = item
        return key in self.terms.get(vocabulary, {})

    @cached_property
    def ancestors(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Map vocabulary and key to the key itself and all its parents, nearest first."""
        return {name: {key: _line(entries, key) for key in entries} for name, entries in self.terms.items()}

    @cached_property
    def regions(self) -> Mapping[str, tuple[str, ...]]:
        """Map a country's code to the regions that hold it, in every scheme."""
        lists = {
            code: list(entry.extra.get("regions", ()))
            for code, entry in self.terms.get("country", {}).items()
        }
        for key, region in self.terms.get("region", {}).items():
            for code in region.extra.get("countries", ()):
                lists.get(code, []).append(key)
        return {code: tuple(keys) for code, keys in lists.items()}


def _line(entries: Mapping[str, Entry], key: str) -> tuple[str, ...]:
    line: list[str] = []
    step: str | None = key
    while step is not None and step in entries and step not in line:
        line.append(step)
        step = entries[step].parent
    return tuple(line)


def seeds() -> dict[str, list[dict[str, Any]]]:
    """Read the vocabularies that the project ships: name -> terms in display order."""
    folder = files("hub.directory") / "data" / "vocabularies"
    content: dict[str, list[dict[str, Any]]] = {
        name: json.loads((folder / f"{file}.json").read_text("utf-8")) for name, file in SEEDS.items()
    }
    return {**content, "language": _languages()}


def _languages() -> list[dict[str, Any]]:
    """The languages of ISO 639-1, named by CLDR, those of the interface first."""
    names: dict[str, dict[str, str]] = {code: dict(Locale(code).languages) for code in LANGUAGES}
    codes = sorted((code for code in names["en"] if len(code) == 2), key=lambda code: names["en"][code])
    ordered = [*LANGUAGES, *(code for code in codes if code not in LANGUAGES)]
    return [
        {"key": code, "labels": {shown: names[shown].get(code, names["en"][code]) for shown in LANGUAGES}}
        for code in ordered
    ]


def load(session: orm.Session, content: Mapping[str, list[dict[str, Any]]]) -> int:
    """Bring the terms in line with ``content``; a term that is no longer there is retired. Returns rows changed.

    Loading the same content again changes nothing.
    """
    changed = 0
    for vocabulary, terms in content.items():
        held = {
            term.key: term for term in session.scalars(sa.select(Term).where(Term.vocabulary == vocabulary))
        }
        for position, seed in enumerate(terms):
            term = held.pop(seed["key"], None)
            if term is None:
                term = Term(vocabulary=vocabulary, key=seed["key"])
                session.add(term)
            changed += _align(term, seed, position)
        for gone in held.values():
            changed += not gone.is_retired
            gone.is_retired = True
    return changed


def _align(term: Term, seed: Mapping[str, Any], position: int) -> bool:
    wanted = {
        "parent": seed.get("parent"),
        "position": position,
        "labels": {code: seed["labels"][code] for code in LANGUAGES if code in seed["labels"]},
        "synonyms": seed.get("synonyms", {}),
        "extra": seed.get("extra", {}),
        "is_retired": False,
    }
    if all(getattr(term, name, None) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(term, name, value)
    return True


def define(
    session: orm.Session,
    vocabulary: str,
    key: str,
    labels: Mapping[str, str],
    *,
    position: int = 0,
    is_retired: bool = False,
) -> None:
    """Add one term, or bring it in line; where nothing changes, nothing is written. Who may is for the caller to ask."""
    held = session.get(Term, (vocabulary, key))
    wanted = {"labels": dict(labels), "position": position, "is_retired": is_retired}
    if held is None:
        session.add(Term(vocabulary=vocabulary, key=key, parent=None, synonyms={}, extra={}, **wanted))
        return
    for name, value in wanted.items():
        if getattr(held, name) != value:
            setattr(held, name, value)


def current() -> Vocabularies:
    """The vocabularies as they are now, read once and kept for a minute or until ``forget()``."""
    cache: dict[str, tuple[float, Vocabularies]] = current_app.extensions.setdefault("vocabularies", {})
    read_at, found = cache.get("now", (0.0, None))
    if found is None or time.monotonic() - read_at > KEPT_FOR:
        found = _read()
        cache["now"] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Drop what ``current()`` keeps, after a change."""
    current_app.extensions.get("vocabularies", {}).clear()


def _read() -> Vocabularies:
    values = (sa.cast(column, sa.Text) for column in (Term.labels, Term.synonyms, Term.extra))
    wanted = sa.select(Term.vocabulary, Term.key, Term.parent, Term.is_retired, *values)
    rows = db.session.execute(wanted.order_by(Term.vocabulary, Term.position, Term.key)).all()
    stamp = hashlib.sha1(repr(rows).encode(), usedforsecurity=False).hexdigest()
    found = _newest.get(stamp)
    if found is None:
        found = _made(map(tuple, rows), stamp)
        _newest.clear()
        _newest[stamp] = found
    return found


def _made(rows: Iterable[tuple[Any, ...]], stamp: str) -> Vocabularies:
    terms: dict[str, dict[str, Entry]] = {name: {} for name in NAMES}
    for vocabulary, key, parent, is_retired, *texts in rows:
        labels, synonyms, extra = (json.loads(text) for text in texts)
        synonyms = {code: tuple(words) for code, words in synonyms.items()}
        entry = Entry(key, parent, labels, synonyms, extra, is_retired)
        terms.setdefault(vocabulary, {})[key] = entry
    return Vocabularies(terms, stamp)
