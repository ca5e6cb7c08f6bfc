"""What an app can do with its jobs: topics with their handlers, and the schedules that note jobs by the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask

Handler = Callable[[Sequence[str]], Mapping[str, Exception] | None]


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of job: its handler, the lane it queues in, and how many jobs it takes in one go."""

    name: str
    handler: Handler
    lane: str
    is_exclusive: bool
    batch: int


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When a schedule is due: every ``interval``, counted from ``after_midnight`` (UTC) on 1 January 1970."""

    interval: timedelta
    after_midnight: timedelta


@dataclass(slots=True)
class Registry:
    """All topics and schedules of one app."""

    topics: dict[str, Topic] = field(default_factory=dict)
    schedules: dict[str, Recurrence] = field(default_factory=dict)


def registry(app: Flask) -> Registry:
    """The registry of ``app``."""
    found: Registry = app.extensions["outbox"]
    return found
