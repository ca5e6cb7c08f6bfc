"""Figures for Prometheus: how long pages and searches take, and what waits in the outbox; nothing of any person.

They are on a port of their own (HUB_METRICS_PORT), never on the public one. Any web process answers there and adds up
the figures of all: each writes its own into a file of the data folder, which is emptied when the server starts.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

from hub import outbox
from hub.database import db, now
from hub.outbox.models import Job
from hub.search.criteria import Criteria
from hub.search.engine import Answer, Engine
from hub.search.indexing import AUDIENCES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is first imported
STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10)  # seconds
FIGURES = CollectorRegistry()

requests = Histogram(
    "hub_request_seconds", "Time to answer", ("endpoint", "status"), buckets=STEPS, registry=FIGURES
)
searches = Histogram(
    "hub_search_seconds",
    "Time of the engine to answer a search",
    ("engine",),
    buckets=STEPS,
    registry=FIGURES,
)
notices = Counter(
    "hub_search_notices", "Searches answered less well than usual", ("notice",), registry=FIGURES
)
failures = Counter("hub_search_failures", "Searches that no engine answered", registry=FIGURES)


def init_app(app: Flask) -> None:
    """Take the time of every request and search of ``app``."""
    app.before_request(_begin)
    app.after_request(_end)
    for extension in AUDIENCES.values():
        app.extensions[extension] = MeasuredEngine(app.extensions[extension])


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    began = g.get("began")
    if began is not None:
        status = f"{response.status_code // 100}xx"
        requests.labels(request.endpoint or "none", status).observe(time.perf_counter() - began)
    return response


class MeasuredEngine:
    """An engine whose searches are counted; see ``hub.search.engine.Engine``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def search(self, criteria: Criteria, *, counts: bool = True) -> Answer:
        """Answer the criteria, noting by whom and how fast."""
        began = time.perf_counter()
        with failures.count_exceptions():
            answer = self._engine.search(criteria, counts=counts)
        searches.labels(answer.engine).observe(time.perf_counter() - began)
        if answer.notice:
            notices.labels(answer.notice).inc()
        return answer


class Waiting:
    """Asks the database, at each look, what waits in the outbox and who works."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """Give the figures; none where the database is away."""
        with self._app.app_context():
            try:
                figures = _waiting()
            except sa.exc.SQLAlchemyError:
                figures = {}
            finally:
                db.session.rollback()
        for name, (meaning, value) in figures.items():
            yield GaugeMetricFamily(name, meaning, value=value)


def _waiting() -> dict[str, tuple[str, float]]:
    alive, moment = Job.dead_at.is_(None), now()
    tried_before = sa.func.coalesce(sa.func.sum(sa.case((Job.attempts > 0, 1), else_=0)), 0)
    depth, oldest, failing = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(Job.due_at), tried_before).where(alive)
    ).one()
    dead = db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(~alive)) or 0
    seen = outbox.last_sign()
    late = max(0.0, (moment - oldest).total_seconds()) if oldest else 0.0
    found = {
        "hub_outbox_jobs": ("Jobs that wait", float(depth)),
        "hub_outbox_oldest_seconds": ("How long the oldest job has been due", late),
        "hub_outbox_failing": ("Jobs that failed and will be tried again", float(failing)),
        "hub_outbox_dead": ("Dead letters: jobs that wait for an operator", float(dead)),
    }
    if seen:
        found["hub_worker_silence_seconds"] = (
            "Time since a worker gave a sign of life",
            max(0.0, (moment - seen).total_seconds()),
        )
    return found


def page(app: Flask) -> WSGIApplication:
    """Make the page of figures: of all processes where they share a folder, else of this one."""
    registry = CollectorRegistry()
    if FOLDER in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(FIGURES)
    registry.register(Waiting(app))
    shown: WSGIApplication = make_wsgi_app(registry)
    return shown


class InternalPort:
    """Shows the figures on the internal port and nowhere else; on that port only them and the probes."""

    def __init__(self, app: Flask, inner: WSGIApplication, port: int) -> None:
        self._figures = page(app)
        self._inner = inner
        self._port = str(port)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer by the port the request came in at, which is the socket's own and no header's."""
        path = environ.get("PATH_INFO", "")
        if environ.get("SERVER_PORT") != self._port or path in ("/healthz", "/readyz"):
            return self._inner(environ, start_response)
        if path == "/metrics":
            return self._figures(environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"only /metrics, /healthz and /readyz are here\n"]


def forget_process(pid: int) -> None:
    """Take note that a process has ended."""
    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
