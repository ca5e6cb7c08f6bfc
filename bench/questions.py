"""Questions as people type them, made from the names of real organizations with a fixed seed."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from hub.folding import fold, is_single
from hub.search.engine import Document

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")  # of the keyboard
LONG = 5  # letters of a word that can be found with a typo
FEW = 10  # bearers of what is asked: with more, nobody could find the one that is meant in ten hits

Typed = tuple[str, str]  # what is meant, and what is typed instead


@dataclass(frozen=True, slots=True)
class Question:
    """What is typed, and the ids of those who may be meant."""

    q: str
    meant: frozenset[str]


def _neighbours() -> Mapping[str, str]:
    """Map each letter to those beside, above and below it."""
    found = {}
    for at, row in enumerate(ROWS):
        for place, letter in enumerate(row):
            beside = row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
            others = (ROWS[near][place : place + 1] for near in (at - 1, at + 1) if 0 <= near < len(ROWS))
            found[letter] = beside + "".join(others)
    return found


NEIGHBOURS = _neighbours()


def mistyped(word: str, chance: random.Random) -> str:
    """Make one keyboard typo behind the first letter: a neighbouring key, a swap, a letter left out or hit twice."""
    at = chance.randrange(1, len(word))
    way = chance.choice(("key", "key", "swap", "lost", "twice"))
    if way == "swap" and at + 1 < len(word) and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if way == "lost":
        return word[:at] + word[at + 1 :]
    if way == "twice":
        return word[:at] + word[at] + word[at:]
    return word[:at] + chance.choice(NEIGHBOURS.get(word[at].lower(), "e")) + word[at + 1 :]


def with_typos(text: str, count: int, chance: random.Random) -> str | None:
    """Make so many typos in words that can be found with one; None where there is no such word."""
    pieces = text.split()
    for _ in range(count):
        long = [
            at for at, word in enumerate(pieces) if len(word) >= LONG and word.isascii() and word.isalpha()
        ]
        if not long:
            return None
        at = chance.choice(long)
        wrong = mistyped(pieces[at], chance)
        if len(wrong) < LONG:  # too short to be forgiven
            return None
        pieces[at] = wrong
    return " ".join(pieces)


def bare(text: str) -> str:
    """The text as it is typed on a keyboard without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


class Names:
    """The names of a corpus, from which questions are made that point at few of them."""

    def __init__(self, documents: Iterable[Document], seed: int = 20) -> None:
        self.chance = random.Random(seed)
        self.own: list[str] = []
        self.all: list[str] = []
        self.acronyms: list[str] = []
        self._held: list[tuple[str, str]] = []
        for document in documents:
            texts = document.texts
            self.own += texts["name"]
            self.all += [*texts["name"], *texts["other_names"]]
            self.acronyms += texts["acronyms"]
            held = (*texts["name"], *texts["other_names"], *texts["acronyms"])
            self._held += [(f" {fold(name)} ", document.id) for name in held]

    def questions(
        self, names: Iterable[str], count: int, typed: Callable[[str], Typed | None]
    ) -> list[Question]:
        """Make so many questions from names in a random order; those that mean too many are left out."""
        shuffled = sorted(set(names))
        self.chance.shuffle(shuffled)
        return list(islice(self._asked(shuffled, typed), count))

    def _asked(self, names: Iterable[str], typed: Callable[[str], Typed | None]) -> Iterator[Question]:
        for name in names:
            if pair := typed(name):
                clear = f" {fold(pair[0])}"
                meant = frozenset(key for held, key in self._held if clear in held)
                if len(meant) <= FEW:
                    yield Question(pair[1], meant)

    def prefix(self, name: str) -> Typed | None:
        """A name's beginning, cut anywhere behind its tenth character."""
        if len(name) < 12:
            return None
        start = name[: self.chance.randrange(10, len(name))].rstrip()
        return start, start

    def fragment(self, name: str, typos: int) -> Typed | None:
        """Two to four words of a name in Latin letters, with so many typos."""
        clear = self._words(name, 2, 4) if name.isascii() else None
        wrong = with_typos(clear, typos, self.chance) if clear else None
        return (clear, wrong) if clear and wrong else None

    def unaccented(self, name: str) -> Typed | None:
        """Two or three words with an accent, typed without."""
        clear = self._words(name, 2, 3)
        return (clear, bare(clear)) if clear and bare(clear) != clear and bare(clear).isascii() else None

    def foreign(self, name: str) -> Typed | None:
        """Two or three words, or three to six characters, of a name without Latin letters."""
        folded = fold(name)
        if any("a" <= char <= "z" for char in folded):
            return None
        if any(is_single(word) for word in folded.split()):
            run = max(name.split(), key=len)
            size = self.chance.randrange(3, 7)
            at = self.chance.randrange(max(len(run) - size, 0) + 1)
            clear: str | None = run[at : at + size] if len(run) >= 3 else None
        else:
            clear = self._words(name, 2, 3)
        return (clear, clear) if clear else None

    def acronym(self, name: str) -> Typed | None:
        """An acronym of three letters or more, in small letters."""
        return (f"{name} ", name.lower()) if len(fold(name)) >= 3 else None

    def _words(self, name: str, least: int, most: int) -> str | None:
        pieces = name.split()
        if len(pieces) < least:
            return None
        size = self.chance.randrange(least, min(most, len(pieces)) + 1)
        at = self.chance.randrange(len(pieces) - size + 1)
        return " ".join(pieces[at : at + size])
