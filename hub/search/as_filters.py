"""Words of a search read as filters: people write what and where in one sentence, and the place last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hub.search.asked import PLACE_FACETS, Asked, Near, regions_around
from hub.search.facets import BY_NAME
from hub.search.phrases import Named, left_over


def several(asked: Asked) -> Near:
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
            for region, wider in regions_around(replace(asked, criteria=criteria)):
                if all(len(lines.get(key, ())) > 1 for key in wider.values("region")):
                    yield f"{region} · {topics}", wider


def named_place(asked: Asked) -> Near:
    """The place that the words name, alone."""
    yield from _alone(asked, is_place=True)


def named_topics(asked: Asked) -> Near:
    """The themes, services, kinds and the like that the words name, each alone."""
    yield from _alone(asked, is_place=False)


def _alone(asked: Asked, is_place: bool) -> Near:
    for _, facet, key in asked.named:
        if (facet in PLACE_FACETS) == is_place:
            criteria = replace(asked.criteria.choosing(facet, (key,)), q="")
            yield asked.label(BY_NAME[facet], key), criteria
