"""Words of a query that name terms: which facet's value they mean, in any language of the hub, and what is left over."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import current_app

from hub.directory import vocabularies
from hub.directory.vocabularies import Vocabularies
from hub.folding import Word, cut_word, fold, is_single, typos, typos_allowed
from hub.search.facets import BY_NAME
from hub.search.fillers import FILLERS

# facets whose terms are looked for, most telling first
OFFERED = ("theme", "country", "offers", "sector", "population", "region", "kind")
LONGEST = 10  # words of a phrase that can name a term; a Chinese character is a word
SHORTEST = 2  # letters before a word can stand for a term
TELLING = 5  # letters from which on a whole word stands for the term whose name it begins
STEM, ENDING = 4, 3  # letters that words alike begin with at least, and in which they end at most
PARTICLES = "وفبلك"

Term = tuple[str, str]  # facet and key


@dataclass(frozen=True, slots=True)
class Named:
    """Words, from ``at`` on so many as ``size``, that name one of ``terms``, the likeliest first."""

    at: int
    size: int
    terms: tuple[Term, ...]


class Phrases:
    """Every label and synonym of the offered facets in all languages, folded and sorted, to look beginnings up in."""

    def __init__(self, terms: Vocabularies) -> None:
        found: dict[tuple[str, str, str], None] = {}
        for rank, facet in enumerate(OFFERED):
            for key, entry in terms.terms.get(BY_NAME[facet].vocabulary, {}).items():
                texts = [*entry.labels.values(), *(w for words in entry.synonyms.values() for w in words)]
                if not entry.is_retired:
                    found.update(dict.fromkeys((fold(text), str(rank), key) for text in texts))
        self._sorted = sorted(key for key in found if key[0])
        # by the first letter and the number of words, for words with typos in them
        self._alike: dict[tuple[str, int], dict[tuple[str, ...], list[Term]]] = defaultdict(dict)
        for phrase, place, key in self._sorted:
            words = tuple(phrase.split())
            alike = self._alike[phrase[0], len(words)]
            alike.setdefault(words, []).append((OFFERED[int(place)], key))

    def beginning(self, start: str, whole: bool, limit: int = 40) -> Iterator[tuple[str, str, str]]:
        """Yield (facet, key, phrase) of phrases that begin with ``start``; with ``whole``, at a word's end only."""
        at = bisect_left(self._sorted, (start,))
        for phrase, rank, key in self._sorted[at : at + limit]:
            if not phrase.startswith(start):
                return
            if not whole or phrase == start or phrase.startswith(start + " "):
                yield OFFERED[int(rank)], key, phrase

    def exactly(self, words: Sequence[str]) -> tuple[Term, ...]:
        """The terms that these words name, most telling facet first."""
        found = self._alike.get((words[0][0], len(words)), {}).get(tuple(words), ())
        return tuple(sorted(found, key=lambda term: OFFERED.index(term[0])))

    def nearly(self, words: Sequence[str]) -> tuple[Term, ...]:
        """The terms that these words name with typos that a search forgives, or in another case or with a particle."""
        found = [
            (count, phrase)
            for first in (words[0], *_without_particle(words[0]))
            for phrase in self._alike.get((first[0], len(words)), ())
            if (count := _distance((first, *words[1:]), phrase)) is not None
        ]
        return self.exactly(min(found)[1]) if found else ()

    def begun_by(self, words: Sequence[str]) -> tuple[Term, ...]:
        """The terms whose names begin with the one word, where it is long enough to tell, shortest name first."""
        if len(words) > 1 or len(words[0]) < TELLING:
            return ()
        return _shortest_first(self.beginning(words[0], whole=True))


def _distance(asked: Sequence[str], phrase: Sequence[str]) -> int | None:
    """How far words are from those of a term's name; None if one is another word."""
    sum_of_all = 0
    for word, other in zip(asked, phrase, strict=True):
        if word != other:
            found = _distance_of_words(word, other)
            if found is None:
                return None
            sum_of_all += found
    return sum_of_all


def _distance_of_words(asked: str, word: str) -> int | None:
    """Count the typos; other endings of a Russian word count as three."""
    limit = typos_allowed(asked)
    found = typos(asked, word, limit) if limit else None
    if found is None and "а" <= asked[0] <= "я":
        shorter = min(len(asked), len(word))
        stem = next((at for at in range(shorter) if asked[at] != word[at]), shorter)
        return ENDING if stem >= STEM and max(len(asked), len(word)) - stem <= ENDING else None
    return found


def _without_particle(word: str) -> Iterator[str]:
    """An Arabic word without what is written as one with it (and, in, for ...), and without the article after it."""
    if word[0] in PARTICLES and len(word) > STEM:
        yield cut_word(word[1:])
        if word.startswith("لل"):
            yield word[2:]


def phrases() -> Phrases:
    """The phrases that name terms, made once for each state of the vocabularies."""
    terms = vocabularies.current()
    kept: dict[str, Phrases] = current_app.extensions.setdefault("phrases", {})
    if terms.stamp not in kept:
        kept.clear()
        kept[terms.stamp] = Phrases(terms)
    return kept[terms.stamp]


def named_while_typing(words: Sequence[str], known: Phrases) -> list[Named]:
    """Find the longest runs of words that begin some term's name; the last word may go on."""
    found = []
    at = 0
    while at < len(words):
        one = _begun(words, at, known)
        if one:
            found.append(one)
        at += one.size if one else 1
    return found


def _begun(words: Sequence[str], at: int, known: Phrases) -> Named | None:
    """The longest run of words from ``at`` that begins some term's name, and those terms, shortest name first."""
    for size in range(min(LONGEST, len(words) - at), 0, -1):
        start = " ".join(words[at : at + size])
        if len(start) < SHORTEST and start.isascii():
            continue
        is_last = at + size == len(words)
        if terms := _shortest_first(known.beginning(start, whole=not is_last)):
            return Named(at, size, terms)
    return None


def _shortest_first(matches: Iterator[tuple[str, str, str]]) -> tuple[Term, ...]:
    found = sorted(matches, key=lambda match: (len(match[2]), OFFERED.index(match[0])))
    return tuple(dict.fromkeys((facet, key) for facet, key, _ in found))


def named(words: Sequence[str], known: Phrases) -> list[Named]:
    """Find runs of words that name a term, the surest first: exactly, with typos as a search forgives, by its beginning.

    Of those equally sure the longest come first.
    """
    found: list[Named] = []
    is_free = [True] * len(words)
    for look in (known.exactly, known.nearly, known.begun_by):
        for size in range(min(LONGEST, len(words)), 0, -1):
            for at in range(len(words) - size + 1):
                run = words[at : at + size]
                if all(is_free[at : at + size]) and not FILLERS.issuperset(run) and (terms := look(run)):
                    is_free[at : at + size] = [False] * size
                    found.append(Named(at, size, terms))
    return found


def left_over(q: str, typed: Sequence[Word], found: Sequence[Named]) -> str:
    """What was typed, as it was typed, without the words that name terms and those that say nothing."""
    used = {at for one in found for at in range(one.at, one.at + one.size)}
    kept: list[tuple[int, int]] = []
    for at, word in enumerate(typed):
        if at in used or word.text in FILLERS:
            continue
        # Characters of a script without spaces stay the run that they are.
        if kept and kept[-1][1] == word.start and is_single(word.text):
            kept[-1] = kept[-1][0], word.end
        else:
            kept.append((word.start, word.end))
    return " ".join(q[start:end] for start, end in kept)
