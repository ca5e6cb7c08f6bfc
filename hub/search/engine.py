"""The port before every search engine: what a document is, what is promised of an answer, what may be raised.

Behaviour promised by all engines: the last word is a prefix unless a space or a closing quote follows; words in quotes
are a phrase; no typo below 5 letters, one for 5 to 8, two from 9 (none in digits and phrases, a wrong first letter
counts double); case, accents and invisible characters do not matter; an Arabic word matches with and without its
article; Chinese, Japanese and Thai are found by any run of characters. All words must match; when nothing holds them
all, words are dropped from the end. Order: more words > fewer typos > closer together > more important field > earlier
in the name > exact; then trust, then name. Any text at all is answered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from typing import Protocol

from hub.search.criteria import Criteria

# searchable fields, most important first
TEXT_FIELDS = ("name", "other_names", "acronyms", "topics", "place", "short", "long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What an index holds of one profile: only what the index's audience may see.

    ``texts`` maps each of TEXT_FIELDS to its texts, unfolded; ``facets`` each facet's name to its keys; ``trust`` is 0
    for the least; ``confirmed`` is days since 1970, 0 for never.
    """

    id: str
    texts: Mapping[str, Sequence[str]]
    facets: Mapping[str, Sequence[str]]
    sort_name: str
    trust: int = 0
    confirmed: int = 0

    @property
    def fingerprint(self) -> str:
        """A short digest of all that the document holds, alike in every process."""
        # asdict() would copy every text, at six times the cost.
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        mappings = {name: dict(held[name]) for name in ("texts", "facets")}
        content = json.dumps(held | mappings, ensure_ascii=True, sort_keys=True, default=list)
        return hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of ids in order, the exact total, and counts per facet and value.

    A facet's counts ignore that facet's own choices. ``counts`` holds every facet and every value that counts more
    than zero, nothing where no counts were asked for. ``notice`` names a degraded answer, for the page to say so.
    ``dropped`` tells how many parts of the query, from its end, had to be left out for anything to be found.
    """

    ids: tuple[str, ...]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    engine: str
    notice: str = ""
    dropped: int = 0


class Writer(Protocol):
    """An open batch of changes to one index; all of it becomes visible at once when the batch closes without error."""

    def put(self, documents: Iterable[Document]) -> None:
        """Add the documents, each in place of an older one with its id."""

    def delete(self, ids: Iterable[str]) -> None:
        """Take the documents with these ids out; unknown ids are passed over."""


class Engine(Protocol):
    """One index, for one audience. Any thread may ask; batches wait for each other, across processes too."""

    name: str

    def search(self, criteria: Criteria, *, counts: bool = True) -> Answer:
        """Answer the criteria; without ``counts`` the facets are not counted.

        Raises:
            SearchUnavailable: the index is missing, broken or does not answer in time.
        """

    def spelling(self, q: str) -> str | None:
        """Offer the query with words the index does not know replaced by near ones it knows; None if none is nearer."""

    def writing(self) -> AbstractContextManager[Writer]:
        """Open a batch; on an error inside nothing of it is kept.

        Raises:
            SearchUnavailable: the index cannot be written now.
        """

    def rebuilding(self) -> AbstractContextManager[Writer]:
        """Open a batch into a fresh index aside, which takes the old one's place at once when the batch closes.

        Until then, and after an error or a crash, the old index goes on answering.
        """

    def versions(self) -> dict[str, str]:
        """Map the id of every document held to its fingerprint, for checking the index against the database."""
