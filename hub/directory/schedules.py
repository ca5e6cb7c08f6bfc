"""What the calendar brings every day: reminders, endings, and what nobody uses any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import orm

from hub import outbox
from hub.database import transaction
from hub.directory import confirming, logos, verification, waiting

Due = Callable[..., list[str]]  # (session, *keys): what is due, of ``keys`` where any are named
Act = Callable[[orm.Session, str], object]
NIGHT = timedelta(hours=4)

# topic -> what is due every day, and what is done with each
DAILY: dict[str, tuple[Due, Act]] = {
    "remind-applicant": (waiting.to_remind, waiting.remind),
    "close-case": (waiting.to_close, waiting.close),
    "warn-of-verification": (verification.to_warn, verification.warn),
    "end-verification": (verification.to_end, verification.end),
    "warn-of-hotline": (confirming.hotlines_to_warn_of, confirming.warn_of_hotline),
    "hide-hotline": (confirming.hotlines_to_hide, confirming.hide_hotline),
    "ask-to-confirm": (confirming.to_ask, confirming.ask),
}


def init_app(app: Flask) -> None:
    """Have the worker look every night."""
    for topic, (due, act) in DAILY.items():
        outbox.register(app, topic, partial(_do, due, act))
        outbox.every(
            app, f"find-{topic}", timedelta(days=1), partial(_find, topic, due), after_midnight=NIGHT
        )
    outbox.every(app, "clear-logos", timedelta(days=1), partial(logos.clear, app), after_midnight=NIGHT)


def _find(topic: str, due: Due) -> None:
    with transaction() as session:
        outbox.enqueue(session, topic, *due(session))


def _do(due: Due, act: Act, keys: Sequence[str]) -> None:
    """Look again at each, and act where it is still due; each in a transaction of its own."""
    for key in keys:
        with transaction() as session:
            if due(session, key):
                act(session, key)
