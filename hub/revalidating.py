"""Pages that have not changed are not sent again: a tag by content, and 304 where the browser still holds the same.

A page holds the nonce of its own answer. An unchanged page keeps the one it came with, for the tag leaves it out and a
304 brings no new policy (see ``web.py``); what the browser shows is then byte for byte what it was sent before.
"""

from __future__ import annotations

import hashlib

from flask import Flask, Response, g, request

REVALIDATED = frozenset({"text/html", "application/atom+xml"})


def init_app(app: Flask) -> None:
    """Tag pages and answer conditional requests."""
    app.after_request(_tag)


def _tag(response: Response) -> Response:
    """Tag a whole page that anybody may see; browsers keep it, but ask before they show it again."""
    if (
        response.status_code != 200
        or response.mimetype not in REVALIDATED
        or request.method not in ("GET", "HEAD")
        or response.is_streamed
        or "Set-Cookie" in response.headers
        or "ETag" in response.headers
        or response.cache_control.no_store
    ):
        return response
    body = response.get_data().replace(str(g.get("nonce", "\0")).encode(), b"")
    response.set_etag(hashlib.sha1(body, usedforsecurity=False).hexdigest(), weak=True)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.make_conditional(request)
    return response
