"""What every page shares: page or fragment, error pages, security headers, request ids, rate limits."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from hub.database import unavailability
from hub.errors import DatabaseUnavailable, HubError, TooMany, Unavailable
from hub.i18n import choose, language
from hub.keeping import keep
from hub.permissions import ANYONE

log = structlog.get_logger(__name__)
limiter = Limiter(
    get_remote_address, headers_enabled=True, in_memory_fallback_enabled=True, strategy="moving-window"
)

# titles and words of the error pages live in templates/_error_title.html and _error_text.html, keyed by status
SHOWN = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
WORTH_COPYING = 40  # characters of a text from which on it is shown to who would lose it
KEPT_BACK = re.compile(
    "password|token|code|credential|secret|^next$"
)  # names of fields that are never shown again
REFUSALS = frozenset({400, 403, 413, 429})  # are logged: no token, no permission, too large, too often

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'nonce-{}'",
        *(f"{what}-src 'self'" for what in ("style", "img", "font", "connect", "manifest")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "trusted-types htmx",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def patience(rate_store: str) -> dict[str, float]:
    """How long, in seconds, a page waits for the place where rates are counted before it counts in memory."""
    is_remote = rate_store.startswith("redis")
    return {"socket_connect_timeout": 1.0, "socket_timeout": 1.0} if is_remote else {}


def rate(setting: str) -> Callable[[], str]:
    """Make the function that gives the limiter the rate of a setting, for ``limiter.limit``."""
    return lambda: str(getattr(current_app.config["HUB"], setting)).replace("off", "1000000/second")


def is_off(setting: str) -> Callable[[], bool]:
    """Make the function that tells the limiter that a rate is off, for ``exempt_when``: it need not count then."""
    return lambda: getattr(current_app.config["HUB"], setting) == "off"


def init_app(app: Flask) -> None:
    """Register error pages and headers."""
    app.before_request(_name_request)
    app.after_request(_secure)
    app.register_error_handler(HubError, _hub_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    app.extensions["addresses"] = {}
    app.jinja_env.globals["url_for"] = address
    app.context_processor(lambda: {"csp_nonce": nonce, "wants_fragment": wants_fragment()})


def address(endpoint: str, **values: Any) -> str:
    """Flask's ``url_for`` for templates, which a page asks some twenty times, mostly for the same.

    The address of a page depends on its endpoint, its values, the language in force and where the hub is mounted; what
    depends on more (an address with its host, an endpoint named from that of the page at hand) is not kept.
    """
    if "_external" in values or endpoint.startswith(".") or not has_request_context():
        return current_app.url_for(endpoint, **values)
    held: dict[Hashable, str] = current_app.extensions["addresses"]
    key = (endpoint, language(), request.root_path, *values.items())
    try:
        found = held.get(key)
    except TypeError:  # several values for one name come as a list
        return current_app.url_for(endpoint, **values)
    return found if found is not None else keep(held, key, current_app.url_for(endpoint, **values))


def nonce() -> str:
    """The random word by which this answer's own scripts are known to the browser."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def wants_fragment() -> bool:
    """True when htmx (4) asks for a part of a page, not for a whole one (as it does to restore history)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") == "partial"


def show(page: str, fragment: str | None = None, status: int = 200, **values: Any) -> Response:
    """Render a page or, for htmx, its fragment; the answer varies by who asks."""
    template = fragment if fragment and wants_fragment() else page
    response = make_response(render_template(template, **values), status)
    response.vary.update(("HX-Request", "HX-Request-Type"))
    return response


def origin() -> str:
    """Where the hub is reached, for links in letters; empty where nobody but a stranger says so.

    It is what is configured, else the host that was asked where that is this machine, or one that is trusted: whoever
    asks for a letter to somebody else must not choose where its link leads.
    """
    config = current_app.config["HUB"]
    if config.base_url or not has_request_context():
        return str(config.base_url)
    return request.host_url.rstrip("/") if config.trusted_hosts or _is_this_machine() else ""


def outside(address: str) -> str:
    """The address of a page as it stands in a letter: its host is ours, whatever was asked.

    Raises:
        SecurityError: nobody but a stranger says where the hub is reached.
    """
    if not (home := origin()):
        log.warning("no address for letters: HUB_BASE_URL is not set")
        raise SecurityError
    parts = urlsplit(address)
    return home + parts.path + (f"?{parts.query}" if parts.query else "")


def _is_this_machine() -> bool:
    host = urlsplit(request.host_url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def redirect_root() -> BaseResponse:
    """Send a visitor without a language in the address to the start page in the browser's."""
    response = redirect(url_for("search.home", lang=choose()))
    response.vary.add("Accept-Language")
    return response


def _name_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if given.isascii() and given.isalnum() and len(given) <= 64 else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _secure(response: Response) -> Response:
    held = {name.lower() for name, _ in response.headers}  # a page may have set a stricter one
    headers = [*HEADERS, ("X-Request-ID", getattr(g, "request_id", "-"))]
    if response.status_code != 304:  # the page that the browser holds came with a policy of its own
        headers.append(("Content-Security-Policy", POLICY.format(nonce())))
    if request.is_secure:
        headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    response.headers.extend([one for one in headers if one[0].lower() not in held])
    if response.status_code < 400:  # the limiter says it on every answer
        response.headers.pop("Retry-After", None)
    return response


def _wants_problem() -> bool:
    return request.path.startswith("/api/")


def _hub_error(error: HubError) -> Response:
    if error.status >= 500:
        log.error("failed", error=repr(error), **_asked())
    _note_refusal(error.status)
    response = failure(error.status, getattr(error, "messages", None), _shown(error))
    if isinstance(error, Unavailable | TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _shown(error: HubError) -> str | None:
    if isinstance(error, DatabaseUnavailable):
        return "database"
    return "tries" if isinstance(error, TooMany) else None


def _http_error(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    _note_refusal(error.code)
    if isinstance(error, SecurityError):  # the host is not ours: a page would hold addresses at it
        return Response("This is not an address of the hub.\n", 400, mimetype="text/plain")
    response = failure(error.code, shown="old" if isinstance(error, CSRFError) else None)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers.add(name, value)
    return response


def _note_refusal(status: int) -> None:
    """Log that somebody was refused, by their handle."""
    if status in REFUSALS:
        who = g.get("actor", ANYONE).name
        log.warning("refused", status=status, who=who, **_asked())


def _asked() -> dict[str, str | None]:
    """What was asked for, as the log may hold it: no address, since that of a letter's link holds a secret."""
    return {"route": request.endpoint, "method": request.method}


def _unexpected(error: Exception) -> Response:
    if (known := unavailability(error)) is not None:
        return _hub_error(known)
    log.error("failed", error=repr(error), **_asked(), exc_info=True)
    return failure(500)


def failure(
    status: int, messages: Mapping[str, Sequence[str]] | None = None, shown: str | int | None = None
) -> Response:
    """Answer with the error page of a status, or problem details (RFC 9457) where the API was asked.

    ``shown`` names the words of the page where the status alone does not.
    """
    if _wants_problem():
        problem: Response = current_app.extensions["problem"](status, messages)
        return problem
    if shown is None:
        shown = status if status in SHOWN else (400 if status < 500 else 500)
    return show(
        "error.html",
        "_error.html",
        status,
        shown=shown,
        broken=[text for several in (messages or {}).values() for text in several],
        typed=_typed(),
        request_id=g.get("request_id"),
    )


def _typed() -> list[str]:
    """The long texts of a form that was not taken, for who would lose them; none of a form that another site had sent."""
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    try:
        sent = list(request.form.items(multi=True))
    except HTTPException:  # it is too large to be read
        return []
    texts = [text.strip() for name, text in sent if not KEPT_BACK.search(name)]
    return [text for text in texts if len(text) >= WORTH_COPYING]
