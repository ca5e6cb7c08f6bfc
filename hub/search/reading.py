"""Reading criteria from a query string: what is unknown is dropped with a notice, everything is bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from hub.directory.vocabularies import Vocabularies
from hub.search.criteria import MAX_PAGE_SIZE, MAX_QUERY, MAX_RESULTS, MAX_VALUES, PAGE_SIZE, Criteria, Sort
from hub.search.facets import FACETS, Facet

SINGLE = ("q", "sort", "page", "page_size")
KNOWN = frozenset({*SINGLE, *(facet.name for facet in FACETS)})
# What mail programs, networks and advertisers hang on to links: it says nothing about the search.
TRACKING = re.compile(
    r"utm_\w+|pk_\w+|mtm_\w+|gad_\w+|at_(?:medium|campaign)|\w*clid|[gw]braid|msclkid|srsltid|igshid?|_ga|_gl|mc_[ce]id"
    r"|mkt_tok|_hs(?:enc|mi)|vero_id|oly_\w+_id|ref_src|s_cid"
)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A parameter or value that was not understood and therefore ignored."""

    name: str
    value: str


def read_criteria(
    args: MultiDict[str, str], terms: Vocabularies, page_size: int = PAGE_SIZE
) -> tuple[Criteria, tuple[Dropped, ...]]:
    """Make criteria of a page's or feed's query string; never raises. The second part is what was ignored."""
    dropped = [*_unknown(args), *_repeated(args)]
    q = args.get("q", "")[:MAX_QUERY]
    chosen = _chosen(args, terms, dropped)
    sort = args.get("sort", Sort.BEST.value)
    if sort not in list(Sort):
        dropped.append(Dropped("sort", sort[:80]))
        sort = Sort.BEST.value
    size = _number(args, "page_size", page_size, MAX_PAGE_SIZE, dropped)
    page = _number(args, "page", 1, MAX_RESULTS // size, dropped)
    return Criteria(q, chosen, Sort(sort), page, size), tuple(dropped[:20])


def _unknown(args: MultiDict[str, str]) -> Iterator[Dropped]:
    return (Dropped(name, "") for name in args if name not in KNOWN and not TRACKING.fullmatch(name))


def _repeated(args: MultiDict[str, str]) -> Iterator[Dropped]:
    """Second values, other than the first, of what can be asked only once."""
    for name in SINGLE:
        others = dict.fromkeys(args.getlist(name)[1:])
        yield from (Dropped(name, value[:80]) for value in others if value != args[name])


def _chosen(
    args: MultiDict[str, str], terms: Vocabularies, dropped: list[Dropped]
) -> dict[str, tuple[str, ...]]:
    """The values chosen in each facet, each once and at most MAX_VALUES; values that are no terms are dropped."""
    chosen: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        given = {value: _key(terms, facet, value) for value in args.getlist(facet.name) if value}
        good = tuple(dict.fromkeys(key for key in given.values() if key))[:MAX_VALUES]
        dropped += [Dropped(facet.name, value[:80]) for value, key in given.items() if key not in good]
        if good:
            chosen[facet.name] = good
    return chosen


def _key(terms: Vocabularies, facet: Facet, value: str) -> str | None:
    """The term that a value means, in capitals or not, as people write codes of countries; None where none is."""
    keys = (value, value.upper(), value.lower())
    return next((key for key in keys if (facet.vocabulary, key) in terms), None)


def _number(args: MultiDict[str, str], name: str, default: int, most: int, dropped: list[Dropped]) -> int:
    text = args.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most:
        return int(text)
    dropped.append(Dropped(name, text[:80]))
    return default


def as_written(dropped: Sequence[Dropped]) -> list[str]:
    """The dropped parts as ``name`` or ``name=value``, for one line of notice."""
    return [f"{one.name}={one.value}" if one.value else one.name for one in dropped]
