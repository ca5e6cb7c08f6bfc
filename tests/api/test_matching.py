"""Matching names through the API."""

from __future__ import annotations

import pytest

from hub.directory.models import Organization
from tests.api.conftest import Add, Ask


def test_the_name_itself_decides(ask: Ask, filled: Organization) -> None:
    body = ask("/match", {"name": "REFUGIO  del súr", "country": "MX"}).get_json()
    assert body["decided"] is True
    best = body["candidates"][0]
    assert (best["id"], best["name"], best["country"], best["score"]) == (
        filled.id,
        "Refugio del Sur",
        "MX",
        1.0,
    )
    assert best["reasons"] == ["same name", "same country"]
    assert best["slug"] in best["url"]


def test_another_country_leaves_it_to_a_person(ask: Ask, filled: Organization) -> None:
    body = ask("/match", {"name": "Refugio del Sur", "country": "EG"}).get_json()
    assert body["decided"] is False
    assert body["candidates"][0]["reasons"] == ["same name"]


def test_two_of_one_name_leave_it_to_a_person(ask: Ask, add: Add, filled: Organization) -> None:
    add("Refugio del Sur", country="GT")
    assert ask("/match", {"name": "Refugio del Sur"}).get_json()["decided"] is False
    assert ask("/match", {"name": "Refugio del Sur", "country": "GT"}).get_json()["decided"] is True


@pytest.mark.parametrize(
    "query", [{}, {"name": ""}, {"name": "x" * 513}, {"name": "x", "country": "ZZ"}, {"name": "x", "y": "1"}]
)
def test_what_is_not_understood_is_refused(ask: Ask, query: dict[str, str]) -> None:
    assert ask("/match", query).status_code == 422


@pytest.mark.parametrize("name", ["\0", "!!!", " ", "\u202e", "中", '"', "a " * 256])
def test_any_name_is_answered(ask: Ask, filled: Organization, name: str) -> None:
    assert ask("/match", {"name": name}).get_json()["decided"] is False
