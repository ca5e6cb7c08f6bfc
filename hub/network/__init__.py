"""Meeting them: connections, messages, networks, matches (phase II). Each part is a package of its own."""

from __future__ import annotations

from flask import Flask

from hub.directory import extending
from hub.network.following.searches import Searches


def init_app(app: Flask, searches: Searches) -> None:
    """Set up the parts; ``searches`` reads and runs the searches that people follow."""
    from hub.network import (
        connections,
        following,
        matching,
        merging,
        messages,
        networks,
        notices,
        picture,
        safety,
    )

    for part in (notices, connections, messages, networks, matching):
        part.init_app(app)
    following.init_app(app, searches)
    picture.init_app(app)
    safety.init_app(app)
    extending.add_belongings(app, extending.Belongings("network", merging.move, merging.move_back))
