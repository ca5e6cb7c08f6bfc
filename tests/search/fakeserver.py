"""A server that speaks just enough of Meilisearch's HTTP to fail in every way a search server can.

It searches nothing: it holds documents by index and answers every question with all of them. What a real one answers
is for the contract test to say.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

SEARCH_KEY, ADMIN_KEY = "may-search", "may-write"


class FakeServer(ThreadingHTTPServer):
    """``mode`` says how the next answers go wrong; ``asked`` holds (method, path) of all requests."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode = ""
        self.version = "1.50.0"
        self.asked: list[tuple[str, str]] = []
        self.indexes: dict[str, dict[str, Any]] = {}
        self.writers = {ADMIN_KEY}
        self.tasks: list[str] = []
        self.refuses = b""  # what no document may hold

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def task(self, change: Callable[[], object] = lambda: None, status: str = "succeeded") -> dict[str, Any]:
        """Do the change unless tasks are to fail."""
        if self.mode == "task failed":
            status = "failed"
        elif status == "succeeded":
            change()
        self.tasks.append(status)
        return {
            "taskUid": len(self.tasks) - 1,
            "indexUid": "x",
            "status": "enqueued",
            "type": "x",
            "enqueuedAt": "2026-01-01T00:00:00.5Z",
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where a client went away."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeServer
    statuses: ClassVar = {"5xx": 500, "4xx": 403, "too many": 503}

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, path))
        mode = self.server.mode
        if mode == "slow":
            time.sleep(3)
        if mode in self.statuses:
            return self._say({"message": "no", "code": "no", "type": "x", "link": "x"}, self.statuses[mode])
        key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if path != "/multi-search" and key not in self.server.writers:
            return self._say({"message": "The provided API key is invalid.", "code": "invalid_api_key"}, 403)
        return self._say(self._answer(path, body))

    do_GET = do_POST = do_PATCH = do_DELETE = _respond  # noqa: N815 - names that the library looks for

    def _say(self, said: Any, status: int = 200) -> None:
        body = json.dumps(said or {"message": "Index not found.", "code": "index_not_found"}).encode()
        if self.server.mode == "garbage":
            body = b"<html>" + body
        self.send_response(status if said is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.mode == "drip":
            self._drip(body)
            return
        self.wfile.write(body[: len(body) // 2] if self.server.mode == "truncated" else body)

    def _drip(self, body: bytes) -> None:
        """Say it all, so slowly that no single piece is late."""
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            self.wfile.flush()
            time.sleep(0.1)

    def _answer(self, path: str, body: bytes) -> Any:
        server = self.server
        if path == "/version":
            return {"commitSha": "x", "commitDate": "x", "pkgVersion": server.version}
        if path == "/multi-search":
            asked = json.loads(body)["queries"]
            known = all(one["indexUid"] in server.indexes for one in asked)
            return {"results": [self._result(one) for one in asked]} if known else None
        if path == "/swap-indexes":
            a, b = json.loads(body)[0]["indexes"]
            return server.task(lambda: server.indexes.update({a: server.indexes[b], b: server.indexes[a]}))
        if found := re.fullmatch(r"/tasks/(\d+)", path):
            uid = int(found[1])
            status = server.tasks[uid]
            errors = {
                "failed": {"message": "disk is full"},
                "refused": {
                    "message": "not like this",
                    "type": "invalid_request",
                    "code": "invalid_document_id",
                },
            }
            return {
                "uid": uid,
                "status": "failed" if status in errors else status,
                "type": "x",
                "error": errors.get(status),
                "enqueuedAt": "2026-01-01T00:00:00.5Z",
            }
        if path == "/indexes":
            if self.command == "POST":
                return server.task(lambda: server.indexes.update({json.loads(body)["uid"]: {}}))
            return {"results": [{"uid": uid} for uid in server.indexes]}
        _, _, index, *rest = path.split("/")
        return self._of_index(index, rest, body)

    def _of_index(self, index: str, rest: list[str], body: bytes) -> Any:
        server = self.server
        if index not in server.indexes:
            return None
        if rest == ["settings"]:
            return server.task()
        if rest == ["documents"]:
            if server.refuses and server.refuses in body:
                return server.task(status="refused")
            lines = [json.loads(line) for line in body.splitlines()]
            return server.task(lambda: server.indexes[index].update((one["id"], one) for one in lines))
        if rest == ["documents", "delete-batch"]:
            return server.task(lambda: [server.indexes[index].pop(one, None) for one in json.loads(body)])
        if rest == ["documents", "fetch"]:
            return {"results": list(server.indexes[index].values())}
        if self.command == "DELETE":
            return server.task(lambda: rest or server.indexes.pop(index))
        return {"uid": index}

    def _result(self, question: dict[str, Any]) -> Any:
        ids = list(self.server.indexes.get(question["indexUid"], {}))
        lies: dict[str, Any] = {
            "no total": {"totalHits": None}, "text for total": {"totalHits": "3"}, "total too small": {"totalHits": 0},
            "negative total": {"totalHits": -1}, "hits without ids": {"hits": [{}]}, "no hits": {"hits": None},
            "ids no texts": {"hits": [{"id": 7}]}, "no counts": {"facetDistribution": None}, "true for total": {"totalHits": True},
            "counts no numbers": {"facetDistribution": {"country": {"KE": "many"}}},
        }  # fmt: skip
        told = {"hits": [{"id": one} for one in ids], "totalHits": len(ids), "facetDistribution": {}}
        return told | lies.get(self.server.mode, {})


@contextmanager
def fake_server() -> Iterator[FakeServer]:
    """Run one in a thread, on a free port of loopback."""
    server = FakeServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def black_hole() -> Iterator[str]:
    """The address of a port that takes what is sent and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
