"""The page of suggested partners of an organization, for its people."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import queries as directory
from hub.directory import vocabularies
from hub.directory.audiences import audience_of, widest
from hub.directory.models import ID_LENGTH, Organization
from hub.directory.visibility import Profile
from hub.errors import NotFound
from hub.i18n import PREFIX
from hub.network.matching import dismissals, queries
from hub.network.matching.permissions import POLICY
from hub.permissions import allows
from hub.web import show

pages = Blueprint("matching", __name__)
PARTNERS = f"{PREFIX}/my-organizations/<organization_id>/partners"
LAST_PAGE = 1000


@pages.get(PARTNERS)
def partners(organization_id: str) -> ResponseReturnValue:
    """Suggest partners, each with its reasons."""
    organization = own_organization(organization_id)
    actor = person()
    found = queries.suggested(db.session, actor, organization, page_asked())
    return show(
        "matching/partners.html",
        organization=organization,
        found=found,
        terms=vocabularies.current(),
        may_dismiss=allows(POLICY, "match:dismiss", actor, organization),
        dismissed=_named(request.args.get("dismissed", "")),
        is_asked=bool(organization.seeks or organization.offers),
        address=lambda page: url_for("matching.partners", organization_id=organization_id, page=page),
    )


@pages.get(f"{PARTNERS}/dismissed")
def dismissed(organization_id: str) -> ResponseReturnValue:
    """List the suggestions that were put aside."""
    organization = own_organization(organization_id)
    actor = person()
    number = page_asked()
    profiles, total = queries.dismissed(db.session, actor, organization_id, number)
    return show(
        "matching/dismissed.html",
        organization=organization,
        profiles=profiles,
        number=number,
        pages=-(-total // queries.PAGE),
        may_dismiss=allows(POLICY, "match:dismiss", actor, organization),
        address=lambda page: url_for("matching.dismissed", organization_id=organization_id, page=page),
    )


@pages.post(f"{PARTNERS}/dismiss")
def dismiss(organization_id: str) -> ResponseReturnValue:
    """Put a suggestion aside."""
    own_organization(organization_id)
    other = request.form.get("other", "")[:ID_LENGTH]
    with transaction() as session:
        dismissals.dismiss(session, person(), session.get_one(Organization, organization_id), other)
    return redirect(url_for("matching.partners", organization_id=organization_id, dismissed=other), 303)


@pages.post(f"{PARTNERS}/restore")
def restore(organization_id: str) -> ResponseReturnValue:
    """Let an organization be suggested again."""
    own_organization(organization_id)
    with transaction() as session:
        other = request.form.get("other", "")[:ID_LENGTH]
        dismissals.restore(session, person(), session.get_one(Organization, organization_id), other)
    return redirect(url_for("matching.partners", organization_id=organization_id), 303)


def own_organization(organization_id: str) -> Organization:
    """An organization that the person signed in belongs to; any other looks as if there were none."""
    actor = person()
    found = db.session.get(Organization, organization_id)
    if found is None or not allows(POLICY, "match:read", actor, found):
        raise NotFound(organization_id)
    return found


def page_asked() -> int:
    """The page that the address asks for; the first where it says nothing of use."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def _named(public_id: str) -> Profile | None:
    """Whom the person has just put aside, as they may see it."""
    return next(iter(directory.profiles([public_id], widest(audience_of(db.session, person())))), None)
