"""Searches that somebody saved: their one query string, what it asks for in words, and what it finds."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from hub.directory import vocabularies
from hub.directory.states import Audience
from hub.i18n import language
from hub.search.criteria import MAX_PAGE_SIZE, Criteria, Sort
from hub.search.facets import FACETS
from hub.search.indexing import engine
from hub.search.reading import read_criteria

MOST_FIELDS = 200  # parts of a query string that are read


def canonical(query: str) -> str:
    """The query string of the same search in its one order, without page and order; empty for no search."""
    return _criteria(query).query_string()


def described(query: str) -> str:
    """What a search asks for, in the language in force: its words, then its terms."""
    criteria, terms = _criteria(query), vocabularies.current()
    parts = [f"“{criteria.q}”"] if criteria.q else []
    for facet in FACETS:
        labels = terms.labels(facet.vocabulary, language())
        parts += [str(labels.get(key, key)) for key in sorted(criteria.values(facet.name))]
    return " · ".join(parts)


def found(query: str, audience: Audience, most: int) -> list[str]:
    """The ids of at most ``most`` organizations that a search finds for an audience, recently confirmed first.

    Raises:
        SearchUnavailable: the engine cannot answer now.
    """
    criteria = replace(_criteria(query), sort=Sort.CONFIRMED, page_size=MAX_PAGE_SIZE)
    ids: list[str] = []
    for page in range(1, most // MAX_PAGE_SIZE + 1):
        answer = engine(audience).search(replace(criteria, page=page), counts=False)
        ids += answer.ids
        if len(answer.ids) < MAX_PAGE_SIZE:
            break
    return ids


def _criteria(query: str) -> Criteria:
    given = MultiDict(parse_qsl(query[:4000], max_num_fields=None)[:MOST_FIELDS])
    criteria, _ = read_criteria(given, vocabularies.current())
    return replace(criteria, q=criteria.q.strip(), sort=Sort.BEST, page=1, page_size=Criteria().page_size)
