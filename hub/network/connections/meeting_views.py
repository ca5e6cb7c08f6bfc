"""The pages that lead from an entry of the directory to a connection: asking, blocking, and the buttons in mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import orm

from hub.accounts.signing_in import current_actor
from hub.accounts.views import names, person
from hub.database import db, transaction
from hub.directory import queries as directory
from hub.directory.audiences import audience_of, widest
from hub.directory.models import ID_LENGTH, Organization
from hub.directory.states import Status
from hub.directory.visibility import Profile
from hub.errors import Forbidden, Invalid, NotFound
from hub.i18n import PREFIX
from hub.network.connections import asking, blocks, buttons, connecting, queries, wording
from hub.network.connections.hurdles import Hindered, Hurdle, hurdle
from hub.network.connections.models import NOTE
from hub.network.connections.permissions import ACTING, READING
from hub.network.connections.states import RequestState
from hub.permissions import Actor
from hub.web import show

pages = Blueprint("meeting", __name__)
ENTRY = f"{PREFIX}/organizations/<slug>"
MOST = 10  # organizations of a person that can be chosen from
Messages = Mapping[str, list[str]]


def panel(session: orm.Session, actor: Actor, profile: Profile) -> Markup:
    """What stands between the reader's organizations and this one, beside its profile."""
    if profile.id in actor.organizations or (not actor.organizations and profile.is_claimable):
        return Markup()
    mine = _published(session, actor, READING)
    return Markup(  # noqa: S704 - a template of ours
        render_template(
            "connections/_panel.html",
            profile=profile,
            known=queries.between(session, list(mine), profile.id) if mine else [],
            names=mine,
            acting={one for one, part in actor.organizations.items() if part in ACTING},
        )
    )


def _published(session: orm.Session, actor: Actor, parts: Sequence[str]) -> dict[str, str]:
    """The names of the actor's published organizations in which they play one of ``parts``, by their ids."""
    ids = [one for one, part in actor.organizations.items() if part in parts]
    if not ids:
        return {}
    asked = sa.select(Organization.id, Organization.name).where(
        Organization.id.in_(ids), Organization.status == Status.PUBLISHED
    )
    return {row.id: row.name for row in session.execute(asked.order_by(Organization.name).limit(MOST))}


def _entry(slug: str, actor: Actor) -> Profile:
    """The entry as the actor may see it; of any other there is no such page."""
    return directory.profile(slug[-ID_LENGTH:], widest(audience_of(db.session, actor)))


@pages.get(f"{ENTRY}/connect")
def connect(slug: str) -> ResponseReturnValue:
    """Show the form with which an organization asks another for a connection, or why it cannot."""
    return _connect_page(_entry(slug, person()))


@pages.post(f"{ENTRY}/connect")
def ask(slug: str) -> ResponseReturnValue:
    """Ask for a connection; a second click leads to what the first one did."""
    actor = person()
    entry = _entry(slug, actor)
    mine = request.form.get("organization", "")
    try:
        with transaction() as session:
            made = asking.ask(
                session,
                actor,
                mine,
                entry.id,
                request.form.get("purpose", ""),
                request.form.get("note", ""),
                _day(request.form.get("reply_by", "")),
            )
            is_met, number = made.state is RequestState.ACCEPTED, made.id
    except Invalid as error:
        return _connect_page(entry, error.messages, 422)
    except Hindered:
        return _connect_page(entry, status=409)
    if is_met:
        flash(_("The other organization had asked too: you are connected now."))
        return redirect(url_for("connections.home", organization_id=mine), 303)
    flash(_("Your request is on its way."))
    return redirect(url_for("connections.request_", organization_id=mine, request_id=number), 303)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise Invalid({"reply_by": [_("Choose a day within the next three months.")]}) from error


def _connect_page(entry: Profile, messages: Messages | None = None, status: int = 200) -> ResponseReturnValue:
    actor = person()
    mine = _published(db.session, actor, ACTING)
    mine.pop(entry.id, None)
    return show(
        "connections/ask.html",
        status=status,
        entry=entry,
        mine=mine,
        hurdles=_hurdles(actor, list(mine), entry.id),
        belongs=bool(actor.organizations),
        words=wording,
        messages=messages or {},
        typed=request.form if request.method == "POST" else _suggested(),
    )


def _suggested() -> dict[str, str]:
    """What a link fills in beforehand; nothing is sent until the form is."""
    return {name: request.args.get(name, "")[:NOTE] for name in ("organization", "purpose", "note")}


def _hurdles(actor: Actor, mine: Sequence[str], other_id: str) -> dict[str, Hurdle | None]:
    """What keeps each of these organizations from asking; None for those that may."""
    asked = db.session.get_one(Organization, other_id)
    return {one: hurdle(db.session, actor, db.session.get_one(Organization, one), asked) for one in mine}


@pages.route(f"{ENTRY}/block", methods=("GET", "POST"))
def block(slug: str) -> ResponseReturnValue:
    """Block an organization on behalf of one's own; it is not told."""
    actor = person()
    entry = _entry(slug, actor)
    mine = _published(db.session, actor, ACTING)
    mine.pop(entry.id, None)
    if not mine:
        raise NotFound(slug)
    if request.method == "POST":
        chosen = request.form.get("organization", "")
        if chosen not in mine:
            raise Forbidden("not acting for this organization")
        with transaction() as session:
            blocks.block(session, actor, chosen, entry.id)
        flash(_("Blocked. The other organization is not told."))
        return redirect(url_for("connections.settings", organization_id=chosen), 303)
    return show("connections/block.html", entry=entry, mine=mine, messages={})


@pages.get(f"{PREFIX}/connection-answers/<button>")
def see_button(button: str) -> ResponseReturnValue:
    """Show the one button that a link in a mail stands for; nothing happens until it is pressed."""
    return _button_page(button)


@pages.post(f"{PREFIX}/connection-answers/<button>")
def press(button: str) -> ResponseReturnValue:
    """Answer a request by the button of a mail, once."""
    try:
        with transaction() as session:
            held, asked, actor = buttons.find(session, button, current_actor())
            act, organization_id = held.act, asked.asked_id
            found = connecting.request_of(session, actor, asked.id)
            made = connecting.accept(session, actor, found) if act == "accept" else None
            if made is None:
                connecting.decline(session, actor, found)
            number = made.id if made else None
    except buttons.Spent:
        return _spent_page()
    return _kept_nowhere(
        show("connections/answered.html", act=act, organization_id=organization_id, connection_id=number)
    )


def _spent_page() -> ResponseReturnValue:
    """What is behind a mail's button that does nothing any more; it says nothing of the request."""
    return _kept_nowhere(show("connections/spent.html", status=404))


def _button_page(token: str) -> ResponseReturnValue:
    try:
        held, asked, _actor = buttons.find(db.session, token, current_actor())
    except buttons.Spent:
        return _spent_page()
    made = show(
        "connections/button.html",
        token=token,
        act=held.act,
        found=asked,
        asker=queries.parties([asked.asker_id]).get(asked.asker_id),
        name=names([asked.asked_id]).get(asked.asked_id, ""),
        words=wording,
    )
    return _kept_nowhere(made)


def _kept_nowhere(response: Response) -> Response:
    """Keep a page that a secret link opens out of the browser's store: whoever uses it next is not meant."""
    response.cache_control.private = response.cache_control.no_store = True
    return response
