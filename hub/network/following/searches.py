"""Searches as the network knows them: a query string that somebody else understands."""

from __future__ import annotations

from typing import Protocol

from flask import current_app

from hub.directory.states import Audience


class Searches(Protocol):
    """What reads and runs saved searches; given at start by who composes the hub."""

    def canonical(self, query: str) -> str:
        """The query string of the same search in its one order, without page and order; empty for no search."""
        ...

    def described(self, query: str) -> str:
        """What the search asks for, in the language in force."""
        ...

    def found(self, query: str, audience: Audience, most: int) -> list[str]:
        """The ids of at most ``most`` organizations that the search finds for an audience, recently confirmed first.

        Raises:
            SearchUnavailable: the engine cannot answer now.
        """
        ...


def searches() -> Searches:
    """The searches of the running hub."""
    found: Searches = current_app.extensions["searches"]
    return found
