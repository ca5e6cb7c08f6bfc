"""The pages of networks that everybody or their members see: the list, a network, its members, coming in and going."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import orm

from hub.accounts import current_actor
from hub.accounts.limits import spend
from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import vocabularies
from hub.directory.audiences import audience_of, widest
from hub.directory.models import ID_LENGTH, Organization
from hub.directory.permissions import POLICY as DIRECTORY_POLICY
from hub.directory.states import Audience
from hub.directory.visibility import Profile
from hub.errors import Conflict, NotFound
from hub.i18n import PREFIX, language
from hub.network.networks import coordinating, memberships, post_queries, queries, words
from hub.network.networks.permissions import POLICY, VOICES, Seat, seat
from hub.network.networks.states import OWN_STEPS, PostKind, Standing
from hub.permissions import Actor, allows
from hub.web import rate, show

pages = Blueprint("networks", __name__)
NETWORK = f"{PREFIX}/networks/<key>"


@dataclass(frozen=True, slots=True)
class Way:
    """One of the actor's organizations, where it stands towards a network, and the steps that it may take."""

    id: str
    name: str
    standing: Standing | None
    steps: list[str]
    reason: str | None = None


@pages.get(f"{PREFIX}/networks")
def index() -> ResponseReturnValue:
    """List the networks."""
    actor = current_actor()
    is_curator = "curator" in actor.roles
    audience = looking_as(actor)
    found = queries.listed(db.session, page(), with_closed=is_curator)
    return show(
        "networks/list.html",
        found=found,
        counts=queries.counts(db.session, found.items, audience),
        own=_own_keys(actor),
        waiting=queries.waiting(db.session) if is_curator else {},
        is_curator=is_curator,
        words=words,
    )


@pages.get(NETWORK)
def network(key: str) -> ResponseReturnValue:
    """Show a network: what it is for, its rules, who belongs to it, what is new in it."""
    actor, here = entered(key)
    audience = looking_as(actor)
    is_reader = allows(POLICY, "network:read", actor, here)
    latest = post_queries.latest(db.session, here.network) if is_reader else []
    coordinators = coordinating.coordinators(db.session, here.network)
    return show(
        "networks/network.html",
        **about(actor, here),
        ways=_ways(db.session, actor, here),
        latest=latest,
        names=queries.names(
            db.session,
            [*(one.organization_id for one in latest), *(one.organization_id for one in coordinators)],
        )
        if is_reader
        else {},
        coordinators=coordinators if is_reader else [],
        members=queries.members(db.session, actor, here, audience, 1),
        count=queries.counts(db.session, [here.network], audience).get(key),
        terms=vocabularies.current(),
    )


@pages.get(f"{NETWORK}/members")
def members(key: str) -> ResponseReturnValue:
    """List the members of a network, as the reader may know them."""
    actor, here = entered(key)
    audience = looking_as(actor)
    if not queries.may_see_members(actor, here, audience):
        raise NotFound(key)
    found = queries.members(db.session, actor, here, audience, page())
    return show("networks/members.html", **about(actor, here), found=found)


@pages.post(f"{NETWORK}/membership")
def membership(key: str) -> ResponseReturnValue:
    """Join, ask, accept, refuse, withdraw or leave, for an organization of one's own."""
    actor = person()
    step = request.form.get("step", "")
    organization_id = request.form.get("organization", "")
    if step not in OWN_STEPS or organization_id not in actor.organizations:
        raise NotFound(key)
    if step in ("ask", "join"):
        spend("network-ask", rate("network_ask_rate")(), organization_id)
    try:
        with transaction() as session:
            memberships.move(session, actor, key, organization_id, step, request.form.get("text", ""))
    except Conflict:
        flash(_("This cannot be done now: look at where your organization stands."), "error")
    else:
        flash(str(words.DONE[step]))
    return redirect(url_for("networks.network", key=key), 303)


@pages.get(f"{PREFIX}/my-organizations/<organization_id>/networks")
def own(organization_id: str) -> ResponseReturnValue:
    """List the networks that an organization of one's own belongs to, asked to join or is invited to."""
    actor = person()
    organization = db.session.get(Organization, organization_id)
    if organization is None or not allows(DIRECTORY_POLICY, "profile:own", actor, organization):
        raise NotFound(organization_id)
    return show(
        "networks/own.html",
        organization=organization,
        standings=queries.standings_of(db.session, organization_id),
        words=words,
    )


def panel(session: orm.Session, actor: Actor, profile: Profile) -> Markup:
    """What stands beside a profile: the networks that it is known to be in, and to which one may invite it."""
    from flask import render_template

    coordinated = coordinating.coordinated(session, actor) if actor.is_signed_in else []
    invites = [one for one in coordinated if profile.id not in actor.organizations]
    if not profile.all_joined and not invites:
        return Markup("")
    labels = vocabularies.current().labels("network", language())
    joined = [(labels.get(key, key), url_for("networks.network", key=key)) for key in profile.all_joined]
    made = render_template(
        "networks/_panel.html", joined=joined, invites=invites, profile=profile, lang=language()
    )
    return Markup(made)  # noqa: S704 - a template has just written it


def entered(key: str) -> tuple[Actor, Seat]:
    """Who looks, and where they stand in a network.

    Raises:
        NotFound: there is no such network, or it is closed and the actor has nothing to do with it.
    """
    actor = current_actor()
    here = seat(db.session, actor, queries.one(db.session, key))
    if here.network.state.value == "closed" and not allows(POLICY, "network:read", actor, here):
        raise NotFound(key)
    return actor, here


def inside(key: str) -> tuple[Actor, Seat]:
    """The same for who is signed in and may read what is written in the network.

    Raises:
        NotFound: there is no such network, or the actor may not read it.
    """
    person()
    actor, here = entered(key)
    if not allows(POLICY, "network:read", actor, here):
        raise NotFound(key)
    return actor, here


def about(actor: Actor, here: Seat) -> dict[str, Any]:
    """What every page of a network shows."""
    return {
        "network": here.network,
        "seat": here,
        "words": words,
        "is_reader": allows(POLICY, "network:read", actor, here),
        "may_manage": allows(POLICY, "network:manage", actor, here),
        "may_edit": allows(POLICY, "network:edit", actor, here),
        "sees_members": queries.may_see_members(actor, here, looking_as(actor)),
    }


def looking_as(actor: Actor) -> Audience:
    """The audience by which the actor sees organizations in lists."""
    return widest(audience_of(db.session, actor))


def page() -> int:
    """The page of a list that is asked for, from 1."""
    return max(request.args.get("page", 1, type=int), 1)


def voices(actor: Actor, here: Seat, kind: PostKind) -> dict[str, str]:
    """The organizations in whose name the actor may write; "" stands for who coordinates the network."""
    ids = [one for one in here.members if actor.organizations.get(one) in VOICES]
    found = dict(queries.names(db.session, ids)) if kind is not PostKind.ANNOUNCEMENT else {}
    if allows(POLICY, f"network:{kind}", actor, here):
        found[""] = str(words.COORDINATION)
    return found


def parsed_id(text: str) -> str:
    """The id in what was given for an organization: its id, its address part, or the whole address of its page."""
    return text.strip().split("?")[0].rstrip("/")[-ID_LENGTH:]


def _ways(session: orm.Session, actor: Actor, here: Seat) -> list[Way]:
    asked = queries.own_organizations(session, actor)
    reasons = queries.reasons(session, here.network, [one.id for one in asked])
    return [
        Way(one.id, one.name, here.standings.get(one.id), _steps(actor, here.with_(organization=one)),
            reasons.get(one.id))
        for one in asked
    ]  # fmt: skip


def _steps(actor: Actor, here: Seat) -> list[str]:
    standing = here.standings.get(here.organization_id, Standing.LEFT)
    return [
        name
        for name, step in OWN_STEPS.items()
        if standing in step.leaves and allows(POLICY, f"network:{name}", actor, here)
    ]


def _own_keys(actor: Actor) -> set[str]:
    joined = queries.joined_by(db.session, actor.organizations) if actor.organizations else {}
    return {one.key for held in joined.values() for one in held}
