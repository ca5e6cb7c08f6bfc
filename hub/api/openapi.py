"""The description of the API (OpenAPI 3.1), made from the schemas, with the keys that are known at this moment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Blueprint as FlaskBlueprint
from flask import Flask, Response, current_app, jsonify

from hub.api import schemas
from hub.api.blueprint import api
from hub.api.problems import MIMETYPE
from hub.config import Config
from hub.directory import vocabularies

VERSION = "1.0.0"
DESCRIPTION = """\
The WhatsOn hub is a directory of civil society, academia and the private sector working against transnational organized
crime and corruption. This interface reads it; it needs no key.

**Everything shown is public.** What an organization does not show to everybody is empty here, as if it had never been
filled. A listing is no endorsement: see `trust` and `imported`.

**Licences.** Entries come from open sources under different licences. Each entry names its `sources`, each with its
`licence`; who passes data on owes the credit that licence asks for.

**Reading.** All operations are GET. A facet's parameter may be repeated: its values mean OR, different facets mean AND.
Parameters are read strictly: whatever is not known is refused with status 422, naming each. Answers carry an `ETag`:
send it back as `If-None-Match`, and an unchanged answer comes as 304 without a body. They may be kept for a minute.

**Errors** are problem details (RFC 9457) in the language of `lang` or `Accept-Language`.
"""
TAGS = {
    "organizations": "Finding and reading organizations",
    "vocabularies": "The keys that entries use, with their names in six languages",
}
RATE_HEADERS = {
    name: {"description": meaning, "schema": {"type": "string"}}
    for name, meaning in {
        "X-RateLimit-Limit": "Calls allowed in the period",
        "X-RateLimit-Remaining": "Calls left in it",
        "X-RateLimit-Reset": "When it ends, in seconds since 1970",
    }.items()
}
WAIT = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "string"}}}
# status: (meaning, headers)
PROBLEMS: Mapping[int, tuple[str, Mapping[str, Any]]] = {
    404: ("There is nothing at this address, or nothing that the public may know of", {}),
    422: ("A parameter is unknown or its value is wrong; `errors` names each", {}),
    429: ("Too many calls from this address", {**WAIT, **RATE_HEADERS}),
    500: ("A fault of the hub", {}),
    503: ("The search or the database cannot answer now", WAIT),
}


class Api(flask_smorest.Api):  # type: ignore[misc]
    """Describes operations; errors are left to the hub's own handlers."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """The hub maps its errors in one place."""

    def _register_etag_headers(self) -> None:
        """Every operation names its headers itself."""

    def _register_pagination_header(self) -> None:
        """Pages are counted in the answer's body."""

    def _register_responses(self) -> None:
        self.spec.components.response(
            HTTPStatus(304).name, {"description": "What was named in If-None-Match is current"}
        )
        for status, (meaning, headers) in PROBLEMS.items():
            content = {MIMETYPE: {"schema": schemas.Problem}}
            response = {
                "description": meaning,
                "content": content,
                **({"headers": dict(headers)} if headers else {}),
            }
            self.spec.components.response(HTTPStatus(status).name, response)


def init_app(app: Flask) -> None:
    """Register the operations; they are described when somebody first asks, which takes longer than all the rest."""
    app.register_blueprint(api)
    app.extensions["openapi"] = cache(lambda: _describe(app))


def _describe(app: Flask) -> dict[str, Any]:
    config: Config = app.config["HUB"]
    made = Api(
        app,
        spec_kwargs={
            "title": "WhatsOn hub",
            "version": VERSION,
            "openapi_version": "3.1.0",
            "info": _info(config),
            "servers": [{"url": "/"}],
        },
    )
    api.register_views_in_doc(made, app, made.spec, name=api.name, parameters=None)
    described = json.loads(json.dumps(made.spec.to_dict()))  # statuses become texts, as in JSON
    described["tags"] = [{"name": name, "description": meaning} for name, meaning in TAGS.items()]
    return _completed(described)


def _info(config: Config) -> dict[str, Any]:
    info: dict[str, Any] = {
        "description": DESCRIPTION,
        "license": {"name": "Each entry's own: see its sources"},
    }
    if config.contact:
        info["contact"] = {"email" if "@" in config.contact else "url": config.contact}
    return info


def openapi() -> Response:
    """Give the description of this interface."""
    return jsonify(document())


FlaskBlueprint.add_url_rule(
    api, "/openapi.json", view_func=openapi
)  # no operation: it does not describe itself


def document() -> dict[str, Any]:
    """The description with the keys of the vocabularies as they are now."""
    terms = vocabularies.current().terms
    described: dict[str, Any] = deepcopy(current_app.extensions["openapi"]())
    for _, operation in operations(described):
        for parameter in operation["parameters"]:
            schema = parameter["schema"]
            if vocabulary := schema.get("x-vocabulary"):
                schema.get("items", schema)["enum"] = list(terms.get(vocabulary, {}))
    return described


def _completed(described: dict[str, Any]) -> dict[str, Any]:
    """Give every operation all of its parameters, and its answer an example put together from those of its fields."""
    components = described["components"]["schemas"]
    for path, operation in operations(described):
        operation["description"] = " ".join(operation["description"].split())  # it was folded for the source
        operation["parameters"] = [*described["paths"][path].pop("parameters", ()), *operation["parameters"]]
        for content in operation["responses"]["200"]["content"].values():
            content["example"] = example(content["schema"], components)
    return described


def operations(described: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every operation with its path; all of them are GET."""
    for path, item in described["paths"].items():
        yield path, item["get"]


def example(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """Put together a value that a schema describes, from the examples of its parts."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example(components[schema["$ref"].rsplit("/", 1)[1]], components)
    for word in ("allOf", "anyOf", "oneOf"):
        if word in schema:
            return example(schema[word][0], components)
    if "properties" in schema:
        return {name: example(part, components) for name, part in schema["properties"].items()}
    if "items" in schema:
        return [example(schema["items"], components)]
    if "additionalProperties" in schema:
        return {"en": example(schema["additionalProperties"], components)}
    return "Text" if schema.get("type") == "string" else None


def pretty(value: Any) -> str:
    """A value as JSON for people."""
    return json.dumps(value, ensure_ascii=False, indent=2)
