"""Connections: an organization asks another to be in touch; what follows is for the two alone."""

from __future__ import annotations

from flask import Flask

from hub.directory import extending
from hub.network.connections import queries


def init_app(app: Flask) -> None:
    """Have the directory show partners what is for partners."""
    extending.add_partners(app, queries.is_partner)
