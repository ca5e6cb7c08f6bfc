"""A real Meilisearch server: where it answers other than the contract says, how it is asked, and its upkeep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from meilisearch import Client

from hub.config import Config
from hub.errors import SearchUnavailable
from hub.search.criteria import Criteria, Sort
from hub.search.engine import Document
from hub.search.indexing import AUDIENCES
from hub.search.meili import MeilisearchEngine
from hub.search.meili_queries import SCHEMA
from hub.search.server import Remote, problems
from hub.search.text import parse
from tests.search.engines import ENGINES, doc, fill, ids
from tests.search.reference import ReferenceEngine
from tests.search.servers import meilisearch
from tests.search.test_engine_contract import criteria, libraries, order


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[MeilisearchEngine]:
    """An engine on the server, empty."""
    made = ENGINES["meilisearch"](tmp_path)
    assert isinstance(made, MeilisearchEngine)
    fill(made)
    yield made
    admin(made).drop(made.index)


def admin(engine: MeilisearchEngine) -> Remote:
    server = meilisearch()
    assert server
    return Remote(server.url, server.key, engine.index)


# What differs


def test_places_in_the_name_are_told_apart_roughly(engine: MeilisearchEngine) -> None:
    places = (0, 1, 2, 5, 8)
    documents = [doc(str(place), "word " * place + "peace " + "word " * (9 - place)) for place in places]
    assert order(engine, "peace ", *documents) == [str(place) for place in places]


def test_two_words_may_be_one_and_one_may_be_two(engine: MeilisearchEngine) -> None:
    fill(engine, doc("one", "walkfree"), doc("two", "walk free"))
    assert ids(engine, "walk free ") == ["two", "one"]
    assert ids(engine, "walkfree ") == ["one", "two"]


def test_dropped_words_do_not_count_for_the_order(engine: MeilisearchEngine) -> None:
    fill(engine, doc("a", "apple"), doc("b", "apple cherry"), doc("c", "cherry"))
    answer = engine.search(Criteria(q="apple banana cherry ", chosen={"country": ()}))
    assert (set(answer.ids), answer.total) == ({"a", "b"}, 2)


def test_it_offers_no_spelling_and_an_index_that_is_missing_is_unavailable(tmp_path: Path) -> None:
    missing = ENGINES["meilisearch"](tmp_path)
    assert missing.spelling("nairboi") is None
    for ask in (lambda: missing.search(Criteria()), missing.versions, lambda: missing.writing().__enter__()):
        with pytest.raises(SearchUnavailable, match="not found"):
            ask()


@settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents=libraries(), questions=st.lists(criteria(), min_size=5, max_size=20))
def test_answers_hold_those_of_the_reference(
    engine: MeilisearchEngine, documents: list[Document], questions: list[Criteria]
) -> None:
    reference = ReferenceEngine()
    fill(engine, *documents)
    fill(reference, *documents)
    assert engine.versions() == reference.versions()
    for asked in questions:
        answer, expected = engine.search(asked), reference.search(asked)
        assert answer.total == len(answer.ids)
        query, chosen = parse(asked.q), {name: set(values) for name, values in asked.chosen.items()}
        if reference._needed(query, chosen) == query.parts and expected.total:
            assert set(expected.ids) <= set(answer.ids)
        if set(answer.ids) == set(expected.ids) and (asked.sort is not Sort.BEST or not query):
            assert answer.ids == expected.ids
        if not query:
            assert (answer.total, answer.counts) == (expected.total, expected.counts)


# What is the same though it might not be


@pytest.mark.parametrize(
    ("name", "found_by"),
    [
        ("한국투명성기구", ["한", "한국", "한국투명성", "한국투명성기구 "]),
        ("הארגון לזכויות", ["הארגון", "לזכויות "]),
        ("Οργάνωση διαφάνειας", ["οργανωση ", "διαφ"]),
        ("भ्रष्टाचार विरोधी संगठन", ["भ्रष्टाचार ", "संग"]),
        ("Donaudampfschifffahrt", ["donaudampf", "donaudampfschifffahrt "]),
        ("Tiếng Việt", ["tieng viet"]),
        ("Įstaiga", ["istaiga "]),
        ("C++ Łódź 20th", ["lodz 20th ", "c "]),
        ("ကမ္ဘာ့", ["ကမ္ဘာ့"]),
        ("ភាសាខ្មែរ", ["ភាសា", "ខ្មែរ"]),
        ("ພາສາລາວ", ["ພາສາ", "ລາວ"]),
        ("国立研究開発法人新エネルギー・産業技術総合開発機構", ["開発法", "発法", "ギー", "総合開"]),
        ("公益財団法人中部科学技術センター", ["団法人中", "団法", "技術セ"]),
        ("中國紅十字會", ["中國", "紅十字", "字會"]),
        ("دانشگاه آمریکایی شارجه", ["آمریکایی شارجه", "آمریکایی "]),
    ],
)
def test_words_of_many_scripts_are_found(engine: MeilisearchEngine, name: str, found_by: list[str]) -> None:
    fill(engine, doc("it", name), doc("other", "Something else"))
    for q in found_by:
        assert ids(engine, q) == ["it"], q


def test_a_query_is_never_an_operator(engine: MeilisearchEngine) -> None:
    fill(engine, doc("a", "human rights"), doc("b", "human"))
    assert ids(engine, "human -rights") == ["a"]
    assert ids(engine, 'human -"rights"') == ["a"]


# Upkeep


def test_only_ids_and_versions_can_be_read_with_a_search(engine: MeilisearchEngine) -> None:
    fill(engine, doc("a", "secret words", country="KE"))
    server = meilisearch()
    assert server
    told = Client(server.url, server.key).index(engine.index).search("secret")["hits"]
    assert [set(hit) for hit in told] == [{"id", "version"}]


def test_nothing_is_left_on_the_server_but_the_index(engine: MeilisearchEngine) -> None:
    fill(engine, doc("a", "one"))
    with pytest.raises(ZeroDivisionError), engine.rebuilding() as writer:
        writer.put([doc("b", "two")])
        raise ZeroDivisionError
    family = engine.index.rpartition("-")[0]
    assert [name for name in admin(engine).names() if name.startswith(family)] == [engine.index]


def test_a_rebuild_that_crashed_is_cleared_away_by_the_next(engine: MeilisearchEngine) -> None:
    left = admin(engine)
    left.index += "-next"
    left.create()
    fill(engine, doc("a", "one"))
    assert ids(engine) == ["a"]
    assert left.index not in left.names()


def test_a_batch_of_many_pieces_arrives_whole(
    engine: MeilisearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.search.meili.CHUNK", 50_000)
    documents = [doc(f"{number:04}", f"Group {number} " + "word " * 30) for number in range(2000)]
    fill(engine, *documents[:1000])
    with engine.writing() as writer:
        writer.put(documents[1000:])
        writer.delete(one.id for one in documents[:500])
    assert engine.search(Criteria()).total == 1500
    assert engine.versions() == {one.id: one.fingerprint for one in documents[500:]}


def test_a_search_key_that_may_only_search_is_no_problem_and_another_is(engine: MeilisearchEngine) -> None:
    server = meilisearch()
    assert server
    client = Client(server.url, server.key)
    key = client.create_key({"actions": ["search"], "indexes": ["*"], "expiresAt": None})
    base: dict[str, Any] = {
        "search_url": server.url,
        "search_admin_key": server.key,
        "search_index": engine.index.removesuffix(f"-v{SCHEMA}"),
    }
    both = [
        MeilisearchEngine(server.url, key.key, server.key, f"{base['search_index']}-{one}", engine._folder)
        for one in AUDIENCES
    ]
    try:
        for one in both:
            fill(one)
            assert ids(one) == []
        assert problems(Config(**base, search_key=key.key)) == []
        assert problems(Config(**base, search_key=server.key)) == [
            "HUB_SEARCH_KEY may write to the search server; it should only be allowed to search"
        ]
        assert "invalid" in problems(Config(**base, search_key="wrong"))[0]
    finally:
        for one in both:
            admin(one).drop(one.index)
        client.delete_key(key.uid)


def test_keys_that_may_do_what_the_documentation_says_are_enough(engine: MeilisearchEngine) -> None:
    server = meilisearch()
    assert server
    client = Client(server.url, server.key)
    base = engine.index.removesuffix(f"-v{SCHEMA}")
    actions = ["documents.*", "indexes.*", "settings.*", "tasks.get", "version"]
    keys = [
        client.create_key({"actions": held, "indexes": [indexes], "expiresAt": None})
        for held, indexes in ((["search"], f"{base}*"), (actions, "*"))
    ]
    limited = MeilisearchEngine(server.url, *[key.key for key in keys], base, engine._folder)
    try:
        fill(limited, doc("a", "Alpha", country="KE"), doc("b", "Beta"))
        with limited.writing() as writer:
            writer.put([doc("c", "Gamma")])
            writer.delete(["b"])
        assert set(limited.versions()) == {"a", "c"}
        assert ids(limited, "alpha", chosen={"country": ("KE",)}) == ["a"]
    finally:
        for key in keys:
            client.delete_key(key.uid)
