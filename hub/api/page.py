"""The page about the API for people, made from its description."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.api.blueprint import ROOT
from hub.api.openapi import document, operations, pretty
from hub.config import Config
from hub.i18n import PREFIX, choose
from hub.web import show

pages = Blueprint("api_pages", __name__)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: what values it takes, in words, and the vocabulary that lists them, if one does."""

    name: str
    values: str
    meaning: str
    is_needed: bool
    is_repeatable: bool
    default: str
    vocabulary: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation with an example of a call and its answer; ``statuses`` are (number, meaning)."""

    id: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    call: str
    answer: str
    statuses: tuple[tuple[str, str], ...]


@pages.get(f"{ROOT}/")
def root() -> ResponseReturnValue:
    """Lead whoever opens the API's root in a browser to the page about it."""
    response = redirect(url_for("api_pages.reference", lang=choose()))
    response.vary.add("Accept-Language")
    return response


@pages.get(f"{PREFIX}/api")
def reference() -> ResponseReturnValue:
    """Show every operation with its parameters, an example call and its answer."""
    config: Config = current_app.config["HUB"]
    described = document()
    return show(
        "api.html",
        operations=list(_operations(described)),
        rate="" if config.api_rate == "off" else config.api_rate,
        base=config.base_url or request.host_url.rstrip("/"),
    )


def _operations(described: Mapping[str, Any]) -> Iterator[Operation]:
    responses = described["components"]["responses"]
    for path, operation in operations(described):
        yield Operation(
            operation["operationId"],
            path,
            operation["summary"],
            operation["description"],
            tuple(_parameter(parameter) for parameter in operation["parameters"]),
            _call(path, operation["parameters"]),
            pretty(operation["responses"]["200"]["content"]["application/json"]["example"]),
            tuple(
                (status, _resolved(one, responses)) for status, one in sorted(operation["responses"].items())
            ),
        )


def _resolved(response: Mapping[str, Any], responses: Mapping[str, Any]) -> str:
    if "$ref" in response:
        response = responses[response["$ref"].rsplit("/", 1)[1]]
    return str(response["description"])


def _parameter(described: Mapping[str, Any]) -> Parameter:
    schema = described["schema"]
    item = schema.get("items", schema)
    return Parameter(
        described["name"],
        _values(item),
        described.get("description", ""),
        described.get("required", False),
        schema["type"] == "array",
        str(schema.get("default", "")),
        schema.get("x-vocabulary", ""),
    )


def _values(schema: Mapping[str, Any]) -> str:
    """What a value may be, in few words."""
    choices = schema.get("enum", ())
    if 0 < len(choices) <= 12:
        return " | ".join(choices)
    if "minimum" in schema:
        return f"{schema['minimum']} – {schema['maximum']}"
    return f"{schema['type']}"


def _call(path: str, parameters: list[dict[str, Any]]) -> str:
    """An example call: the parameters that have an example."""
    pairs = []
    for parameter in parameters:
        for example in parameter["schema"].get("examples", ())[:1]:
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", quote(str(example)))
            else:
                pairs += [
                    (parameter["name"], one) for one in (example if isinstance(example, list) else [example])
                ]
    return f"{path}?{urlencode(pairs)}" if pairs else path
