"""Two engines as one: a first that answers as long as it can, and a reserve that answers when it cannot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import structlog

from hub.errors import SearchUnavailable
from hub.search.criteria import Criteria
from hub.search.engine import Answer, Engine, Writer

RESERVE = "reserve"  # the notice of an answer by the reserve
PAUSE = 5.0  # seconds for which a failed engine is not asked

log = structlog.get_logger(__name__)


class Breaker:
    """Remembers, for all threads of a process, that something failed; after a pause one caller may try it again."""

    def __init__(self, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._until: float | None = None

    def lets_through(self) -> bool:
        """Tell whether the caller should ask; whoever is let through reports how it went."""
        with self._lock:
            if self._until is None:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._pause  # this caller tries, the others go on waiting
            return True

    def failed(self) -> bool:
        """Take note of a failure; true if it is the first after a success."""
        with self._lock:
            is_first = self._until is None
            self._until = self._clock() + self._pause
            return is_first

    def succeeded(self) -> bool:
        """Take note of a success; true if it is the first after a failure."""
        with self._lock:
            is_first = self._until is not None
            self._until = None
            return is_first


class ResilientEngine:
    """Asks ``first``, and ``reserve`` while that cannot answer; see ``hub.search.engine.Engine``.

    Both are written one by one, by ``hub.search.indexing``; a batch opened here goes to the first alone.
    """

    def __init__(self, first: Engine, reserve: Engine, breaker: Breaker | None = None) -> None:
        self.name = first.name
        self.first = first
        self.reserve = reserve
        self._breaker = breaker or Breaker()

    def search(self, criteria: Criteria, *, counts: bool = True) -> Answer:
        """Answer the criteria; the notice is RESERVE where the reserve did."""
        if self._breaker.lets_through():
            try:
                answer = self.first.search(criteria, counts=counts)
            except SearchUnavailable as error:
                if self._breaker.failed():
                    log.warning("search goes on with the reserve", engine=self.name, error=str(error))
            else:
                if self._breaker.succeeded():
                    log.info("search engine is back", engine=self.name)
                return answer
        return replace(self.reserve.search(criteria, counts=counts), notice=RESERVE)

    def spelling(self, q: str) -> str | None:
        """Offer what the reserve does, which knows its words."""
        return self.reserve.spelling(q)

    def writing(self) -> AbstractContextManager[Writer]:
        """Open a batch of the first engine."""
        return self.first.writing()

    def rebuilding(self) -> AbstractContextManager[Writer]:
        """Open a batch into a fresh index of the first engine."""
        return self.first.rebuilding()

    def versions(self) -> dict[str, str]:
        """Map the id of every document held by the first engine to its fingerprint."""
        return self.first.versions()
