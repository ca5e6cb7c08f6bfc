"""An engine that looks at every document for every question: slow, short, and right by reading it.

The contract test runs on it as on the others, and compares their answers with its.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from hub.folding import doubled, fold, typos, typos_allowed
from hub.search.criteria import Criteria, Sort, check_names
from hub.search.engine import TEXT_FIELDS, Answer, Document
from hub.search.facets import FACETS
from hub.search.text import Part, Query, parse

NAMES = TEXT_FIELDS[:3]
PLACES = 7


@dataclass(frozen=True, slots=True)
class Match:
    """How well one part is held; less is better."""

    typos: int
    field: int
    inexact: bool

    @property
    def key(self) -> tuple[int, int, bool]:
        return self.typos, self.field, self.inexact


class ReferenceEngine:
    """Holds documents in memory."""

    name = "reference"

    def __init__(self) -> None:
        self._held: dict[str, Document] = {}

    def search(self, criteria: Criteria, *, counts: bool = True) -> Answer:
        check_names(criteria.chosen)
        query = parse(criteria.q)
        chosen = {name: set(values) for name, values in criteria.chosen.items() if values}
        needed = self._needed(query, chosen)
        found = [one for one in self._holding(query, needed) if _has(one, chosen)]
        found.sort(key=lambda one: _rank(one, query, criteria.sort))
        ids = tuple(one.id for one in found[criteria.offset : criteria.offset + criteria.page_size])
        return Answer(
            ids,
            len(found),
            self._counts(query, needed, chosen) if counts else {},
            self.name,
            dropped=len(query.parts) - len(needed),
        )

    def spelling(self, q: str) -> str | None:
        return None

    @contextmanager
    def writing(self) -> Iterator[ReferenceEngine._Batch]:
        batch = self._Batch(dict(self._held))
        yield batch
        self._held = batch.held

    @contextmanager
    def rebuilding(self) -> Iterator[ReferenceEngine._Batch]:
        batch = self._Batch({})
        yield batch
        self._held = batch.held

    def versions(self) -> dict[str, str]:
        return {one.id: one.fingerprint for one in self._held.values()}

    def _needed(self, query: Query, chosen: Mapping[str, set[str]]) -> tuple[Part, ...]:
        """Drop words from the end until something holds the rest; none are dropped where nothing ever does."""
        kept = list(query.parts)
        for last in [None, *reversed(query.parts)]:
            if last is not None:
                if last.is_quoted or len(kept) == 1:
                    continue
                kept.remove(last)
            if any(_has(one, chosen) for one in self._holding(query, tuple(kept))):
                return tuple(kept)
        return query.parts

    def _holding(self, query: Query, needed: tuple[Part, ...]) -> list[Document]:
        return [one for one in self._held.values() if all(_match(one, part, query) for part in needed)]

    def _counts(
        self, query: Query, needed: tuple[Part, ...], chosen: Mapping[str, set[str]]
    ) -> dict[str, dict[str, int]]:
        held = self._holding(query, needed)
        counts: dict[str, dict[str, int]] = {}
        for facet in FACETS:
            others = {name: values for name, values in chosen.items() if name != facet.name}
            left = [one for one in held if _has(one, others)]
            counts[facet.name] = dict(
                Counter(key for one in left for key in set(one.facets.get(facet.name, ())))
            )
        return counts

    class _Batch:
        def __init__(self, held: dict[str, Document]) -> None:
            self.held = held

        def put(self, documents: Iterable[Document]) -> None:
            self.held.update((one.id, one) for one in documents)

        def delete(self, ids: Iterable[str]) -> None:
            for key in ids:
                self.held.pop(key, None)


def _has(document: Document, chosen: Mapping[str, set[str]]) -> bool:
    return all(values & set(document.facets.get(name, ())) for name, values in chosen.items())


def _texts(document: Document, field: str) -> list[list[str]]:
    return [_words(text) for text in document.texts.get(field, ())]


@lru_cache
def _words(text: str) -> list[str]:
    return fold(text).split()


def _match(document: Document, part: Part, query: Query) -> Match | None:
    """The best way in which the document holds the part."""
    found = [
        match
        for rank, field in enumerate(TEXT_FIELDS)
        for text in _texts(document, field)
        for match in (_phrase_matches if len(part.words) > 1 else _word_matches)(text, rank, part, query)
    ]
    return min(found, key=lambda match: match.key, default=None)


def _phrase_matches(text: list[str], rank: int, part: Part, query: Query) -> Iterator[Match]:
    if any(tuple(text[at : at + len(part.words)]) == part.words for at in range(len(text))):
        yield Match(0, rank, False)


def _word_matches(text: list[str], rank: int, part: Part, query: Query) -> Iterator[Match]:
    asked = part.words[0]
    is_prefix = query.is_prefix(part)
    limit = 0 if part.is_quoted else typos_allowed(asked)
    for word in text:
        if word == asked:
            yield Match(0, rank, False)
        elif is_prefix and word.startswith(asked):
            yield Match(0, rank, True)
        elif limit and (count := typos(asked, word, limit, is_prefix=is_prefix)):
            # A word with typos counts as one of the name, or one of the rest.
            yield Match(count, 0 if rank < len(NAMES) else len(TEXT_FIELDS) - 1, True)


def _rank(document: Document, query: Query, sort: Sort) -> tuple[object, ...]:
    by_name = (fold(document.sort_name), document.id)
    if sort is Sort.NAME:
        return by_name
    if sort is Sort.CONFIRMED:
        return (-document.confirmed, *by_name)
    if not query:
        return (-document.trust, *by_name)
    matches = [match for part in query.parts if (match := _match(document, part, query))]
    return (
        -len(matches),
        sum(match.typos for match in matches),
        -_near(document, query),
        sum(match.field for match in matches),
        _place(document, query),
        -_exact(document, query, matches),
        -document.trust,
        *by_name,
    )


def _near(document: Document, query: Query) -> int:
    """Two for neighbours in the query that are neighbours in a text, one if they are with typos in a name."""
    count = 0
    for part, after in pairwise(query.parts):
        goes_on = query.is_prefix(after) and len(after.words) == 1
        asked = (part.words[-1], after.words[0])
        limit = min(sum(map(typos_allowed, asked)), 2) if len(query.parts) <= 8 else 0
        best = 0
        for field in TEXT_FIELDS:
            for pair in (pair for text in _texts(document, field) for pair in pairwise(text)):
                if pair[0] == asked[0] and (
                    pair[1] == asked[1] or (goes_on and pair[1].startswith(asked[1]))
                ):
                    best = 2
                elif (
                    field in NAMES
                    and limit
                    and typos(_pair(asked), _pair(pair), limit, is_prefix=goes_on) is not None
                ):
                    best = max(best, 1)
        count += best
    return count


def _pair(words: tuple[str, str]) -> str:
    return f"{words[0]} {doubled(words[1])}"


def _place(document: Document, query: Query) -> int:
    first = query.parts[0]
    goes_on = query.is_prefix(first) and len(first.words) == 1
    own = [word for text in _texts(document, "name") for word in text]
    places = (
        place for place, word in enumerate(own)
        if word == first.words[0] or (goes_on and word.startswith(first.words[0]))
    )  # fmt: skip
    return min(next(places, PLACES), PLACES)


def _exact(document: Document, query: Query, matches: list[Match]) -> int:
    asked = " ".join(word for part in query.parts for word in part.words)
    wholes = [" ".join(text) for field in NAMES for text in _texts(document, field)]
    return sum(not match.inexact for match in matches) + (asked in wholes)
