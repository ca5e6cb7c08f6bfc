"""Errors as problem details (RFC 9457), in the language asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, g, jsonify
from flask_babel import lazy_gettext as _l

MIMETYPE = "application/problem+json"
MAX_NAMED = 50  # parameters named in one answer
RETRY_AFTER = 5  # seconds, where the search cannot answer

# status: (title, detail)
WORDS = {
    400: (_l("Bad request"), _l("The request cannot be read.")),
    404: (_l("Not found"), _l("There is nothing at this address.")),
    405: (_l("Method not allowed"), _l("The API is read with GET, HEAD and OPTIONS only.")),
    413: (_l("Too large"), _l("The request holds more than the API takes.")),
    422: (_l("Not understood"), _l("One or more parameters are wrong; “errors” names each of them.")),
    429: (_l("Too many requests"), _l("Wait as long as the header Retry-After says, then ask again.")),
    500: (_l("Something went wrong"), _l("The fault is ours, and it was noted under this identifier.")),
    503: (_l("Not available now"), _l("The search cannot answer for the moment. Ask again a little later.")),
}


def problem(status: int, errors: Mapping[str, Sequence[str]] | None = None) -> Response:
    """Answer with the problem of a status; ``errors`` maps a parameter's name to what is wrong with it."""
    title, detail = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    body = {
        "type": "about:blank",
        "title": str(title),
        "status": status,
        "detail": str(detail),
        "instance": g.get("request_id"),
    }
    if errors:
        body["errors"] = {name: list(texts) for name, texts in list(errors.items())[:MAX_NAMED]}
    response = jsonify(body)
    response.status_code = status
    response.mimetype = MIMETYPE
    response.cache_control.no_store = True
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
