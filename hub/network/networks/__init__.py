"""Networks: regional and thematic groups of organizations, their members, and what is written there."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Set up tables."""
    from hub.network.networks import models  # noqa: F401 - the mapper has to know them
