"""A search that found nothing, or not with all words: what its words name, and how many others would find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from babel.lists import format_list

from hub.directory.vocabularies import Vocabularies
from hub.folding import Word, words
from hub.search.criteria import MAX_QUERY, MAX_WORDS, Criteria, Sort
from hub.search.engine import Answer, Engine
from hub.search.facets import Facet
from hub.search.phrases import Named, Term, named, phrases

PLACE_FACETS = frozenset({"country", "region"})


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

        Of several words for values of one facet those most surely named count, of several values of one word a country, a
        region of M49, or what most organizations have; places are of one kind and come first.
        """
        held = self.engine.search(Criteria()).counts
        taken = set(self.criteria.chosen)
        if not taken.isdisjoint(PLACE_FACETS):
            taken |= PLACE_FACETS

        def rank(term: Term) -> tuple[bool, bool, int]:
            return term[0] != "country", not term[1].isdigit(), -held[term[0]].get(term[1], 0)

        found: list[tuple[Named, str, str]] = []
        for one in named([word.text for word in self.typed], phrases()):
            free = [t for t in one.terms if t[0] not in taken and (t[0] == "country" or held[t[0]].get(t[1]))]
            if free:
                term = min(free, key=rank)
                taken |= PLACE_FACETS if term[0] in PLACE_FACETS else {term[0]}
                found.append((one, *term))
        return sorted(found, key=lambda one: one[1] not in PLACE_FACETS)


Near = Iterator[tuple[str, Criteria]]  # what a near search is about, and the search


def regions_around(asked: Asked) -> Near:
    """The smallest region of M49 that holds a country, then wider ones, in place of the countries."""
    wider = asked.criteria.choosing("country", ())
    lines = asked.terms.ancestors.get("region", {})
    for code in asked.criteria.values("country"):
        held = [region for region in asked.terms.regions.get(code, ()) if region.isdigit()]
        for region in sorted(held, key=lambda one: -len(lines.get(one, ()))):
            label = asked.terms.label("region", region, asked.language)
            yield label, wider.choosing("region", (*wider.values("region"), region))
