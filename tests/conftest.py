"""Fixtures of all tests: a hub of its own for each test, on SQLite or PostgreSQL, and the guarded client."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from hub import create_app, outbox, setup
from hub.config import Config
from hub.database import db, transaction
from hub.directory import profiles
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.permissions import OPERATOR
from tests.databases import create_database, dispose, stock
from tests.guard import Guard
from tests.people import OutsideClient, Person, sign_in
from tests.quick import TEMPLATES, compile_rules_once, compile_statements_once

SERVERS = ("sqlite", "postgresql")

# How fast things are is measured in bench/, on a machine that does nothing else.
settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")

compile_rules_once()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=(*SERVERS, "both"), default=os.environ.get("HUB_TEST_DATABASE", "sqlite")
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run everything that touches the database on each database asked for."""
    if "database" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--database")
        metafunc.parametrize(
            "database", SERVERS if asked == "both" else (asked,), scope="session", indirect=True
        )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests, so that no process is at one of them when all others have ended."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database under test."""
    return str(request.param)


@pytest.fixture(scope="session")
def pattern(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A data folder that is ready and empty, and its database, copied for each test: making one takes a second."""
    folder = tmp_path_factory.mktemp("pattern") / "var"
    name = f"hub_pattern_{secrets.token_hex(6)}" if database == "postgresql" else ""
    url = create_database(name) if name else ""
    app = create_app(Config(data_dir=folder, database_url=url, log_level="error"))
    setup.prepare(app)
    outbox.drain(app)
    with app.app_context():
        db.engine.dispose()
    if name:
        stock(name).keep()
    yield folder, name
    if name:
        stock(name).clear()


@pytest.fixture
def app(database: str, pattern: tuple[Path, str], tmp_path: Path) -> Iterator[Flask]:
    """A hub with vocabularies and nobody in it."""
    with hub_in(tmp_path, pattern) as made:
        yield made


@contextmanager
def hub_in(folder: Path, pattern: tuple[Path, str], **settings: Any) -> Iterator[Flask]:
    """Copy the pattern into ``folder``, make the app upon it with ``settings``, and clear it away afterwards."""
    shutil.copytree(pattern[0], folder / "var")
    rates = dict.fromkeys((item.name for item in fields(Config) if item.name.endswith("_rate")), "off")
    with stock(pattern[1]).lend() if pattern[1] else nullcontext("") as url:
        made = create_app(
            Config(data_dir=folder / "var", database_url=url, log_level="error", **{**rates, **settings})
        )
        made.jinja_env.bytecode_cache = TEMPLATES
        with made.app_context():
            compile_statements_once(db.engine)
            yield made
            db.session.rollback()
            dispose(db.engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A plain client; pages are better asked through ``page``."""
    app.test_client_class = OutsideClient
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., Person]:
    """Make a person and sign them in: ``signed_in(role="curator")``, ``signed_in(organization=made.id, part="editor")``.

    Each call makes another person with a client of their own, who has shown a second factor unless ``is_strong=False``.
    """
    return partial(sign_in, app)


@pytest.fixture
def add(app: Flask) -> Callable[..., Organization]:
    """Add a published profile from column values and bring the index up to date (``indexed=False`` leaves it)."""

    def add_one(name: str = "Refugio del Sur", indexed: bool = True, **values: Any) -> Organization:
        status = values.pop("status", Status.PUBLISHED)
        public_id = values.pop("id", None)
        with transaction() as session:
            made = profiles.create(
                session, OPERATOR, {"name": name, **values}, public_id=public_id, status=status
            )
        if indexed:
            outbox.drain(app)
        return made

    return add_one


class Statements:
    """Counts the SQL statements that a block runs."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __enter__(self) -> Statements:
        sa.event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sa.event.remove(db.engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            self.texts.append(statement)

    @property
    def count(self) -> int:
        """How many statements there were."""
        return len(self.texts)


@pytest.fixture
def statements(app: Flask) -> Callable[[], Statements]:
    """Make a counter of SQL statements: ``with statements() as counted: ...``."""
    return Statements


@pytest.fixture
def page(client: FlaskClient) -> Guard:
    """The guarded client: every page asked through it is checked for what every page must be."""
    return Guard(client)
