"""What every letter must be, whatever it tells: checked on the mail that a server took."""

from __future__ import annotations

import re
from email.message import EmailMessage

from hub.i18n import direction

BASE = "https://hub.example.org"
LOADS = re.compile(
    r"<(?:img|link|script|iframe|object|video|audio)|(?:src|srcset|background)=|url\(|@import", re.I
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def checked(letter: EmailMessage, code: str) -> str:
    """Show that a letter speaks a language and tells nobody anything; returns its text and its page in one."""
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    text, page = plain.get_content(), html.get_content()
    assert letter["Content-Language"] == code
    assert f'lang="{code}" dir="{direction(code)}"' in page
    assert not LOADS.search(page)
    assert set(re.findall(r"https?://[^/\s\"<]+", text + page)) == {BASE}
    assert set(ADDRESS.findall(text + page)) <= {letter["To"]}
    return str(text + page)
