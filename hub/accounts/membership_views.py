"""The pages on which the people of an organization, and those with roles in the hub, are looked after."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import EmailValidateException
from flask_security.proxies import _security
from sqlalchemy import orm, select

from hub.accounts import limits, memberships, notices, users
from hub.accounts.models import Part, Standing, User
from hub.accounts.permissions import POLICY
from hub.accounts.views import names, pages, person, user
from hub.database import db, transaction
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import PREFIX, language
from hub.permissions import Actor, allows, require
from hub.web import outside, show

__all__ = ["pages"]
PLACE = f"{PREFIX}/account/organizations/<organization_id>/members"


def part_names() -> dict[str, str]:
    """What the parts are called."""
    return {
        Part.FOCAL_POINT: _("focal point"),
        Part.EDITOR: _("editor"),
        Part.READER: _("reader"),
    }


def standing_names() -> dict[str, str]:
    """What the roles that can be granted are called."""
    return {
        Standing.GUEST: _("government guest"),
        Standing.CURATOR: _("curator"),
        Standing.ADMINISTRATOR: _("administrator"),
    }


@pages.get(PLACE)
def members(organization_id: str) -> ResponseReturnValue:
    """Show who belongs to an organization."""
    return _show_members(person(), organization_id)


def _show_members(
    actor: Actor, organization_id: str, messages: dict[str, list[str]] | None = None
) -> ResponseReturnValue:
    name = names([organization_id]).get(organization_id)
    if name is None or not allows(POLICY, "membership:see", actor, organization_id):
        raise NotFound("organization")
    found = memberships.members(db.session, organization_id)
    return show(
        "account/members.html",
        status=422 if messages else 200,
        organization_id=organization_id,
        name=name,
        members=found,
        invitations=memberships.invitations(db.session, organization_id),
        may_change=allows(POLICY, "membership:change", actor, organization_id),
        is_member=organization_id in actor.organizations,
        is_alone=sum(one.role is Part.FOCAL_POINT for one in found) < memberships.ADVISED,
        me=actor.id,
        parts=part_names(),
        messages=messages or {},
        typed=request.form,
    )


@pages.post(PLACE)
def invite(organization_id: str) -> ResponseReturnValue:
    """Invite somebody by mail; the answer is the same whether the address is known or not."""
    actor = person()
    require(POLICY, "membership:invite", actor, organization_id)
    try:
        email, part = _address(), _part()
        config = current_app.config["HUB"]
        limits.spend("invite", config.invite_rate, f"person {actor.name}")
        limits.spend("invited", config.reset_rate, f"address {email}")
        with transaction() as session:
            token = memberships.invite(session, actor, organization_id, email, part)
            if token is not None:
                _write(session, organization_id, email, part, token)
    except Invalid as error:
        return _show_members(actor, organization_id, error.messages)
    flash(_("An invitation is on its way to %(email)s.", email=email))
    return redirect(url_for("accounts.members", organization_id=organization_id), 303)


def _write(session: orm.Session, organization_id: str, email: str, part: Part, token: str) -> None:
    known = session.scalar(select(User.language).where(User.email == email))
    link = outside(url_for("accounts.invitation", token=token))
    name, code = names([organization_id])[organization_id], known or language()
    notices.post(email, code, notices.invite, organization=name, part=part_names()[part], link=link)


@pages.post(f"{PLACE}/<int:user_id>")
def change_member(organization_id: str, user_id: int) -> ResponseReturnValue:
    """Give a member another part, hand over to them, or end the membership."""
    actor = person()
    act = request.form.get("act", "")
    try:
        with transaction() as session:
            if act == "remove":
                memberships.remove(session, actor, organization_id, user_id)
            elif act == "hand-over":
                memberships.hand_over(session, actor, organization_id, user_id)
            elif act == "change":
                memberships.change(session, actor, organization_id, user_id, _part())
            else:
                abort(400)
    except Conflict:
        text = _("Somebody must look after the entry. Make another member focal point first.")
        return _show_members(actor, organization_id, {"": [text]})
    flash(_("Saved."))
    if act == "remove" and user_id == actor.id:
        return redirect(url_for("accounts.home"), 303)
    return redirect(url_for("accounts.members", organization_id=organization_id), 303)


@pages.post(f"{PLACE}/invitations/<int:invitation_id>")
def withdraw(organization_id: str, invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    with transaction() as session:
        memberships.withdraw(session, person(), organization_id, invitation_id)
    flash(_("Saved."))
    return redirect(url_for("accounts.members", organization_id=organization_id), 303)


@pages.route(f"{PREFIX}/account/invitations/<token>", methods=("GET", "POST"))
def invitation(token: str) -> ResponseReturnValue:
    """Show an invitation, and accept it."""
    person()
    if request.method == "GET":
        found = memberships.offered(db.session, user(), token)
        name = names([found.organization_id]).get(found.organization_id, "")
        return show("account/invitation.html", name=name, part=part_names()[found.role])
    with transaction() as session:
        made = memberships.accept(session, session.get_one(User, person().id), token)
        organization_id = made.organization_id
    flash(_("Welcome. You belong to this organization now."))
    return redirect(url_for("accounts.members", organization_id=organization_id), 303)


@pages.get(f"{PREFIX}/account/roles")
def roles() -> ResponseReturnValue:
    """Show who holds roles in the hub."""
    return _show_roles(person())


def _show_roles(actor: Actor, messages: dict[str, list[str]] | None = None) -> ResponseReturnValue:
    require(POLICY, "role:see", actor)
    kinds = {key: text for key, text in standing_names().items() if allows(POLICY, "role:grant", actor, key)}
    return show(
        "account/roles.html",
        status=422 if messages else 200,
        holders=users.holders(db.session),
        standings=standing_names(),
        kinds=kinds,
        messages=messages or {},
        typed=request.form,
    )


@pages.post(f"{PREFIX}/account/roles")
def change_role() -> ResponseReturnValue:
    """Grant a role, or take it back."""
    actor = person()
    try:
        role = _one_of(Standing, "role")
        require(POLICY, "role:grant", actor, role)
        email = _address()
        with transaction() as session:
            found = users.by_email(session, email)
            if request.form.get("act") == "revoke":
                users.revoke(session, actor, found, role, request.form.get("reason") or None)
            else:
                users.grant(session, actor, found, role, request.form.get("label"))
    except Invalid as error:
        return _show_roles(actor, error.messages)
    except NotFound:
        return _show_roles(actor, {"email": [_("Nobody has an account with this address.")]})
    except Conflict:
        return _show_roles(actor, {"": [_("There must be an administrator.")]})
    flash(_("Saved."))
    return redirect(url_for("accounts.roles"), 303)


def _address() -> str:
    try:
        return str(_security.mail_util.validate(request.form.get("email", "")))
    except EmailValidateException as error:
        raise Invalid({"email": [_("Enter an address such as name@example.org.")]}) from error


def _part() -> Part:
    return Part(_one_of(Part, "role"))


def _one_of(kind: Any, field: str) -> Any:
    try:
        return kind(request.form.get(field, ""))
    except ValueError as error:
        raise Invalid({field: [_("Choose one of these.")]}) from error
