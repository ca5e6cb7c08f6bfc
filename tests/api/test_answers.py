"""What all answers share: entity tags, caching, CORS, limits, problems in the reader's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.directory.models import Organization
from hub.errors import SearchUnavailable
from hub.i18n import LANGUAGES, catalog
from tests.api.conftest import Ask
from tests.conftest import hub_in

PATHS = ("/organizations?q=refugio", "/organizations/{id}", "/suggestions?q=refu", "/vocabularies", "/vocabularies/theme",
         "/match?name=refugio", "/openapi.json")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_what_the_asker_holds_is_not_sent_again(ask: Ask, filled: Organization, path: str) -> None:
    path = path.format(id=filled.id)
    first = ask(path)
    assert first.status_code == 200
    again = ask(path, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    for response in (first, again):
        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert response.headers["ETag"] == first.headers["ETag"]
        assert "Accept-Language" in response.headers["Vary"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(path, If_None_Match='"other"').status_code == 200
    assert ask(path, If_None_Match="*").status_code == 304


def test_only_a_search_is_tagged_weakly(ask: Ask, filled: Organization) -> None:
    weak = [ask(path.format(id=filled.id)).headers["ETag"].startswith("W/") for path in PATHS]
    assert weak == [True, *[False] * (len(PATHS) - 1)]


def test_the_tag_tells_languages_and_changes_apart(ask: Ask, add: Any, filled: Organization) -> None:
    tags = {ask("/organizations", {"lang": language}).headers["ETag"] for language in LANGUAGES}
    assert len(tags) == len(LANGUAGES)
    add("Another")
    assert ask("/organizations").headers["ETag"] not in tags


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_like_get_without_a_body(client: FlaskClient, filled: Organization, path: str) -> None:
    address = f"/api/v1{path.format(id=filled.id)}"
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize("path", [*PATHS, "/nothing"])
def test_pages_of_any_origin_may_read(client: FlaskClient, filled: Organization, path: str) -> None:
    address = f"/api/v1{path.format(id=filled.id)}"
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    for response in (client.get(address, headers=headers), client.options(address, headers=headers)):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in response.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers
    assert client.options(address).headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_pages_are_not_opened_to_other_origins(client: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/robots.txt").headers


def test_answers_are_utf_8_and_keep_their_order(ask: Ask, filled: Organization) -> None:
    raw = ask("/organizations", {"q": "الأمل"}).data
    assert "مؤسسة الأمل".encode() in raw
    assert raw.index(b'"total"') < raw.index(b'"hits"') < raw.index(b'"facets"')


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(client: FlaskClient, filled: Organization, method: str) -> None:
    response = client.open(f"/api/v1/organizations/{filled.id}", method=method, json={"name": "x"})
    assert response.status_code == 405
    assert response.mimetype == "application/problem+json"
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_problem_says_what_every_problem_says(ask: Ask) -> None:
    response = ask("/nothing", X_Request_ID="abc123")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json() == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "instance": "abc123",
    }


def test_problems_are_told_in_the_language_asked_for(ask: Ask) -> None:
    arabic = catalog("ar").gettext
    for response in (
        ask("/organizations", {"lang": "ar", "x": "1"}),
        ask("/organizations", {"x": "1"}, Accept_Language="ar"),
    ):
        body = response.get_json()
        assert body["title"] == arabic("Not understood")
        assert body["errors"] == {"x": [arabic("There is no such parameter.")]}
    assert ask("/nothing", {"lang": "ar"}).get_json()["title"] == arabic("Not found")


def test_a_search_that_cannot_answer_says_when_to_ask_again(
    app: Flask, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise SearchUnavailable("down")

    monkeypatch.setattr(app.extensions["search"], "search", refuse)
    for path in ("/organizations", "/suggestions?q=x", "/match?name=x"):
        response = ask(path)
        assert response.status_code == 503
        assert 1 <= int(response.headers["Retry-After"]) <= 5
        assert response.get_json()["status"] == 503


def test_a_fault_of_ours_tells_nothing_of_itself(
    app: Flask, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(app.extensions["search"], "search", fail)
    response = ask("/organizations")
    assert response.status_code == 500
    assert response.mimetype == "application/problem+json"
    assert b"secret" not in response.data


def test_calls_are_limited_for_all_operations_together(
    tmp_path: Path, pattern: tuple[Path, str], database: str
) -> None:
    with hub_in(tmp_path, pattern, api_rate="3/minute") as app:
        client = app.test_client()
        answers = [
            client.get(f"/api/v1{path}")
            for path in ("/vocabularies", "/organizations", "/match?name=x", "/organizations")
        ]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        refused = answers[-1]
        assert refused.mimetype == "application/problem+json"
        assert int(refused.headers["Retry-After"]) > 0
        assert answers[0].headers["X-RateLimit-Remaining"] == "2"
        assert "Retry-After" not in answers[0].headers
        assert client.options("/api/v1/organizations").status_code == 200
        assert client.get("/robots.txt").status_code == 200
