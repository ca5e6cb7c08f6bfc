"""Pieces of pages that come back on many pages, rendered once for each state of what they show."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from typing import Any, TypeVar

from flask import Flask, current_app
from flask.templating import Environment
from markupsafe import Markup

from hub.i18n import language

T = TypeVar("T")

MAX_KEPT = 10_000  # pieces, of about half a kilobyte each


def init_app(app: Flask) -> None:
    """Give templates ``kept(macro, stamp, ...)``, and macros that are read from their files once."""
    app.extensions["pieces"] = {}
    app.jinja_environment = _Environment
    app.jinja_env.globals["kept"] = kept


class _Environment(Environment):
    """Flask's, whose globals are one plain dictionary for all templates.

    Jinja asks at each import of macros whether the two templates have the same globals; in its chained dictionaries
    that took more time than running the macros.
    """

    def make_globals(self, d: Mapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template; those that the environment is given later are seen too."""
        return {**self.globals, **d} if d else self.globals


def kept(macro: Callable[..., Markup], stamp: Hashable, *args: Any) -> Markup:
    """Render ``macro(*args)``, or give again what it rendered in this language for the same ``stamp``.

    The stamp must change with anything the macro shows, as a profile's version does, and hold the audience where some see
    more than others; a macro that shows the reader's own words has no place here.
    """
    pieces: dict[Hashable, Markup] = current_app.extensions["pieces"]
    key = (macro.name, language(), stamp)  # type: ignore[attr-defined]
    piece = pieces.get(key)
    if piece is None:
        piece = keep(pieces, key, macro(*args))
    return piece


def keep(where: dict[Hashable, T], key: Hashable, value: T) -> T:
    """Keep a value that any number of keys may have; when there are too many, all are forgotten."""
    if len(where) >= MAX_KEPT:
        where.clear()
    where[key] = value
    return value
