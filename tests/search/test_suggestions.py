"""Suggestions while typing: words that name terms become filters, names that begin so are listed."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.directory.models import Organization
from hub.directory.states import Status
from hub.search import indexing
from hub.search.phrases import phrases
from hub.search.suggestions import Suggestions, suggest

Add = Callable[..., Organization]


def ask(q: str, language: str = "en") -> Suggestions:
    return suggest(q, indexing.engine(), phrases(), language)


def chosen(q: str) -> list[dict[str, tuple[str, ...]]]:
    return [dict(one.criteria.chosen) for one in ask(q).filters]


def fill(add: Add) -> None:
    add("Refugio", country="MX", themes=["trafficking-in-persons"], indexed=False)
    add("Mexican Institute", country="MX", themes=["counterfeiting"], indexed=False)
    add("Hidden Mexican", country="MX", status=Status.HIDDEN)


def test_two_words_become_two_filters(add: Add) -> None:
    fill(add)
    both = {"theme": ("trafficking-in-persons",), "country": ("MX",)}
    for q in ("trafficking mexico", "mexico human traff", "trata méxico", "贩运人口 墨西哥"):
        assert both in chosen(q), q


def test_a_theme_and_a_country_that_nobody_has_together_are_offered_each(add: Add) -> None:
    add("Refugio", country="MX")
    add("Shelter", country="GB", themes=["trafficking-in-persons"])
    offered = ask("trafficking mexico").filters
    assert {tuple((part.facet, part.value) for part in one.parts) for one in offered} >= {
        (("theme", "trafficking-in-persons"),),
        (("country", "MX"),),
    }


def test_every_offered_filter_finds_what_it_says(add: Add) -> None:
    fill(add)
    for q in ("m", "mex", "traff", "trafficking mexico", "counterfeiting mexico refugio"):
        for one in ask(q).filters:
            assert indexing.engine().search(one.criteria, counts=False).total == one.total > 0


def test_names_that_begin_so_are_offered_and_hidden_ones_not(add: Add) -> None:
    fill(add)
    assert [one.name.text for one in ask("mexi").organizations] == ["Mexican Institute"]


def test_labels_come_in_the_readers_language(add: Add) -> None:
    fill(add)
    assert {part.label for one in ask("trafficking", "es").filters for part in one.parts} >= {
        "Trata de personas"
    }


def test_nothing_typed_offers_nothing(add: Add) -> None:
    fill(add)
    assert ask("  ") == Suggestions((), ())


def test_anything_typed_is_answered(add: Add) -> None:
    fill(add)
    engine, known = indexing.engine(), phrases()

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(max_size=60))
    def answered(q: str) -> None:
        suggest(q, engine, known, "ar")

    answered()
