"""Plain text as it is shown: addresses of the web become links that say where they lead, and nothing else does."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

from markupsafe import Markup, escape

LINK = re.compile(r"https?://[^\s<>\"'،。）)]+", re.IGNORECASE)
LAST = ".,;:!?"  # what ends a sentence belongs to no address
UNTRIED = timedelta(days=1)  # since the two were connected; links of somebody so new are not to be clicked
REL = "nofollow noopener noreferrer external ugc"


def linked(text: str, is_trusted: bool) -> Markup:
    """Escape a text; of who is known for a while, addresses in it become links, each with its host behind it."""
    made, end = Markup(), 0
    for found in LINK.finditer(text) if is_trusted else ():
        address = found[0].rstrip(LAST)
        host = _host(address)
        if host is None:
            continue
        made += escape(text[end : found.start()])
        made += Markup('<a href="{}" rel="{}">{}</a> <bdi class="hint" dir="ltr">[{}]</bdi>').format(
            address, REL, address, host
        )
        end = found.start() + len(address)
    return made + escape(text[end:])


def _host(address: str) -> str | None:
    """The host an address leads to, in letters of ASCII; None for one that hides it behind a name, or that has none."""
    try:
        parts = urlsplit(address)
        if parts.username is not None or not parts.hostname:
            return None
        return parts.hostname.encode("idna").decode("ascii")
    except ValueError:
        return None
