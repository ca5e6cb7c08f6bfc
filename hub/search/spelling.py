"""Spelling: the nearest word that is known, for one that is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from hub.folding import is_single, typos, words
from hub.search.text import parse

LONGEST = 40  # letters of a word that is taken apart
LEAST_PIECE, MOST_PIECES = 2, 5  # letters of a piece, and pieces
SHORTEST = 3  # letters of a word that can be offered or replaced
TWO_TYPOS = 5  # letters from which on two typos are forgiven: more than the search itself forgives, for it is a question


class Dictionary(Protocol):
    """The words that an index holds."""

    def knows(self, word: str, *, is_prefix: bool) -> bool:
        """Tell whether a folded word, or one that begins like it, is held."""

    def count(self, word: str) -> int:
        """Tell how many documents hold the folded word."""

    def beginning(self, letter: str) -> Mapping[str, int]:
        """Map the folded words with this first letter to how many documents hold them."""

    def spelled(self, word: str) -> str:
        """The most common spelling of a folded word."""


def corrected(q: str, dictionary: Dictionary) -> str | None:
    """Replace each word of the query that is not known by the nearest that is, or by known words that it runs together.

    None if nothing can be replaced.
    """
    query = parse(q)
    asked = {word for part in query.parts for word in part.words}
    last = query.parts[-1] if query.last_is_prefix else None
    pieces: list[str] = []
    end = 0
    for word in words(q):
        if word.text not in asked or len(word.text) < SHORTEST or is_single(word.text):
            continue
        is_prefix = last is not None and last.words == (word.text,)
        if dictionary.knows(word.text, is_prefix=is_prefix):
            continue
        near = _nearest(word.text, dictionary)
        if replaced := (near,) if near else apart(word.text, dictionary):
            pieces += [q[end : word.start], " ".join(map(dictionary.spelled, replaced))]
            end = word.end
    return "".join([*pieces, q[end:]]) if pieces else None


def apart(word: str, dictionary: Dictionary) -> tuple[str, ...]:
    """Take a word apart into known ones, the fewest, the rarest of them as common as can be; empty where none fit."""
    if not 2 * SHORTEST <= len(word) <= LONGEST:
        return ()
    counts: dict[str, int] = {}

    def count(piece: str) -> int:
        if piece not in counts:
            counts[piece] = dictionary.count(piece)
        return counts[piece]

    # the best way to take each beginning apart, by its length: number of pieces, their rarity, and they
    ways: dict[int, tuple[int, int, tuple[str, ...]]] = {0: (0, -(10**9), ())}
    for end in range(LEAST_PIECE, len(word) + 1):
        found = [
            (size + 1, max(rarity, -count(word[start:end])), (*before, word[start:end]))
            for start, (size, rarity, before) in ways.items()
            if end - start >= LEAST_PIECE and size < MOST_PIECES and count(word[start:end])
        ]
        if found:
            ways[end] = min(found)
    return ways.get(len(word), (0, 0, ()))[2]


def _nearest(word: str, dictionary: Dictionary) -> str | None:
    if any(char.isdigit() for char in word):
        return None
    limit = 1 if len(word) < TWO_TYPOS else 2
    letters = set(word)
    found: list[tuple[int, int, str]] = []
    for other, count in dictionary.beginning(word[0]).items():
        # Cheap tests first: a typo changes the length by one, and the set of letters by two.
        if abs(len(other) - len(word)) <= limit and len(letters.symmetric_difference(other)) <= 2 * limit:
            distance = typos(word, other, limit)
            if distance is not None:
                found.append((distance, -count, other))
    if not found and limit > 1:
        others = _other_first_letters(word)
        found = [(limit, -count, other) for other in others if (count := dictionary.count(other))]
    return min(found)[2] if found else None


def _other_first_letters(word: str) -> Iterable[str]:
    """The word with its first letter replaced, missing or swapped; a wrong first letter counts as two typos."""
    block = ord(word[0]) & ~0x7F
    alphabet = "abcdefghijklmnopqrstuvwxyz" if word[0].isascii() else map(chr, range(block, block + 0x80))
    for letter in alphabet:
        if letter.isalpha():
            yield letter + word[1:]
            yield letter + word
    yield word[1:]
    yield word[1] + word[0] + word[2:]
