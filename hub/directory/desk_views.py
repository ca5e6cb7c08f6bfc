"""The curators' desk: its gate, the queue of cases, and taking them. For anybody else there is no desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts import current_actor
from hub.accounts.signing_in import lacks_factor
from hub.database import db
from hub.directory import case_words, cases_queries, curators, naming, vocabularies
from hub.directory.cases_queries import Filter
from hub.directory.models import ID_LENGTH
from hub.directory.permissions import POLICY
from hub.directory.states import CaseKind, CaseState
from hub.errors import NotFound
from hub.i18n import LANGUAGES, PREFIX, language
from hub.permissions import allows
from hub.web import show

desk = Blueprint("desk", __name__)

DESK = f"{PREFIX}/desk"
AGES = (3, 7, 14, 30)  # days
LAST_PAGE = 10_000
KEYS_OFF = "keys_off"  # in the session of who wants no keys of a single letter (WCAG 2.2, 2.1.4)
Word = TypeVar("Word", bound=StrEnum)


@desk.before_request
def for_curators() -> ResponseReturnValue | None:
    """Let curators and administrators in, send who has yet to sign in or to show a second factor there.

    To anybody else there is no desk.
    """
    actor = current_actor()
    if not actor.is_signed_in:
        back = request.full_path.rstrip("?") if request.method == "GET" else url_for("desk.queue")
        return redirect(url_for("security.login", next=back))
    if not allows(POLICY, "case:list", actor):
        if lacks_factor():
            return redirect(url_for("accounts.home"))  # which says what is missing
        raise NotFound("the desk")
    return None


@desk.context_processor
def shared() -> dict[str, Any]:
    """What every page of the desk is given."""
    actor = current_actor()
    return {
        "words": case_words,
        "has_keys": KEYS_OFF not in session,
        "may_merge": allows(POLICY, "duplicate:list", actor),
        "may_audit": allows(POLICY, "log:read", actor),
    }


@desk.get(DESK)
def queue() -> ResponseReturnValue:
    """Show the cases that match the filters, oldest first."""
    wanted = filter_of(request.args)
    found = cases_queries.queue(current_actor(), wanted, page=page_asked())
    return show(
        "desk/queue.html",
        queue=found,
        wanted=wanted,
        counts=cases_queries.counts(current_actor(), wanted),
        people=curators.names(db.session, (row.assignee_id for row in found.rows)),
        curators=curators.everyone(db.session),
        regions=_regions(),
        ages=AGES,
        waiting=cases_queries.waiting(current_actor()),
        about=naming.names([wanted.organization] if wanted.organization else []),
        countries=vocabularies.current().labels("country", language()),
        address=(address := _address(wanted)),
        page_address=lambda number: address(page=number),
        me=current_actor().id,
    )


@desk.post(f"{DESK}/keys")
def keys() -> ResponseReturnValue:
    """Switch the keys of a single letter off or on again."""
    if request.form.get("keys") == "off":
        session[KEYS_OFF] = True
        flash(_("Keyboard shortcuts are off."))
    else:
        session.pop(KEYS_OFF, None)
        flash(_("Keyboard shortcuts are on."))
    return redirect(url_for("desk.queue"))


def filter_of(args: Mapping[str, str]) -> Filter:
    """Read the filters from an address; what is unknown is as if it were not there. Without a state: open cases."""
    state = args.get("state", CaseState.OPEN.value)
    assignee = args.get("assignee", "")
    age = args.get("age", "")
    region = args.get("region", "")
    return Filter(
        organization=args.get("organization", "")[:ID_LENGTH] or None,
        kind=_one_of(CaseKind, args.get("kind", "")),
        state=_one_of(CaseState, state) if state != "all" else None,
        language=args.get("language") if args.get("language") in LANGUAGES else None,
        region=region if ("region", region) in vocabularies.current() else None,
        assignee=curators.number_of(assignee),
        is_mine=assignee == "me",
        is_unassigned=assignee == "nobody",
        older_than_days=int(age) if age in map(str, AGES) else 0,
    )


def _one_of(kind: type[Word], text: str) -> Word | None:
    return kind(text) if text in list(kind) else None


def page_asked() -> int:
    """The page of a list that the address names, within bounds."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _regions() -> Mapping[str, str]:
    """The regions of M49, by name."""
    terms = vocabularies.current().terms.get("region", {})
    named = {key: entry.label(language()) for key, entry in terms.items() if key.isdigit()}
    return dict(sorted(named.items(), key=lambda one: one[1].casefold()))


def _address(wanted: Filter) -> Callable[..., str]:
    """Make the function that gives the address of the queue with some of its filters changed; page 1 unless said."""
    assignee = "me" if wanted.is_mine else "nobody" if wanted.is_unassigned else wanted.assignee
    held = {
        "organization": wanted.organization,
        "kind": wanted.kind,
        "state": (wanted.state or "all") if wanted.state is not CaseState.OPEN else None,
        "age": wanted.older_than_days,
        "language": wanted.language,
        "region": wanted.region,
        "assignee": assignee,
    }

    def address(**changed: object) -> str:
        query = {name: str(value) for name, value in {**held, **changed}.items() if value}
        return url_for("desk.queue") + (f"?{urlencode(query)}" if query else "")

    return address
