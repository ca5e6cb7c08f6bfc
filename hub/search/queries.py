"""Finding: one question to the engine, then the rows from the database, then everything a page or the API shows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hub.directory import queries as directory
from hub.directory import vocabularies
from hub.directory.states import Audience
from hub.directory.visibility import Profile
from hub.directory.vocabularies import Vocabularies
from hub.i18n import order
from hub.search.criteria import Criteria
from hub.search.engine import Answer, Engine
from hub.search.facets import FACETS, Facet
from hub.search.text import Query, Range, excerpt, highlight, parse, shortened

EXCERPT = 220  # characters


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the (start, end) of what in it answers the query; escaped before any mark is put in."""

    text: str
    ranges: tuple[Range, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One organization found: what may be seen of it, its name and the most telling piece of its text."""

    profile: Profile
    name: Marked
    text: Marked | None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet with the count it would have in the search with ``criteria``.

    Tags link to ``toggled`` (``components/live.html`` makes its address); check boxes (``boxes.py``) need no address, the
    form sends what is checked.
    """

    facet: str
    value: str
    label: str
    count: int
    is_selected: bool
    criteria: Criteria

    @property
    def toggled(self) -> Criteria:
        """The search with this value added to what is chosen, or taken away from it."""
        return self.criteria.toggling(self.facet, self.value)


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """A facet and its values: largest count first, then by name, chosen ones always there."""

    facet: Facet
    values: tuple[FacetValue, ...]

    @property
    def chosen_count(self) -> int:
        """How many of its values are chosen."""
        return sum(value.is_selected for value in self.values)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results; ``left_out`` are words that no organization holds together with those before them.

    ``answered`` is what the hits do hold: the query as it was typed, or its other words.
    """

    criteria: Criteria
    total: int
    hits: tuple[Hit, ...]
    groups: tuple[FacetGroup, ...]
    engine: str
    took_ms: float
    notice: str
    answered: str
    left_out: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.criteria.page_size))

    @property
    def selected(self) -> list[tuple[Facet, FacetValue]]:
        """All chosen values, for the removable tags."""
        return [(group.facet, value) for group in self.groups for value in group.values if value.is_selected]


def find(criteria: Criteria, engine: Engine, language: str, audience: Audience = Audience.PUBLIC) -> Found:
    """Search for what ``audience`` may see and show it in ``language``; at most four SQL statements whatever the size.

    The engine must be that of the audience. A hit that the database no longer shows is left out: a stale index can miss
    someone, never show a hidden one.

    Raises:
        SearchUnavailable: the engine cannot answer.
    """
    started = time.perf_counter()
    answer = engine.search(criteria)
    terms = vocabularies.current()
    query = parse(criteria.q)
    hits = tuple(_hit(profile, query, language) for profile in directory.profiles(answer.ids, audience))
    groups = tuple(_group(facet, criteria, answer, terms, language) for facet in FACETS)
    took = round((time.perf_counter() - started) * 1000, 1)
    answered, gone = shortened(criteria.q, answer.dropped)
    return Found(criteria, answer.total, hits, groups, answer.engine, took, answer.notice, answered, gone)


def everything(
    criteria: Criteria, engine: Engine, most: int, audience: Audience = Audience.PUBLIC
) -> Iterator[Profile]:
    """Go through what a search finds, page by page from that of ``criteria``, at most ``most`` of it."""
    for page in range(criteria.page, criteria.page + most // criteria.page_size):
        answer = engine.search(replace(criteria, page=page), counts=False)
        yield from directory.profiles(answer.ids, audience)
        if len(answer.ids) < criteria.page_size:
            return


def _hit(profile: Profile, query: Query, language: str) -> Hit:
    spoken, text = best_text(profile.texts, language)
    piece = Marked(*excerpt(text, query, EXCERPT), spoken) if text else None
    return Hit(profile, Marked(profile.name, highlight(profile.name, query), profile.name_language), piece)


def best_text(texts: Mapping[str, Mapping[str, str]], language: str) -> tuple[str | None, str]:
    """Pick the description to show: in the reader's language, else English, else any; (language, text or "")."""
    for code in (language, "en", *sorted(texts)):
        text = texts.get(code, {})
        if found := text.get("short") or text.get("long"):
            return code, found
    return None, ""


def _group(
    facet: Facet, criteria: Criteria, answer: Answer, terms: Vocabularies, language: str
) -> FacetGroup:
    counts = answer.counts.get(facet.name, {})
    chosen = criteria.values(facet.name)
    labels = terms.labels(facet.vocabulary, language)
    values = [
        FacetValue(facet.name, key, labels.get(key, key), counts.get(key, 0), key in chosen, criteria)
        for key in dict.fromkeys((*counts, *chosen))
        # of the regions only those of M49 (digits): the other schemes cover the same ground and are on the browse page
        if facet.name != "region" or key.isdigit() or key in chosen
    ]
    values.sort(key=lambda value: (-value.count, order(value.label, language)))
    return FacetGroup(facet, tuple(values))
