"""Disguises in which links, addresses and numbers come, taken off, so that what is beneath can be recognized.

The result is for looking at alone; it is never shown or kept.
"""

from __future__ import annotations

import re
import unicodedata

DOTS = str.maketrans(
    dict.fromkeys("。｡․‧·•∙⋅・۔", ".") | dict.fromkeys("∶꞉：", ":") | dict.fromkeys("⁄∕⧸", "/")
)
DOT = r"dot|punto|point|точка|نقطة|点"
BRACKETED = re.compile(rf"\s*[\[({{<]\s*(?:\.|{DOT})\s*[\])}}>]\s*", re.IGNORECASE)
AT = re.compile(r"\s*[\[({<]\s*(?:@|at|arroba|собака)\s*[\])}>]\s*|\s+@\s+", re.IGNORECASE)
# endings that no sentence goes on with; those of countries are words too often ("in", "es", "to")
COMMON = (
    "com|org|net|info|biz|xyz|online|site|website|top|app|dev|click|link|ngo|ong|gov|edu|int|io|ru|рф|ком|كوم"
)
SPOKEN = re.compile(rf"(?<=\w)[ \t]+(?:{DOT})[ \t]+(?=(?:{COMMON})\b)", re.IGNORECASE)
SPOKEN_ENGLISH = re.compile(r"(?<=\w)[ \t]+dot[ \t]+(?=[a-z]{2,}\b)", re.IGNORECASE)
APART = re.compile(rf"(?<=\w)[ \t]+\.[ \t]*(?=\w)|(?<=\w)\.[ \t]+(?=(?:{COMMON})\b)")
LETTERS = re.compile(r"(?<!\S)(?:[\w.@:/+-] ){4,}[\w.@:/+-](?!\S)")  # of a word written apart
# the years of a project and the days of a meeting are no numbers to call
YEAR = r"(?:19|20)\d\d"
DATES = re.compile(
    rf"\b{YEAR}\s?[-–/]\s?(?:{YEAR}|\d\d)\b|\b{YEAR}-\d\d?-\d\d?\b|\b\d\d?[./-]\d\d?[./-]{YEAR}\b"
)
STROKES = re.compile(r"[‐‑‒–—―_/](?=\d)")  # that stand between the digits of a number
DIGITS = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|plus"
    "|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|más"
    "|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf"
    "|ноль|нуль|один|два|три|четыре|пять|шесть|семь|восемь|девять|плюс"
    "|صفر|واحد|اثنان|اثنين|ثلاثة|أربعة|اربعة|خمسة|ستة|سبعة|ثمانية|تسعة"
)
IN_WORDS = re.compile(
    rf"(?<!\w)(?:(?:{DIGITS})(?!\w)[\s,.-]*){{6,}}|[〇零一二三四五六七八九]{{7,}}", re.IGNORECASE
)


def unmasked(text: str) -> str:
    """A text with what cannot be seen left out, look-alike dots as dots, and what was written apart together."""
    seen = "".join(one for one in unicodedata.normalize("NFKC", text) if not _is_unseen(one))
    told = seen.translate(DOTS)
    told = LETTERS.sub(lambda found: found[0].replace(" ", ""), told)
    for pattern, stands_for in (
        (BRACKETED, "."),
        (SPOKEN, "."),
        (SPOKEN_ENGLISH, "."),
        (APART, "."),
        (AT, "@"),
    ):
        told = pattern.sub(stands_for, told)
    return told


def numbers_of(told: str) -> str:
    """The same for numbers to call: dates left out, whatever stands between digits a hyphen."""
    return STROKES.sub("-", DATES.sub(" ", told))


def is_spelled_out(told: str) -> bool:
    """Tell whether a number stands there digit by digit in words."""
    return IN_WORDS.search(told) is not None


def _is_unseen(one: str) -> bool:
    """Joiners, marks of direction, selectors of variants, fillers: all that shows nothing of its own."""
    return (
        unicodedata.category(one) == "Cf"
        or "\ufe00" <= one <= "\ufe0f"
        or one in "\u115f\u1160\u3164\uffa0\u034f"
    )
