"""The hub connects to nothing that somebody named: only to its database, Redis, the search server and the mail server."""

from __future__ import annotations

import ast
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import hub
from hub import outbox
from hub.directory.commands import import_files
from hub.directory.models import Organization
from tests.directory.test_registering import begin, fill
from tests.people import Person

HERE = Path(hub.__file__).parent
CONNECTING = {
    "aiohttp", "asyncio", "ftplib", "http.client", "httpx", "imaplib", "meilisearch", "poplib", "psycopg", "redis",
    "requests", "smtplib", "socket", "socketserver", "ssl", "subprocess", "telnetlib", "urllib.request", "urllib3",
    "webbrowser", "xmlrpc",
}  # fmt: skip
# who may have a module that can connect, and why
ALLOWED = {
    ("smtp.py", "smtplib"): "the mail server of HUB_SMTP_URL",
    ("smtp.py", "socket"): "its errors",
    ("smtp.py", "ssl"): "its certificate",
    ("search/server.py", "meilisearch"): "the search server of HUB_SEARCH_URL",
    ("serving.py", "socket"): "what gunicorn has accepted",
    ("outbox/claims.py", "socket"): "the name of this machine",
    ("outbox/working.py", "socket"): "the name of this machine",
}


def modules(path: Path) -> Iterator[str]:
    """The names of all that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (node.module, *(f"{node.module}.{one.name}" for one in node.names))


def test_no_other_module_can_open_a_connection() -> None:
    found = {
        (str(path.relative_to(HERE)), name)
        for path in HERE.rglob("*.py")
        for imported in modules(path)
        for name in CONNECTING
        if imported == name or imported.startswith(f"{name}.")
    }
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "no longer needed"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whatever a name is looked up for or a connection is opened to, but for the database."""
    seen: list[object] = []
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def note_name(host: Any, *rest: Any, **options: Any) -> Any:
        seen.append(host)
        return resolve(host, *rest, **options)

    def note_place(self: socket.socket, address: Any) -> None:
        seen.append(address)
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", note_name)
    monkeypatch.setattr(socket.socket, "connect", note_place)
    return seen


def test_no_address_that_somebody_gave_is_looked_up_or_fetched(
    app: Flask,
    add: Callable[..., Organization],
    signed_in: Callable[..., Person],
    tmp_path: Path,
    asked: list[object],
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as trap:
        asked.clear()
        trap.setblocking(False)
        port = trap.getsockname()[1]
        person = signed_in()
        base = begin(person)
        fill(person, base)
        given = [
            f"http://127.0.0.1:{port}/x",
            f"http://localhost:{port}/",
            f"http://lvh.me:{port}/",
            "https://trap.example.org/",
        ]
        for address in given:
            person.submit(f"{base}/contact", website=address, logo=address)
            person.submit(f"{base}/logo", logo=address)
            row = {"id": f"ror:0{len(address)}", "name": "Trap", "country": "NL", "website": address, "logo": address,
                   "source": "ror", "source_id": address, "source_url": address, "licence": "CC0-1.0"}  # fmt: skip
            (tmp_path / "trap.ndjson").write_text(json.dumps(row) + "\n")
            import_files(app, [tmp_path / "trap.ndjson"], quiet=True)
            made = add(f"Trap {len(address)}", website=address, is_claimable=True)
            person.submit(f"/en/organizations/trap-{made.id}/claim", evidence=f"See {address}")
            person.submit("/en/suggest", name="Trap", country="NL", website=address, source=address)
        outbox.drain(app)
        with pytest.raises(BlockingIOError):
            trap.accept()
        assert asked == []
