"""Following something, seeing what one follows, and how often one is told."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import orm

from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import queries as directory
from hub.directory.audiences import audience_of, widest
from hub.directory.states import Audience
from hub.directory.visibility import Profile
from hub.errors import Invalid
from hub.i18n import PREFIX
from hub.network.following import follows, queries
from hub.network.following.models import Every, Follow, Followed
from hub.network.following.searches import searches
from hub.permissions import Actor
from hub.web import show

pages = Blueprint("following", __name__)
CHOICES = {Every.DAY: _l("Every day"), Every.WEEK: _l("Every week"), Every.OFF: _l("No mail")}


@pages.get(f"{PREFIX}/following")
def home() -> ResponseReturnValue:
    """Show what a person follows."""
    actor = person()
    held = queries.followed(db.session, actor.id or 0)
    return show(
        "following/home.html",
        organizations=_organizations(actor, held),
        searches=[(one.key, searches().described(one.key)) for one in held if one.kind is Followed.SEARCH],
        every=queries.every(db.session, actor.id),
        choices=CHOICES,
    )


@pages.post(f"{PREFIX}/organizations/<id>/follow")
def follow(id: str) -> ResponseReturnValue:
    """Follow an organization, or no longer."""
    actor = person()
    found = directory.profile(id, _audience(actor))
    with transaction() as session:
        if "stop" in request.form:
            follows.unfollow(session, actor, Followed.ORGANIZATION, id)
        else:
            follows.follow_organization(session, actor, id)
    return redirect(url_for("directory.profile", slug=found.slug), 303)


@pages.post(f"{PREFIX}/following/search")
def follow_search() -> ResponseReturnValue:
    """Follow what a search finds."""
    actor = person()
    try:
        with transaction() as session:
            follows.follow_search(session, actor, request.form.get("query", ""))
    except Invalid as error:
        flash(" ".join(text for texts in error.messages.values() for text in texts), "error")
    else:
        flash(_("You are told when this search finds something new."))
    return redirect(url_for("following.home"), 303)


@pages.post(f"{PREFIX}/following/remove")
def remove() -> ResponseReturnValue:
    """Follow something no longer."""
    actor = person()
    kind = Followed.SEARCH if request.form.get("kind") == Followed.SEARCH else Followed.ORGANIZATION
    with transaction() as session:
        follows.unfollow(session, actor, kind, request.form.get("key", ""))
    flash(_("You do not follow this any more."))
    return redirect(url_for("following.home"), 303)


@pages.post(f"{PREFIX}/following")
def choose() -> ResponseReturnValue:
    """Choose how often one is told."""
    actor = person()
    every = request.form.get("every", "")
    if every in set(Every):
        with transaction() as session:
            follows.choose(session, actor, Every(every))
        flash(_("Saved."))
    return redirect(url_for("following.home"), 303)


def panel(session: orm.Session, actor: Actor, profile: Profile) -> Markup:
    """What follows an organization, beside its profile, for who is signed in."""
    if not actor.is_signed_in or profile.id in actor.organizations:
        return Markup("")
    is_followed = queries.follows(session, actor.id, profile.id)
    made = render_template("following/_panel.html", profile=profile, is_followed=is_followed)
    return Markup(made)  # noqa: S704 - a template of ours, which escapes


def _audience(actor: Actor) -> Audience:
    return widest(audience_of(db.session, actor))


def _organizations(actor: Actor, held: Sequence[Follow]) -> list[Profile]:
    """Those of the organizations followed that may still be seen."""
    ids = [one.key for one in held if one.kind is Followed.ORGANIZATION]
    return directory.profiles(ids, _audience(actor))
