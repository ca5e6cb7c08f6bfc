"""The pages of those who look after networks: coordinators let organizations in, curators make and change networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts import memberships as accounts
from hub.accounts.limits import spend
from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import curators, vocabularies
from hub.directory.joined import may_be_listed
from hub.directory.states import Audience
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import LANGUAGES, PREFIX, language
from hub.network.networks import coordinating, groups, memberships, post_queries, posts, queries, words
from hub.network.networks.models import Network
from hub.network.networks.permissions import POLICY
from hub.network.networks.schemas import KeySchema, NetworkSchema, load
from hub.network.networks.states import DESK_STEPS, Standing
from hub.network.networks.views import NETWORK, about, entered, looking_as, page, pages, parsed_id
from hub.permissions import allows
from hub.web import rate, show

SHOWN = {"asked": Standing.ASKED, "invited": Standing.INVITED, "members": Standing.MEMBER}
TEXTS = ("name", "purpose", "rules")


@pages.get(f"{NETWORK}/coordination")
def coordination(key: str) -> ResponseReturnValue:
    """Show who asks, who is invited and who belongs, with what can be done about it."""
    person()
    actor, here = entered(key)
    if not allows(POLICY, "network:manage", actor, here):
        raise NotFound(key)
    which = request.args.get("show", "asked")
    standing = SHOWN.get(which, Standing.ASKED)
    held = coordinating.coordinators(db.session, here.network)
    # what was taken from the directory is there for curators alone
    is_curator = "curator" in actor.roles
    condition = None if is_curator else may_be_listed(Audience.CURATORS)
    return show(
        "networks/coordination.html",
        **about(actor, here),
        which=which if which in SHOWN else "asked",
        shown=SHOWN,
        found=queries.standing_at(db.session, here.network, standing, looking_as(actor), page(), condition),
        steps=[name for name, step in DESK_STEPS.items() if standing in step.leaves],
        counts=queries.standing_counts(db.session, here.network, condition),
        own=actor.organizations,
        coordinators=held,
        people=curators.names(db.session, [one.user_id for one in held]) if is_curator else {},
        organizations=queries.names(db.session, [one.organization_id for one in held]),
        given=request.args.get("organization", ""),
    )


@pages.post(f"{NETWORK}/coordination")
def decide(key: str) -> ResponseReturnValue:
    """Let an organization in or not, invite it, remove it."""
    actor = person()
    here = entered(key)[1]
    step = request.form.get("step", "")
    if step not in DESK_STEPS or not allows(POLICY, "network:manage", actor, here):
        raise NotFound(key)
    if step == "invite":
        spend("network-invite", rate("network_invite_rate")(), actor.name)
    organization_id = parsed_id(request.form.get("organization", ""))
    try:
        with transaction() as session:
            memberships.move(session, actor, key, organization_id, step, request.form.get("text", ""))
    except Conflict:
        flash(_("Somebody was faster, or this step is not possible any more."), "error")
    except NotFound:
        flash(_("There is no organization at this address."), "error")
    else:
        flash(str(words.DONE[step]))
    return redirect(url_for("networks.coordination", key=key, show=request.form.get("show") or None), 303)


@pages.post(f"{NETWORK}/coordinators")
def coordinators(key: str) -> ResponseReturnValue:
    """Make somebody a coordinator, or nobody any more; the person is one of a member organization, or oneself."""
    actor = person()
    if not allows(POLICY, "network:appoint", actor, entered(key)[1]):
        raise NotFound(key)
    with transaction() as session:
        if dismissed := request.form.get("dismiss", type=int):
            groups.dismiss(session, actor, key, dismissed)
        elif organization_id := parsed_id(request.form.get("organization", "")):
            people = [
                one.user_id for one in accounts.members(session, organization_id) if one.role == "focal_point"
            ]
            for user_id in people:
                groups.appoint(session, actor, key, user_id, organization_id)
        else:
            groups.appoint(session, actor, key, actor.id or 0, None)
    flash(_("Saved."))
    return redirect(url_for("networks.coordination", key=key), 303)


@pages.get(f"{PREFIX}/networks/new")
def begin_network() -> ResponseReturnValue:
    """Show the form of a new network."""
    _curator()
    return _form(None, {}, {})


@pages.post(f"{PREFIX}/networks/new")
def create() -> ResponseReturnValue:
    """Make a network."""
    actor = _curator()
    try:
        key = str(load(KeySchema, request.form)["key"])
        with transaction() as session:
            groups.create(session, actor, key, load(NetworkSchema, _typed()))
    except Conflict:
        return _form(None, _typed(), {"key": [_("Another network has this address already.")]}, 422)
    except Invalid as error:
        return _form(None, _typed(), error.messages, 422)
    vocabularies.forget()
    return redirect(url_for("networks.network", key=key), 303)


@pages.get(f"{NETWORK}/edit")
def edit_network(key: str) -> ResponseReturnValue:
    """Show the form in which a network is changed."""
    _curator()
    network = queries.one(db.session, key)
    return _form(network, {name: getattr(network, name) for name in groups.COLUMNS}, {})


@pages.post(f"{NETWORK}/edit")
def change(key: str) -> ResponseReturnValue:
    """Change a network."""
    actor = _curator()
    network = queries.one(db.session, key)
    try:
        with transaction() as session:
            groups.change(session, actor, key, load(NetworkSchema, _typed()))
    except Invalid as error:
        return _form(network, _typed(), error.messages, 422)
    vocabularies.forget()
    flash(_("Saved."))
    return redirect(url_for("networks.network", key=key), 303)


@pages.post(f"{NETWORK}/state")
def state(key: str) -> ResponseReturnValue:
    """Close a network, or open it again."""
    actor = _curator()
    step = request.form.get("step", "")
    if step not in ("close", "reopen"):
        raise NotFound(key)
    try:
        with transaction() as session:
            groups.move(session, actor, key, step)
    except Conflict:
        flash(_("Somebody was faster, or this step is not possible any more."), "error")
    vocabularies.forget()
    return redirect(url_for("networks.network", key=key), 303)


@pages.get(f"{PREFIX}/networks/reports")
def reports() -> ResponseReturnValue:
    """List what members reported, for curators."""
    found = post_queries.reported(db.session, _curator(), page())
    return show(
        "networks/reports.html",
        found=found,
        words=words,
        names=queries.names(db.session, [one[1].organization_id for one in found.items]),
    )


@pages.post(f"{PREFIX}/networks/reports")
def settle() -> ResponseReturnValue:
    """Take a reported post out, or leave it."""
    actor = _curator()
    with transaction() as session:
        posts.settle(session, actor, request.form.get("post", 0, type=int), "remove" in request.form)
    flash(_("Settled."))
    return redirect(url_for("networks.reports"), 303)


def _curator() -> Any:
    actor = person()
    if not allows(POLICY, "network:create", actor):
        raise NotFound("networks")
    return actor


def _typed() -> dict[str, Any]:
    """What the form of a network sent, in the shape of its columns."""
    form = request.form
    texts = {code: {name: form.get(f"{name}-{code}", "").strip() for name in TEXTS} for code in LANGUAGES}
    return {
        **{name: form.get(name, "") for name in ("kind", "joining", "listing")},
        "texts": {code: given for code, given in texts.items() if any(given.values())},
        **{name: form.getlist(name) for name in ("regions", "themes", "sectors")},
    }


def _form(
    network: Network | None, values: Mapping[str, Any], messages: Mapping[str, list[str]], status: int = 200
) -> ResponseReturnValue:
    terms = vocabularies.current()
    return show(
        "networks/edit.html",
        status=status,
        network=network,
        values=values,
        messages=messages,
        key=request.form.get("key", ""),
        words=words,
        options={
            name: terms.labels(vocabulary, language())
            for name, vocabulary in (("regions", "region"), ("themes", "theme"), ("sectors", "sector"))
        },
    )
