"""Talking to a Meilisearch server: every request that the hub sends it. The only module that imports its client."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from meilisearch import Client
from meilisearch.errors import MeilisearchError

from hub.config import Config
from hub.directory.states import Audience
from hub.errors import HubError, IndexMissing, Refused, SearchUnavailable
from hub.search.indexing import AUDIENCES
from hub.search.meili_queries import OLDEST, SCHEMA, SETTINGS

WRITE_TIME = 30  # seconds for one request of a writer
TASK_TIME = 600  # seconds for a batch's work on the server
MAX_WAITING = 8  # requests of a batch that the server may not have worked off yet
PAGE = 5000  # documents
AT_ONCE = 100  # questions of a process under way, those included that nobody waits for any more
GRACE = 0.05  # seconds, so that the client's own words are heard where it ends by itself
REFUSED = "invalid_request"  # the kind of a task's error whose cause is what was sent
MISSING = "index_not_found"

# what the client lets through where an answer is cut short or is not what it should be
BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError)

T = TypeVar("T")
_left = threading.BoundedSemaphore(AT_ONCE)


def ask(url: str, key: str, asked: list[dict[str, Any]], limit: float) -> object:
    """Put several questions in one request, in ``limit`` seconds, connecting included.

    Raises:
        SearchUnavailable: there is no answer in time, or none that can be read.
    """
    # A client of its own for each request, as one client must not be used by two threads at once.
    client = Client(url, key, timeout=(limit * 0.4, limit * 0.6))  # type: ignore[arg-type]
    with _translated():
        return _within(limit, lambda: client.multi_search(asked))


def _within(limit: float, act: Callable[[], T]) -> T:
    """Do something in ``limit`` seconds, or leave it to itself: the client bounds each piece of an answer, not their sum.

    Raises:
        SearchUnavailable: it takes longer, or too many were left to themselves.
    """
    if not _left.acquire(blocking=False):
        raise SearchUnavailable("the search server does not finish its answers")
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(act())
        except BaseException as error:
            done.set_exception(error)
        finally:
            _left.release()

    threading.Thread(target=run, name="search-server", daemon=True).start()
    try:
        return done.result(limit + GRACE)
    except TimeoutError as error:
        raise SearchUnavailable("the search server's answer is too slow") from error


class Remote:
    """One index on the server as a writer sees it; every error is a ``SearchUnavailable`` in plain words."""

    def __init__(self, url: str, key: str, index: str) -> None:
        if not key:
            raise SearchUnavailable("HUB_SEARCH_ADMIN_KEY is not set, so the search server cannot be written")
        self.index = index
        self._client = Client(url, key, timeout=WRITE_TIME)
        self._tasks: deque[int] = deque()

    def check(self) -> None:
        """Return when the server is new enough and holds the index."""
        with _translated():
            self._client.get_raw_index(self.index)
        if wrong := too_old(self.version()):
            raise SearchUnavailable(wrong)

    def version(self) -> str:
        """Tell the server's version."""
        with _translated():
            return str(self._client.get_version()["pkgVersion"])

    def names(self) -> list[str]:
        """List the server's indexes."""
        with _translated():
            return [str(one["uid"]) for one in self._client.http.get("indexes?limit=10000")["results"]]

    def versions(self) -> dict[str, str]:
        """Map every document's id to its fingerprint."""
        found: dict[str, str] = {}
        with _translated():
            while True:
                asked = {"fields": ["id", "version"], "offset": len(found), "limit": PAGE}
                page = self._client.http.post(f"indexes/{self.index}/documents/fetch", asked)["results"]
                found.update((str(one["id"]), str(one["version"])) for one in page)
                if len(page) < PAGE:
                    return found

    def create(self) -> None:
        """Make the index, empty, with its settings."""
        if wrong := too_old(self.version()):
            raise SearchUnavailable(wrong)
        with _translated():
            self._note(self._client.create_index(self.index, {"primaryKey": "id"}).task_uid)
            self._note(self._client.index(self.index).update_settings(dict(SETTINGS)).task_uid)
        self.wait()

    def put(self, lines: bytes) -> None:
        """Send documents, one line each."""
        with _translated():
            sent = self._client.index(self.index).add_documents_raw(lines, "id", "application/x-ndjson")
        self._note(sent.task_uid)
        self.wait(MAX_WAITING)

    def delete(self, ids: list[str]) -> None:
        """Send ids whose documents shall go."""
        with _translated():
            # The client's own way to do so warns that it will be gone, and has no other one for ids.
            sent = self._client.http.post(f"indexes/{self.index}/documents/delete-batch", ids)
            self._note(sent["taskUid"])

    def take_the_place_of(self, index: str) -> None:
        """Swap the two indexes in one step, then delete the older."""
        with _translated():
            if index not in self.names():
                self._note(self._client.create_index(index, {"primaryKey": "id"}).task_uid)
            self._note(self._client.swap_indexes([{"indexes": [index, self.index]}]).task_uid)
        self.wait()
        self.drop(self.index)

    def drop(self, index: str) -> None:
        """Delete an index."""
        with _translated():
            self._note(self._client.delete_index(index).task_uid)
        self.wait()

    def _note(self, task: int) -> None:
        self._tasks.append(task)

    def wait(self, most: int = 0) -> None:
        """Wait until at most ``most`` tasks are left to the server and all others have succeeded."""
        until = time.monotonic() + TASK_TIME
        while len(self._tasks) > most:
            self._finish(self._tasks.popleft(), until)

    def _finish(self, uid: int, until: float) -> None:
        pause = 0.002
        while True:
            with _translated():
                task = self._client.get_task(uid)
            if task.status == "succeeded":
                return
            if task.status not in ("enqueued", "processing"):
                raise _failed(task.error or {}, task.status)
            if time.monotonic() > until:
                raise SearchUnavailable(f"the search server's task took more than {TASK_TIME} s")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)


def _failed(error: Mapping[str, Any], status: str) -> HubError:
    """Say whose fault a failed task is: the server's, or that of what was sent, which would fail for ever."""
    words = f"the search server did not do its task: {error.get('message', status)}"
    if error.get("code") == MISSING:
        return IndexMissing(words)
    return Refused(words) if error.get("type") == REFUSED else SearchUnavailable(words)


def too_old(version: str) -> str:
    """Say that a server of this version cannot be used; empty if it can."""
    with suppress(ValueError):
        if tuple(int(number) for number in version.split(".")[:2]) >= OLDEST:
            return ""
    return (
        f"the search server is Meilisearch {version}; {'.'.join(map(str, OLDEST))} is the oldest that will do"
    )


def problems(config: Config) -> list[str]:
    """Say in plain words what is wrong with the search server and its keys; nothing where none is set or all is well."""
    if not config.search_url:
        return []
    indexes = [f"{index_base(config, audience)}-v{SCHEMA}" for audience in AUDIENCES]
    found: list[str] = []
    try:
        found += filter(
            None, [too_old(Remote(config.search_url, config.search_admin_key, indexes[0]).version())]
        )
    except SearchUnavailable as error:
        found.append(str(error))
    if not config.search_key:
        return [*found, "HUB_SEARCH_KEY is not set"]
    asked = [{"indexUid": one, "q": "", "limit": 0} for one in indexes]
    try:
        ask(config.search_url, config.search_key, asked, 2)
    except SearchUnavailable as error:
        found.append(f"HUB_SEARCH_KEY cannot search: {error}")
    client = Client(config.search_url, config.search_key, timeout=2)
    if any(_may_write(client, one) for one in indexes):
        found.append("HUB_SEARCH_KEY may write to the search server; it should only be allowed to search")
    return found


def index_base(config: Config, audience: Audience) -> str:
    """The name of an audience's index on the server, without its form."""
    return f"{config.search_index}-{audience}"


def _may_write(client: Client, index: str) -> bool:
    """Try to delete a document that is not there, which does no harm where it is allowed."""
    try:
        client.index(index).delete_document("0")
    except (MeilisearchError, *BROKEN):
        return False
    return True


@contextmanager
def _translated() -> Iterator[None]:
    """Say in the domain's words that the server is away, slow, refuses, or answers nonsense."""
    try:
        yield
    except MeilisearchError as error:
        kind = IndexMissing if getattr(error, "code", None) == MISSING else SearchUnavailable
        raise kind(f"the search server cannot be used: {error.message}") from error
    except BROKEN as error:
        raise SearchUnavailable(f"the search server's answer is not understood: {error!r}") from error
