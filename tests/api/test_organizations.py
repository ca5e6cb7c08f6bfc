"""Searching and reading organizations through the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from hub.api.organizations import answer
from hub.directory.models import Organization
from hub.search import indexing
from hub.search.criteria import MAX_PAGE_SIZE, MAX_QUERY, MAX_RESULTS, MAX_VALUES, Criteria
from hub.search.facets import FACETS
from hub.search.queries import find
from tests.api.conftest import Ask


def names(body: dict[str, Any]) -> list[str]:
    return [hit["name"] for hit in body["hits"]]


def test_an_answer_has_the_promised_shape(ask: Ask, filled: Organization) -> None:
    body = ask("/organizations", {"q": "refugio", "country": "MX"}).get_json()
    assert list(body) == ["total", "page", "page_size", "engine", "took_ms", "notice", "hits", "facets"]
    assert (body["total"], body["page"], body["page_size"], body["notice"]) == (1, 1, 20, None)
    assert list(body["facets"]) == [facet.name for facet in FACETS]
    chosen = next(one for one in body["facets"]["country"] if one["selected"])
    assert chosen == {"value": "MX", "label": "Mexico", "count": 1, "selected": True}


def test_a_hit_shows_what_a_list_needs(ask: Ask, filled: Organization) -> None:
    hit = ask("/organizations", {"q": "refugio"}).get_json()["hits"][0]
    assert hit["id"] == filled.id
    assert hit["slug"] == f"refugio-del-sur-{filled.id}"
    assert hit["url"] == f"http://localhost/en/organizations/refugio-del-sur-{filled.id}"
    assert (hit["kind"], hit["subtype"], hit["country"], hit["trust"]) == (
        "civil_society",
        "survivor_led",
        "MX",
        "listed",
    )
    assert hit["other_names"] == [
        {"value": "Southern Refuge", "language": "en", "type": "translation"},
        {"value": "Sur", "language": None, "type": None},
    ]
    assert hit["countries_of_work"] == [
        {"country": "GT", "roles": ["origin", "transit"]},
        {"country": "HN", "roles": []},
    ]
    assert hit["offers"] == [{"service": "legal-aid", "direct": False}]
    assert hit["seeks"] == [{"service": "job-placement", "direct": True}]
    assert hit["short"] == {"es": "Apoyo a sobrevivientes", "en": "Help for survivors <b>"}
    assert hit["sources"] == [
        {
            "id": "031m5qz90",
            "source": "ror",
            "url": "https://ror.org/031m5qz90",
            "licence": "CC0-1.0",
            "date": "2026-03-01",
        }
    ]
    assert hit["imported"] is True
    assert hit["last_confirmed"] is None


def test_highlights_are_text_and_ranges(ask: Ask, filled: Organization) -> None:
    hits = ask("/organizations", {"q": "sobrevivientes", "lang": "es"}).get_json()["hits"]
    marked = next(hit["highlights"] for hit in hits if hit["id"] == filled.id)
    assert marked["name"]["text"] == "Refugio del Sur"
    (start, end), *_ = marked["text"]["ranges"]
    assert marked["text"]["text"][start:end] == "sobrevivientes"
    assert marked["text"]["language"] == "es"


def test_values_of_a_facet_widen_and_facets_narrow(ask: Ask, filled: Organization) -> None:
    both = ask("/organizations", [("country", "MX"), ("country", "EG")]).get_json()
    assert sorted(names(both)) == ["Refugio del Sur", "Universidad Autónoma de Prueba", "مؤسسة الأمل"]
    one = ask("/organizations", [("country", "MX"), ("country", "EG"), ("kind", "academia")]).get_json()
    assert names(one) == ["Universidad Autónoma de Prueba"]


def test_labels_come_in_the_language_asked(ask: Ask, filled: Organization) -> None:
    def label(**how: Any) -> str:
        body = ask("/organizations", how.get("query"), **how.get("headers", {})).get_json()
        return next(one["label"] for one in body["facets"]["country"] if one["value"] == "MX")

    assert label(query={"lang": "ru"}) == "Мексика"
    assert label(headers={"Accept_Language": "ar-EG, en;q=0.3"}) == "المكسيك"
    assert label(query={"lang": "fr"}, headers={"Accept_Language": "ar"}) == "Mexique"
    assert label() == "Mexico"


def test_hits_come_in_the_order_asked(ask: Ask, filled: Organization) -> None:
    assert names(ask("/organizations", {"sort": "confirmed"}).get_json())[0] == "مؤسسة الأمل"
    by_name = names(ask("/organizations", {"sort": "name"}).get_json())
    assert by_name.index("Refugio del Sur") < by_name.index("Universidad Autónoma de Prueba")


def test_pages_follow_each_other(ask: Ask, filled: Organization) -> None:
    pages = [
        ask("/organizations", {"page": page, "page_size": 2, "sort": "name"}).get_json() for page in (1, 2, 3)
    ]
    assert [len(page["hits"]) for page in pages] == [2, 2, 0]
    assert {page["total"] for page in pages} == {4}
    assert len({hit["id"] for page in pages for hit in page["hits"]}) == 4


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ([("colour", "red")], "colour"),
        ([("country", "ZZ")], "country"),
        ([("country", "")], "country"),
        ([("country", "MX"), ("country", "mx")], "country"),
        ([("theme", "x\0")], "theme"),
        ([("country", "MX")] * (MAX_VALUES + 1), "country"),
        ([("sort", "luck")], "sort"),
        ([("page", "0")], "page"),
        ([("page", "1e3")], "page"),
        ([("page", "٣")], "page"),
        ([("page", " 2")], "page"),
        ([("page", "9" * 30)], "page"),
        ([("page", "1"), ("page", "2")], "page"),
        ([("page_size", "101")], "page_size"),
        ([("q", "a" * (MAX_QUERY + 1))], "q"),
        ([("q", "a"), ("q", "b")], "q"),
        ([("lang", "de")], "lang"),
    ],
)
def test_what_is_not_understood_is_refused_and_named(
    ask: Ask, query: list[tuple[str, str]], named: str
) -> None:
    response = ask("/organizations", query)
    assert response.status_code == 422
    assert list(response.get_json()["errors"]) == [named]


def test_everything_wrong_is_named_at_once(ask: Ask) -> None:
    wrong = ask("/organizations", [("a", "1"), ("theme", "x"), ("theme", "y"), ("page", "x"), ("lang", "xx")])
    errors = wrong.get_json()["errors"]
    assert errors.keys() == {"a", "theme", "page", "lang"}
    assert len(errors["theme"]) == 2


def test_the_last_page_is_the_last_that_can_be_paged_to(ask: Ask, filled: Organization) -> None:
    deepest = MAX_RESULTS // MAX_PAGE_SIZE
    last = ask("/organizations", {"page": deepest, "page_size": MAX_PAGE_SIZE})
    assert (last.status_code, last.get_json()["hits"]) == (200, [])
    beyond = ask("/organizations", {"page": deepest + 1, "page_size": MAX_PAGE_SIZE})
    assert beyond.status_code == 422
    assert str(deepest) in beyond.get_json()["errors"]["page"][0]


@pytest.mark.parametrize(
    "q", ["\0", "%ED%A0%80", "\u202e\u200d", "\"'*():^~", "a" * MAX_QUERY, "💧 " * 200, " "]
)
def test_any_words_are_answered(ask: Ask, filled: Organization, q: str) -> None:
    assert ask("/organizations", {"q": q}).status_code == 200


def test_bytes_that_are_no_text_are_answered(client: Any, filled: Organization) -> None:
    for raw in ("q=%ff%fe", "q=%ED%A0%80", "q=%00", "%ff=%ff", "country=%ED%A0%80", "=", "&&&", "q"):
        assert client.get(f"/api/v1/organizations?{raw}").status_code in (200, 422), raw


def test_a_profile_shows_all_that_is_public(ask: Ask, filled: Organization) -> None:
    body = ask(f"/organizations/{filled.id}").get_json()
    assert body["texts"]["en"] == {"short": "Help for survivors <b>", "long": "More *words*."}
    assert body["texts"]["es"] == {"short": "Apoyo a sobrevivientes", "long": None}
    assert body["hotline"] == {"number": "800 1234", "hours": "24/7", "languages": []}
    assert body["identifiers"] == [{"scheme": "ror", "value": "031m5qz90"}]
    assert body["links"] == [{"url": "https://refugio.example.org/x", "label": "Report"}]
    assert body["memberships"] == [{"name": "Alliance of Houses"}]
    assert (body["website"], body["founded"], body["claimable"]) == (
        "https://www.example.org/refugio",
        1999,
        True,
    )
    assert datetime.fromisoformat(body["updated"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "id", ["0123456789", "x", "0" * 200, "ILOU000000", "%00%00", "..%2f..", "ａ" * 10, "A123456789"]
)
def test_who_is_not_there_is_not_found(ask: Ask, filled: Organization, id: str) -> None:
    response = ask(f"/organizations/{id}")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


def test_other_ways_out_show_the_same(app: Flask, ask: Ask, filled: Organization) -> None:
    shown = answer(find(Criteria(q="refugio"), indexing.engine(), "en"))
    asked = ask("/organizations", {"q": "refugio"}).get_json()
    for body in (shown, asked):
        body.pop("took_ms")
        for hit in body["hits"]:
            hit["url"] = hit["url"].removeprefix("http://localhost")
    assert shown == asked


def test_a_search_takes_at_most_four_statements(ask: Ask, filled: Organization, statements: Any) -> None:
    ask("/organizations")
    with statements() as counted:
        assert ask("/organizations", {"q": "refugio"}).status_code == 200
    assert counted.count <= 4
