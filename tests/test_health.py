"""The probes say whether the hub lives and what is missing; the figures add up over processes and tell of nobody."""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.config import Config
from werkzeug.test import Client

from hub import health, logs, metrics, outbox
from hub.database import transaction
from hub.directory.models import Organization
from hub.errors import SearchUnavailable
from hub.health import Probes
from hub.outbox.models import Job, Presence
from hub.serving import ServerLog, settings
from tests import live
from tests.conftest import Statements

Add = Callable[..., Organization]


@pytest.fixture
def probes(app: Flask) -> Probes:
    """The hub with its probes in front, and a worker that was seen just now."""
    with transaction() as session:
        session.add(Presence(id="host:1:x", host="host", pid=1))
    return Probes(app, app.wsgi_app)


def ask(probes: Probes, path: str = "/readyz") -> tuple[int, dict[str, dict[str, str]]]:
    probes._last = None
    response = Client(probes).get(path)
    assert "Set-Cookie" not in response.headers
    return response.status_code, json.loads(response.data)


def test_a_living_process_says_so_and_touches_nothing(app: Flask, probes: Probes) -> None:
    app.config["TRUSTED_HOSTS"] = ["hub.example.org"]
    with Statements() as counted:
        response = Client(probes).get("/healthz", headers={"Host": "10.0.0.7"})
    assert (response.status_code, response.data, counted.count) == (200, b"alive\n", 0)
    assert "Set-Cookie" not in response.headers
    assert Client(probes).get("/en/").status_code == 400, "pages still want a known host"


def test_a_hub_with_everything_is_ready(probes: Probes) -> None:
    assert ask(probes) == (200, {"ready": True, "missing": {}})


def test_what_is_missing_is_named(app: Flask, probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        session.query(Presence).delete()
    shutil.rmtree(app.config["HUB"].index_dir)
    monkeypatch.setattr(health, "newest_migration", lambda: "9999")
    status, said = ask(probes)
    assert status == 503
    assert said["missing"].keys() == {"database", "index", "worker"}
    assert "hub db upgrade" in said["missing"]["database"]
    assert "hub worker" in said["missing"]["worker"]


def test_a_check_that_hangs_is_not_waited_for(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "index", lambda: time.sleep(3) or "")
    began = time.monotonic()
    status, said = ask(probes)
    assert time.monotonic() - began < 2
    assert (status, said["missing"]) == (503, {"index": "no answer within 1 s"})


def test_asking_often_costs_one_look(probes: Probes) -> None:
    ask(probes)
    with Statements() as counted:
        assert Client(probes).get("/readyz").status_code == 200
    assert counted.count == 0


@pytest.fixture
def figures(app: Flask) -> Callable[[], str]:
    """Give the page of figures of a measured hub."""
    metrics.init_app(app)
    inside = metrics.InternalPort(app, app.wsgi_app, 9100)
    client = Client(inside)
    return lambda: client.get("/metrics", base_url="http://127.0.0.1:9100/").get_data(as_text=True)


def test_figures_tell_of_requests_searches_and_the_outbox_and_of_no_query(
    figures: Callable[[], str], add: Add, client: FlaskClient, app: Flask
) -> None:
    add("Refugio", indexed=False)
    with transaction() as session:
        outbox.enqueue(session, "index", "a" * 10)
        session.add(Job(topic="index", key="dead", dead_at=health.now(), attempts=20))
        session.add(Presence(id="host:1:x", host="host", pid=1))
    assert client.get("/en/search?q=somebody-secret").status_code == 200
    assert client.get("/nothing-secret").status_code == 404
    text = figures()
    assert 'hub_request_seconds_count{endpoint="search.results",status="2xx"}' in text
    assert 'hub_request_seconds_count{endpoint="none",status="4xx"}' in text
    assert 'hub_search_seconds_count{engine="embedded"}' in text
    assert "hub_outbox_jobs 3.0" in text
    assert "hub_outbox_dead 1.0" in text
    assert re.search(r"hub_worker_silence_seconds \d", text)
    assert "secret" not in text


def test_failed_and_lesser_searches_are_counted(
    figures: Callable[[], str], app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: object, **options: object) -> None:
        raise SearchUnavailable("gone")

    before = value(figures(), "hub_search_failures_total")
    monkeypatch.setattr(app.extensions["search"]._engine, "search", fail)
    assert client.get("/en/search").status_code == 503
    assert value(figures(), "hub_search_failures_total") == before + 1


def value(text: str, name: str) -> float:
    """The sum of a figure over its labels."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}[{{ ]", line))


def test_figures_are_on_the_internal_port_alone(app: Flask, figures: Callable[[], str]) -> None:
    client = Client(metrics.InternalPort(app, app.wsgi_app, 9100))
    assert client.get("/metrics", base_url="http://hub.example.org/").status_code == 404
    spoofed = {"Host": "127.0.0.1:9100", "X-Forwarded-Port": "9100"}
    environ = {"SERVER_PORT": "5000"}
    assert client.get("/metrics", headers=spoofed, environ_overrides=environ).status_code == 404
    assert client.get("/en/", base_url="http://127.0.0.1:9100/").status_code == 404


def test_figures_survive_a_database_that_is_gone(
    app: Flask, figures: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise metrics.sa.exc.OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(metrics, "_waiting", fail)
    assert "hub_request_seconds" in figures()


def test_gunicorn_believes_no_header_and_logs_no_address(app: Flask) -> None:
    made = settings(app.config["HUB"], ["127.0.0.1:1"])
    assert (made["forwarded_allow_ips"], made["accesslog"]) == ("", None)
    assert made["graceful_timeout"] < 45
    assert made["backlog"] >= 1000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Invalid request from ip=203.0.113.7: Invalid HTTP request line: 'lantern'", "Invalid request"),
        ("Worker (pid:%s) exited with code %s.", "Worker (pid:7) exited with code 9."),
    ],
)
def test_what_the_web_server_says_is_a_line_of_the_log_without_who_asked_and_what(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("json", "warning")
    log = ServerLog(Config())
    structlog.contextvars.bind_contextvars(request="of-another")
    log.warning(words, *((7, 9) if "%s" in words else ()))
    log.error("Error handling request %s %s", "GET", "/en/search?q=lantern")
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["said"] for one in said] == [told, "Error handling request"]
    assert "lantern" not in str(said)
    assert ("request" in said[0]) == (told != "Invalid request")
    structlog.contextvars.clear_contextvars()


@pytest.mark.slow
def test_a_running_hub_adds_up_its_processes_and_outlasts_half_sent_requests(
    pattern: tuple[Path, str], tmp_path: Path, database: str
) -> None:
    if database != "sqlite":
        pytest.skip("the server is tried on SQLite; what it serves is tested on both databases")
    shutil.copytree(pattern[0], tmp_path / "var")
    port = live.free_port()
    with (
        live.running(tmp_path / "var", metrics_port=port, processes=3, search_rate="off") as (origin, _),
        ExitStack() as closing,
    ):
        before = _searching(origin)
        address = ("127.0.0.1", int(origin.rsplit(":", 1)[1]))
        halves = [closing.enter_context(socket.create_connection(address)) for _ in range(60)]
        for half in halves:
            half.sendall(b"GET / HTTP/1.1\r\nHost: x")
        assert _searching(origin) < max(10, 4 * before)
        for half in halves[::2]:
            half.sendall(b"\r\nConnection: close\r\n\r\n")
            assert half.recv(100).startswith(b"HTTP/1.1 302")
        closing.close()
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        assert 'hub_request_seconds_count{endpoint="search.results",status="2xx"} 16.0' in text


def _searching(origin: str) -> float:
    """The seconds that eight searches take, one after the other."""
    began = time.monotonic()
    for _ in range(8):
        with urlopen(f"{origin}/en/search?q=x", timeout=30) as answer:
            assert answer.status == 200
    return time.monotonic() - began
