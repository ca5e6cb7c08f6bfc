"""Pieces of pages that come back on many pages, rendered once for each state of what they show."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from hub.i18n import language

MAX_KEPT = 10_000  # pieces, of about half a kilobyte each


def init_app(app: Flask) -> None:
    """Give templates ``kept(macro, stamp, ...)``."""
    app.extensions["pieces"] = {}
    app.jinja_env.globals["kept"] = kept


def kept(macro: Callable[..., Markup], stamp: Hashable, *args: Any) -> Markup:
    """Render ``macro(*args)``, or give again what it rendered in this language for the same ``stamp``.

    The stamp must change with anything the macro shows, as a profile's version does, and hold the audience where some see
    more than others; a macro that shows the reader's own words has no place here.
    """
    pieces: dict[Hashable, Markup] = current_app.extensions["pieces"]
    key = (macro.name, language(), stamp)  # type: ignore[attr-defined]
    piece = pieces.get(key)
    if piece is None:
        if len(pieces) >= MAX_KEPT:
            pieces.clear()
        piece = pieces[key] = macro(*args)
    return piece
