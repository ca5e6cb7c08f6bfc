"""Reconciling: exact names decide, near names are offered, and nothing asked takes long."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.search import indexing
from hub.search.criteria import MAX_QUERY
from hub.search.reconciling import MAX_CANDIDATES, Reconciled, likeness, reconcile, without_legal_form


def ask(name: str, country: str | None = None) -> Reconciled:
    return reconcile(name, country, indexing.engine())


def reasons(name: str, country: str | None = None) -> list[tuple[str, list[str]]]:
    return [(one.profile.name, [str(why) for why in one.reasons]) for one in ask(name, country).candidates]


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("casa alianza a c", "casa alianza"), ("weisser ring e v", "weisser ring"), ("the mango tree ltd", "mango tree"),
        ("amal foundation", "amal foundation"), ("a c", "a c"), ("limited", "limited"), ("ооо щит", "щит"),
        ("acme pvt ltd", "acme"), ("sa", "sa"),
    ],
)  # fmt: skip
def test_legal_forms_are_taken_off_and_words_kept(written: str, left: str) -> None:
    assert " ".join(without_legal_form(written.split())) == left


@pytest.mark.parametrize(
    "asked",
    ["casa alianza", "CASA ALIANZA", "Casa  Aliánza", "«Casa Alianza»", "casa-alianza"],
)
def test_case_accents_and_punctuation_do_not_matter(add: Any, asked: str) -> None:
    add("Casa Alianza", country="MX")
    found = ask(asked)
    assert found.is_decided
    assert found.candidates[0].score == 1.0
    assert reasons(asked) == [("Casa Alianza", ["same name"])]


@pytest.mark.parametrize(
    "asked",
    ["Casa Alianza A.C.", "Alianza Casa", "Casa Alianza, Ltd", "Casa Alianca", "Fundación Casa Alianza"],
)
def test_a_near_name_is_offered_and_left_to_a_person(add: Any, asked: str) -> None:
    add("Casa Alianza", country="MX")
    add("Instituto del Agua", country="MX")
    found = ask(asked)
    assert not found.is_decided
    assert reasons(asked) == [("Casa Alianza", ["similar name"])]
    assert 0.6 <= found.candidates[0].score < 1


def test_other_names_decide_too_and_acronyms_do_not(add: Any) -> None:
    add("Casa Alianza", country="MX", names=[{"value": "Covenant House"}], acronyms=["C.A."])
    assert ask("covenant house").is_decided
    assert reasons("covenant house") == [("Casa Alianza", ["other name"])]
    assert reasons("CA") == [("Casa Alianza", ["same acronym"])]
    assert not ask("CA").is_decided


def test_names_in_other_scripts_are_found(add: Any) -> None:
    add("مؤسسة الأمل", country="EG")
    add("反腐败研究中心", country="CN")
    add("Щит и право", country="RU")
    add("ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร", country="TH")
    assert ask("مُؤسسة الأمل").is_decided
    assert ask("反腐败研究中心").is_decided
    assert ask("ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร").is_decided
    assert ask("ЩИТ И ПРАВО").is_decided


def test_a_country_tells_namesakes_apart(add: Any) -> None:
    add("Hope", country="KE")
    add("Hope", country="UG")
    assert not ask("Hope").is_decided
    found = ask("Hope", "UG")
    assert found.is_decided
    assert reasons("Hope", "UG") == [("Hope", ["same name", "same country"]), ("Hope", ["same name"])]
    assert found.candidates[1].score < 1
    assert not ask("Hope", "FR").is_decided


def test_an_exact_name_is_found_among_many_longer_ones(add: Any) -> None:
    for number in range(60):
        add(f"Hope {number} Hope", trust="verified", indexed=False)
    add("Esperanza", names=[{"value": "Hope"}], indexed=False)
    add("Hope")
    found = ask("Hope")
    assert [str(one.reasons[0]) for one in found.candidates[:2]] == ["same name", "other name"]
    assert len(found.candidates) <= MAX_CANDIDATES
    assert not found.is_decided


def test_likeness_is_bounded() -> None:
    assert likeness("casa alianza", ["alianza casa"]) < 1
    assert likeness("casa", ["xyz"]) == 0
    started = time.perf_counter()
    likeness("a" * MAX_QUERY, ["a b " * 75] * 50)
    assert time.perf_counter() - started < 5


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.text(max_size=MAX_QUERY), country=st.sampled_from([None, "MX"]))
def test_anything_asked_is_answered(add: Any, asked: str, country: str | None) -> None:
    found = ask(asked, country)
    assert len(found.candidates) <= MAX_CANDIDATES
