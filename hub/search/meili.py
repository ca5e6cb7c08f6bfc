"""The engine for large or busy hubs: a Meilisearch server.

A form of the index (``SCHEMA``) has a name of its own on the server; a rebuild fills one more beside it and swaps the
two. The server's queue keeps the order of what is sent, but cannot have what was read from the database later be sent
later: so batches exclude each other by a lock in a folder, as those of the embedded engine do, and workers on several
machines by the lane of their jobs. Of the commands that write, run one at a time if not on the worker's machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import filelock

from hub.errors import SearchUnavailable
from hub.search.criteria import Criteria, check_names
from hub.search.engine import Answer, Document
from hub.search.meili_queries import SCHEMA, answers, line, questions
from hub.search.server import TASK_TIME, Remote, ask
from hub.search.text import parse

SEARCH_TIME = 1.0  # seconds for an answer, connecting included
LEAST_TIME = 0.05  # seconds for a further request of a question
CHUNK = 8_000_000  # bytes of documents in one request
IDS = 5000  # in one request


class MeilisearchEngine:
    """The index ``index`` on a server, for one audience; see ``hub.search.engine.Engine``.

    Without an ``admin_key`` it only searches. ``folder`` holds the writers' lock.
    """

    def __init__(
        self, url: str, key: str, admin_key: str, index: str, folder: Path, name: str = "meilisearch"
    ) -> None:
        self.name = name
        self.index = f"{index}-v{SCHEMA}"
        self._family = f"{index}-v"
        self._url = url
        self._key = key
        self._admin_key = admin_key
        self._folder = folder

    def search(self, criteria: Criteria, *, counts: bool = True) -> Answer:
        """Answer the criteria, in one request, or two where nothing holds all words; in a second at most."""
        check_names(criteria.chosen)
        until = time.monotonic() + SEARCH_TIME
        query = parse(criteria.q)
        first, *fewer = [
            questions(self.index, criteria, query, needed, counts) for needed in query.fewer_and_fewer()
        ]
        found = list(answers(self._ask(first, until), first))
        dropped = 0
        if not found[0][1] and fewer:
            asked = [question for bundle in fewer for question in bundle]
            read = answers(self._ask(asked, until), asked)
            further = [[next(read) for _ in bundle] for bundle in fewer]
            dropped, found = next(
                ((at, bundle) for at, bundle in enumerate(further, 1) if bundle[0][1]), (0, found)
            )
        ids, total, _ = found[0]
        return Answer(
            ids, total, {k: v for one in found for k, v in one[2].items()}, self.name, dropped=dropped
        )

    def _ask(self, asked: list[dict[str, Any]], until: float) -> object:
        return ask(self._url, self._key, asked, max(until - time.monotonic(), LEAST_TIME))

    def spelling(self, q: str) -> str | None:
        """Offer nothing: the server does not tell which words it knows."""
        return None

    def versions(self) -> dict[str, str]:
        """Map the id of every document held to its fingerprint."""
        return Remote(self._url, self._admin_key, self.index).versions()

    @contextmanager
    def writing(self) -> Iterator[Batch]:
        """Open a batch of changes, which are sent when it closes."""
        with self._alone():
            remote = Remote(self._url, self._admin_key, self.index)
            remote.check()
            batch = Batch(remote)
            yield batch
            batch.send()
            remote.wait()

    @contextmanager
    def rebuilding(self) -> Iterator[Batch]:
        """Open a batch into an index aside; what a crashed one left behind is cleared away first."""
        with self._alone():
            remote = Remote(self._url, self._admin_key, f"{self.index}-next")
            for left in remote.names():
                if left.startswith(self._family) and left != self.index:
                    remote.drop(left)
            remote.create()
            try:
                batch = Batch(remote, is_fresh=True)
                yield batch
                batch.send()
                remote.wait()
                remote.take_the_place_of(self.index)
            except BaseException:
                with suppress(SearchUnavailable):
                    remote.drop(remote.index)
                raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self._folder / "lock", timeout=TASK_TIME)
            lock.acquire()
        except OSError as error:  # a timeout is one
            raise SearchUnavailable("another batch is being written") from error
        try:
            yield
        finally:
            lock.release()


class Batch:
    """An open batch; see ``hub.search.engine.Writer``. Into a fresh index it sends what it holds as it grows."""

    def __init__(self, remote: Remote, is_fresh: bool = False) -> None:
        self._remote = remote
        self._is_fresh = is_fresh
        self._changes: dict[str, bytes | None] = {}
        self._size = 0

    def put(self, documents: Iterable[Document]) -> None:
        """Add the documents, each in place of an older one with its id."""
        for document in documents:
            written = self._changes[document.id] = line(document)
            self._size += len(written)
            if self._is_fresh and self._size >= CHUNK:
                self.send()

    def delete(self, ids: Iterable[str]) -> None:
        """Take the documents with these ids out."""
        self._changes.update(dict.fromkeys(ids))

    def send(self) -> None:
        """Hand all changes to the server."""
        for lines in chunks(written for written in self._changes.values() if written is not None):
            self._remote.put(lines)
        gone = [key for key, written in self._changes.items() if written is None]
        for start in range(0, len(gone), IDS):
            self._remote.delete(gone[start : start + IDS])
        self._changes.clear()
        self._size = 0


def chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines to pieces of at most CHUNK bytes, one request each."""
    held: list[bytes] = []
    size = 0
    for one in lines:
        if held and size + len(one) > CHUNK:
            yield b"".join(held)
            held, size = [], 0
        held.append(one)
        size += len(one)
    if held:
        yield b"".join(held)
