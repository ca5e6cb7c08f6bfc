"""What to offer when nothing is found: near searches that are known to find something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from hub.directory import vocabularies
from hub.search.criteria import Criteria
from hub.search.engine import Engine
from hub.search.facets import FACETS

MAX_OFFERS = 8
MAX_ASKED = 16  # searches made to find them


class Way(StrEnum):
    """How an offered search differs from the one that found nothing."""

    SPELLING = "spelling"
    WITHOUT_FILTER = "without_filter"
    NEAR_BY = "near_by"
    WITHOUT_WORDS = "without_words"
    WITHOUT_FILTERS = "without_filters"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Offer:
    """A search that finds ``total`` organizations; ``label`` names the word, filter or region it is about."""

    way: Way
    label: str
    criteria: Criteria
    total: int


def offers(criteria: Criteria, engine: Engine, language: str) -> tuple[Offer, ...]:
    """List near searches with results, nearest first; at least one while the directory holds anyone at all."""
    found: list[Offer] = []
    seen = {criteria.query_string()}
    for asked, (way, label, near) in enumerate(_near(replace(criteria, page=1), engine, language)):
        if len(found) >= MAX_OFFERS or (asked >= MAX_ASKED and way is not Way.EVERYTHING):
            continue
        if near.query_string() in seen:
            continue
        seen.add(near.query_string())
        total = engine.search(near, counts=False).total
        if total:
            found.append(Offer(way, label, near, total))
    return tuple(found)


def _near(criteria: Criteria, engine: Engine, language: str) -> Iterator[tuple[Way, str, Criteria]]:
    terms = vocabularies.current()
    spelled = engine.spelling(criteria.q) if criteria.q.strip() else None
    if spelled:
        yield Way.SPELLING, spelled, replace(criteria, q=spelled)
    for facet in FACETS:
        for value in criteria.values(facet.name):
            label = terms.label(facet.vocabulary, value, language)
            yield Way.WITHOUT_FILTER, label, criteria.toggling(facet.name, value)
    for code in criteria.values("country"):
        wider = criteria.choosing("country", ())
        for region in terms.regions.get(code, ())[:3]:
            label = terms.label("region", region, language)
            yield Way.NEAR_BY, label, wider.choosing("region", (*wider.values("region"), region))
    if criteria.q and criteria.chosen:
        yield Way.WITHOUT_WORDS, criteria.q, replace(criteria, q="")
        yield Way.WITHOUT_FILTERS, criteria.q, replace(criteria, chosen={})
    yield Way.EVERYTHING, "", Criteria()
