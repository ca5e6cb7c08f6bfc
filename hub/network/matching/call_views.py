"""The pages of calls for partners: the list, a call with its answers, publishing one, and the curators' list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts import current_actor
from hub.accounts.views import person
from hub.database import db, now, transaction
from hub.directory import tasks, vocabularies
from hub.directory.models import ID_LENGTH, Organization
from hub.directory.states import Safety, Status
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import LANGUAGES, PREFIX, language
from hub.network.connections.first_contact import leads_elsewhere
from hub.network.connections.permissions import POLICY as CONNECTING
from hub.network.matching import call_answers, call_queries, calls
from hub.network.matching.call_models import ANSWER, TEXT, TITLE, Call
from hub.network.matching.call_schemas import ABOUT, LONGEST, checked, checked_change
from hub.network.matching.permissions import POLICY
from hub.network.matching.views import own_organization, page_asked
from hub.permissions import allows, require
from hub.web import is_off, limiter, rate, show

pages = Blueprint("calls", __name__)
CALL = f"{PREFIX}/calls/<int(max=2147483647):call_id>"
OWN = f"{PREFIX}/my-organizations/<organization_id>/calls"
VOCABULARIES = {"theme": "theme", "country": "country", "service": "service"}  # of the filters


@pages.get(f"{PREFIX}/calls")
@limiter.limit(rate("search_rate"), exempt_when=is_off("search_rate"))
def list_() -> ResponseReturnValue:
    """List the open calls that the visitor may see."""
    chosen = _filters()
    found = call_queries.listed(db.session, current_actor(), chosen, page_asked())
    return show(
        "calls/list.html",
        found=found,
        chosen=chosen,
        publish_at=_publish_at(),
        terms=vocabularies.current(),
        options={name: tasks.options(vocabulary, language()) for name, vocabulary in VOCABULARIES.items()},
        address=lambda page: _list_address(chosen, page),
    )


def _publish_at() -> str:
    """Where a call is published: at once for who acts for one organization, else by way of one's organizations."""
    mine = [one for one, part in current_actor().organizations.items() if part in call_queries.ACTING]
    return url_for("calls.own", organization_id=mine[0]) if len(mine) == 1 else url_for("own.organizations")


@pages.get(f"{PREFIX}/calls.atom")
@limiter.limit(rate("search_rate"), exempt_when=is_off("search_rate"))
def feed() -> Response:
    """Give the latest public calls as an Atom feed (RFC 4287)."""
    found = call_queries.feed(db.session)
    response = make_response(render_template("calls/feed.xml", found=found, terms=vocabularies.current()))
    response.mimetype = "application/atom+xml"
    return response


@pages.get(CALL)
def one(call_id: int) -> ResponseReturnValue:
    """Show a call."""
    return _call_page(call_id)


@pages.post(f"{CALL}/answer")
def answer(call_id: int) -> ResponseReturnValue:
    """Answer a call for one of one's organizations."""
    actor = person()
    call_queries.one(db.session, actor, call_id)
    chosen = request.form.get("organization", "")[:ID_LENGTH]
    if chosen not in actor.organizations:
        return _call_page(call_id, {"organization": [_("Choose an organization.")]}, 422)
    try:
        with transaction() as session:
            organization = session.get_one(Organization, chosen)
            text = request.form.get("answer", "")
            call_answers.answer(session, actor, _held(session, call_id), organization, text)
    except Invalid as error:
        return _call_page(call_id, error.messages, 422)
    return redirect(url_for("calls.one", call_id=call_id, answered=1), 303)


@pages.post(f"{CALL}/report")
def report(call_id: int) -> ResponseReturnValue:
    """Tell the curators that something is wrong with a call."""
    actor = person()
    call_queries.one(db.session, actor, call_id)
    try:
        with transaction() as session:
            calls.report(session, actor, _held(session, call_id), request.form.get("report", ""))
    except Invalid as error:
        return _call_page(call_id, error.messages, 422)
    return redirect(url_for("calls.one", call_id=call_id, reported=1), 303)


@pages.route(f"{CALL}/edit", methods=("GET", "POST"))
def edit(call_id: int) -> ResponseReturnValue:
    """Show the form of a call's text and last day, or change them."""
    actor = person()
    call = call_queries.one(db.session, actor, call_id).call
    require(POLICY, "call:edit", actor, call)
    if call.state not in calls.LIVING or call.deadline < now().date():
        raise Conflict("the call has ended")
    if request.method == "GET":
        return _edit_form(call, {"text": call.text, "deadline": call.deadline.isoformat()})
    typed = {name: request.form.get(name, "").strip() for name in ("text", "deadline")}
    try:
        with transaction() as session:
            held = _held(session, call_id)
            calls.edit(session, actor, held, checked_change(typed, held.deadline))
    except Invalid as error:
        return _edit_form(db.session.get_one(Call, call_id), typed, error.messages, 422)
    flash(_("Saved."))
    return redirect(url_for("calls.one", call_id=call_id), 303)


@pages.post(f"{CALL}/withdraw")
def withdraw(call_id: int) -> ResponseReturnValue:
    """Take a call back."""
    actor = person()
    organization_id = call_queries.one(db.session, actor, call_id).call.organization_id
    with transaction() as session:
        calls.withdraw(session, actor, _held(session, call_id))
    flash(_("Withdrawn. The call is shown to nobody else any more."))
    return redirect(url_for("calls.own", organization_id=organization_id), 303)


@pages.get(OWN)
def own(organization_id: str) -> ResponseReturnValue:
    """List an organization's own calls."""
    organization = own_organization(organization_id)
    found, answers = call_queries.own(db.session, organization_id, page_asked())
    return show(
        "calls/own.html",
        organization=organization,
        found=found,
        answers=answers,
        today=now().date(),
        may_publish=allows(POLICY, "call:publish", person(), organization),
        may_read=allows(POLICY, "call:withdraw", person(), organization),
        address=lambda page: url_for("calls.own", organization_id=organization_id, page=page),
    )


@pages.route(f"{OWN}/new", methods=("GET", "POST"))
def new(organization_id: str) -> ResponseReturnValue:
    """Show the form of a call, or publish what it sends."""
    organization = own_organization(organization_id)
    if organization.status is not Status.PUBLISHED:
        raise NotFound(organization_id)
    typed = _typed() if request.method == "POST" else {"language": language(), "audience": "members"}
    if request.method == "GET":
        return _form(organization, typed)
    try:
        values = checked(typed)
        with transaction() as session:
            held = session.get_one(Organization, organization_id)
            call_id = calls.publish(session, person(), held, values).id
    except Invalid as error:
        return _form(own_organization(organization_id), typed, error.messages, 422)
    return redirect(url_for("calls.one", call_id=call_id, published=1), 303)


def _held(session: orm.Session, call_id: int) -> Call:
    """A call that nobody else changes, answers or reports until the commit: two clicks at once are two in a row."""
    return session.get_one(Call, call_id, with_for_update=True)


def _list_address(chosen: Mapping[str, Any], page: int) -> str:
    return url_for("calls.list_", **{**chosen, "page": page})


def _filters() -> dict[str, str]:
    """What the address chooses of the filters; what no vocabulary holds is left out."""
    terms = vocabularies.current()
    asked = {name: request.args.get(name, "") for name in VOCABULARIES}
    return {name: value for name, value in asked.items() if value and (VOCABULARIES[name], value) in terms}


def _typed() -> dict[str, Any]:
    form = request.form
    texts = {
        name: form.get(name, "").strip() for name in ("title", "text", "language", "audience", "deadline")
    }
    lists = {name: [one for one in form.getlist(name) if one] for name in ABOUT if name != "language"}
    return {**texts, **lists}


def _form(
    organization: Organization,
    typed: Mapping[str, Any],
    messages: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    return show(
        "calls/new.html",
        status=status,
        organization=organization,
        typed=typed,
        messages=messages or {},
        options={name: tasks.options(vocabulary, language()) for name, (vocabulary, _most) in ABOUT.items()},
        spoken=LANGUAGES,
        is_protected=organization.safety is Safety.PROTECTED,
        least=now().date(),
        most=now().date() + LONGEST,
        lengths={"title": TITLE, "text": TEXT},
    )


def _edit_form(
    call: Call,
    typed: Mapping[str, Any],
    messages: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    return show(
        "calls/edit.html",
        status=status,
        call=call,
        typed=typed,
        messages=messages or {},
        least=min(call.deadline, now().date() + timedelta(days=1)),
        most=max(call.deadline, call.created_at.date() + LONGEST),
        lengths={"text": TEXT},
    )


def _call_page(
    call_id: int, messages: Mapping[str, list[str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    actor = current_actor()
    found = call_queries.one(db.session, actor, call_id, page_asked())
    is_running = found.call.state == "open" and found.call.deadline >= now().date()
    return show(
        "calls/call.html",
        status=status,
        found=found,
        call=found.call,
        terms=vocabularies.current(),
        answering=call_queries.may_answer(db.session, actor, found.call) if is_running else [],
        answered=call_queries.answered(db.session, actor, found.call),
        is_running=is_running,
        today=now().date(),
        may_ask=allows(CONNECTING, "connection:ask", actor, found.call.organization_id),
        may_withdraw=found.call.state in calls.LIVING and allows(POLICY, "call:withdraw", actor, found.call),
        may_report=allows(POLICY, "call:report", actor, found.call),
        may_decide=allows(POLICY, "call:decide", actor, found.call),
        messages=messages or {},
        typed=request.form,
        most=ANSWER,
        first_note=_first_note(found.call.title),
        address=lambda page: url_for("calls.one", call_id=call_id, page=page),
    )


def _first_note(title: str) -> str:
    """What a request for a connection says to who answered a call; without a title that would not be let through."""
    if leads_elsewhere(title):
        return str(_("You answered our call for partners."))
    return str(_("You answered our call for partners “%(call)s”.", call=title))
