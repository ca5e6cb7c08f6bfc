"""What the embedded index holds of a document, field by field, folded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from hub.folding import doubled, fold, is_single, words
from hub.search.engine import TEXT_FIELDS, Document
from hub.search.facets import FACETS

NAMES = TEXT_FIELDS[:3]  # the fields whose words are in "named"
TOLD = TEXT_FIELDS[3:]  # those whose words are in "told"
PLACES = 7  # places in the name that count as earlier than the rest
MAX_WORDS = 10_000  # of one document
MAX_KEY = 1000  # characters of a name by which is sorted
TRUST_LEVELS = 9
DAYS = 99_999  # since 1970, more than any date needs
GAP = " | "  # keeps words of two texts from being neighbours; no folded word is like it
LABEL = 120  # characters: shorter texts are mostly labels of terms, which come again and again


class Folded(NamedTuple):
    """A field's texts, folded.

    ``joined`` has gaps between them; ``doubled`` each word once, its first letter doubled; ``spelled`` word=spelling
    where those differ; ``size`` is the number of words.
    """

    texts: list[str]
    joined: str
    doubled: str
    spelled: str
    size: int


def facet_field(facet: str) -> str:
    """The field that holds a facet's keys."""
    return f"facet_{facet}"


def fields(document: Document) -> dict[str, list[str]]:
    """Lay a document out in the fields that ``ranking.schema`` declares; what is beyond 10,000 words is left out."""
    held = _within({name: _folded(tuple(document.texts.get(name, ()))) for name in TEXT_FIELDS})
    name = fold(document.sort_name)[:MAX_KEY]
    own_name = " ".join(held["name"].texts).split()
    names = [text for field in NAMES for text in held[field].texts]
    return {
        **{field: [folded.joined] for field, folded in held.items()},
        "id": [document.id],
        "version": [document.fingerprint],
        "by_trust": [f"{max(TRUST_LEVELS - document.trust, 0)}{name}\0{document.id}"],
        "by_name": [f"{name}\0{document.id}"],
        "by_date": [f"{max(DAYS - document.confirmed, 0):05}{name}\0{document.id}"],
        "named": [" ".join([held[field].doubled for field in NAMES])],
        "told": [" ".join([held[field].doubled for field in TOLD])],
        "spelled": [" ".join([folded.spelled for folded in held.values() if folded.spelled])],
        "pairs": [
            f"{doubled(word)} {doubled(after)}" for text in names for word, after in pairwise(text.split())
        ],
        "place_in_name": [" ".join([f"{min(place, PLACES)}{word}" for place, word in enumerate(own_name)])],
        "whole": names,
        **{facet_field(facet.name): list(document.facets.get(facet.name, ())) for facet in FACETS},
    }


def _within(held: dict[str, Folded]) -> dict[str, Folded]:
    if sum(folded.size for folded in held.values()) <= MAX_WORDS:
        return held
    room = MAX_WORDS
    kept: dict[str, Folded] = {}
    for field, folded in held.items():
        texts = []
        for text in folded.texts:
            found = text.split()[:room]
            texts.append(" ".join(found))
            room -= len(found)
        kept[field] = _fold(tuple(texts))
    return kept


def _folded(texts: tuple[str, ...]) -> Folded:
    return _labels(texts) if max(map(len, texts), default=0) <= LABEL else _long(texts)


def _fold(texts: tuple[str, ...]) -> Folded:
    found = [_label(text) if len(text) <= LABEL else _one(text) for text in texts]
    folded = [text for text, _ in found]
    joined = GAP.join(folded)
    once = dict.fromkeys(joined.split())
    once.pop(GAP.strip(), None)
    spelled = [spelled for _, spelled in found if spelled]
    return Folded(
        folded, joined, " ".join([word[0] + word for word in once]), " ".join(spelled), joined.count(" ") + 1
    )


def _one(text: str) -> tuple[str, str]:
    return fold(text), "" if text.isascii() else " ".join(dict.fromkeys(_spelled(text)))


def _spelled(text: str) -> Iterable[str]:
    for word in words(text):
        spelling = "".join(text[word.start : word.end].casefold().split())
        if spelling != word.text and not is_single(word.text) and spelling.isprintable():
            yield f"{word.text}={spelling}"


_label = lru_cache(maxsize=20_000)(_one)
_labels = lru_cache(maxsize=5_000)(_fold)
_long = lru_cache(maxsize=25_000)(_fold)  # what the index for members holds too
