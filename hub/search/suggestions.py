"""Suggestions while typing: terms that the words name, as filters, and organizations whose names begin so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.directory import queries as directory
from hub.directory import vocabularies
from hub.directory.states import Audience
from hub.folding import words
from hub.search.criteria import MAX_QUERY, MAX_WORDS, Criteria
from hub.search.engine import Engine
from hub.search.facets import BY_NAME
from hub.search.phrases import Phrases, left_over, named_while_typing
from hub.search.queries import Marked
from hub.search.text import highlight, parse

MAX_ORGANIZATIONS = 5
MAX_FILTERS = 5


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


def suggest(
    q: str, engine: Engine, known: Phrases, language: str, audience: Audience = Audience.PUBLIC
) -> Suggestions:
    """Offer filters and organizations for what was typed so far; empty where it says nothing.

    The engine must be that of the audience.

    Raises:
        SearchUnavailable: the engine cannot answer.
    """
    q = q[:MAX_QUERY].strip()
    if not q:
        return Suggestions((), ())
    return Suggestions(_filters(q, engine, known, language), _organizations(q, engine, audience))


def _organizations(q: str, engine: Engine, audience: Audience) -> tuple[OrganizationSuggestion, ...]:
    query = parse(q)
    answer = engine.search(Criteria(q=q, page_size=MAX_ORGANIZATIONS * 2), counts=False)
    named = [
        OrganizationSuggestion(p.id, p.slug, Marked(p.name, ranges, p.name_language), p.kind, p.country)
        for p in directory.profiles(answer.ids, audience)
        if (ranges := highlight(p.name, query)) or not query
    ]
    return tuple(named[:MAX_ORGANIZATIONS])


def _filters(q: str, engine: Engine, known: Phrases, language: str) -> tuple[FilterSuggestion, ...]:
    terms = vocabularies.current()
    found: list[FilterSuggestion] = []
    for chosen, unused in _readings(q, known):
        criteria = Criteria(q=unused, chosen={facet: (key,) for facet, key in chosen.items()})
        answer = engine.search(criteria, counts=False)
        if answer.total and not answer.dropped:
            parts = tuple(
                NamedFilter(f, key, terms.label(BY_NAME[f].vocabulary, key, language))
                for f, key in chosen.items()
            )
            found.append(FilterSuggestion(parts, criteria, answer.total))
        if len(found) == MAX_FILTERS:
            break
    return tuple(found)


def _readings(q: str, known: Phrases) -> Iterator[tuple[Mapping[str, str], str]]:
    """Yield ways to read words as terms of facets: the fullest, then single terms with the other words, then alone."""
    typed = words(q)[: MAX_WORDS * 2]
    found = named_while_typing([word.text for word in typed], known)
    chosen: dict[str, str] = {}
    for one in found:
        facet, key = next((term for term in one.terms if term[0] not in chosen), (None, ""))
        if facet:
            chosen[facet] = key
    if len(chosen) > 1:
        yield chosen, left_over(q, typed, found)
    singles = [
        (facet, key, left_over(q, typed, [one])) for one in found for facet, key in one.terms[:MAX_FILTERS]
    ]
    for facet, key, rest in singles:
        yield {facet: key}, rest
    for facet, key, rest in singles:  # nobody is both, it may be: each for itself leads somewhere
        if rest:
            yield {facet: key}, ""
