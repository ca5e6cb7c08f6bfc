"""Pages, feeds and site maps sent compressed, so that a hub without a proxy before it is quick on slow lines too.

A page that holds a secret beside words from its address must make the secret new for every answer (as the nonce is),
or its compressed length would tell about it (the BREACH attack).
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

LEAST = 1000  # bytes; below that it does not pay
LEVEL = 5
PACKED = ("text/html", "text/plain", "application/xml", "application/atom+xml")


def init_app(app: Flask) -> None:
    """Compress what is worth it."""
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if response.mimetype not in PACKED or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    is_fit = request.accept_encodings.quality("gzip") > 0 and request.method != "HEAD"
    tag, is_weak = response.get_etag()
    if not is_fit or "Content-Encoding" in response.headers or (tag and not is_weak):
        return response
    plain = response.get_data()
    if len(plain) >= LEAST:
        response.set_data(gzip.compress(plain, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
