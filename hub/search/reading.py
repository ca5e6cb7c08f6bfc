"""Reading criteria from a query string: what is unknown is dropped with a notice, everything is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from hub.directory.vocabularies import Vocabularies
from hub.search.criteria import MAX_PAGE_SIZE, MAX_QUERY, MAX_RESULTS, MAX_VALUES, PAGE_SIZE, Criteria, Sort
from hub.search.facets import FACETS

KNOWN = frozenset({"q", "sort", "page", "page_size", *(facet.name for facet in FACETS)})


@dataclass(frozen=True, slots=True)
class Dropped:
    """A parameter or value that was not understood and therefore ignored."""

    name: str
    value: str


def read_criteria(
    args: MultiDict[str, str], terms: Vocabularies, page_size: int = PAGE_SIZE
) -> tuple[Criteria, tuple[Dropped, ...]]:
    """Make criteria of a page's or feed's query string; never raises. The second part is what was ignored."""
    dropped = [Dropped(name, "") for name in args if name not in KNOWN]
    chosen: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        given = list(dict.fromkeys(value for value in args.getlist(facet.name) if value))
        good = [value for value in given if (facet.vocabulary, value) in terms][:MAX_VALUES]
        dropped += [Dropped(facet.name, value[:80]) for value in given if value not in good]
        if good:
            chosen[facet.name] = tuple(good)
    sort = args.get("sort", Sort.BEST.value)
    if sort not in list(Sort):
        dropped.append(Dropped("sort", sort[:80]))
        sort = Sort.BEST.value
    size = _number(args, "page_size", page_size, MAX_PAGE_SIZE, dropped)
    page = _number(args, "page", 1, MAX_RESULTS // size, dropped)
    q = args.get("q", "")[:MAX_QUERY]
    return Criteria(q, chosen, Sort(sort), page, size), tuple(dropped[:20])


def _number(args: MultiDict[str, str], name: str, default: int, most: int, dropped: list[Dropped]) -> int:
    text = args.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most:
        return int(text)
    dropped.append(Dropped(name, text[:80]))
    return default


def names(dropped: Sequence[Dropped]) -> list[str]:
    """The dropped parts as ``name`` or ``name=value``, for one line of notice."""
    return [f"{one.name}={one.value}" if one.value else one.name for one in dropped]
