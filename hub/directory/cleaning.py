"""Texts as they are kept: NFC, without control and direction characters; and the error that refuses one."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

# Direction marks and overrides, invisible blanks, letters without a shape and tags: they make a name look like another,
# or like nothing. Joiners stay, scripts need them.
INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F),
     *range(0x2060, 0x2070), 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]
)  # fmt: skip
JOINERS = "\n\u200c\u200d"
# Windows-1252 punctuation that was read as Latin-1 on its way here.
MISREAD = {0x85: "…", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x95: "•", 0x96: "–", 0x97: "—"}


def refuse(reason: Any) -> ValidationError:
    """Make the error that says why; in a list, since marshmallow takes a lazy text for something else."""
    return ValidationError([reason])


def clean(text: str, *, is_long: bool = False) -> str:
    """Bring a text to Unicode NFC without control and direction characters; a short one to a single line.

    Raises:
        ValidationError: it holds a NUL or half of a surrogate pair, which no database keeps.
    """
    if not text.isascii() or not text.isprintable():
        if "\0" in text:
            raise refuse(_l("holds a NUL character"))
        try:
            text.encode()
        except UnicodeEncodeError:
            raise refuse(_l("holds half a character (an unpaired surrogate)")) from None
        text = unicodedata.normalize("NFC", text.translate(MISREAD).translate(INVISIBLE))
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        text = "".join(c for c in text if c in JOINERS or unicodedata.category(c) not in ("Cc", "Co", "Cn"))
    if is_long:
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
    return " ".join(text.split())
