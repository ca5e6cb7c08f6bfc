"""What was typed, and where a text answers it: the query's parts, highlights and excerpts.

All functions here are pure, take any ``str`` at all (lone surrogates and NUL too) and never raise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

from hub.folding import (
    WORD,
    cut_word,
    fold,
    folded_letters,
    is_single,
    place,
    typos,
    typos_allowed,
    words,
)
from hub.search.criteria import MAX_QUERY, MAX_WORDS

__all__ = ["Part", "Query", "Range", "excerpt", "fold", "highlight", "parse", "pieces", "shortened", "words"]

Range = tuple[int, int]  # start and end of a stretch of characters

MAX_REMEMBERED = 20_000  # words looked at for one query
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))

_QUOTED = re.compile('"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """A word, or several that must follow each other: what stood in quotes, or a run without spaces."""

    words: tuple[str, ...]
    is_quoted: bool = False


@dataclass(frozen=True)
class Query:
    """What was typed, in order; ``last_is_prefix`` where its last word may go on."""

    parts: tuple[Part, ...] = ()
    last_is_prefix: bool = False

    def __bool__(self) -> bool:
        """False where nothing was asked for."""
        return bool(self.parts)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words that stand alone."""
        return tuple(part.words[0] for part in self.parts if len(part.words) == 1)

    @cached_property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """The words that must follow each other."""
        return tuple(part.words for part in self.parts if len(part.words) > 1)

    def is_prefix(self, part: Part) -> bool:
        """Tell whether the part is the last one, and may go on."""
        return self.last_is_prefix and part is self.parts[-1]

    def fewer_and_fewer(self) -> Iterator[tuple[Part, ...]]:
        """Yield all parts, then ever fewer, dropped from the end; what stands in quotes stays, and one part does."""
        yield self.parts
        kept = list(self.parts)
        for part in reversed(self.parts):
            if not part.is_quoted and len(kept) > 1:
                kept.remove(part)
                yield tuple(kept)


def shortened(q: str, dropped: int) -> tuple[str, tuple[str, ...]]:
    """What an answer with so many ``dropped`` parts holds of ``q``, and the pieces left out, both as they were typed."""
    if not dropped:
        return q, ()
    query = parse(q)
    needed = list(next(islice(query.fewer_and_fewer(), dropped, None), query.parts))
    kept, gone = [], []
    for part, piece in zip(query.parts, pieces(q), strict=True):
        if part in needed:
            needed.remove(part)
            kept.append(piece)
        else:
            gone.append(piece)
    return " ".join(kept), tuple(gone)


def pieces(q: str) -> tuple[str, ...]:
    """The parts of ``q`` as they were typed, without quotes."""
    typed = words(q[:MAX_QUERY])
    found = []
    at = 0
    for part in parse(q).parts:
        last = typed[min(at + len(part.words), len(typed)) - 1]
        found.append(q[typed[at].start : last.end])
        at += len(part.words)
    return tuple(found)


def parse(q: str) -> Query:
    """Read what was typed into the search box; what is beyond 512 characters or ten words is left out."""
    text = q[:MAX_QUERY].translate(QUOTES)
    parts: list[Part] = []
    room = MAX_WORDS
    was_cut = False
    for part in _parts(text):
        # A run of single characters takes the room of one word, as it does on paper.
        size = len(part.words) if part.is_quoted and not is_single(part.words[0]) else 1
        if size > room:
            was_cut = True
            break
        parts.append(part)
        room -= size
    may_go_on = bool(parts) and not was_cut and not parts[-1].is_quoted and not text[-1].isspace()
    return Query(tuple(parts), may_go_on)


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for match in _QUOTED.finditer(text):
        yield from _loose(text[end : match.start()])
        if phrase := tuple(word.text for word in words(match.group(1))):
            yield Part(phrase[:MAX_WORDS] if not is_single(phrase[0]) else phrase, is_quoted=True)
        end = match.end()
    yield from _loose(text[end:])


def _loose(text: str) -> Iterator[Part]:
    run: list[str] = []
    end = 0
    for word in words(text):
        if run and not (is_single(word.text) and word.start == end):
            yield Part(tuple(run))
            run = []
        if is_single(word.text):
            run.append(word.text)
        else:
            yield Part((word.text,))
        end = word.end
    if run:
        yield Part(tuple(run))


class _Matcher:
    """Tells which words answer a query, and remembers it, for a page asks about the same words again and again."""

    def __init__(self, query: Query) -> None:
        self.phrases = [part.words for part in query.parts if len(part.words) > 1]
        self.known: dict[str, bool] = {}
        self._asked: list[tuple[str, int, bool]] = []
        for part in query.parts:
            if len(part.words) == 1:
                limit = 0 if part.is_quoted else typos_allowed(part.words[0])
                self._asked.append((part.words[0], limit, query.is_prefix(part)))

    def holds(self, word: str) -> bool:
        found = self.known.get(word)
        if found is None:
            if len(self.known) >= MAX_REMEMBERED:
                self.known.clear()
            cut = cut_word(word)
            found = False
            for asked in self._asked:  # not any(): a page asks for hundreds of words
                if found := _answers(cut, *asked):
                    break
            self.known[word] = found
        return found


def _answers(word: str, asked: str, limit: int, is_prefix: bool) -> bool:
    if word == asked or (is_prefix and word.startswith(asked)):
        return True
    return limit > 0 and typos(asked, word, limit, is_prefix=is_prefix) is not None


_matcher = lru_cache(maxsize=64)(_Matcher)


def highlight(text: str, query: Query) -> tuple[Range, ...]:
    """Find the words of ``text`` that answer the query: as they are, begun, with typos, or as a phrase."""
    if not query.parts:
        return ()
    matcher = _matcher(query)
    folded, owners = folded_letters(text)
    known = matcher.known.get
    spans = []
    for match in WORD.finditer(folded):
        word = match[0]
        is_held = known(word)
        if matcher.holds(word) if is_held is None else is_held:
            spans.append(match.span())
    if matcher.phrases:
        spans = sorted({*spans, *_phrase_spans(folded, matcher.phrases)})
    merged: list[Range] = []
    for start, end in (place(text, owners, span) for span in spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _phrase_spans(folded: str, phrases: list[tuple[str, ...]]) -> Iterator[Range]:
    found = [(cut_word(match.group()), match.span()) for match in WORD.finditer(folded)]
    texts = tuple(word for word, _ in found)
    for phrase in phrases:
        done = 0
        for at, word in enumerate(texts):
            if word == phrase[0] and texts[at : at + len(phrase)] == phrase:
                end = at + len(phrase)
                yield from (span for _, span in found[max(at, done) : end])
                done = end


def excerpt(text: str, query: Query, length: int = 200) -> tuple[str, tuple[Range, ...]]:
    """Cut the stretch with the most answers out of a text, with what to highlight in it.

    The stretch has at most ``length`` characters, begins and ends with whole words where the script has spaces, and
    has an ellipsis where something is left out.
    """
    ranges = highlight(text, query)
    if len(text) <= length:
        return text, ranges
    start, end = _window(text, ranges, max(length - 2, 1))
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(head) - start
    kept = tuple((a + shift, b + shift) for a, b in ranges if start <= a and b <= end)
    return f"{head}{text[start:end]}{tail}", kept


def _window(text: str, ranges: tuple[Range, ...], length: int) -> Range:
    """Choose the first of the stretches that hold most ranges, with a little of what leads up to the first of them."""
    best, first = 0, 0
    last = 0
    for index, (start, _) in enumerate(ranges):
        while last < len(ranges) and ranges[last][1] <= start + length:
            last += 1
        if last - index > best:
            best, first = last - index, index
    if not best:
        return 0, _word_end(text, 0, length)
    held_from, held_to = ranges[first][0], ranges[first + best - 1][1]
    lead = min(length // 4, length - (held_to - held_from))
    start = max(0, min(held_from - lead, len(text) - length))
    start = min(_word_start(text, start), held_from)
    return start, max(_word_end(text, start, length), held_to)


def _word_start(text: str, at: int) -> int:
    if at == 0 or text[at - 1].isspace():
        return at
    gap = re.compile(r"\s+").search(text, at, at + 40)
    return gap.end() if gap else at


def _word_end(text: str, start: int, length: int) -> int:
    end = start + length
    if end >= len(text):
        return len(text)
    if text[end].isspace():
        return end
    gap = max(text.rfind(space, max(start + 1, end - 40), end) for space in " \n\t")
    return gap if gap > start else end
