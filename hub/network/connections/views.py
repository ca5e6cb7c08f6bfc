"""The pages on which an organization's connections and requests are looked after."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts.views import names, person
from hub.database import db, transaction
from hub.directory.models import Organization
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from hub.i18n import PREFIX
from hub.network.connections import asking, blocks, connecting, queries, reporting, wording
from hub.network.connections.hurdles import PAUSE
from hub.network.connections.lists import Section, listed
from hub.network.connections.models import Connection, ConnectionRequest
from hub.network.connections.permissions import POLICY
from hub.network.connections.states import ConnectionState, RequestState
from hub.network.messages import queries as messages
from hub.permissions import Actor, allows
from hub.web import show

pages = Blueprint("connections", __name__)
HOME = f"{PREFIX}/my-organizations/<organization_id>/connections"
NUMBER = "int(max=2147483647)"  # as large as the columns
REQUEST = f"{HOME}/requests/<{NUMBER}:request_id>"
CONNECTION = f"{HOME}/<{NUMBER}:connection_id>"
ANSWERS: dict[str, Callable[[orm.Session, Actor, ConnectionRequest], object]] = {
    "accept": connecting.accept,
    "decline": connecting.decline,
    "ignore": connecting.ignore,
    "withdraw": connecting.withdraw,
}


def reader(organization_id: str) -> Actor:
    """Who is signed in, if they may see the connections of this organization; for anybody else there is no such page."""
    actor = person()
    if not allows(POLICY, "connection:list", actor, organization_id):
        raise NotFound("organization")
    return actor


@pages.get(HOME)
def home(organization_id: str) -> ResponseReturnValue:
    """List an organization's connections, the requests it got and made, and what is over."""
    actor = reader(organization_id)
    asked = request.args.get("show", "")
    section = Section(asked) if asked in list(Section) else Section.LIVING
    found = listed(db.session, organization_id, section, request.args.get("page", 1, type=int))
    connections = [row.thing.id for row in found.rows if row.is_connection]
    return show(
        "connections/home.html",
        organization_id=organization_id,
        name=names([organization_id]).get(organization_id, ""),
        found=found,
        unread=messages.unread(db.session, actor, connections),
        section=section,
        address=lambda page: url_for(".home", organization_id=organization_id, show=section, page=page),
        words=wording,
        may_choose=allows(POLICY, "connection:choose_askers", actor, organization_id),
    )


@pages.get(REQUEST)
def request_(organization_id: str, request_id: int) -> ResponseReturnValue:
    """Show a request to one of its two sides."""
    reader(organization_id)
    return _request_page(organization_id, _request(organization_id, request_id))


def _request(organization_id: str, request_id: int) -> ConnectionRequest:
    """A request that this organization made or got."""
    found = connecting.request_of(db.session, person(), request_id)
    if organization_id not in (found.asker_id, found.asked_id) or not queries.arrived(found, organization_id):
        raise NotFound(f"request {request_id}")
    return found


def _request_page(
    organization_id: str,
    found: ConnectionRequest,
    status: int = 200,
    errors: dict[str, list[str]] | None = None,
) -> ResponseReturnValue:
    actor = person()
    is_mine = found.asker_id == organization_id
    other_id = found.other(organization_id)
    is_open = found.state is RequestState.OPEN
    connection = queries.connection_of(db.session, found.asker_id, found.asked_id)
    return show(
        "connections/request.html",
        status=status,
        organization_id=organization_id,
        name=names([organization_id]).get(organization_id, ""),
        found=found,
        is_mine=is_mine,
        answer=None if is_mine else found.answer,  # the asker's page does not know
        other=queries.parties([other_id]).get(other_id),
        connection=connection,
        words=wording,
        may_answer=not is_mine and is_open and allows(POLICY, "request:accept", actor, found),
        pause_days=PAUSE.days,
        may_withdraw=is_mine and is_open and allows(POLICY, "request:withdraw", actor, found),
        may_block=allows(POLICY, "connection:block", actor, organization_id),
        messages=errors or {},
        typed=request.form,
    )


@pages.post(REQUEST)
def answer(organization_id: str, request_id: int) -> ResponseReturnValue:
    """Accept, decline, ignore or withdraw; a second click finds it done."""
    actor = reader(organization_id)
    act = request.form.get("act", "")
    if act not in ANSWERS:
        abort(400)
    asked = _request(organization_id, request_id)
    _require_side(organization_id, asked.asker_id if act == "withdraw" else asked.asked_id)
    try:
        with transaction() as session:
            made = ANSWERS[act](session, actor, connecting.request_of(session, actor, request_id))
            number = made.id if isinstance(made, Connection) else None
    except Conflict:
        flash(_("This was settled in the meantime. Nothing was changed."), "error")
        return redirect(_request_address(organization_id, request_id), 303)
    if number is not None:
        flash(_("You are connected now."))
        return redirect(url_for(".connection", organization_id=organization_id, connection_id=number), 303)
    flash(_("Saved. The other side is not told.") if act != "withdraw" else _("The request is withdrawn."))
    section = Section.ASKED if act == "withdraw" else Section.RECEIVED
    return redirect(url_for(".home", organization_id=organization_id, show=section), 303)


@pages.post(f"{REQUEST}/report")
def report(organization_id: str, request_id: int) -> ResponseReturnValue:
    """Report a request to the curators; the one who asked is not told."""
    actor = reader(organization_id)
    found = _request(organization_id, request_id)
    _require_side(organization_id, found.asked_id)
    try:
        with transaction() as session:
            reporting.report_request(
                session,
                actor,
                connecting.request_of(session, actor, request_id),
                request.form.get("text", ""),
            )
    except Invalid as error:
        return _request_page(organization_id, found, 422, error.messages)
    flash(_("The curators will look at it. The other side is not told."))
    return redirect(_request_address(organization_id, request_id), 303)


def _require_side(organization_id: str, side: str) -> None:
    """Who belongs to both sides acts on each from its own pages."""
    if organization_id != side:
        raise Forbidden("this is for the other side")


def _request_address(organization_id: str, request_id: int) -> str:
    return url_for(".request_", organization_id=organization_id, request_id=request_id)


@pages.get(CONNECTION)
def connection(organization_id: str, connection_id: int) -> ResponseReturnValue:
    """Show a connection, living or ended, to one of its two sides."""
    actor = reader(organization_id)
    found = held(organization_id, connection_id)
    asked = db.session.get(ConnectionRequest, found.request_id) if found.request_id else None
    other_id = found.other(organization_id)
    return show(
        "connections/connection.html",
        organization_id=organization_id,
        name=names([organization_id]).get(organization_id, ""),
        found=found,
        asked=asked,
        other=queries.parties([other_id]).get(other_id),
        is_living=found.state is ConnectionState.LIVING,
        words=wording,
        may_act=allows(POLICY, "connection:end", actor, found)
        and allows(POLICY, "connection:block", actor, organization_id),
    )


def held(organization_id: str, connection_id: int) -> Connection:
    """A connection of this organization."""
    found = connecting.connection_of(db.session, person(), connection_id)
    if organization_id not in found.sides:
        raise NotFound(f"connection {connection_id}")
    return found


@pages.post(CONNECTION)
def change(organization_id: str, connection_id: int) -> ResponseReturnValue:
    """End a connection, or say whether it may be shown; a second click finds it done."""
    actor = reader(organization_id)
    act = request.form.get("act", "")
    if act not in ("end", "show", "hide"):
        abort(400)
    held(organization_id, connection_id)
    with transaction() as session:
        found = connecting.connection_of(session, actor, connection_id)
        if act != "end":
            connecting.show(session, actor, found, organization_id, act == "show")
        elif found.state is ConnectionState.LIVING:
            connecting.end(session, actor, found, organization_id)
    flash(_("The connection has ended.") if act == "end" else _("Saved."))
    address = url_for(".connection", organization_id=organization_id, connection_id=connection_id)
    return redirect(address, 303)


@pages.route(f"{HOME}/settings", methods=("GET", "POST"))
def settings(organization_id: str) -> ResponseReturnValue:
    """Choose who may ask, and look after what is blocked."""
    actor = reader(organization_id)
    messages: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            _change_settings(actor, organization_id)
        except Invalid as error:
            messages = error.messages
        else:
            flash(_("Saved."))
            return redirect(url_for(".settings", organization_id=organization_id), 303)
    organization = db.session.get_one(Organization, organization_id)
    blocked = queries.blocked(db.session, organization_id)
    return show(
        "connections/settings.html",
        status=422 if messages else 200,
        organization_id=organization_id,
        name=organization.name,
        askers=queries.askers_of(db.session, organization),
        blocked=blocked,
        others=queries.parties(one.blocked_id for one in blocked),
        words=wording,
        may_choose=allows(POLICY, "connection:choose_askers", actor, organization_id),
        messages=messages,
    )


def _change_settings(actor: Actor, organization_id: str) -> None:
    with transaction() as session:
        if "unblock" in request.form:
            blocks.lift(session, actor, organization_id, request.form["unblock"])
        else:
            asking.choose_askers(session, actor, organization_id, request.form.get("askers", ""))
