"""What is sent to a search server: any text as a value, and a question written so that it means what was typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.criteria import MAX_RESULTS, Criteria, Sort
from hub.search.engine import TEXT_FIELDS
from hub.search.facets import FACETS
from hub.search.meili_queries import SETTINGS, decoded, encoded, line, one_of, questions, words_of
from hub.search.text import parse
from tests.search.engines import doc

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too


@given(any_text)
def test_any_text_is_a_value_and_is_read_back(value: str) -> None:
    assert decoded(encoded(value)) == value
    assert set(encoded(value)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-%")


@given(any_text, any_text)
def test_values_that_differ_are_written_differently(one: str, other: str) -> None:
    assert (encoded(one) == encoded(other)) is (one == other)


@given(st.lists(any_text, min_size=1))
def test_nothing_in_a_value_leaves_its_quotes(values: list[str]) -> None:
    written = one_of("country", values)
    assert written.startswith('country IN ["')
    assert written.endswith('"]')
    assert json.loads(written.removeprefix("country IN ")) == [encoded(value) for value in values]


@given(any_text, any_text)
def test_any_document_can_be_written(name: str, value: str) -> None:
    written = line(doc("a", name, long=[name, name], country=value, sort_name=name))
    assert written.endswith(b"\n")
    assert written.count(b"\n") == 1
    assert json.loads(written)["id"] == "a"


@given(st.text())
def test_any_question_can_be_written(q: str) -> None:
    query = parse(q)
    for needed in query.fewer_and_fewer():
        written = words_of(query, needed)
        written.encode()
        assert written.count('"') % 2 == 0


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("human rights", "human rights"),
        ("human rights ", "human rights "),
        ('"human rights"', '"human rights" '),
        ("«human rights» wat", '"human rights" wat'),
        ("Ünïcode-word", "unicode word"),
        ("-human", "human"),
        ("北京", '"北 京"'),
        ("北", "北"),
        ("الجامعة", "جامعه"),
        ("plan2030 now", '"plan2030" now'),
        ("plan2030", "plan2030"),
        ("!?", " "),
    ],
)
def test_a_question_is_folded_and_written_for_the_server(typed: str, sent: str) -> None:
    query = parse(typed)
    assert words_of(query, query.parts) == sent


def test_a_facet_with_choices_is_counted_without_them() -> None:
    criteria = Criteria("x", {"country": ("KE",), "theme": ("a", "b"), "kind": ()}, Sort.NAME)
    query = parse("x")
    page, country, theme = questions("i", criteria, query, query.parts, True)
    assert page["facets"] == [facet.name for facet in FACETS if facet.name not in ("country", "theme")]
    assert len(page["filter"]) == 2
    assert (country["facets"], country["filter"]) == (["country"], [one_of("theme", ("a", "b"))])
    assert (theme["facets"], theme["filter"]) == (["theme"], [one_of("country", ("KE",))])
    assert {one["page"] for one in (country, theme)} == {0}
    assert len(questions("i", criteria, query, query.parts, False)) == 1


def test_pages_beyond_what_can_be_paged_to_are_not_fetched() -> None:
    query = parse("")
    assert questions("i", Criteria(page=10**9), query, (), False)[0]["page"] == 0
    assert questions("i", Criteria(page=MAX_RESULTS // 20), query, (), False)[0]["page"] == MAX_RESULTS // 20


def test_the_settings_name_what_documents_hold() -> None:
    held = set(json.loads(line(doc("a"))))
    named = {rule.partition(":")[0] for rule in SETTINGS["rankingRules"] if ":" in rule}
    assert (
        set(TEXT_FIELDS) | named | {*SETTINGS["displayedAttributes"], *SETTINGS["sortableAttributes"]} <= held
    )
    assert len(held) == len(TEXT_FIELDS) + len(FACETS) + len(named) + 2, "no name is taken twice"
    assert set(SETTINGS["filterableAttributes"][0]["attributePatterns"]) <= held
