"""What some tests of the network stand on: a hub in which nobody need wait before asking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask


@pytest.fixture
def no_pause(app: Flask) -> None:
    """Let whoever is new ask at once."""
    app.config["HUB"] = replace(app.config["HUB"], connect_pause=0)
