"""What to offer when nothing is found: near searches that are known to find something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from babel.lists import format_list

from hub.directory import vocabularies
from hub.directory.atlas import neighbours
from hub.directory.vocabularies import Vocabularies
from hub.folding import fold
from hub.i18n import cities
from hub.search.criteria import Criteria
from hub.search.engine import Engine
from hub.search.facets import FACETS, Facet
from hub.search.text import pieces

MAX_ASKED = 5  # searches made for one way


class Way(StrEnum):
    """How an offered search differs from the one that found nothing."""

    SPELLING = "spelling"
    KNOWN_WORDS = "known_words"
    CITY = "city"
    PLACE = "place"
    WIDER = "wider"
    NEAR_BY = "near_by"
    NEIGHBOUR = "neighbour"
    WITHOUT_FILTER = "without_filter"
    WITHOUT_WORDS = "without_words"
    WITHOUT_FILTERS = "without_filters"
    ONLY_FILTER = "only_filter"
    EVERYTHING = "everything"


PLACE_FACETS = ("country", "region")
PLACES = frozenset({Way.PLACE})  # where words had to be left out, the place may not be one of them


@dataclass(frozen=True, slots=True)
class Offer:
    """A search that finds ``total`` organizations; ``label`` names the word, filter or place it is about."""

    way: Way
    label: str
    criteria: Criteria
    total: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The search that found nothing, and what its relaxing needs."""

    criteria: Criteria
    engine: Engine
    terms: Vocabularies
    language: str

    def label(self, facet: Facet, *values: str) -> str:
        """The labels of values of a facet, as one list of alternatives."""
        labels = [self.terms.label(facet.vocabulary, value, self.language) for value in values]
        return format_list(labels, style="or", locale=self.language)

    def finds(self, criteria: Criteria) -> int:
        """How many organizations a search finds."""
        return self.engine.search(criteria, counts=False).total


Near = Iterator[tuple[str, Criteria]]  # what a near search is about, and the search


def offers(
    criteria: Criteria, engine: Engine, language: str, ways: Collection[Way] = frozenset(Way)
) -> tuple[Offer, ...]:
    """List near searches with results, nearest first; of all ways, at least one while the directory holds anyone."""
    asked = Asked(replace(criteria, page=1), engine, vocabularies.current(), language)
    found: list[Offer] = []
    seen = {asked.criteria.query_string()}
    for way, look, most in WAYS:
        left = most if way in ways else 0
        for label, other in islice(look(asked), MAX_ASKED if left else 0):
            if left and other.query_string() not in seen and (total := asked.finds(other)):
                seen.add(other.query_string())
                found.append(Offer(way, label, other, total))
                left -= 1
    return tuple(found)


def _spelling(asked: Asked) -> Near:
    spelled = asked.engine.spelling(asked.criteria.q) if asked.criteria.q.strip() else None
    if spelled:
        yield spelled, replace(asked.criteria, q=spelled)


def _known_words(asked: Asked) -> Near:
    """Only those of the words that are known, wherever they stood."""
    parts = pieces(asked.criteria.q)
    known = " ".join(part for part in parts if asked.finds(replace(asked.criteria, q=part)))
    if known:
        yield known, replace(asked.criteria, q=known)


def _city(asked: Asked) -> Near:
    """The country of a city that the words name, in any script: cities themselves are not for everybody to see."""
    parts = pieces(asked.criteria.q)
    for at, part in enumerate(parts):
        country = cities().get(fold(part))
        if country and not asked.criteria.values("country"):
            rest = " ".join((*parts[:at], *parts[at + 1 :]))
            label = asked.terms.label("country", country, asked.language)
            yield label, replace(asked.criteria.choosing("country", (country,)), q=rest)


def _place(asked: Asked) -> Near:
    """A country or region that the words name, as a filter: with the other words, else alone; longest names first."""
    parts = pieces(asked.criteria.q)
    if any(asked.criteria.values(name) for name in PLACE_FACETS):
        return
    for name, key, at, size in sorted(_named([fold(part) for part in parts], asked), key=lambda one: -one[3]):
        label = asked.terms.label(name, key, asked.language)
        there = asked.criteria.choosing(name, (key,))
        yield label, replace(there, q=" ".join((*parts[:at], *parts[at + size :])))
        yield label, replace(there, q="")


def _named(typed: list[str], asked: Asked) -> Iterator[tuple[str, str, int, int]]:
    """The places whose names stand among words: facet, key, where the name begins, and of how many words it is."""
    for name in PLACE_FACETS:
        for key, label in asked.terms.labels(name, asked.language).items():
            words = fold(label).split()
            for at in range(len(typed) - len(words) + 1):
                if words and typed[at : at + len(words)] == words:
                    yield name, key, at, len(words)


def _wider(asked: Asked) -> Near:
    """A parent in place of a theme, a service, a kind or a region."""
    for facet in FACETS:
        line = asked.terms.ancestors.get(facet.vocabulary, {})
        values = asked.criteria.values(facet.name)
        parents = [(value, line[value][1]) for value in values if len(line.get(value, ())) > 1]
        for value, parent in parents:
            others = (other for other in values if other != value)
            yield asked.label(facet, parent), asked.criteria.choosing(facet.name, (*others, parent))


def _region(asked: Asked) -> Near:
    """The smallest region of M49 that holds a country, then wider ones, in place of the countries."""
    wider = asked.criteria.choosing("country", ())
    lines = asked.terms.ancestors.get("region", {})
    for code in asked.criteria.values("country"):
        held = [region for region in asked.terms.regions.get(code, ()) if region.isdigit()]
        for region in sorted(held, key=lambda one: -len(lines.get(one, ()))):
            label = asked.terms.label("region", region, asked.language)
            yield label, wider.choosing("region", (*wider.values("region"), region))


def _neighbours(asked: Asked) -> Near:
    """Countries around those chosen, where the same search finds somebody."""
    chosen = asked.criteria.values("country")
    held = asked.engine.search(asked.criteria).counts.get("country", {}) if chosen else {}
    for code in dict.fromkeys(other for one in chosen for other in neighbours(one)):
        if held.get(code):
            yield (
                asked.terms.label("country", code, asked.language),
                asked.criteria.choosing("country", (code,)),
            )


def _without_filter(asked: Asked) -> Near:
    for facet in FACETS:
        if values := asked.criteria.values(facet.name):
            yield asked.label(facet, *values), asked.criteria.choosing(facet.name, ())


def _without_words(asked: Asked) -> Near:
    if asked.criteria.q and asked.criteria.chosen:
        yield asked.criteria.q, replace(asked.criteria, q="")


def _without_filters(asked: Asked) -> Near:
    if asked.criteria.q and asked.criteria.chosen:
        yield asked.criteria.q, replace(asked.criteria, chosen={})


def _only_filter(asked: Asked) -> Near:
    for facet in FACETS:
        if values := asked.criteria.values(facet.name):
            yield asked.label(facet, *values), replace(asked.criteria, q="", chosen={facet.name: values})


def _everything(asked: Asked) -> Near:
    yield "", Criteria()


# nearest first: the way, the searches it leads to, and how many of them to offer at most
WAYS: tuple[tuple[Way, Callable[[Asked], Near], int], ...] = (
    (Way.SPELLING, _spelling, 1),
    (Way.KNOWN_WORDS, _known_words, 1),
    (Way.CITY, _city, 1),
    (Way.PLACE, _place, 1),
    (Way.WIDER, _wider, 2),
    (Way.NEAR_BY, _region, 1),
    (Way.NEIGHBOUR, _neighbours, 3),
    (Way.WITHOUT_FILTER, _without_filter, 3),
    (Way.WITHOUT_WORDS, _without_words, 1),
    (Way.WITHOUT_FILTERS, _without_filters, 1),
    (Way.ONLY_FILTER, _only_filter, 2),
    (Way.EVERYTHING, _everything, 1),
)
