"""The engines under the contract, and short ways to fill and ask one. Another engine is added here, in one place."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.search.criteria import Criteria
from hub.search.embedded import EmbeddedEngine
from hub.search.engine import TEXT_FIELDS, Document, Engine
from hub.search.meili import MeilisearchEngine
from tests.search.reference import ReferenceEngine
from tests.search.servers import meilisearch


def _on_a_server(folder: Path) -> Engine:
    server = meilisearch()
    if server is None:
        pytest.skip(
            "NO MEILISEARCH: put `meilisearch` on the PATH, or set HUB_TEST_MEILI_URL and HUB_TEST_MEILI_KEY; "
            "nothing was tested on it"
        )
    return MeilisearchEngine(server.url, server.key, server.key, f"test{secrets.token_hex(6)}", folder)


ENGINES: dict[str, Callable[[Path], Engine]] = {
    "embedded": lambda folder: EmbeddedEngine(folder / "index"),
    "reference": lambda folder: ReferenceEngine(),
    "meilisearch": _on_a_server,
}


# Where an engine is known not to keep a promise, and why. The contract expects these tests to fail, and says so when
# one no longer does; what happens instead is tested in test_meilisearch.py.
DIFFERENCES: dict[str, dict[str, str]] = {
    "meilisearch": {
        "test_earlier_in_the_name_comes_first": "places are told apart roughly: 1, 2, 3 to 5, 6 to 8, 9 to 12 and so on",
        "test_dropped_words_still_count_for_the_order": "what is asked once more without a word knows nothing of the word",
        "test_unknown_words_are_replaced_by_near_ones": "the server does not tell which words it knows; the reserve does",
        "test_an_engine_that_was_never_built_is_unavailable": "spelling asks nobody, so it cannot find the index missing",
    }
}


def doc(
    id: str,
    name: str | Sequence[str] = (),
    *,
    sort_name: str = "",
    trust: int = 0,
    confirmed: int = 0,
    **held: Any,
) -> Document:
    """A document from texts (one or several) and facets (``country="KE"``) by their names."""
    lists = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in held.items()}
    names = (name,) if isinstance(name, str) else tuple(name)
    texts = {"name": names} | {field: lists.pop(field, ()) for field in TEXT_FIELDS[1:]}
    first = sort_name or " ".join(names) or id
    return Document(id=id, texts=texts, facets=lists, sort_name=first, trust=trust, confirmed=confirmed)


def fill(engine: Engine, *documents: Document) -> Engine:
    """Make these the only documents of the engine."""
    with engine.rebuilding() as writer:
        writer.put(documents)
    return engine


def ids(engine: Engine, q: str = "", **asked: Any) -> list[str]:
    """The ids on one page."""
    return list(engine.search(Criteria(q=q, **asked)).ids)
