"""What to offer when nothing is found, or not with all words: near searches that are known to find something."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import islice

from babel.lists import format_list

from hub.directory import vocabularies
from hub.directory.atlas import neighbours
from hub.directory.vocabularies import Vocabularies
from hub.folding import Word, fold, words
from hub.i18n import cities
from hub.search.criteria import MAX_QUERY, MAX_WORDS, Criteria, Sort
from hub.search.engine import Answer, Engine
from hub.search.facets import BY_NAME, FACETS, Facet
from hub.search.phrases import Named, left_over, named, phrases
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


PLACE_FACETS = frozenset({"country", "region"})
# Where words had to be left out of a search, what they say as filters: people write the place last, where words go first.
WITH_WORDS_LEFT_OUT = frozenset({Way.FILTERS, Way.CITY, Way.PLACE, Way.TOPIC})


@dataclass(frozen=True, slots=True)
class Offer:
    """A search that finds ``total`` organizations; ``label`` names the word, filter, filters or place it is about."""

    way: Way
    label: str
    criteria: Criteria
    total: int


@dataclass(frozen=True)
class Asked:
    """The search that found nothing, or not with all words, and what its relaxing needs."""

    criteria: Criteria
    engine: Engine
    terms: Vocabularies
    language: str
    answers: dict[str, Answer] = field(default_factory=dict)  # by query string

    def label(self, facet: Facet, *values: str) -> str:
        """The labels of values of a facet, as one list of alternatives."""
        labels = [self.terms.label(facet.vocabulary, value, self.language) for value in values]
        return format_list(labels, style="or", locale=self.language)

    def finds(self, criteria: Criteria) -> int:
        """How many organizations a search finds."""
        return self._answer(criteria).total

    def finds_all_words(self, criteria: Criteria) -> bool:
        """Tell whether a search finds somebody without leaving words out."""
        answer = self._answer(criteria)
        return bool(answer.total) and not answer.dropped

    def _answer(self, criteria: Criteria) -> Answer:
        """What an engine says of a search whose hits nobody will see: one will do, and their order costs the most."""
        key = criteria.query_string()
        if key not in self.answers:
            cheap = replace(criteria, sort=Sort.NAME, page_size=1)
            self.answers[key] = self.engine.search(cheap, counts=False)
        return self.answers[key]

    @cached_property
    def typed(self) -> list[Word]:
        """The words that were typed."""
        return words(self.criteria.q[:MAX_QUERY])[: 2 * MAX_WORDS]

    @cached_property
    def named(self) -> list[tuple[Named, str, str]]:
        """Words that name a country, or a value that somebody has, of a facet in which nothing is chosen; facet; value.

        Of several words for values of one facet those most surely named count, and places are of one kind and come first.
        """
        held = self.engine.search(Criteria()).counts
        taken = set(self.criteria.chosen)
        if not taken.isdisjoint(PLACE_FACETS):
            taken |= PLACE_FACETS
        found: list[tuple[Named, str, str]] = []
        for one in named([word.text for word in self.typed], phrases()):
            free = (term for term in one.terms if term[0] not in taken)
            if term := next((t for t in free if t[0] == "country" or held[t[0]].get(t[1])), None):
                taken |= PLACE_FACETS if term[0] in PLACE_FACETS else {term[0]}
                found.append((one, *term))
        return sorted(found, key=lambda one: one[1] not in PLACE_FACETS)


Near = Iterator[tuple[str, Criteria]]  # what a near search is about, and the search


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


def _filters(asked: Asked) -> Near:
    """What the words say as filters, with the other words or several at once; nearest to what was typed first."""
    found = asked.named
    places = [one for one in found if one[1] in PLACE_FACETS]
    topics = [one for one in found if one[1] not in PLACE_FACETS]
    yield from _with_other_words(asked, found)
    if len(found) > 1:
        yield from _together(asked, found)
        for topic in topics if places else ():
            yield from _together(asked, [*places, topic])
        yield from _around(asked, found)
    if len(found) > 1:
        yield from _with_other_words(asked, places)


def _with_other_words(asked: Asked, found: Sequence[tuple[Named, str, str]]) -> Near:
    rest = left_over(asked.criteria.q, asked.typed, [one for one, _, _ in found])
    if found and rest:
        for label, criteria in _together(asked, found):
            with_rest = replace(criteria, q=rest)
            if asked.finds_all_words(with_rest):
                yield f"{label} · {rest}", with_rest


def _together(asked: Asked, found: Sequence[tuple[Named, str, str]]) -> Near:
    criteria = replace(asked.criteria, q="")
    for _, facet, key in found:
        criteria = criteria.choosing(facet, (key,))
    yield " · ".join(asked.label(BY_NAME[facet], key) for _, facet, key in found), criteria


def _around(asked: Asked, found: Sequence[tuple[Named, str, str]]) -> Near:
    """The same in the regions around the country, the smallest first, short of a continent."""
    lines = asked.terms.ancestors.get("region", {})
    topics = " · ".join(asked.label(BY_NAME[facet], key) for _, facet, key in found if facet != "country")
    for _, criteria in _together(asked, found):
        if topics and criteria.values("country"):
            for region, wider in _region(replace(asked, criteria=criteria)):
                if all(len(lines.get(key, ())) > 1 for key in wider.values("region")):
                    yield f"{region} · {topics}", wider


def _place(asked: Asked) -> Near:
    yield from _alone(asked, is_place=True)


def _topic(asked: Asked) -> Near:
    yield from _alone(asked, is_place=False)


def _alone(asked: Asked, is_place: bool) -> Near:
    for _, facet, key in asked.named:
        if (facet in PLACE_FACETS) == is_place:
            criteria = replace(asked.criteria.choosing(facet, (key,)), q="")
            yield asked.label(BY_NAME[facet], key), criteria


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
    (Way.FILTERS, _filters, 2),
    (Way.KNOWN_WORDS, _known_words, 1),
    (Way.CITY, _city, 1),
    (Way.PLACE, _place, 1),
    (Way.TOPIC, _topic, 2),
    (Way.WIDER, _wider, 2),
    (Way.NEAR_BY, _region, 1),
    (Way.NEIGHBOUR, _neighbours, 3),
    (Way.WITHOUT_FILTER, _without_filter, 3),
    (Way.WITHOUT_WORDS, _without_words, 1),
    (Way.WITHOUT_FILTERS, _without_filters, 1),
    (Way.ONLY_FILTER, _only_filter, 2),
    (Way.EVERYTHING, _everything, 1),
)
