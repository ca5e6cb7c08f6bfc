"""Meeting them: connections, messages, networks, matches (phase II). Each part is a package of its own."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Set up the parts."""
    from hub.network import connections, matching, networks, notices

    for part in (notices, connections, networks, matching):
        part.init_app(app)
