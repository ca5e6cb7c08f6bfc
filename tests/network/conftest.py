"""What the tests of the network stand on: a hub in which nobody need wait before asking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _without_pause(app: Flask) -> None:
    app.config["HUB"] = replace(app.config["HUB"], connect_pause=0)
