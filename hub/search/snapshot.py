"""The embedded index as it stands after one commit: pages, totals, counts and known words."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from heapq import merge
from itertools import groupby, islice
from typing import Any, TypeVar

from hub.folding import doubled
from hub.search.criteria import MAX_RESULTS, Criteria, Sort
from hub.search.facets import FACETS
from hub.search.indexed import facet_field
from hub.search.ranking import ASCENDING, Address, Match, Ranking, Schema, Searcher, SearchResult
from hub.search.spelling import corrected
from hub.search.text import Part, Query, parse

T = TypeVar("T")
Chosen = Mapping[str, tuple[str, ...]]
Counts = dict[str, dict[str, int]]

ORDERS = {Sort.BEST: "by_trust", Sort.NAME: "by_name", Sort.CONFIRMED: "by_date"}
MAX_KEPT = 500  # answers
MAX_VALUES = 20_000  # of one facet


class Snapshot:
    """Answers from one commit; any number of threads may ask at once."""

    def __init__(self, schema: Schema, searcher: Searcher, stamp: Hashable) -> None:
        self.stamp = stamp
        self._searcher = searcher
        self._ranking = Ranking(schema)
        self._kept: dict[Hashable, Any] = {}
        self._words: dict[str, dict[str, int]] = {}

    def answer(self, criteria: Criteria, with_counts: bool) -> tuple[tuple[str, ...], int, Counts, int]:
        """Find a page of ids, the total, the counts if asked for, and how many parts had to be dropped."""
        query = parse(criteria.q)
        chosen = {name: tuple(values) for name, values in criteria.chosen.items() if values}
        ids, total, needed = self._page(criteria, query, chosen)
        counts = self._counts(query, needed, chosen) if with_counts else {}
        return ids, total, counts, len(query.parts) - len(needed)

    def versions(self) -> dict[str, str]:
        """Map every id to its fingerprint."""
        found = self._searcher.search(self._ranking.all, max(self._searcher.num_docs, 1), count=False).hits
        entries = (self._searcher.doc(address) for _, address in found)
        return {str(entry.get_first("id")): str(entry.get_first("version")) for entry in entries}

    def spelling(self, q: str) -> str | None:
        """Offer the query with known words in place of unknown ones."""
        return corrected(q, self)

    # Pages

    def _page(
        self, criteria: Criteria, query: Query, chosen: Chosen
    ) -> tuple[tuple[str, ...], int, tuple[Part, ...]]:
        """Find the page of what holds all words, or the most words from the first on that anything holds."""
        page = (criteria.sort, criteria.offset, criteria.page_size)
        for needed in query.fewer_and_fewer():
            ids, total = self._keep(
                query, (page, _key(chosen), needed), partial(self._found, *page, query, needed, chosen)
            )
            if total:
                return ids, total, needed
        return (), 0, query.parts

    def _found(
        self, sort: Sort, offset: int, size: int, query: Query, needed: tuple[Part, ...], chosen: Chosen
    ) -> tuple[tuple[str, ...], int]:
        # The engine takes no limit of zero, and a page that is not there still has a total.
        stop = max(min(offset + size, MAX_RESULTS), 1)
        start = min(offset, stop)
        if sort is Sort.BEST and query.parts:
            return self._best(self._ranking.scored(query, needed, chosen), start, stop)
        match = self._ranking.matching(query, needed, chosen)
        found = self._searcher.search(match, stop, order_by_field=ORDERS[sort], order=ASCENDING)
        return tuple(str(key).partition("\0")[2] for key, _ in found.hits[start:]), _total(found)

    def _best(self, match: Match, start: int, stop: int) -> tuple[tuple[str, ...], int]:
        """Take the hits by score, ties by trust and name: their order inside each segment of the index."""
        limit = stop
        found = self._searcher.search(match, limit + 1)
        hits = found.hits
        while self._searcher.num_segments > 1 and limit < len(hits) and hits[-1][0] == hits[stop - 1][0]:
            # Later segments may hold ties that come before these.
            limit *= 8
            hits = self._searcher.search(match, limit + 1, count=False).hits
        page = islice(self._untied(hits), start, stop)
        return tuple(str(self._searcher.doc(address).get_first("id")) for address in page), _total(found)

    def _untied(self, hits: list[tuple[Any, Address]]) -> Iterator[Address]:
        for _, tied in groupby(hits, key=lambda hit: hit[0]):
            segments = [
                list(segment)
                for _, segment in groupby((hit[1] for hit in tied), key=lambda address: address.segment_ord)
            ]
            yield from merge(*segments, key=self._order) if len(segments) > 1 else segments[0]

    def _order(self, address: Address) -> str:
        return str(self._searcher.doc(address).get_first("by_trust"))

    # Counts

    def _counts(self, query: Query, needed: tuple[Part, ...], chosen: Chosen) -> Counts:
        """Count every facet's values among what the words and the other facets' choices leave.

        One question for all facets in which nothing is chosen, and one for each other facet.
        """
        unchosen = tuple(facet.name for facet in FACETS if facet.name not in chosen)
        counts: Counts = {}
        for counted in (unchosen, *((name,) for name in chosen)):
            others = {name: values for name, values in chosen.items() if name not in counted}
            count = partial(self._counted, query, needed, others, counted)
            counts |= self._keep(query, (counted, _key(others), needed), count)
        return counts

    def _counted(
        self, query: Query, needed: tuple[Part, ...], chosen: Chosen, facets: tuple[str, ...]
    ) -> Counts:
        wanted = {name: {"terms": {"field": facet_field(name), "size": MAX_VALUES}} for name in facets}
        found = self._searcher.aggregate(self._ranking.matching(query, needed, chosen), wanted)
        return {
            name: {bucket["key"]: bucket["doc_count"] for bucket in found[name]["buckets"]} for name in facets
        }

    def _keep(self, query: Query, key: Hashable, find: Callable[[], T]) -> T:
        """Remember what many documents answer and many people ask: no words at all, or a single letter."""
        if any(len(part.words) > 1 or len(part.words[0]) > 1 for part in query.parts):
            return find()
        key = (query, key)
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[key] = find()
        kept: T = self._kept[key]
        return kept

    # Words

    def knows(self, word: str, *, is_prefix: bool) -> bool:
        """Tell whether a folded word, or one that begins like it, is held."""
        return _total(self._searcher.search(self._ranking.word(word, is_prefix), 1)) > 0

    def count(self, word: str) -> int:
        """Tell how many documents hold the folded word."""
        return _total(self._searcher.search(self._ranking.word(word, False), 1))

    def beginning(self, letter: str) -> Mapping[str, int]:
        """Map the folded words with this first letter to how many documents hold them."""
        if letter not in self._words:
            # What only deleted documents hold must not be offered; the filter leaves it out.
            found = [
                term
                for field in ("named", "told")
                for term in self._searcher.terms_with_prefix(field, doubled(letter), self._ranking.all)
            ]
            words: dict[str, int] = {}
            for term, count in found:
                words[term[1:]] = words.get(term[1:], 0) + count
            self._words[letter] = words
        return self._words[letter]

    def spelled(self, word: str) -> str:
        """The most common spelling of a folded word."""
        found = self._searcher.terms_with_prefix("spelled", f"{word}=", self._ranking.all, 1)
        if found and 2 * found[0][1] >= self.count(word):
            return found[0][0].partition("=")[2]
        return word


def _total(found: SearchResult) -> int:
    total: int | None = found.count  # type: ignore[attr-defined]  # missing in the library's stubs
    return total or 0


def _key(chosen: Chosen) -> Hashable:
    return frozenset((name, frozenset(values)) for name, values in chosen.items())
