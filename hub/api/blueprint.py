"""The ground all operations stand on: strict reading, problems, entity tags, CORS, limits, and their documentation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

import flask_smorest
from flask import Response, g, request
from flask_smorest.utils import get_appcontext
from marshmallow import RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser

from hub.errors import Invalid
from hub.i18n import LANGUAGES, language
from hub.web import limiter, rate

ROOT = "/api/v1"
MAX_AGE = 60  # seconds an answer may be kept without asking again
ALWAYS = (304, 422, 429, 500, 503)  # statuses that any operation may answer with, besides 200
WAITING = (429, 503)  # statuses after which one should wait
View = TypeVar("View", bound=Callable[..., Any])


class Parser(FlaskParser):
    """Reads parameters and refuses whatever was not declared."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise what is wrong in the hub's own words."""
        found = error.messages if isinstance(error.messages, dict) else {}
        raise Invalid({name: _flat(texts) for part in found.values() for name, texts in part.items()})


def _flat(texts: Any) -> list[str]:
    return [str(text) for text in texts] if isinstance(texts, list) else [str(texts)]


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """Operations of the API."""

    ARGUMENTS_PARSER = Parser()


api = Blueprint("api", __name__, url_prefix=ROOT)


def read(
    path: str,
    schema: type[Schema],
    arguments: type[Schema],
    tag: str,
    parameters: list[dict[str, Any]] | None = None,
    also: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Make a view an operation: its checked parameters come first, what it returns is shown by ``schema``."""

    def decorate(view: View) -> View:
        made = api.response(200, schema, description="The answer", headers=HEADERS)(view)
        made = api.arguments(arguments, location="query")(made)
        for status in (*ALWAYS, *also):
            made = api.alt_response(status, HTTPStatus(status).name)(made)
        made = api.doc(operationId=view.__name__)(made)
        api.route(path, parameters=parameters, tags=[tag])(made)
        return view

    return decorate


HEADERS: Mapping[str, Any] = {
    "ETag": {
        "description": "Names this state of the answer; send it as If-None-Match",
        "schema": {"type": "string"},
    },
    "Cache-Control": {"description": "How long it may be kept", "schema": {"type": "string"}},
    "Content-Language": {"description": "Language of the labels", "schema": {"type": "string"}},
}


limiter.shared_limit(rate("api_rate"), scope="api", exempt_when=lambda: request.method == "OPTIONS")(api)


def take_language() -> None:
    """Let the parameter ``lang`` decide the language of everything said under the API's address."""
    asked = request.args.get("lang")
    if is_asked() and asked in LANGUAGES:
        g.lang = asked


def is_asked() -> bool:
    """Tell whether the request is for the API."""
    return request.path.startswith("/api/")


def open_to_all(response: Response) -> Response:
    """Let pages of other origins read the API, without credentials; keep its answers out of the web's search engines."""
    if not is_asked():
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = (
        "ETag, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-ID"
    )
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, X-Request-ID"
        response.headers["Access-Control-Max-Age"] = "86400"
    if response.status_code not in WAITING:  # the limiter adds it to every answer
        response.headers.pop("Retry-After", None)
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.add("Accept-Language")
    return response


def _tag(response: Response) -> Response:
    """Tag the answer, and leave its body out where the asker holds it already."""
    if response.status_code != 200 or request.method not in ("GET", "HEAD"):
        return response
    if not response.get_etag()[0]:
        shown = get_appcontext().get("result_dump")
        if isinstance(shown, dict) and "took_ms" in shown:
            kept = {name: value for name, value in shown.items() if name != "took_ms"}
            response.set_etag(_digest(json.dumps(kept, sort_keys=True).encode()), weak=True)
        else:
            response.set_etag(_digest(response.get_data()))
    response.headers["Content-Language"] = language()
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE
    return response.make_conditional(request)  # type: ignore[return-value]


api.after_request(_tag)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
