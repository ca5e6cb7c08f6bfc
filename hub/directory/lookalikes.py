"""Names that look like others: letters of several scripts in a word, and letters that look like Latin ones.

The table holds the letters of Cyrillic, Greek and Armenian that read as Latin ones in common typefaces, chosen after
the idea of Unicode Technical Standard 39 (skeletons); it is no copy of its data and does not claim to be complete.
"""

from __future__ import annotations

import re
import unicodedata

from hub.folding import fold

LOOKS = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "і": "i", "ї": "i", "ј": "j", "к": "k",
    "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ѵ": "v",
    "ԝ": "w", "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t",
    "υ": "u", "χ": "x", "ϲ": "c", "ϳ": "j", "օ": "o", "ս": "u", "ո": "n", "հ": "h", "ց": "g", "ա": "w",
}  # fmt: skip
WORD = re.compile(r"[^\W\d_]+")
# scripts that one word of one language may mix
TOGETHER = (frozenset({"HIRAGANA", "KATAKANA", "CJK", "KATAKANA-HIRAGANA", "BOPOMOFO", "HANGUL"}),)
SUBSCRIPT = ("MODIFIER", "FEMININE", "MASCULINE")


def mixed_words(text: str) -> list[str]:
    """The words of a text that mix scripts which no language mixes in a word, after compatibility forms are undone."""
    return [word for word in WORD.findall(unicodedata.normalize("NFKC", text)) if _is_mixed(word)]


def looks_like(name: str) -> str | None:
    """The folded name that this one can be read as; None where no letter looks like another."""
    folded = fold(name)
    read = "".join(LOOKS.get(letter, letter) for letter in folded)
    return read if read != folded and read.isascii() else None


def _is_mixed(word: str) -> bool:
    scripts = {_script(letter) for letter in word} - {""}
    return len(scripts) > 1 and not any(scripts <= several for several in TOGETHER)


def _script(letter: str) -> str:
    """The first word of a letter's Unicode name, which is its script for all living scripts of more than a letter."""
    script = unicodedata.name(letter, "").split(" ")[0]
    return "" if script in SUBSCRIPT else script
