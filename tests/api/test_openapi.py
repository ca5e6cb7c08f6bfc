"""The description of the API: complete, true, and made for people too."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.api.openapi import operations
from hub.directory import vocabularies
from hub.directory.models import Organization
from hub.i18n import LANGUAGES
from tests.api.conftest import Ask
from tests.guard import Guard


@pytest.fixture
def described(ask: Ask) -> dict[str, Any]:
    body: dict[str, Any] = ask("/openapi.json").get_json()
    return body


def schema_of(described: dict[str, Any], path: str, *, strict: bool = False) -> dict[str, Any]:
    content = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    components = json.loads(json.dumps(described["components"]))
    if strict:
        for schema in components["schemas"].values():
            schema["additionalProperties"] = False
            assert set(schema["required"]) | {"errors"} >= set(schema["properties"])
    return {**content["schema"], "components": components}


def test_it_says_all_that_programs_need(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert described["servers"] == [{"url": "/"}]
    assert {path for path, _ in operations(described)} == {
        "/api/v1/organizations", "/api/v1/organizations/{id}", "/api/v1/suggestions", "/api/v1/vocabularies",
        "/api/v1/vocabularies/{name}", "/api/v1/match",
    }  # fmt: skip
    for path, operation in operations(described):
        assert operation["summary"], path
        assert operation["description"], path
        assert {"200", "304", "422", "429", "500", "503"} <= operation["responses"].keys()
        assert ("404" in operation["responses"]) is ("{" in path)
        assert all(parameter["description"] for parameter in operation["parameters"])
        assert "ETag" in operation["responses"]["200"]["headers"]


def test_every_field_has_a_meaning(described: dict[str, Any]) -> None:
    for name, schema in described["components"]["schemas"].items():
        for field, part in schema["properties"].items():
            assert part.get("description"), f"{name}.{field}"


def test_every_route_is_described(app: Flask, described: dict[str, Any]) -> None:
    rules = {
        str(rule).replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/api/")
    }
    assert rules - {"/api/v1/", "/api/v1/openapi.json"} == set(described["paths"])


def test_parameters_list_the_keys_there_are(described: dict[str, Any]) -> None:
    terms = vocabularies.current().terms
    parameters = {
        one["name"]: one["schema"] for one in described["paths"]["/api/v1/organizations"]["get"]["parameters"]
    }
    assert parameters["country"]["items"]["enum"] == list(terms["country"])
    assert parameters["offers"]["items"]["enum"] == list(terms["service"])
    assert list(parameters) == ["q", "kind", "region", "network", "country", "theme", "sector", "offers", "seeks", "population",
                                "language", "trust", "sort", "page", "page_size", "lang"]  # fmt: skip


def test_examples_are_what_they_exemplify(described: dict[str, Any]) -> None:
    for path, operation in operations(described):
        example = operation["responses"]["200"]["content"]["application/json"]["example"]
        jsonschema_rs.validator_for(schema_of(described, path, strict=True)).validate(example)


def test_answers_hold_what_is_described_and_nothing_else(
    ask: Ask, described: dict[str, Any], filled: Organization
) -> None:
    for path, query in (
        ("/organizations", {"q": "refugio"}),
        ("/organizations", {}),
        ("/organizations/{id}", {}),
        ("/suggestions", {"q": "trafficking mexico"}),
        ("/suggestions", {"q": "refugio"}),
        ("/vocabularies", {}),
        ("/vocabularies/{name}", {}),
        ("/match", {"name": "Refugio del Sur"}),
    ):
        response = ask(path.format(id=filled.id, name="country"), query)
        validator = jsonschema_rs.validator_for(schema_of(described, f"/api/v1{path}", strict=True))
        validator.validate(response.get_json())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_every_operation(page: Guard, described: dict[str, Any], language: str) -> None:
    shown = page.get(f"/{language}/api")
    for path, operation in operations(described):
        assert f"GET {path}" in shown.text
        assert all(parameter["name"] in shown.text for parameter in operation["parameters"])
    assert "/api/v1/openapi.json" in shown.links()


def test_the_calls_shown_on_the_page_work(page: Guard, client: FlaskClient, filled: Organization) -> None:
    shown = page.get("/en/api")
    calls = [line.split("'")[1].removeprefix("http://localhost") for line in shown.text.split("curl ")[1:]]
    assert len(calls) == 6
    for call in calls:
        assert client.get(call).status_code == (404 if "7h2k9xq4mt" in call else 200), call


def test_the_root_leads_to_the_page(client: FlaskClient) -> None:
    response = client.get("/api/v1/", headers={"Accept-Language": "fr"})
    assert response.location == "/fr/api"
