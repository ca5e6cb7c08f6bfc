"""What the hub says of its own decisions: figures for everybody, the audit log for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from hub.accounts import current_actor
from hub.database import db, now
from hub.directory import case_words, curators, journal, naming, openness, vocabularies
from hub.directory.desk_views import DESK, desk
from hub.directory.journal import Entry, LogFilter
from hub.directory.permissions import POLICY
from hub.directory.reasons import TEMPLATES
from hub.directory.wording import differences
from hub.errors import NotFound
from hub.i18n import PREFIX, language
from hub.permissions import allows
from hub.web import show

pages = Blueprint("openness", __name__)

TIMES = {"year": timedelta(days=365), "quarter": timedelta(days=91), "month": timedelta(days=30)}
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST = 120  # characters of a filter


@pages.get(f"{PREFIX}/curation/figures")
def figures() -> ResponseReturnValue:
    """Show how many cases came in, how they were decided, why, and how long it took."""
    asked = request.args.get("time", "year")
    until = now() + timedelta(seconds=1)
    since = until - TIMES[asked] if asked in TIMES else FIRST
    return show(
        "pages/figures.html",
        figures=openness.statistics(db.session, since, until),
        since=since if asked in TIMES else None,
        time=asked if asked in TIMES else "all",
        words=case_words,
        reasons=TEMPLATES,
    )


@desk.get(f"{DESK}/log")
def log() -> ResponseReturnValue:
    """Show the audit log to administrators, newest first; for anybody else there is none."""
    actor = current_actor()
    if not allows(POLICY, "log:read", actor):
        raise NotFound("the audit log")
    asked = log_filter(request.args)
    before = _before(request.args.get("before", ""))
    entries = journal.read(db.session, actor, asked, before)
    return show(
        "desk/log.html",
        entries=entries,
        changes={(one.book, one.id): _changes(one) for one in entries},
        people=curators.names(db.session, (who for one in entries for who in (one.actor, one.subject))),
        names=naming.names({one.organization_id for one in entries if one.organization_id}),
        asked=request.args,
        older=_older(entries, before),
        terms=vocabularies.current(),
    )


def log_filter(args: Mapping[str, str]) -> LogFilter:
    """Read the filters of the log from an address; a day that is none is as if it were not there."""
    texts = {
        name: args.get(name, "").strip()[:LONGEST] or None for name in ("organization_id", "person", "action")
    }
    return LogFilter(
        **texts,
        since=_midnight(args.get("since", "")),
        until=_midnight(args.get("until", ""), after=timedelta(days=1)),
    )


def _older(entries: list[Entry], before: Mapping[str, int]) -> str | None:
    """The address of the page after this one, where this one is full."""
    if (place := journal.following(entries, before)) is None:
        return None
    text = ".".join(str(place.get(book, "")) for book in journal.BOOKS)
    kept = {name: value for name, value in request.args.items() if name != "before" and value}
    return url_for("desk.log") + "?" + urlencode({**kept, "before": text})


def _changes(entry: Entry) -> list[Any]:
    return differences(entry.before or {}, entry.after or {}, language())


def _midnight(text: str, after: timedelta = timedelta(0)) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), UTC) + after
    except (ValueError, OverflowError):
        return None


def _before(text: str) -> dict[str, int]:
    """Read where a page begins, written as one number for each log; what is none is as if it were not there."""
    numbers = zip(journal.BOOKS, text.split("."), strict=False)
    return {book: int(one) for book, one in numbers if one.isascii() and one.isdigit() and len(one) < 18}
