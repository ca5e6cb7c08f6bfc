"""Queries of the embedded engine: which documents answer the words asked for, and with what score.

A score is a sum of constants whose units make the rules of order strict: more words, then fewer typos, words closer
together, a more important field, earlier in the name, exact. Each unit exceeds all that lesser rules can sum up to, and
for ten words all of it stays below 2 ** 24, up to where 32-bit floats count exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tantivy import DocAddress as Address
from tantivy import Occur, Order, Schema, SchemaBuilder, Searcher, SearchResult
from tantivy import Query as Match

from hub.folding import doubled, typos_allowed
from hub.search.engine import TEXT_FIELDS
from hub.search.facets import FACETS
from hub.search.indexed import PLACES, TOLD, facet_field
from hub.search.text import Part, Query

__all__ = ["ASCENDING", "Address", "Match", "Ranking", "Schema", "SearchResult", "Searcher", "schema"]

Chosen = Mapping[str, Sequence[str]]

ASCENDING = Order.Asc


def schema() -> Schema:
    """Declare the fields of the embedded index.

    Besides the text fields with their positions: ``named`` and ``told`` hold all words with the first letter doubled,
    so that typos can be counted; ``pairs`` neighbours in names; ``place_in_name`` words of the name after the digit of
    their place; ``whole`` names as one term; ``spelled`` folded words with their spelling. ``by_trust``, ``by_name``
    and ``by_date`` are the orders, each ending in the id.
    """
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("version", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("by_trust", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for order in ("by_name", "by_date"):
        builder.add_text_field(order, fast=True, tokenizer_name="raw", index_option="basic")
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("named", "told", "place_in_name", "spelled"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in ("pairs", "whole"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for facet in FACETS:
        builder.add_text_field(facet_field(facet.name), fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


@dataclass(frozen=True, slots=True)
class Units:
    """What each rule of order adds to a score, for a query of so many parts."""

    exact: int
    place: int
    field: int
    near: int
    typo: int
    word: int

    @classmethod
    def of(cls, parts: int) -> Units:
        """Make each unit larger than the sum of all lesser ones can become."""
        place = parts + 2
        field = place * (PLACES + 1)
        near = field * (parts * len(TEXT_FIELDS) + 1)
        typo = near * ((parts - 1) * _steps(parts) + 1)
        return cls(1, place, field, near, typo, typo * (2 * parts + 1))


class Ranking:
    """Makes queries for one index."""

    all = Match.all_query()

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def matching(self, query: Query, needed: Sequence[Part], chosen: Chosen) -> Match:
        """Match what holds the needed parts and has one of the values chosen in each facet, without a score."""
        clauses = [_either(self._matches(part, query.is_prefix(part))) for part in needed]
        clauses += self._filters(chosen)
        return Match.boolean_query([(Occur.Must, clause) for clause in clauses]) if clauses else self.all

    def scored(self, query: Query, needed: Sequence[Part], chosen: Chosen) -> Match:
        """Match the same and score it by all parts."""
        units = Units.of(len(query.parts))
        clauses = []
        for part in query.parts:
            best = Match.disjunction_max_query(list(self._scores(part, query.is_prefix(part), units)))
            clauses.append((Occur.Must if part in needed else Occur.Should, best))
        clauses += [(Occur.Should, extra) for extra in self._extras(query, units)]
        clauses += [(Occur.Must, _worth(found, 0)) for found in self._filters(chosen)]
        return Match.boolean_query(clauses)

    def word(self, word: str, is_prefix: bool) -> Match:
        """Match what holds the folded word, or one that begins like it."""
        return _either(self._near(field, word, 0, is_prefix) for field in ("named", "told"))

    def _filters(self, chosen: Chosen) -> Iterator[Match]:
        for name, values in chosen.items():
            # A value that is no Unicode text is in no index.
            keys = [value for value in values if value.encode("utf-8", "ignore").decode() == value]
            # A set of terms would be looked up in all documents, these only where the words are.
            yield _either(self._term(facet_field(name), key) for key in keys)

    def _matches(self, part: Part, is_prefix: bool) -> Iterator[Match]:
        if len(part.words) > 1:
            yield from (self._phrase(name, part.words) for name in TEXT_FIELDS)
            return
        word = part.words[0]
        for field in ("named", "told"):
            yield self._near(field, word, 0 if part.is_quoted else typos_allowed(word), is_prefix)

    def _scores(self, part: Part, is_prefix: bool, units: Units) -> Iterator[Match]:
        """Score the best way in which a part is held: the fewest typos, then the field, then exact."""
        for rank, name in enumerate(reversed(TEXT_FIELDS), 1):
            here = units.word + units.field * rank
            if len(part.words) > 1:
                yield _worth(self._phrase(name, part.words), here + units.exact)
                continue
            yield _worth(self._term(name, part.words[0]), here + units.exact)
            if is_prefix:
                yield _worth(self._start(name, part.words[0]), here)
        word = part.words[0]
        if len(part.words) > 1 or part.is_quoted:
            return
        for count in range(1, typos_allowed(word) + 1):
            here = units.word - units.typo * count
            yield _worth(self._near("named", word, count, is_prefix), here + units.field * len(TEXT_FIELDS))
            yield _worth(self._near("told", word, count, is_prefix), here + units.field)

    def _extras(self, query: Query, units: Units) -> Iterator[Match]:
        """Score words that follow each other, the place of the first part in the name, and a name that is all asked."""
        steps = _steps(len(query.parts))
        for part, after in pairwise(query.parts):
            words = (part.words[-1], after.words[0])
            goes_on = query.is_prefix(after) and len(after.words) == 1
            follow = self._phrase_start if goes_on else self._phrase
            pair = f"{words[0]} {doubled(words[1])}"
            near = [self._near("pairs", pair, 0, goes_on), *(follow(name, words) for name in TOLD)]
            ways = [_worth(_either(near), units.near * steps)]
            if steps > 1 and (limit := min(typos_allowed(words[0]) + typos_allowed(words[1]), 2)):
                ways.append(_worth(self._near("pairs", pair, limit, goes_on), units.near))
            yield Match.disjunction_max_query(ways)
        first = query.parts[0]
        goes_on = query.is_prefix(first) and len(first.words) == 1
        find = self._start if goes_on else self._term
        places = [
            _worth(find("place_in_name", f"{place}{first.words[0]}"), units.place * (PLACES - place))
            for place in range(PLACES)
        ]
        yield Match.disjunction_max_query(places)
        yield _worth(
            self._term("whole", " ".join(word for part in query.parts for word in part.words)), units.exact
        )

    def _term(self, field: str, word: str) -> Match:
        return Match.term_query(self._schema, field, word, "basic")

    def _start(self, field: str, word: str) -> Match:
        return Match.fuzzy_term_query(self._schema, field, word, distance=0, prefix=True)

    def _near(self, field: str, word: str, count: int, is_prefix: bool) -> Match:
        word = doubled(word)
        if not count and not is_prefix:
            return self._term(field, word)
        return Match.fuzzy_term_query(self._schema, field, word, distance=count, prefix=is_prefix)

    def _phrase(self, field: str, words: Sequence[str]) -> Match:
        return Match.phrase_query(self._schema, field, list(words))

    def _phrase_start(self, field: str, words: Sequence[str]) -> Match:
        return Match.phrase_prefix_query(self._schema, field, list(words))


def _steps(parts: int) -> int:
    """Steps of nearness: neighbours, and neighbours with a typo unless the query is so long that scores run over."""
    return 2 if parts <= 8 else 1


def _worth(match: Match, score: int) -> Match:
    return Match.const_score_query(match, float(score))


def _either(matches: Iterable[Match]) -> Match:
    return Match.boolean_query([(Occur.Should, match) for match in matches])
