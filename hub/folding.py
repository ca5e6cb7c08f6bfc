"""Words in one form for all spellings: the folding that search, highlights and the finding of duplicates share.

All functions here are pure, take any ``str`` at all (lone surrogates and NUL too) and never raise.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

MAX_LETTERS = 64  # of a word; the rest of a longer one does not count
ONE_TYPO, TWO_TYPOS = 5, 9  # letters from which on a word may hold so many

# Letters that differ from another only in form, and have no decomposition in Unicode.
ALIKE = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
    "ى": "ي", "ی": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ـ": "",
}  # fmt: skip
# Han, kana, Thai, Lao and Khmer are written without spaces: each character is a word.
SINGLE = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff\u0e00-\u0eff\u1780-\u17ff"
)
# Marks and letters that show nothing, though Unicode does not class them as format characters.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
ARTICLE = "ال"

_INITIALS = re.compile(r"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])")
_IS_SINGLE = re.compile(f"[{SINGLE}]")
WORD = re.compile(f"[{SINGLE}]|[^ {SINGLE}]+")  # in text that is folded to letters and spaces


class _Folding(dict[int, str]):
    """Maps a character's code to its folded letters, none for what is invisible, a space for what is no letter."""

    def __missing__(self, code: int) -> str:
        letters = self[code] = "".join(map(_letter, _decomposed(chr(code))))
        if len(letters) != 1:
            _UNEVEN.add(chr(code))
        return letters


def _decomposed(text: str) -> str:
    # Compatibility forms of capitals (such as mathematical letters) show only after the decomposition.
    while (further := unicodedata.normalize("NFKD", text.casefold())) != text:
        text = further
    return text


def _letter(char: str) -> str:
    if (alike := ALIKE.get(char)) is not None:
        return alike
    category = unicodedata.category(char)
    if category in ("Cf", "Me") or unicodedata.combining(char) or INVISIBLE.match(char):
        return ""
    # Marks that do not combine are the vowels of Indic and other scripts.
    return char if category[0] in "LMN" else " "


_UNEVEN: set[str] = set()  # characters met so far that do not fold to exactly one
_FOLDING = _Folding()


class Word(NamedTuple):
    """A folded word and where it stands in the original text."""

    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Split a text into its folded words, each with its place in characters of the original."""
    folded, owners = folded_letters(text)
    return [
        Word(cut_word(match.group()), *place(text, owners, match.span())) for match in WORD.finditer(folded)
    ]


def fold(text: str) -> str:
    """Reduce a text to what search compares: its folded words with one space between them."""
    return " ".join(map(cut_word, WORD.findall(_without_stops(text).translate(_FOLDING))))


def folded_letters(text: str) -> tuple[str, list[int] | None]:
    """Fold to letters and spaces; the list tells which character each comes from, None if they are one to one."""
    text = _without_stops(text)
    folded = text.translate(_FOLDING)
    if text.isascii() or _UNEVEN.isdisjoint(text):
        return folded, None
    return folded, [index for index, char in enumerate(text) for _ in _FOLDING[ord(char)]]


def _without_stops(text: str) -> str:
    """Make the stops between initials invisible, as U.N. is UN; all other characters stay where they are."""
    return _INITIALS.sub(lambda match: match.group().replace(".", "\u2060"), text) if "." in text else text


def place(text: str, owners: list[int] | None, span: tuple[int, int]) -> tuple[int, int]:
    """Tell where in the original text the letters in ``span`` of its folded text come from, with their accents."""
    if owners is None:
        return span
    start, end = owners[span[0]], owners[span[1] - 1] + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return start, end


def cut_word(word: str) -> str:
    """Take the Arabic article off a folded word, and what is beyond 64 letters."""
    if word.startswith(ARTICLE) and len(word) >= len(ARTICLE) + 3:
        word = word[len(ARTICLE) :]
    return word[:MAX_LETTERS]


def is_single(word: str) -> bool:
    """Tell whether the folded word is a character of a script written without spaces."""
    return len(word) == 1 and _IS_SINGLE.match(word) is not None


def typos_allowed(word: str) -> int:
    """Tell how many typos a folded word of the query may hold; none if it has a digit."""
    if len(word) < ONE_TYPO or any(char.isdigit() for char in word):
        return 0
    return 1 if len(word) < TWO_TYPOS else 2


def doubled(word: str) -> str:
    """Write the first letter twice, so that a typo in it counts as two."""
    return word[:1] + word


def typos(asked: str, word: str, limit: int, *, is_prefix: bool = False) -> int | None:
    """Count the typos between two folded words, None if above ``limit``; a swap of neighbours is one typo.

    With ``is_prefix`` it is enough that ``word`` begins like ``asked``. The distance is the restricted
    Damerau-Levenshtein distance of the words with their first letters doubled.
    """
    if len(asked) - len(word) > limit or (not is_prefix and len(word) - len(asked) > limit):
        return None
    # Most words of a text end here: another first letter counts as two, and so does each letter that is not there as one.
    if (limit == 1 and asked[:1] != word[:1]) or len(set(asked).difference(word)) > limit:
        return None
    asked, word = doubled(asked), doubled(word)
    word = word[: len(asked) + limit]
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(asked, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(word, 1):
            cost = min(before[j - 1] + (letter != other), before[j] + 1, row[j - 1] + 1)
            if i > 1 and j > 1 and letter == word[j - 2] and asked[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return None
    count = min(row) if is_prefix else row[-1]
    return count if count <= limit else None
