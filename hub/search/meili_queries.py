"""What is said to a Meilisearch server and what is read from its answers, as plain data; nothing is sent from here.

Texts are folded by ``hub.folding`` before they are sent, in documents and questions alike, so a word is the same word to
both engines: nothing in a folded text is a separator but a space, and a character of a script without spaces is a word of
its own. The server is told one language for everything, as it would else guess one for each text, change some letters
accordingly, and not find in a Japanese name what it takes for a Chinese question.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from hub.errors import SearchUnavailable
from hub.folding import ONE_TYPO, TWO_TYPOS, fold
from hub.search.criteria import MAX_RESULTS, Criteria, Sort
from hub.search.engine import TEXT_FIELDS, Document
from hub.search.facets import FACETS
from hub.search.text import Part, Query

SCHEMA = 2  # raise it with every change to SETTINGS or to what a document holds
OLDEST = (1, 15)  # the first server that has every one of SETTINGS
MAX_KEY = 100  # characters of a name by which is sorted; the server keeps 468 bytes
MAX_VALUES = 20_000  # of one facet
MAX_TOTAL = 1_000_000
CUTOFF_MS = 500  # within the second that a page waits
LOCALE = "eng"  # English, for which the server changes no letter
LABEL = 120  # characters: shorter texts are mostly labels of terms, which come again and again

SETTINGS: Mapping[str, Any] = {
    "searchableAttributes": list(TEXT_FIELDS),
    "displayedAttributes": ["id", "version"],
    "filterableAttributes": [
        {
            "attributePatterns": [facet.name for facet in FACETS],
            "features": {"facetSearch": False, "filter": {"equality": True, "comparison": False}},
        }
    ],
    "sortableAttributes": ["confirmed_day", "id", "sort_name"],
    # An order other than the best is sent as a sort, and decides before all else; without one the first rule is void.
    "rankingRules": [
        "sort", "words", "typo", "proximity", "attribute", "exactness", "trust_rank:desc", "sort_name:asc", "id:asc",
    ],
    "stopWords": [],
    "synonyms": {},
    "dictionary": [],
    "separatorTokens": [],
    "nonSeparatorTokens": [],
    "distinctAttribute": None,
    "localizedAttributes": [{"attributePatterns": ["*"], "locales": [LOCALE]}],
    "proximityPrecision": "byWord",
    "prefixSearch": "indexingTime",
    "facetSearch": False,
    "typoTolerance": {
        "enabled": True,
        "minWordSizeForTypos": {"oneTypo": ONE_TYPO, "twoTypos": TWO_TYPOS},
        "disableOnNumbers": True,
        "disableOnWords": [],
        "disableOnAttributes": [],
    },
    "faceting": {"maxValuesPerFacet": MAX_VALUES, "sortFacetValuesBy": {"*": "alpha"}},
    "pagination": {"maxTotalHits": MAX_TOTAL},
    "searchCutoffMs": CUTOFF_MS,
}  # fmt: skip

ORDERS = {
    Sort.BEST: [],
    Sort.NAME: ["sort_name:asc", "id:asc"],
    Sort.CONFIRMED: ["confirmed_day:desc", "sort_name:asc", "id:asc"],
}

Answered = tuple[tuple[str, ...], int, dict[str, dict[str, int]]]
Chosen = Mapping[str, tuple[str, ...]]

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")


def encoded(value: str) -> str:
    """Write a facet's value so that nothing in it needs quoting and its case is kept, for documents and filters alike.

    In the server's filters some texts (a backslash at the end) cannot be quoted at all, and case does not count.
    """
    held = value.encode("utf-8", "surrogatepass")
    return "".join([chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in held])


def decoded(value: str) -> str:
    """Read a value that ``encoded`` wrote."""
    return unquote(value, errors="surrogatepass")


def one_of(facet: str, values: Iterable[str]) -> str:
    """Write the filter for documents that hold one of the values; the only way to write one."""
    return f"{facet} IN [" + ", ".join([f'"{encoded(value)}"' for value in values]) + "]"


# Documents


def line(document: Document) -> bytes:
    """Write what the server holds of a document, as one line of JSON."""
    held = {
        "id": document.id,
        "version": document.fingerprint,
        # Two texts in a list are far from each other to the server, so that no phrase spans them.
        **{field: [_folded(text) for text in document.texts.get(field, ())] for field in TEXT_FIELDS},
        **{facet.name: [encoded(value) for value in document.facets.get(facet.name, ())] for facet in FACETS},
        "trust_rank": document.trust,
        "confirmed_day": document.confirmed,
        # A letter in front, as the server sorts documents with an empty value last.
        "sort_name": "n" + fold(document.sort_name)[:MAX_KEY],
    }
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _folded(text: str) -> str:
    return _label(text) if len(text) <= LABEL else fold(text)


_label = lru_cache(maxsize=20_000)(fold)


# Questions


def questions(
    index: str, criteria: Criteria, query: Query, needed: tuple[Part, ...], counts: bool
) -> list[dict[str, Any]]:
    """Ask for a page and the counts of the facets in which nothing is chosen, then for each other facet's counts."""
    chosen = {name: values for name, values in criteria.chosen.items() if values}
    words = words_of(query, needed)
    common = {"indexUid": index, "q": words, "locales": [LOCALE], "matchingStrategy": "all"}
    page = {
        "page": criteria.page if criteria.offset < MAX_RESULTS else 0,  # on page 0 nothing is, but the total
        "hitsPerPage": criteria.page_size,
        "attributesToRetrieve": ["id"],
        "facets": [facet.name for facet in FACETS if facet.name not in chosen] if counts else [],
        "sort": ORDERS[criteria.sort],
        "filter": _filter(chosen),
    }
    asked = [common | page]
    for name in chosen if counts else ():
        others = {other: values for other, values in chosen.items() if other != name}
        asked.append(common | {"page": 0, "hitsPerPage": 1, "facets": [name], "filter": _filter(others)})
    return asked


def words_of(query: Query, needed: tuple[Part, ...]) -> str:
    """Write the parts for the server: phrases in quotes, and a space at the end unless the last word may go on."""
    text = " ".join([_written(query, part) for part in needed])
    return text if needed and query.is_prefix(needed[-1]) else f"{text} "


def _written(query: Query, part: Part) -> str:
    words = " ".join(part.words)
    # The server forgives typos in words that are not all digits; as a phrase a word holds none.
    is_exact = any(char.isdigit() for char in words) and not query.is_prefix(part)
    return f'"{words}"' if part.is_quoted or len(part.words) > 1 or is_exact else words


def _filter(chosen: Chosen) -> list[str]:
    return [one_of(name, values) for name, values in chosen.items()]


# Answers


def answers(said: object, asked: list[dict[str, Any]]) -> Iterator[Answered]:
    """Read the server's answer to each question in turn, believing nothing of its form.

    Raises:
        SearchUnavailable: it is no answer to what was asked.
    """
    results = said.get("results") if isinstance(said, dict) else None
    if not isinstance(results, list) or len(results) != len(asked):
        raise SearchUnavailable("the search server's answer is not understood")
    for result, question in zip(results, asked, strict=True):
        try:
            yield _answer(result, question["facets"])
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise SearchUnavailable(f"the search server's answer is not understood: {error!r}") from error


def _answer(result: Mapping[str, Any], facets: list[str]) -> Answered:
    ids = tuple([_text(hit["id"]) for hit in result["hits"]])
    total = _number(result["totalHits"])
    if total < len(ids):
        raise ValueError(f"{len(ids)} hits of {total}")
    held = result["facetDistribution"] if facets else {}
    return ids, total, {
        name: {decoded(value): _number(count) for value, count in held.get(name, {}).items()} for name in facets
    }  # fmt: skip


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no number of documents")
    return value
