"""Work to be done after a commit: rows written in the same transaction as the change, and the workers that do it.

A job is (topic, key): "make the index agree about organization X". Handlers look at the present state, so doing a job
twice, or late, does no harm; a row goes only when its work was done, and only the rows claimed for it: what is noted
while a handler works stays for the next round. Any number of workers on any hosts share the work; see ``claims``.

A key that fails is put off, longer each time, and in the end is a dead letter for an operator (`hub jobs`). A handler
that finds its engine or server away raises ``Unavailable``: that is no key's fault, and the lane waits some seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from hub.database import now
from hub.outbox.claims import MAX_ATTEMPTS, enqueue
from hub.outbox.models import Job, Lane, Presence, Schedule
from hub.outbox.schedules import clear_presences, tick
from hub.outbox.topics import Handler, Recurrence, Registry, Topic, registry
from hub.outbox.waiting import dead, drop, last_sign, listed, pending, release, retry
from hub.outbox.working import Worker, drain, work_once

__all__ = [
    "BATCH", "MAX_ATTEMPTS", "Handler", "Job", "Lane", "Presence", "Schedule", "Worker", "dead", "drain", "drop",
    "enqueue", "every", "init_app", "last_sign", "listed", "now", "pending", "register", "release", "retry",
    "tick", "work_once",
]  # fmt: skip

BATCH = 5000  # jobs done in one go


def init_app(app: Flask) -> None:
    """Give the app its table of handlers, with one schedule in it: forgetting workers that ended without a word."""
    app.extensions["outbox"] = Registry()
    every(app, "clear-workers", timedelta(days=1), clear_presences)


def register(
    app: Flask, topic: str, handler: Handler, *, lane: str = "", is_exclusive: bool = True, batch: int = BATCH
) -> None:
    """Have ``handler`` do the jobs of ``topic``; it gets distinct keys, oldest first.

    It may raise: ``Unavailable`` puts the whole lane off for a moment; after anything else the batch is taken apart
    until the keys that fail stand alone, and the others are done. A handler that knows what failed returns it instead,
    by key, and nothing is tried twice: ``Refused`` is a dead letter at once, ``Unavailable`` leaves its key as it was.

    Topics that name the same ``lane`` exclude each other, so that nothing older is written over something newer; by
    default a topic has one to itself. With ``is_exclusive=False`` any number of workers do a topic at once.
    """
    registry(app).topics[topic] = Topic(topic, handler, lane or topic, is_exclusive, batch)


def every(
    app: Flask,
    name: str,
    interval: timedelta,
    handler: Callable[[], object],
    *,
    after_midnight: timedelta = timedelta(),
    lane: str = "",
) -> None:
    """Have ``handler`` run once in each ``interval``, by one worker of all; ``name`` is its topic too.

    What was missed while no worker ran is done once. A run that fails is tried again like any job. Work upon many
    things notes a job for each rather than doing it all::

        def remind() -> None:
            with transaction() as session:
                enqueue(session, "reconfirm", *queries.unconfirmed_since(now() - timedelta(days=365)))

        outbox.every(app, "reconfirm-all", timedelta(days=1), remind, after_midnight=timedelta(hours=4))
        outbox.register(app, "reconfirm", notices.ask_to_confirm)  # looks again, and mails through hub.mail
    """
    registry(app).schedules[name] = Recurrence(interval, after_midnight)
    register(app, name, lambda keys: _run(handler), lane=lane)


def _run(handler: Callable[[], object]) -> None:
    handler()
