"""The safety console of the curators' desk."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts import current_actor
from hub.database import db, transaction
from hub.directory import desk_views, naming
from hub.directory.desk_views import DESK
from hub.errors import Invalid
from hub.network.networks import post_queries
from hub.network.networks.permissions import POLICY as NETWORKS
from hub.network.safety import pauses, queries
from hub.network.safety.permissions import POLICY
from hub.permissions import allows, require
from hub.web import show

desk = Blueprint("safety", __name__)
desk.before_request(desk_views.for_curators)
desk.context_processor(desk_views.shared)


@desk.get(f"{DESK}/safety")
def console() -> ResponseReturnValue:
    """Show reports, organizations whose asking stands out, and pauses."""
    return _page({}, 200)


@desk.post(f"{DESK}/safety/<organization_id>/pause")
def pause(organization_id: str) -> ResponseReturnValue:
    """Pause an organization's asking."""
    reason, days = request.form.get("reason", ""), request.form.get("days", 0, type=int)
    try:
        with transaction() as session:
            pauses.pause(session, current_actor(), organization_id, days, reason)
    except Invalid as error:
        return _page(error.messages, 422)
    flash(_("Paused; the organization was told why."))
    return redirect(url_for("safety.console"), 303)


@desk.post(f"{DESK}/safety/<organization_id>/lift")
def lift(organization_id: str) -> ResponseReturnValue:
    """Let an organization ask again."""
    with transaction() as session:
        pauses.lift(session, current_actor(), organization_id)
    flash(_("It may ask again."))
    return redirect(url_for("safety.console"), 303)


def _page(messages: Mapping[str, list[str]], status: int) -> ResponseReturnValue:
    actor = current_actor()
    require(POLICY, "safety:read", actor)
    striking = queries.striking(db.session, actor)
    paused = queries.paused(db.session)
    reports = queries.reports(db.session, actor)
    ids = {one.organization_id for held in (striking, paused, reports) for one in held}
    return show(
        "safety/console.html",
        status=status,
        striking=striking,
        paused=paused,
        paused_ids={one.organization_id for one in paused},
        reports=reports,
        names=naming.names(ids),
        own=actor.organizations,
        days=pauses.DAYS,
        messages=messages,
        posts_reported=post_queries.count_reported(db.session, actor),
        may_settle_posts=allows(NETWORKS, "network:create", actor),
        may_pause="curator" in actor.roles,
    )
