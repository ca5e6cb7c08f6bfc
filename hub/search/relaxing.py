"""What to offer when nothing is found, or not with all words: near searches that are known to find something."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from hub.directory import vocabularies
from hub.directory.atlas import neighbours
from hub.folding import fold, words
from hub.i18n import cities
from hub.search.as_filters import named_place, named_topics, several
from hub.search.asked import PLACE_FACETS, Asked, Near, regions_around
from hub.search.criteria import Criteria
from hub.search.engine import Engine
from hub.search.facets import FACETS
from hub.search.phrases import left_over
from hub.search.queries import Found
from hub.search.text import pieces

MAX_ASKED = 8  # searches made for one way


class Way(StrEnum):
    """How an offered search differs from the one that found nothing."""

    SPELLING = "spelling"
    FILTERS = "filters"
    KNOWN_WORDS = "known_words"
    CITY = "city"
    PLACE = "place"
    TOPIC = "topic"
    WIDER = "wider"
    NEAR_BY = "near_by"
    NEIGHBOUR = "neighbour"
    WITHOUT_FILTER = "without_filter"
    WITHOUT_WORDS = "without_words"
    WITHOUT_FILTERS = "without_filters"
    ONLY_FILTER = "only_filter"
    EVERYTHING = "everything"


# Where words had to be left out of a search, what they say as filters: people write the place last, where words go first.
WITH_WORDS_LEFT_OUT = frozenset({Way.FILTERS, Way.CITY, Way.PLACE, Way.TOPIC})


@dataclass(frozen=True, slots=True)
class Offer:
    """A search that finds ``total`` organizations; ``label`` names the word, filter, filters or place it is about."""

    way: Way
    label: str
    criteria: Criteria
    total: int


def ways_on(found: Found, engine: Engine, language: str) -> tuple[Offer, ...]:
    """Offer near searches for a page that found nothing, or only without some of the words; none for any other."""
    if not found.total:
        return offers(found.criteria, engine, language)
    return offers(found.criteria, engine, language, WITH_WORDS_LEFT_OUT) if found.left_out else ()


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
    read = {asked.typed[at].text for one, _, _ in asked.named for at in range(one.at, one.at + one.size)}
    if not read.issuperset(fold(known).split()):  # else they are offered as filters
        yield known, replace(asked.criteria, q=known)


def _city(asked: Asked) -> Near:
    """The country of a city that the words name, in any script: cities themselves are not for everybody to see."""
    parts = pieces(asked.criteria.q)
    if not PLACE_FACETS.isdisjoint({*asked.criteria.chosen, *(facet for _, facet, _ in asked.named)}):
        return
    for at, part in enumerate(parts):
        if country := cities().get(fold(part)):
            rest = replace(asked.criteria, q=" ".join((*parts[:at], *parts[at + 1 :])))
            label = asked.terms.label("country", country, asked.language)
            there = rest.choosing("country", (country,))
            telling = replace(there, q=left_over(rest.q, words(rest.q), ()))
            yield label, telling if telling.q and asked.finds_all_words(telling) else there
            if asked.finds(
                replace(rest, q=telling.q)
            ):  # words that somebody elsewhere holds may be left out there
                yield label, replace(there, q="")


def _wider(asked: Asked) -> Near:
    """A parent in place of a theme, a service, a kind or a region."""
    for facet in FACETS:
        line = asked.terms.ancestors.get(facet.vocabulary, {})
        values = asked.criteria.values(facet.name)
        parents = [(value, line[value][1]) for value in values if len(line.get(value, ())) > 1]
        for value, parent in parents:
            others = (other for other in values if other != value)
            yield asked.label(facet, parent), asked.criteria.choosing(facet.name, (*others, parent))


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
    (Way.FILTERS, several, 2),
    (Way.KNOWN_WORDS, _known_words, 1),
    (Way.CITY, _city, 1),
    (Way.PLACE, named_place, 1),
    (Way.TOPIC, named_topics, 2),
    (Way.WIDER, _wider, 2),
    (Way.NEAR_BY, regions_around, 1),
    (Way.NEIGHBOUR, _neighbours, 3),
    (Way.WITHOUT_FILTER, _without_filter, 3),
    (Way.WITHOUT_WORDS, _without_words, 1),
    (Way.WITHOUT_FILTERS, _without_filters, 1),
    (Way.ONLY_FILTER, _only_filter, 2),
    (Way.EVERYTHING, _everything, 1),
)
