"""Suggestions through the API."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from hub.directory.models import Organization
from tests.api.conftest import Ask


def test_a_filter_suggestion_leads_to_the_search_it_promises(ask: Ask, filled: Organization) -> None:
    body = ask("/suggestions", {"q": "trafficking mexico", "lang": "fr"}).get_json()
    both = body["filters"][0]
    assert {part["facet"]: part["value"] for part in both["parts"]} == {
        "theme": "trafficking-in-persons",
        "country": "MX",
    }
    assert "Mexique" in {part["label"] for part in both["parts"]}
    assert ask("/organizations", parse_qsl(both["query"])).get_json()["total"] == both["total"] == 1


def test_an_organization_is_suggested_by_its_name(ask: Ask, filled: Organization) -> None:
    found = ask("/suggestions", {"q": "refug"}).get_json()["organizations"]
    assert [one["id"] for one in found] == [filled.id]
    assert found[0]["highlights"]["name"]["ranges"][0][0] == 0
    assert found[0]["url"].endswith(f"/en/organizations/{found[0]['slug']}")


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "a" * 513}, {"q": "a", "x": "1"}])
def test_what_is_not_understood_is_refused(ask: Ask, query: dict[str, str]) -> None:
    assert ask("/suggestions", query).status_code == 422


@pytest.mark.parametrize("q", [" ", "\0", "\u202e", "?", '"', "中", "%"])
def test_anything_typed_is_answered(ask: Ask, filled: Organization, q: str) -> None:
    assert ask("/suggestions", {"q": q}).status_code == 200
