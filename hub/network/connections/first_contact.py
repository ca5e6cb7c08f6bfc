"""The first words to a stranger: short, and without a link, an address or a number to go astray by."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from flask_babel import gettext as _
from publicsuffixlist import PublicSuffixList

from hub.directory.sensitive import EMAIL, PHONE
from hub.errors import Invalid
from hub.network.connections.models import NOTE

SCHEME = re.compile(
    r"\b(?:https?|hxxps?|ftp|mailto|tel|tg|data|javascript)\s?:|://|\bwww\d?\s?\.", re.IGNORECASE
)
HOST = re.compile(r"(?:[\w-]{1,63}\.)+(?:xn--[\w-]+|[^\W\d_]{2,24})(?![\w-])")
NUMBERS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")  # an address of the internet's fourth version
DOT = re.compile(r"\s*[\[({<]\s*(?:\.|dot|punto|point|точка|نقطة|点)\s*[\])}>]\s*", re.IGNORECASE)
# format characters that hide letters or turn the direction of writing; joiners stay, words need them
UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def plain(text: str) -> str:
    """A person's text without what cannot be seen and without blanks at its ends."""
    kept = UNSEEN.sub("", text.replace("\r\n", "\n"))
    return "".join(one for one in kept if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def leads_elsewhere(text: str) -> bool:
    """Tell whether a text holds a link, a mail address or a number to call, also one that is half disguised."""
    told = DOT.sub(".", unicodedata.normalize("NFKC", text).replace("。", "."))
    patterns = (SCHEME, NUMBERS, EMAIL, PHONE)
    return any(one.search(told) for one in patterns) or any(_is_host(one[0]) for one in HOST.finditer(told))


def _is_host(text: str) -> bool:
    try:
        name = text.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return True
    return _suffixes().privatesuffix(name) is not None


def checked_note(text: str) -> str:
    """A note as it may be sent.

    Raises:
        Invalid: it is too long, or leads elsewhere.
    """
    text = plain(text)
    if len(text) > NOTE:
        raise Invalid({"note": [_("is longer than %(most)s characters", most=NOTE)]})
    if leads_elsewhere(text):
        raise Invalid({"note": [_("Leave out web addresses, e-mail addresses and phone numbers.")]})
    return text
