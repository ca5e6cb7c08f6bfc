"""Suggestions while typing: terms that the words name, as filters, and organizations whose names begin so."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.directory import queries as directory
from hub.directory import vocabularies
from hub.directory.states import Audience
from hub.directory.vocabularies import Vocabularies
from hub.folding import fold
from hub.search.criteria import MAX_QUERY, MAX_WORDS, Criteria
from hub.search.engine import Engine
from hub.search.facets import BY_NAME
from hub.search.queries import Marked
from hub.search.text import highlight, parse

# facets whose terms are offered, most telling first
OFFERED = ("theme", "country", "offers", "sector", "population", "region", "kind")
MAX_ORGANIZATIONS = 5
MAX_FILTERS = 5
LONGEST = 10  # words of a phrase that can name a term; a Chinese character is a word
SHORTEST = 2  # letters before a word can stand for a term


@dataclass(frozen=True, slots=True)
class NamedFilter:
    """One filter of a suggestion."""

    facet: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FilterSuggestion:
    """Filters that words of the query name, the search they make (unused words stay its query) and its total."""

    parts: tuple[NamedFilter, ...]
    criteria: Criteria
    total: int


@dataclass(frozen=True, slots=True)
class OrganizationSuggestion:
    """An organization whose name answers what was typed."""

    id: str
    slug: str
    name: Marked
    kind: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What to offer below the search box."""

    filters: tuple[FilterSuggestion, ...]
    organizations: tuple[OrganizationSuggestion, ...]


class Phrases:
    """Every label and synonym of the offered facets in all languages, folded and sorted, to look beginnings up in."""

    def __init__(self, terms: Vocabularies) -> None:
        found: dict[tuple[str, str, str], None] = {}
        for rank, facet in enumerate(OFFERED):
            for key, entry in terms.terms.get(BY_NAME[facet].vocabulary, {}).items():
                texts = [*entry.labels.values(), *(w for words in entry.synonyms.values() for w in words)]
                if not entry.is_retired:
                    found.update(dict.fromkeys((fold(text), str(rank), key) for text in texts))
        self._sorted = sorted(key for key in found if key[0])

    def beginning(self, start: str, whole: bool, limit: int = 40) -> Iterator[tuple[str, str, str]]:
        """Yield (facet, key, phrase) of phrases that begin with ``start``; with ``whole``, at a word's end only."""
        at = bisect_left(self._sorted, (start,))
        for phrase, rank, key in self._sorted[at : at + limit]:
            if not phrase.startswith(start):
                return
            if not whole or phrase == start or phrase.startswith(start + " "):
                yield OFFERED[int(rank)], key, phrase


def suggest(
    q: str, engine: Engine, phrases: Phrases, language: str, audience: Audience = Audience.PUBLIC
) -> Suggestions:
    """Offer filters and organizations for what was typed so far; empty where it says nothing.

    The engine must be that of the audience.

    Raises:
        SearchUnavailable: the engine cannot answer.
    """
    q = q[:MAX_QUERY].strip()
    if not q:
        return Suggestions((), ())
    return Suggestions(_filters(q, engine, phrases, language), _organizations(q, engine, audience))


def _organizations(q: str, engine: Engine, audience: Audience) -> tuple[OrganizationSuggestion, ...]:
    query = parse(q)
    answer = engine.search(Criteria(q=q, page_size=MAX_ORGANIZATIONS * 2), counts=False)
    named = [
        OrganizationSuggestion(p.id, p.slug, Marked(p.name, ranges, p.name_language), p.kind, p.country)
        for p in directory.profiles(answer.ids, audience)
        if (ranges := highlight(p.name, query)) or not query
    ]
    return tuple(named[:MAX_ORGANIZATIONS])


def _filters(q: str, engine: Engine, phrases: Phrases, language: str) -> tuple[FilterSuggestion, ...]:
    words = fold(q).split()[: MAX_WORDS * 2]
    terms = vocabularies.current()
    found: list[FilterSuggestion] = []
    for chosen, unused in _readings(words, phrases):
        criteria = Criteria(q=" ".join(unused), chosen={facet: (key,) for facet, key in chosen.items()})
        total = engine.search(criteria, counts=False).total
        if total:
            parts = tuple(
                NamedFilter(f, key, terms.label(BY_NAME[f].vocabulary, key, language))
                for f, key in chosen.items()
            )
            found.append(FilterSuggestion(parts, criteria, total))
        if len(found) == MAX_FILTERS:
            break
    return tuple(found)


def _readings(words: Sequence[str], phrases: Phrases) -> Iterator[tuple[Mapping[str, str], Sequence[str]]]:
    """Yield ways to read words as terms of facets: the fullest, then single terms with the other words, then alone."""
    chosen: dict[str, str] = {}
    singles: list[tuple[str, str, list[str]]] = []
    unused: list[str] = []
    at = 0
    while at < len(words):
        size, matches = _longest(words, at, phrases)
        if not matches:
            unused.append(words[at])
            at += 1
            continue
        rest = [*words[:at], *words[at + size :]]
        singles += [(facet, key, rest) for facet, key in matches[:MAX_FILTERS]]
        for facet, key in matches:
            if facet not in chosen:
                chosen[facet] = key
                break
        at += size
    if len(chosen) > 1:
        yield chosen, unused
    for facet, key, rest in singles:
        yield {facet: key}, rest
    for facet, key, rest in singles:  # nobody is both, it may be: each for itself leads somewhere
        if rest:
            yield {facet: key}, []


def _longest(words: Sequence[str], at: int, phrases: Phrases) -> tuple[int, list[tuple[str, str]]]:
    """Find the longest run of words from ``at`` that begins some term's name, and those terms, shortest name first."""
    for size in range(min(LONGEST, len(words) - at), 0, -1):
        start = " ".join(words[at : at + size])
        if len(start) < SHORTEST and start.isascii():
            continue
        is_last = at + size == len(words)
        matches = sorted(
            phrases.beginning(start, whole=not is_last), key=lambda m: (len(m[2]), OFFERED.index(m[0]))
        )
        if matches:
            return size, list(dict.fromkeys((facet, key) for facet, key, _ in matches))
    return 0, []
