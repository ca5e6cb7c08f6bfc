"""The index follows the database; rebuild swaps; check finds and mends every difference."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from filelock import FileLock
from flask import Flask

from hub import outbox, setup
from hub.database import transaction
from hub.directory import queries, vocabularies
from hub.directory.models import Organization, Term
from hub.directory.states import Audience
from hub.errors import SearchUnavailable
from hub.search import indexing
from hub.search.criteria import Criteria

Add = Callable[..., Organization]


def total(q: str = "") -> int:
    return indexing.engine().search(Criteria(q=q), counts=False).total


def test_create_change_and_delete_reach_the_index(app: Flask, add: Add) -> None:
    made = add("Alpha")
    assert total("alpha") == 1
    with transaction() as session:
        session.get_one(Organization, made.id).name = "Beta"
    outbox.drain(app)
    assert (total("alpha"), total("beta")) == (0, 1)
    with transaction() as session:
        session.delete(session.get_one(Organization, made.id, options=[vocabularies_free()]))
    outbox.drain(app)
    assert total() == 0
    assert indexing.check().is_clean


def vocabularies_free() -> object:
    from sqlalchemy import orm

    return orm.selectinload("*")


def test_a_renamed_term_is_found_by_its_new_name_and_breaks_no_profile(app: Flask, add: Add) -> None:
    add("Alpha", themes=["counterfeiting"])
    assert total("zweitname") == 0
    with transaction() as session:
        term = session.get_one(Term, ("theme", "counterfeiting"))
        term.labels = {**term.labels, "en": "Zweitname"}
    outbox.drain(app)
    assert total("zweitname") == 1
    assert vocabularies.current().label("theme", "counterfeiting", "en") == "Zweitname"


def test_loading_the_vocabularies_again_changes_nothing(app: Flask) -> None:
    assert setup.load_vocabularies() == 0
    assert outbox.pending() == 0


def test_a_term_that_is_gone_is_retired_not_deleted(app: Flask) -> None:
    content = vocabularies.seeds()
    content["theme"] = [term for term in content["theme"] if term["key"] != "counterfeiting"]
    with transaction() as session:
        vocabularies.load(session, content)
        assert session.get_one(Term, ("theme", "counterfeiting")).is_retired


def test_rebuild_makes_the_same_index_and_clears_what_it_covers(app: Flask, add: Add) -> None:
    add("Alpha", indexed=False)
    add("Beta", indexed=False)
    assert [indexing.waiting(name) for name in indexing.engines()] == [2, 2]
    assert indexing.rebuild() == 2
    assert [indexing.waiting(name) for name in indexing.engines()] == [0, 2]
    assert (total(), indexing.check().is_clean) == (2, True)


def test_check_finds_missing_stale_and_surplus_documents_and_mends_them(app: Flask, add: Add) -> None:
    kept, lost = add("Kept"), add("Lost")
    with indexing.engine().writing() as writer:
        writer.delete([lost.id])
        documents = [
            one for batch in indexing._every_document(Audience.PUBLIC) for one in batch if one.id == kept.id
        ]
        from dataclasses import replace

        writer.put([replace(documents[0], sort_name="stale"), replace(documents[0], id="0" * 10)])
    found = indexing.check(repair=True)
    assert (found.missing, found.stale, found.surplus) == ((lost.id,), (kept.id,), ("0" * 10,))
    assert indexing.check().is_clean


def test_damage_that_no_document_shows_is_found_and_mended(app: Flask, add: Add) -> None:
    add("Alpha")
    folder = app.config["HUB"].index_dir / "public"
    (path,) = folder.glob("generation-*/*.fieldnorm")
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert total("alpha") == 1
    with pytest.raises(SearchUnavailable, match="damaged"):
        indexing.check()
    assert indexing.check(repair=True).missing
    assert (total("alpha"), indexing.check().is_clean) == (1, True)


def test_an_index_that_is_gone_is_built_at_the_next_start(app: Flask, add: Add) -> None:
    import shutil

    add("Alpha")
    shutil.rmtree(app.config["HUB"].index_dir)
    setup.prepare_index(app)
    assert total() == 1


def test_where_most_changed_the_index_is_made_anew_and_what_waits_is_done_with(
    app: Flask, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "MANY", 3)
    add("Old")
    folder = app.config["HUB"].index_dir / "public"
    before = sorted(path.name for path in folder.glob("generation-*"))
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        add(name, indexed=False)
    outbox.drain(app)
    assert sorted(path.name for path in folder.glob("generation-*"))[-1] > before[-1]
    assert (total(), outbox.pending()) == (5, 0)
    assert all(indexing.check(name=name).is_clean for name in indexing.engines())
    add("Epsilon", indexed=False)
    outbox.drain(app)
    assert total("epsilon") == 1


def test_a_batch_for_the_index_takes_none_of_the_memory_that_is_for_what_visitors_look_at(
    app: Flask, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert indexing.CHUNK > queries.MAX_LOADED
    made = [add("Alpha"), add("Beta")]
    kept: dict[queries.Key, object] = {}
    monkeypatch.setattr(queries, "_kept", kept)
    monkeypatch.setattr(queries, "MAX_LOADED", 1)
    indexing.follow([one.id for one in made])
    assert kept == {}
    queries.profile(made[0].id)
    assert [key[0] for key in kept] == [made[0].id]


def test_a_rebuild_that_waits_for_a_worker_does_not_undo_its_work(app: Flask, add: Add) -> None:
    """The worker holds the index when the rebuild begins, and writes and settles a newer state before it ends."""
    made = add("Alpha")
    began, done = threading.Event(), threading.Event()

    def rebuild() -> None:
        with app.app_context():
            began.set()
            indexing.rebuild()
        done.set()

    folder = app.config["HUB"].index_dir / "public"
    with FileLock(folder / "lock"):
        waits = threading.Thread(target=rebuild)
        waits.start()
        assert began.wait(10)
        time.sleep(0.3)
        assert not done.is_set()
        with transaction() as session:
            session.get_one(Organization, made.id).name = "Beta"
        with transaction() as session:
            session.execute(sa.delete(outbox.Job))  # as if the worker had done it
    waits.join(30)
    assert (total("alpha"), total("beta")) == (0, 1)
