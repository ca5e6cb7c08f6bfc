"""Persons: finding and making them, granting roles, giving their data out, forgetting them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts import log, memberships
from hub.accounts.models import AccountEntry, Invitation, Membership, Role, RoleGrant, SignIn, Standing, User
from hub.accounts.permissions import POLICY
from hub.database import now
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import DEFAULT
from hub.permissions import Actor, require


def by_email(session: orm.Session, email: str) -> User:
    """Find who uses an address.

    Raises:
        NotFound: nobody does.
    """
    found = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if found is None:
        raise NotFound("nobody has this address")
    return found


def create(
    session: orm.Session, actor: Actor, email: str, password: str | None, language: str = DEFAULT
) -> User:
    """Make a confirmed account, with a password that is hashed already or none (command line).

    Raises:
        Conflict: the address is in use.
    """
    email = email.strip().lower()
    if session.scalar(sa.select(User.id).where(User.email == email)):
        raise Conflict("this address is in use")
    made = User(
        email=email,
        password=password,
        active=True,
        language=language,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=now(),
    )
    session.add(made)
    session.flush()
    log.note(session, actor.name, "account:create", made.handle)
    return made


def holders(session: orm.Session) -> Sequence[sa.Row[User, str, str | None]]:
    """Everybody who was granted a role, with the role and its label."""
    return session.execute(
        sa.select(User, Role.name, RoleGrant.label)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .join(Role, Role.id == RoleGrant.role_id)
        .order_by(Role.name, User.email)
    ).all()  # fmt: skip


def grant(session: orm.Session, actor: Actor, user: User, role: Standing, label: str | None = None) -> None:
    """Grant a role; a guest's label says which government body the person was verified to speak for.

    Raises:
        Invalid: a guest without a label.
    """
    require(POLICY, "role:grant", actor, role)
    label = (label or "").strip() or None
    if role is Standing.GUEST and label is None:
        raise Invalid({"label": [_("Say which government body this person speaks for.")]})
    held = _grant_of(session, user, role)
    before = {"role": role, "label": held.label} if held else None
    if held is None:
        role_id = session.scalars(sa.select(Role.id).where(Role.name == role)).one()
        held = RoleGrant(user_id=user.id, role_id=role_id)
        session.add(held)
    held.label = label
    log.note(
        session, actor.name, "role:grant", user.handle, before=before, after={"role": role, "label": label}
    )


def revoke(session: orm.Session, actor: Actor, user: User, role: Standing, reason: str | None = None) -> None:
    """Take a role back; nothing happens where it was not granted.

    Raises:
        Conflict: it is the last administrator's.
    """
    require(POLICY, "role:revoke", actor, role)
    held = _grant_of(session, user, role)
    if held is None:
        return
    if role is Standing.ADMINISTRATOR and _count(session, role) == 1:
        raise Conflict("this is the last administrator: grant the role to somebody else first")
    session.delete(held)
    log.note(
        session,
        actor.name,
        "role:revoke",
        user.handle,
        before={"role": role, "label": held.label},
        reason=reason,
    )


def note_viewed(session: orm.Session, actor: Actor, organization_id: str) -> None:
    """Write down that a government guest looked at a profile."""
    log.note(session, actor.name, "guest:view", actor.name, organization_id)


def erase(session: orm.Session, user: User) -> None:
    """Forget a person; the log keeps a handle that leads nowhere.

    Raises:
        Conflict: others belong to an organization that nobody would look after.
    """
    for one in list(user.memberships):
        others = any(m.user_id != user.id for m in memberships.members(session, one.organization_id))
        if others and memberships.is_last_focal_point(session, user.id, one.organization_id):
            raise Conflict("the last focal point of an organization with other members")
        log.note(
            session, user.handle, "membership:leave", user.handle, one.organization_id, {"role": one.role}
        )
    session.execute(sa.delete(Invitation).where(Invitation.email == user.email))
    log.note(session, user.handle, "account:erase", user.handle)
    session.delete(user)


def export(session: orm.Session, user: User) -> dict[str, Any]:
    """Everything that is kept about a person, secrets left out."""
    return {
        "id": user.handle,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "created_at": user.created_at.isoformat(),
        "confirmed_at": user.confirmed_at.isoformat() if user.confirmed_at else None,
        "codes_of_an_app": bool(user.tf_primary_method),
        "recovery_codes_left": len(user.mf_recovery_codes or []),
        "passkeys": [
            {"name": one.name, "usage": one.usage, "last_used_at": one.lastuse_datetime.isoformat()}
            for one in user.webauthn
        ],
        "roles": [
            {"role": name, "label": label, "granted_at": at.isoformat()}
            for name, label, at in session.execute(
                sa.select(Role.name, RoleGrant.label, RoleGrant.granted_at)
                .join(Role, Role.id == RoleGrant.role_id)
                .where(RoleGrant.user_id == user.id)
            )
        ],
        "organizations": [
            {"id": one.organization_id, "role": one.role, "since": one.since.isoformat()}
            for one in session.scalars(sa.select(Membership).where(Membership.user_id == user.id))
        ],
        "sign_ins": [
            {"device": one.device, "began_at": one.created_at.isoformat(), "seen_at": one.seen_at.isoformat()}
            for one in session.scalars(sa.select(SignIn).where(SignIn.user_id == user.id))
        ],
        "log": [
            {"at": one.at.isoformat(), "action": one.action, "organization": one.organization_id}
            for one in session.scalars(
                sa.select(AccountEntry)
                .where(sa.or_(AccountEntry.actor == user.handle, AccountEntry.subject == user.handle))
                .order_by(AccountEntry.id)
            )
        ],
    }


def clear(session: orm.Session) -> None:
    """Forget invitations that nobody accepted in time."""
    session.execute(
        sa.delete(Invitation)
        .where(Invitation.expires_at < now())
        .execution_options(synchronize_session=False)
    )


def _grant_of(session: orm.Session, user: User, role: Standing) -> RoleGrant | None:
    return session.scalar(
        sa.select(RoleGrant)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(RoleGrant.user_id == user.id, Role.name == role)
    )


def _count(session: orm.Session, role: Standing) -> int:
    return session.scalar(
        sa.select(sa.func.count())
        .select_from(RoleGrant)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(Role.name == role)
    ) or 0  # fmt: skip
