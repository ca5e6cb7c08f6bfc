"""Claiming an entry, and asking for its correction or removal or reporting it, which needs no account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hub.accounts import limits
from hub.accounts.signing_in import current_actor
from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import answers, case_words, claims, own_queries, queries
from hub.directory.models import ID_LENGTH, Organization
from hub.directory.states import CaseKind
from hub.directory.visibility import Profile
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import PREFIX, language
from hub.web import show

pages = Blueprint("claims", __name__)
ENTRY = f"{PREFIX}/organizations/<slug>"
SENT = "sent"  # in the session: the number of the request just made
# the word in the address: what it is, its title, what is asked, and a hint
REQUESTS: Mapping[str, tuple[CaseKind, Any, Any, Any]] = {
    "correct": (
        CaseKind.CORRECTION,
        _l("Suggest a correction"),
        _l("What is wrong, and what would be right?"),
        _l("If there is a public source for it, give its address."),
    ),
    "report": (
        CaseKind.REPORT,
        _l("Report a problem"),
        _l("What is the problem?"),
        _l("If it puts someone at risk, say so in the first line. You need not say who you are."),
    ),
    "remove": (
        CaseKind.REMOVAL,
        _l("Ask for removal"),
        _l("Why should the entry be taken out?"),
        _l(
            "Say what your part in the organization is. If it puts someone at risk, say so in the first line."
        ),
    ),
}
FIELDS = {"text": _l("Your message"), "contact": _l("E-mail address"), "evidence": _l("Evidence")}


def _entry(slug: str) -> Profile:
    """The entry as the public sees it; one that the public does not see is not there for anybody here."""
    return queries.profile(slug[-ID_LENGTH:])


@pages.get(f"{ENTRY}/claim")
def claim(slug: str) -> ResponseReturnValue:
    """Say how the entry can be claimed by who is signed in."""
    return _claim_page(_entry(slug))


@pages.post(f"{ENTRY}/claim")
def make_claim(slug: str) -> ResponseReturnValue:
    """Claim an entry; a second click leads to what the first one did."""
    entry = _entry(slug)
    actor = person()
    evidence = request.form.get("evidence", "")
    try:
        with transaction() as writing:
            organization = writing.get_one(Organization, entry.id, with_for_update=True)
            held = own_queries.claim_of(writing, actor, entry.id)
            case_id = (held or claims.claim(writing, actor, organization, language(), evidence)).id
    except Invalid as error:
        reasons = [reason for texts in error.messages.values() for reason in texts]
        return _claim_page(entry, {"evidence": [f"{FIELDS['evidence']}: {reasons[0]}"]}, evidence, 422)
    except Conflict:
        refused = _("This entry cannot be claimed, or too many of your claims wait.")
        return _claim_page(entry, {"": [refused]}, evidence, 409)
    return redirect(url_for("own.case", case_id=case_id, sent=1), 303)


def _claim_page(
    entry: Profile,
    messages: Mapping[str, list[str]] | None = None,
    evidence: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    actor = current_actor()
    organization = db.session.get_one(Organization, entry.id)
    return show(
        "claims/claim.html",
        status=status,
        entry=entry,
        way=claims.way(db.session, actor, organization),
        waiting=own_queries.claim_of(db.session, actor, entry.id),
        belongs=entry.id in actor.organizations,
        evidence=evidence,
        messages=messages or {},
    )


@pages.get(f"{ENTRY}/<any(correct,report,remove):what>")
def ask(slug: str, what: str) -> ResponseReturnValue:
    """Show the form of a request."""
    return _request_page(_entry(slug), what)


@pages.post(f"{ENTRY}/<any(correct,report,remove):what>")
def make_request(slug: str, what: str) -> ResponseReturnValue:
    """Put a request before the curators; the same request again, by a second click, is the first one."""
    entry = _entry(slug)
    actor = current_actor()
    text = request.form.get("text", "")
    contact = request.form.get("contact", "").strip() if not actor.is_signed_in else ""
    limits.spend("request", current_app.config["HUB"].request_rate, f"network {request.remote_addr}")
    kind = REQUESTS[what][0]
    try:
        with transaction() as writing:
            organization = writing.get(Organization, entry.id, with_for_update=True)
            if organization is None:
                raise NotFound(entry.id)
            said = text.replace("\0", "").strip()
            case = own_queries.same_request(writing, entry.id, kind, actor.id, said, contact or None)
            if case is None:
                case = claims.request(writing, actor, organization, kind, text, language(), contact or None)
            session[SENT] = case.id
    except Invalid as error:
        messages = answers.wrong_by_input(error.messages, lambda field: str(FIELDS.get(field, field)))
        return _request_page(entry, what, messages, {"text": text, "contact": contact}, 422)
    return redirect(url_for("claims.sent"), 303)


def _request_page(
    entry: Profile,
    what: str,
    messages: Mapping[str, list[str]] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    _kind, title, question, hint = REQUESTS[what]
    return show(
        "claims/request.html",
        status=status,
        entry=entry,
        what=what,
        title=title,
        question=question,
        hint=hint,
        typed=typed or {},
        messages=messages or {},
    )


@pages.get(f"{PREFIX}/request-sent")
def sent() -> ResponseReturnValue:
    """Give the reference number of the request just made from this browser, and of no other."""
    number = session.get(SENT)
    if not isinstance(number, int):
        abort(404)
    return show("claims/sent.html", number=number, words=case_words)
