"""Style and script as one file each: joined at start from the many small sources, named by content, kept for ever.

The address of a bundle holds a digest of its content, so a browser may keep it and never sees an old one.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, make_response, request, url_for

# bundle -> (mimetype, patterns below static/ in the order in which they are joined)
BUNDLES = {
    "hub.css": ("text/css", ("css/tokens.css", "css/base.css", "css/layout.css", "css/blocks/*.css")),
    "hub.js": ("text/javascript", ("vendor/htmx/htmx.min.js", "vendor/htmx/hx-csp.min.js", "js/hub.js")),
    "network.css": ("text/css", ("css/network/*.css",)),
    "desk.css": ("text/css", ("css/desk/*.css",)),
    "desk.js": ("text/javascript", ("js/desk.js",)),
    "passkeys.js": ("text/javascript", ("js/passkeys.js",)),
}
FOR_EVER = "public, max-age=31536000, immutable"

pages = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A joined file, ready to send plain or compressed; ``digest`` changes with any byte of it."""

    mimetype: str
    plain: bytes
    compressed: bytes
    digest: str


def init_app(app: Flask) -> None:
    """Join the bundles and give templates ``asset_url``."""
    static = Path(app.static_folder or "static")
    app.extensions["assets"] = {name: join(static, *parts) for name, parts in BUNDLES.items()}
    app.jinja_env.globals["asset_url"] = asset_url
    app.register_blueprint(pages)


def join(static: Path, mimetype: str, patterns: tuple[str, ...]) -> Bundle:
    """Join the files that match, pattern by pattern, within one by name.

    Raises:
        FileNotFoundError: a pattern matches nothing.
    """
    parts: list[bytes] = []
    for pattern in patterns:
        found = sorted(static.glob(pattern))
        if not found:
            raise FileNotFoundError(static / pattern)
        parts += [path.read_bytes().strip() for path in found]
    plain = b"\n".join(parts) + b"\n"
    return Bundle(mimetype, plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:16])


def asset_url(name: str) -> str:
    """The address of a bundle as it is now; KeyError where there is none of this name."""
    return url_for("assets.bundle", digest=current_app.extensions["assets"][name].digest, name=name)


@pages.get("/assets/<digest>/<name>")
def bundle(digest: str, name: str) -> Response:
    """Send a bundle; an address of another version is answered like an unknown one."""
    found: Bundle | None = current_app.extensions["assets"].get(name)
    if found is None or found.digest != digest:
        abort(404)
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = make_response(found.compressed if is_packed else found.plain)
    response.mimetype = found.mimetype
    response.headers["Cache-Control"] = FOR_EVER
    response.vary.add("Accept-Encoding")
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
