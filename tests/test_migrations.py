"""Migrations go up, down and up again on both databases and end at exactly what the models say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from hub import ROOT
from hub.database import Model, db, reshaping
from hub.setup import alembic_config


def run(engine: sa.Engine, step: str, target: str) -> None:
    config = alembic_config()
    with reshaping(engine) as connection:
        config.attributes["connection"] = connection
        getattr(command, step)(config, target)


def test_up_down_and_up_again_end_at_the_models(app: Flask) -> None:
    db.session.rollback()
    for step, target in (("downgrade", "base"), ("upgrade", "head")):
        run(db.engine, step, target)
        if target == "base":
            left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
            assert left == set()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_what_refers_to_a_profile_outlives_a_change_of_its_table(
    app: Flask, add: Callable[..., object]
) -> None:
    add("Refugio", website="https://example.org/")
    counted = sa.text("SELECT count(*) FROM match_key")
    before = db.session.scalar(counted)
    db.session.rollback()
    assert before
    for step, target in (("downgrade", "0001"), ("upgrade", "head")):
        run(db.engine, step, target)
        assert db.session.scalar(counted) == before
        db.session.rollback()


def test_migrations_import_nothing_from_the_hub() -> None:
    for path in Path(ROOT, "migrations", "versions").glob("*.py"):
        text = path.read_text("utf-8")
        assert "import hub" not in text, path.name
        assert "from hub" not in text, path.name
