"""The first words to a stranger: short, and without a link, an address or a number to go astray by."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from flask_babel import gettext as _
from publicsuffixlist import PublicSuffixList

from hub.directory.sensitive import EMAIL, PHONE
from hub.errors import Invalid
from hub.network.connections.disguises import is_spelled_out, numbers_of, unmasked
from hub.network.connections.models import NOTE

SCHEME = re.compile(
    r"\b(?:https?|hxxps?)\b|\b(?:ftp|mailto|tel|tg|javascript)\s?:|\bdata:\w+/|://|\bwww\d?\s?\.",
    re.IGNORECASE,
)
# a name to be found by elsewhere: @name, or after the word for a service
HANDLE = re.compile(
    r"(?<![\w.])@\w{2,}|\b(?:telegram|whatsapp|viber|wechat|weixin|instagram|skype|threema|discord"
    r"|snapchat|телеграм|ватсап|вайбер|تيليجرام|تلغرام|واتساب|微信|电报)\s*(?:id\s*)?[:=]\s*\w",
    re.IGNORECASE,
)
HOST = re.compile(r"(?:[\w-]{1,63}\.)+(?:xn--[\w-]+|[^\W\d_]{2,24})(?![\w-])")
NUMBERS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")  # an address of the internet's fourth version
# format characters that hide letters or turn the direction of writing; joiners stay, words need them
UNSEEN = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u061c\u180e\U000e0000-\U000e007f]"
)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def plain(text: str) -> str:
    """A person's text without what cannot be seen and without blanks at its ends."""
    kept = UNSEEN.sub("", text.replace("\r\n", "\n"))
    return "".join(one for one in kept if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def leads_elsewhere(text: str) -> bool:
    """Tell whether a text holds a link, a mail address or a number to call, also one that is half disguised."""
    told = unmasked(text)
    if any(one.search(told) for one in (SCHEME, NUMBERS, EMAIL, HANDLE)) or PHONE.search(numbers_of(told)):
        return True
    return is_spelled_out(told) or any(_is_host(one[0]) for one in HOST.finditer(told))


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
