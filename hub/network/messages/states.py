"""The states of a thread, and the steps between them."""

from __future__ import annotations

from enum import StrEnum

from hub.workflow import step


class ThreadState(StrEnum):
    """Whether anything more is written in a thread."""

    OPEN = "open"
    CLOSED = "closed"


THREAD_STEPS = {
    "close": step(ThreadState.OPEN, reaches=ThreadState.CLOSED),
    "reopen": step(ThreadState.CLOSED, reaches=ThreadState.OPEN),
}
