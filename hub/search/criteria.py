"""What is asked for: ``Criteria``, the one question that pages, API and command line put to any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlencode

from hub.search.facets import BY_NAME, FACETS

MAX_QUERY = 512  # characters
MAX_WORDS = 10
MAX_VALUES = 50  # chosen values in one facet
MAX_RESULTS = 100_000  # hits that can be paged to
PAGE_SIZE = 20
MAX_PAGE_SIZE = 100


class Sort(StrEnum):
    """The orders in which hits can come."""

    BEST = "best"
    NAME = "name"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Criteria:
    """One search: words, chosen facet values (OR inside a facet, AND between facets), order and page (from 1)."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.BEST
    page: int = 1
    page_size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """Number of hits before this page."""
        return (self.page - 1) * self.page_size

    def values(self, facet: str) -> tuple[str, ...]:
        """The values chosen in ``facet``, perhaps none."""
        return self.chosen.get(facet, ())

    def choosing(self, facet: str, values: Iterable[str]) -> Criteria:
        """The same search from its first page, with ``values`` chosen in ``facet`` instead."""
        kept = tuple(dict.fromkeys(values))
        others = {name: chosen for name, chosen in self.chosen.items() if name != facet}
        return replace(self, chosen={**others, facet: kept} if kept else others, page=1)

    def toggling(self, facet: str, value: str) -> Criteria:
        """The same search with ``value`` added to or taken from what is chosen in ``facet``."""
        values = self.values(facet)
        return self.choosing(
            facet, [v for v in values if v != value] if value in values else [*values, value]
        )

    def to_query(self) -> list[tuple[str, str]]:
        """Name-value pairs of the address in canonical order; what is at its default is left out."""
        pairs = [("q", self.q)] if self.q else []
        for facet in FACETS:
            pairs += [(facet.name, value) for value in sorted(self.values(facet.name))]
        if self.sort is not Sort.BEST:
            pairs.append(("sort", self.sort.value))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        if self.page_size != PAGE_SIZE:
            pairs.append(("page_size", str(self.page_size)))
        return pairs

    def query_string(self) -> str:
        """The canonical query string, perhaps empty, without a question mark."""
        return urlencode(self.to_query())


def check_names(chosen: Mapping[str, object]) -> None:
    """Return when every key is a facet's name.

    Raises:
        KeyError: one is not (a programming error; what users send is checked before).
    """
    for name in chosen:
        BY_NAME[name]
