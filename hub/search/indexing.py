"""Keeping indexes level with the database: notes in the transaction, the job that follows them, rebuild and check.

Each engine has an index for each audience in ``AUDIENCES``, and each index jobs of its own, so that one that fails
neither holds up the others nor loses a change. Fields that only narrower circles see are in no index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event, orm

from hub import outbox
from hub.database import db, transaction
from hub.directory import queries, vocabularies
from hub.directory.audiences import widest
from hub.directory.models import Organization, Term
from hub.directory.states import Audience
from hub.directory.visibility import Profile
from hub.errors import IndexMissing, SearchUnavailable
from hub.search.criteria import Criteria
from hub.search.documents import document
from hub.search.engine import Document, Engine

INDEX = "index"  # topic: one organization's documents
REINDEX = "reindex"  # topic: all of them
EMBEDDED = "embedded"  # the engine that is always there, and the name of its public index
AUDIENCES = {Audience.PUBLIC: "search", Audience.MEMBERS: "search-members"}  # to the extension that asks
CHUNK = 1000
MANY = 2000  # changes at once from which on it is asked whether to make the whole index anew
SMALL = 20_000  # profiles up to which that is done by itself: beyond, it takes more memory than an import may have


def engine(audience: Audience = Audience.PUBLIC) -> Engine:
    """What answers searches of ``audience`` in the running app."""
    return current_app.extensions[AUDIENCES[widest(audience)]]  # type: ignore[no-any-return]


def engines() -> Mapping[str, Engine]:
    """What is kept level with the database, by the names of the indexes: of the embedded engine and, if set, a server."""
    return current_app.extensions["search-engines"]  # type: ignore[no-any-return]


def index_name(engine: str, audience: Audience) -> str:
    """Name an engine's index for an audience; the public one bears the engine's own name."""
    return engine if audience is Audience.PUBLIC else f"{engine}-{audience}"


def engine_of(name: str) -> str:
    """Tell the engine of the index with this name."""
    return name.partition("-")[0]


def indexed_for(name: str) -> Audience:
    """Tell the audience of the index with this name."""
    return Audience(name.partition("-")[2] or Audience.PUBLIC)


def topic(kind: str, name: str) -> str:
    """The topic of an index's jobs; that of the embedded engine's public one is the kind itself."""
    return kind if name == EMBEDDED else f"{kind}-{name}"


@event.listens_for(orm.Session, "after_flush")
def _note(session: orm.Session, context: Any) -> None:
    """Write an outbox row, for each index, for everything in this flush that one shows."""
    touched = (*session.new, *session.dirty, *session.deleted)
    ids = [thing.id for thing in touched if isinstance(thing, Organization)]
    is_term_touched = any(isinstance(thing, Term) for thing in touched)
    for name in engines() if ids or is_term_touched else ():
        outbox.enqueue(session, topic(INDEX, name), *ids)
        if is_term_touched:
            outbox.enqueue(session, topic(REINDEX, name), "all")


def follow(ids: Sequence[str], name: str = EMBEDDED) -> None:
    """Make an index agree with the database about these organizations (outbox handler).

    Where most of them wait, as after an import, the index is made anew: that takes less time, and its one segment is
    searched in two thirds of the time that several take. So it is where it is gone, as from a server that was wiped.
    """
    if len(ids) >= MANY and _do_most_wait(name):
        rebuild(name=name)
        return
    try:
        _write(ids, name)
    except IndexMissing:
        rebuild(name=name)


def _write(ids: Sequence[str], name: str) -> None:
    with engines()[name].writing() as writer:
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            seen = _documents(queries.profiles(chunk, indexed_for(name)))
            db.session.rollback()
            writer.put(seen)
            writer.delete(set(chunk) - {one.id for one in seen})


def mend(name: str = EMBEDDED) -> None:
    """Make an index anew where it is gone; one that is away is left to those who write to it."""
    try:
        engines()[name].search(Criteria(page_size=1), counts=False)
    except IndexMissing:
        rebuild(name=name)
    except SearchUnavailable:
        pass


def _do_most_wait(name: str) -> bool:
    published = queries.count_published()
    do_most = 2 * waiting(name) > published and published <= SMALL
    db.session.rollback()  # see rebuild
    return do_most


def rebuild(progress: Callable[[int], None] = lambda done: None, name: str = EMBEDDED) -> int:
    """Make an index anew beside the old one and swap them; returns the number of documents."""
    newest = db.session.scalar(sa.select(sa.func.max(outbox.Job.id))) or 0
    # SQLite goes on showing what it showed first; what a worker writes that has the index now must be seen afterwards.
    db.session.rollback()
    total = _fill(name, progress)
    with transaction() as session:
        session.execute(
            sa.delete(outbox.Job).where(outbox.Job.id <= newest, outbox.Job.topic.in_(_topics(name)))
        )
    return total


def waiting(name: str) -> int:
    """Count the changes that the index does not hold yet."""
    jobs = sa.select(sa.func.count()).where(outbox.Job.topic.in_(_topics(name)))
    return db.session.scalar(jobs) or 0


def _topics(name: str) -> tuple[str, str]:
    return topic(INDEX, name), topic(REINDEX, name)


def follow_all(keys: Sequence[str], name: str = EMBEDDED) -> None:
    """Make all documents of an index anew after a term changed (outbox handler)."""
    _fill(name)


def _fill(name: str, progress: Callable[[int], None] = lambda done: None) -> int:
    vocabularies.forget()
    total = 0
    with engines()[name].rebuilding() as writer:
        for documents in _every_document(indexed_for(name)):
            writer.put(documents)
            total += len(documents)
            progress(len(documents))
    return total


@dataclass(frozen=True, slots=True)
class Difference:
    """Where index and database disagree: ids missing in the index, stale there, or too many."""

    held: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    surplus: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """True when they agree."""
        return not (self.missing or self.stale or self.surplus)


def check(repair: bool = False, name: str = EMBEDDED) -> Difference:
    """Compare an index's documents with what the database says they should be; with ``repair`` make them so.

    Raises:
        IndexMissing: there is no index or it is damaged, and nothing is to be repaired.
    """
    is_lost = False
    try:
        held = engines()[name].versions()
    except IndexMissing:
        if not repair:
            raise
        held, is_lost = {}, True
    left = dict(held)
    missing: list[str] = []
    stale: list[str] = []
    for documents in _every_document(indexed_for(name)):
        for one in documents:
            version = left.pop(one.id, None)
            if version is None:
                missing.append(one.id)
            elif version != one.fingerprint:
                stale.append(one.id)
    found = Difference(len(held), tuple(missing), tuple(stale), tuple(left))
    if is_lost:
        rebuild(name=name)
    elif repair and not found.is_clean:
        follow([*missing, *stale, *left], name)
    return found


def _documents(profiles: Sequence[Profile]) -> list[Document]:
    terms = vocabularies.current()
    return [document(profile, terms) for profile in profiles]


def _every_document(audience: Audience) -> Iterator[list[Document]]:
    for batch in queries.every_profile(audience, CHUNK):
        yield _documents(batch)
