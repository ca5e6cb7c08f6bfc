"""What arrives from outside: forms and query strings without the characters that no text needs and no page may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from hub.errors import NotFound

# Controls but tab and line breaks, and what Unicode calls no characters: HTML forbids them, PostgreSQL keeps no NUL.
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | low)}" for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)


class Plain(ImmutableMultiDict[str, Any]):
    """Names and values as they were sent, without forbidden characters in the texts."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__([(plain(name), plain(value)) for name, value in _pairs(mapping)])


class PlainRequest(Request):
    """A request whose arguments and forms are plain texts."""

    parameter_storage_class = Plain


def init_app(app: Flask) -> None:
    """Have every request of the app read so."""
    app.request_class = PlainRequest
    app.url_value_preprocessor(_take_plainly)
    app.before_request(_refuse_forbidden_address)


def _refuse_forbidden_address() -> None:
    """Find no page at an address that holds a forbidden character; the API answers as of every key it does not know."""
    if FORBIDDEN.search(request.path) and not request.path.startswith("/api/"):
        raise NotFound("an address with a forbidden character")


def _take_plainly(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Read the parts of an address so too: PostgreSQL would not look for them as they are."""
    if values:
        values.update({name: plain(value) for name, value in values.items()})


def plain(value: Any) -> Any:
    """Put a blank in the place of each forbidden character of a text; anything else stays."""
    return FORBIDDEN.sub(" ", value) if isinstance(value, str) and not value.isprintable() else value


def _pairs(mapping: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(mapping, MultiDict):
        return mapping.items(multi=True)
    return MultiDict(mapping or ()).items(multi=True)
