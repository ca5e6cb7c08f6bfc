"""A search server that fails, in every way one can: searches are answered all the same, and nothing is lost."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hub import outbox, setup
from hub.config import Config
from hub.database import db, transaction
from hub.directory import profiles
from hub.directory.models import Term
from hub.directory.states import Status
from hub.errors import SearchUnavailable
from hub.permissions import OPERATOR
from hub.search import indexing
from hub.search.criteria import Criteria
from hub.search.meili import SEARCH_TIME, MeilisearchEngine
from hub.search.resilient import RESERVE, Breaker, ResilientEngine
from hub.search.server import problems
from tests.conftest import hub_in
from tests.search.engines import doc, fill, ids
from tests.search.fakeserver import ADMIN_KEY, SEARCH_KEY, FakeServer, black_hole, fake_server
from tests.search.reference import ReferenceEngine

WRONG = [
    "5xx", "4xx", "too many", "garbage", "truncated", "slow", "no total", "text for total", "true for total",
    "total too small", "negative total", "hits without ids", "no hits", "ids no texts", "no counts", "counts no numbers",
    "drip",
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A server that does nothing wrong yet."""
    with fake_server() as made:
        yield made


INDEXES = ("embedded", "meilisearch", "embedded-members", "meilisearch-members")
ON_THE_SERVER = {name: int(name.startswith("meilisearch")) for name in INDEXES}  # a change waits for these


def engine_at(url: str, folder: Path, index: str = "hub-public") -> MeilisearchEngine:
    return MeilisearchEngine(url, SEARCH_KEY, ADMIN_KEY, index, folder)


@pytest.fixture
def engine(server: FakeServer, tmp_path: Path) -> MeilisearchEngine:
    """An engine that asks the server, with two documents in it."""
    made = engine_at(server.url, tmp_path)
    fill(made, doc("a", "Alpha", country="KE"), doc("b", "Beta"))
    return made


def resilient(engine: MeilisearchEngine, breaker: Breaker | None = None) -> ResilientEngine:
    reserve = ReferenceEngine()
    fill(reserve, doc("kept", "Alpha"))
    return ResilientEngine(engine, reserve, breaker)


# Searching


def test_a_server_that_works_answers(engine: MeilisearchEngine) -> None:
    assert set(ids(engine)) == {"a", "b"}
    answer = resilient(engine).search(Criteria())
    assert (answer.engine, answer.notice, answer.total) == ("meilisearch", "", 2)


@pytest.mark.parametrize("mode", WRONG)
def test_whatever_the_server_does_wrong_is_search_unavailable(
    engine: MeilisearchEngine, server: FakeServer, mode: str
) -> None:
    server.mode = mode
    started = time.monotonic()
    with pytest.raises(SearchUnavailable, match="search server"):
        engine.search(Criteria(q="alpha"))
    assert time.monotonic() - started < SEARCH_TIME + 0.2
    answer = resilient(engine).search(Criteria(q="alpha"))
    assert (answer.ids, answer.notice) == (("kept",), RESERVE)


def test_a_server_that_is_down_is_search_unavailable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(SearchUnavailable, match="cannot be used"):
        engine_at(url, tmp_path).search(Criteria())


def test_a_black_hole_costs_a_second_once(tmp_path: Path) -> None:
    with black_hole() as url:
        both = resilient(engine_at(url, tmp_path))
        times = []
        for _ in range(20):
            started = time.monotonic()
            assert both.search(Criteria(q="alpha")).notice == RESERVE
            times.append(time.monotonic() - started)
    assert times[0] < SEARCH_TIME + 0.2
    assert sum(times[1:]) < 0.2


def test_a_caller_s_mistake_is_no_failure_of_the_server(engine: MeilisearchEngine) -> None:
    both = resilient(engine)
    with pytest.raises(KeyError):
        both.search(Criteria(chosen={"nosuch": ("x",)}))
    assert both.search(Criteria()).notice == ""


# The breaker


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_a_failure_nobody_asks_until_the_pause_is_over_and_then_one() -> None:
    clock = Clock()
    breaker = Breaker(5, clock)
    assert breaker.lets_through()
    assert breaker.failed()
    assert not breaker.failed(), "told once"
    assert not breaker.lets_through()
    clock.now = 5
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    assert breaker.succeeded()
    assert not breaker.succeeded()
    assert all(breaker.lets_through() for _ in range(3))


def test_a_try_that_never_reports_is_followed_by_another() -> None:
    clock = Clock()
    breaker = Breaker(5, clock)
    breaker.failed()
    clock.now = 5
    assert breaker.lets_through()
    clock.now = 10
    assert breaker.lets_through()


def test_of_many_threads_one_tries() -> None:
    clock = Clock()
    breaker = Breaker(5, clock)
    breaker.failed()
    clock.now = 5
    tried: list[bool] = []
    threads = [threading.Thread(target=lambda: tried.append(breaker.lets_through())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(tried) == 1


def test_the_server_answers_again_after_it_came_back(engine: MeilisearchEngine, server: FakeServer) -> None:
    clock = Clock()
    both = resilient(engine, Breaker(5, clock))
    server.mode = "5xx"
    assert both.search(Criteria()).notice == RESERVE
    server.mode, asked = "", len(server.asked)
    assert both.search(Criteria()).notice == RESERVE
    assert len(server.asked) == asked, "it is left alone for a while"
    clock.now = 5
    assert both.search(Criteria()).engine == "meilisearch"
    assert both.search(Criteria()).notice == ""


def test_where_both_fail_search_is_unavailable(
    engine: MeilisearchEngine, server: FakeServer, tmp_path: Path
) -> None:
    server.mode = "5xx"
    with black_hole() as url, pytest.raises(SearchUnavailable):
        ResilientEngine(engine, engine_at(url, tmp_path)).search(Criteria())


# Writing


def written(server: FakeServer) -> list[tuple[str, str]]:
    return [(method, path) for method, path in server.asked if method != "GET" and path != "/multi-search"]


def test_nothing_is_sent_of_a_batch_with_an_error(engine: MeilisearchEngine, server: FakeServer) -> None:
    server.asked.clear()
    with pytest.raises(ZeroDivisionError), engine.writing() as writer:
        writer.put([doc("c", "Gamma")])
        writer.delete(["a"])
        raise ZeroDivisionError
    assert written(server) == []
    assert set(ids(engine)) == {"a", "b"}


def test_a_batch_is_one_request_and_its_last_word_counts(
    engine: MeilisearchEngine, server: FakeServer
) -> None:
    server.asked.clear()
    with engine.writing() as writer:
        writer.delete(["c"])
        writer.put([doc("c", "Gamma"), doc("d", "Delta")])
        writer.put([doc("d", "Delta again")])
        writer.delete(["a", "nobody"])
    assert [path.rpartition("/")[2] for _, path in written(server)] == ["documents", "delete-batch"]
    assert set(engine.versions()) == {"b", "c", "d"}
    assert engine.versions()["d"] == doc("d", "Delta again").fingerprint


@pytest.mark.parametrize("mode", ["task failed", "5xx", "4xx", "garbage", "truncated"])
def test_a_batch_that_the_server_does_not_say_it_took_is_an_error(
    engine: MeilisearchEngine, server: FakeServer, mode: str
) -> None:
    said = "disk is full" if mode == "task failed" else "search server"
    with pytest.raises(SearchUnavailable, match=said), engine.writing() as writer:
        writer.put([doc("c", "Gamma")])
        server.mode = mode


@pytest.mark.parametrize("mode", ["task failed", "5xx"])
def test_a_rebuild_that_fails_leaves_the_old_index_and_the_next_one_clears_up(
    engine: MeilisearchEngine, server: FakeServer, mode: str
) -> None:
    with pytest.raises(SearchUnavailable), engine.rebuilding() as writer:
        writer.put([doc("c", "Gamma")])
        server.mode = mode
    server.mode = ""
    assert set(ids(engine)) == {"a", "b"}
    assert len(server.indexes) == 2, "what is left of it"
    server.indexes["hub-public-v0"] = {}
    fill(engine, doc("c", "Gamma"))
    assert (list(server.indexes), ids(engine)) == ([engine.index], ["c"])


def test_indexes_of_others_are_left_alone(engine: MeilisearchEngine, server: FakeServer) -> None:
    server.indexes |= {"hub-private-v1": {}, "other": {}}
    fill(engine)
    assert set(server.indexes) == {engine.index, "hub-private-v1", "other"}


def test_many_documents_go_in_pieces(
    engine: MeilisearchEngine, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.search.meili.CHUNK", 5000)
    documents = [doc(f"{number:03}", "word " * 20) for number in range(100)]
    for batch in (engine.writing, engine.rebuilding):
        server.asked.clear()
        with batch() as writer:
            writer.put(documents)
        posts = [path for _, path in written(server) if path.endswith("/documents")]
        assert 10 < len(posts) < 100
        assert {one.id for one in documents} <= set(engine.versions())


def test_without_an_admin_key_nothing_is_written(server: FakeServer, tmp_path: Path) -> None:
    engine = MeilisearchEngine(server.url, SEARCH_KEY, "", "hub-public", tmp_path)
    with pytest.raises(SearchUnavailable, match="HUB_SEARCH_ADMIN_KEY"), engine.writing():
        pass
    assert server.asked == []


@pytest.mark.parametrize("version", ["1.14.9", "0.30.5", "odd", ""])
def test_a_server_that_is_too_old_is_not_written(
    engine: MeilisearchEngine, server: FakeServer, version: str
) -> None:
    server.version = version
    for batch in (engine.writing, engine.rebuilding):
        server.asked.clear()
        with pytest.raises(SearchUnavailable, match=r"1\.15 is the oldest"), batch():
            pass
        assert written(server) == []


# A hub with a server


def config_of(server: FakeServer, **settings: str) -> Config:
    return Config(
        **{"search_url": server.url, "search_key": SEARCH_KEY, "search_admin_key": ADMIN_KEY} | settings  # type: ignore[arg-type]
    )


def test_problems_with_keys_and_version_are_told(
    engine: MeilisearchEngine, server: FakeServer, tmp_path: Path
) -> None:
    assert "cannot search" in problems(config_of(server))[0], "the members' index is missing"
    fill(engine_at(server.url, tmp_path / "members", "hub-members"))
    assert problems(config_of(server)) == []
    assert problems(Config()) == []
    assert problems(config_of(server, search_key="")) == ["HUB_SEARCH_KEY is not set"]
    assert "HUB_SEARCH_ADMIN_KEY is not set" in problems(config_of(server, search_admin_key=""))[0]
    assert "invalid" in problems(config_of(server, search_admin_key="wrong"))[0]
    server.writers.add(SEARCH_KEY)
    assert "HUB_SEARCH_KEY may write" in problems(config_of(server))[0]
    server.writers.discard(SEARCH_KEY)
    server.version = "1.3.0"
    assert "1.15 is the oldest" in problems(config_of(server))[0]
    server.mode = "5xx"
    assert len(problems(config_of(server))) == 2


@pytest.fixture
def hub(
    pattern: tuple[Path, str], tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """A hub with a search server, both empty."""
    monkeypatch.setattr("hub.search.resilient.PAUSE", 0.0)
    with hub_in(
        tmp_path, pattern, search_url=server.url, search_key=SEARCH_KEY, search_admin_key=ADMIN_KEY
    ) as app:
        setup.prepare_index(app)
        outbox.drain(app)
        yield app


def add_to(app: Flask, name: str) -> str:
    with transaction() as session:
        made = profiles.create(session, OPERATOR, {"name": name}, status=Status.PUBLISHED)
    return str(made.id)


def waiting() -> dict[str, int]:
    db.session.rollback()  # what the worker's session committed is seen by a new transaction only
    return {name: indexing.waiting(name) for name in indexing.engines()}


def held(app: Flask) -> dict[str, set[str]]:
    return {name: set(engine.versions()) for name, engine in indexing.engines().items()}


def test_all_indexes_follow_every_change(hub: Flask) -> None:
    made = add_to(hub, "Alpha")
    assert waiting() == dict.fromkeys(INDEXES, 1)
    outbox.drain(hub)
    assert held(hub) == {name: {made} for name in INDEXES}
    assert waiting() == dict.fromkeys(INDEXES, 0)
    assert indexing.engine().search(Criteria()).engine == "meilisearch"


def test_a_server_that_is_away_holds_nobody_up_and_catches_up(hub: Flask, server: FakeServer) -> None:
    server.mode = "5xx"
    made = add_to(hub, "Alpha")
    outbox.drain(hub)
    assert waiting() == ON_THE_SERVER
    answer = indexing.engine().search(Criteria(q="alpha"))
    assert (answer.total, answer.notice) == (1, RESERVE)
    server.mode = ""
    indexing.follow([made], name="meilisearch")
    assert held(hub)["meilisearch"] == {made}


def test_a_reserve_that_fails_holds_nobody_up(hub: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> object:
        raise SearchUnavailable("the disk is full")

    monkeypatch.setattr(indexing.engines()["embedded"], "writing", fail)
    made = add_to(hub, "Alpha")
    outbox.drain(hub)
    assert waiting() == dict.fromkeys(INDEXES, 0) | {"embedded": 1}
    assert set(indexing.engines()["meilisearch"].versions()) == {made}


def test_a_renamed_term_reaches_both(hub: Flask) -> None:
    made = add_to(hub, "Alpha")
    with transaction() as session:
        term = session.get_one(Term, ("theme", "counterfeiting"))
        term.labels = {**term.labels, "en": "Zweitname"}
    outbox.drain(hub)
    assert held(hub) == {name: {made} for name in INDEXES}


def test_each_index_is_checked_repaired_and_made_anew_on_its_own(hub: Flask, server: FakeServer) -> None:
    made = add_to(hub, "Alpha")
    outbox.drain(hub)
    with indexing.engines()["meilisearch"].writing() as writer:
        writer.delete([made])
    assert indexing.check().is_clean
    assert indexing.check(repair=True, name="meilisearch").missing == (made,)
    assert indexing.check(name="meilisearch").is_clean
    server.indexes.clear()
    add_to(hub, "Beta")
    assert indexing.rebuild(name="meilisearch") == 2
    assert waiting() == dict.fromkeys(INDEXES, 1) | {"meilisearch": 0}


def test_an_index_missing_on_the_server_is_made_by_the_worker(hub: Flask, server: FakeServer) -> None:
    made = add_to(hub, "Alpha")
    outbox.drain(hub)
    server.indexes.clear()
    setup.prepare_index(hub)
    assert waiting() == ON_THE_SERVER
    assert server.indexes == {}
    outbox.drain(hub)
    assert held(hub) == {name: {made} for name in INDEXES}


def test_an_index_deleted_by_hand_is_made_anew_by_the_next_change_or_the_next_look(
    hub: Flask, server: FakeServer
) -> None:
    first = add_to(hub, "Alpha")
    outbox.drain(hub)
    server.indexes.clear()
    second = add_to(hub, "Beta")
    outbox.drain(hub)
    assert held(hub) == {name: {first, second} for name in INDEXES}
    server.indexes.clear()
    shutil.rmtree(hub.config["HUB"].index_dir / "members")
    server.mode = "5xx"
    indexing.mend("meilisearch")  # the server is away: nothing can be told of its indexes
    server.mode = ""
    assert server.indexes == {}
    for name in INDEXES:
        indexing.mend(name)
    assert held(hub) == {name: {first, second} for name in INDEXES}
    asked = len(server.asked)
    indexing.mend("meilisearch")
    assert server.asked[asked:] == [("POST", "/multi-search")]


def test_the_check_of_the_night_makes_an_index_anew_that_is_gone(hub: Flask, server: FakeServer) -> None:
    made = add_to(hub, "Alpha")
    outbox.drain(hub)
    server.indexes.clear()
    with pytest.raises(SearchUnavailable):
        indexing.check(name="meilisearch")
    assert indexing.check(repair=True, name="meilisearch").missing == (made,)
    assert set(indexing.engines()["meilisearch"].versions()) == {made}


def test_a_document_that_the_server_refuses_holds_no_other_up(hub: Flask, server: FakeServer) -> None:
    server.refuses = b"omega"
    made = [add_to(hub, name) for name in ("Alpha", "Omega", "Beta")]
    outbox.drain(hub)
    assert held(hub)["meilisearch"] == {made[0], made[2]}
    assert held(hub)["embedded"] == set(made)
    db.session.rollback()  # see waiting()
    assert outbox.dead() == 2  # one for each audience


def test_a_page_and_the_api_say_that_the_reserve_answers(hub: Flask, server: FakeServer) -> None:
    add_to(hub, "Alpha")
    outbox.drain(hub)
    client = hub.test_client()
    assert client.get("/api/v1/organizations?q=alpha").json["notice"] is None
    assert "reduced means" not in client.get("/en/search?q=alpha").text
    server.mode = "5xx"
    assert client.get("/api/v1/organizations?q=alpha").json["notice"] == RESERVE
    assert "reduced means" in client.get("/en/search?q=alpha").text


def test_a_hub_without_a_server_notes_its_changes_once_for_each_audience(app: Flask) -> None:
    add_to(app, "Alpha")
    assert list(indexing.engines()) == ["embedded", "embedded-members"]
    assert outbox.pending() == 2
