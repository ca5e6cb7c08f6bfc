"""What a machine asks: whether this process is alive, and whether all is there that the hub needs.

``/healthz`` touches nothing: where it does not answer, start the process anew. ``/readyz`` says in words what is missing;
a monitor should look at it, and no proxy should pass it on. Both are answered before anything else sees the request:
any host name, no cookie, no rate limit, no language.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from alembic.runtime.migration import MigrationContext
from flask import Flask

from hub import outbox
from hub.config import Config
from hub.database import db, now
from hub.search import indexing
from hub.search.criteria import Criteria
from hub.setup import newest_migration

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE = 1.0  # seconds for each check
KEPT = 2.0  # seconds for which an answer is given again, so that asking costs nothing
SILENCE = timedelta(seconds=60)  # without a sign of life there is no worker


def database() -> str:
    """Say what is wrong with the database; nothing where all is well, as each check does."""
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return "" if present == newest_migration() else f"at migration {present}: run `hub db upgrade`"


def index() -> str:
    """Ask each audience's engine for a page."""
    for audience in indexing.AUDIENCES:
        indexing.engine(audience).search(Criteria(page_size=1), counts=False)
    return ""


def worker() -> str:
    """Look for a worker that lives."""
    seen = outbox.last_sign()
    if seen is None:
        return "never seen: run `hub worker`"
    return "" if now() - seen < SILENCE else f"last seen at {seen.isoformat()}: run `hub worker`"


def disk(config: Config) -> str:
    """Write something."""
    with tempfile.TemporaryFile(dir=config.data_dir) as file:
        file.write(b"x" * 4096)
    return ""


class Probes:
    """Answers the two questions in front of the hub, and passes everything else on."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner
        self._pool = ThreadPoolExecutor(
            len(self.checks()) * 2, "probe"
        )  # one that hangs must not hold the request
        self._last: tuple[float, dict[str, str]] | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or let the hub answer."""
        path = environ.get("PATH_INFO")
        if path == "/healthz":
            return _answer(start_response, "200 OK", b"alive\n", "text/plain")
        if path == "/readyz":
            missing = self.missing()
            status = "503 Service Unavailable" if missing else "200 OK"
            body = json.dumps({"ready": not missing, "missing": missing}).encode() + b"\n"
            return _answer(start_response, status, body, "application/json")
        return self._inner(environ, start_response)

    def checks(self) -> dict[str, Callable[[], str]]:
        """The checks by name."""
        config: Config = self._app.config["HUB"]
        return {"database": database, "index": index, "worker": worker, "disk": lambda: disk(config)}

    def missing(self) -> dict[str, str]:
        """Map what is missing to what is wrong with it; empty where the hub is ready."""
        if self._last and time.monotonic() - self._last[0] < KEPT:
            return self._last[1]
        until = time.monotonic() + PATIENCE
        asked = {name: self._pool.submit(self._ask, check) for name, check in self.checks().items()}
        said = {name: _result(future, until) for name, future in asked.items()}
        missing = {name: words for name, words in said.items() if words}
        self._last = (time.monotonic(), missing)
        return missing

    def _ask(self, check: Callable[[], str]) -> str:
        with self._app.app_context():
            return check()


def _result(future: Future[str], until: float) -> str:
    try:
        return future.result(max(0, until - time.monotonic()))
    except TimeoutError:
        future.cancel()
        return f"no answer within {PATIENCE:.0f} s"
    except (
        Exception
    ) as error:  # whatever is wrong is the answer; its kind alone, for addresses are in some texts
        return f"cannot be used ({type(error).__name__})"


def _answer(start_response: StartResponse, status: str, body: bytes, mimetype: str) -> list[bytes]:
    headers: list[tuple[str, Any]] = [
        ("Content-Type", f"{mimetype}; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(status, headers)
    return [body]
