"""Getting a data folder ready: database at its newest form, vocabularies loaded, index built. Safe to repeat."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from flask import Flask

from hub import ROOT, outbox
from hub.config import Config
from hub.database import db, reshaping, transaction
from hub.directory import vocabularies
from hub.directory.models import Term
from hub.errors import SearchUnavailable
from hub.network.networks import seeding
from hub.search import indexing
from hub.search.criteria import Criteria


def alembic_config() -> AlembicConfig:
    """Alembic's settings for this project; migrations take the connection they are given."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


@contextmanager
def _one_at_a_time(app: Flask) -> Iterator[None]:
    config: Config = app.config["HUB"]
    with FileLock(config.data_dir / "setup.lock"):
        yield


def prepare(app: Flask) -> None:
    """Make every command just work, also in an empty folder; does nothing where all is in place."""
    with _one_at_a_time(app), app.app_context():
        upgrade()
        if not db.session.scalar(sa.select(Term.key).limit(1)):
            load_vocabularies()
        seed_networks()
        prepare_index(app)


def newest_migration() -> str | None:
    """The migration at which this version of the hub wants the database."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def upgrade() -> None:
    """Bring the database to the newest migration."""
    from alembic import command

    config = alembic_config()
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present != newest_migration():
        with reshaping(db.engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def load_vocabularies() -> int:
    """Load the vocabularies that the project ships; returns the number of terms changed."""
    with transaction() as session:
        changed = vocabularies.load(session, vocabularies.seeds())
    vocabularies.forget()
    return changed


def seed_networks() -> int:
    """Add the networks that the project ships and that are not there yet; returns how many."""
    if not seeding.is_missing(db.session):
        db.session.rollback()
        return 0
    with transaction() as session:
        added = seeding.seed(session)
    vocabularies.forget()
    return added


def prepare_index(app: Flask) -> None:
    """Build each index that is missing or that this version cannot read; a search server's is left to the worker."""
    for name, engine in indexing.engines().items():
        try:
            engine.search(Criteria(page_size=1), counts=False)
        except SearchUnavailable:
            if indexing.engine_of(name) == indexing.EMBEDDED:
                indexing.rebuild(name=name)
            else:
                with transaction() as session:
                    outbox.enqueue(session, indexing.topic(indexing.REINDEX, name), "all")


def catch_up(app: Flask) -> int:
    """Do all work that waits in the outbox; returns the number of jobs done."""
    return outbox.drain(app)
