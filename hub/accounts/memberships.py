"""Who belongs to an organization: inviting, accepting, changing parts, handing over, leaving.

Somebody always looks after an organization that has members: its last focal point neither leaves nor is made less.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts import log
from hub.accounts.models import AccountEntry, Invitation, Membership, Part, User
from hub.accounts.permissions import POLICY
from hub.accounts.signing_in import digest
from hub.database import now
from hub.errors import Conflict, Invalid, NotFound
from hub.permissions import Actor, require

OFFERED_FOR = timedelta(days=7)
ADVISED = 2  # focal points
ACCEPT = "membership:accept"
MOST_LOOKED_AT = 20  # invitations taken up by one person


def members(session: orm.Session, organization_id: str) -> Sequence[Membership]:
    """All memberships of an organization with their persons, the longest first."""
    return session.scalars(
        sa.select(Membership)
        .where(Membership.organization_id == organization_id)
        .order_by(Membership.since, Membership.user_id)
        .options(orm.selectinload(Membership.user))
    ).all()


def invitations(session: orm.Session, organization_id: str) -> Sequence[Invitation]:
    """The invitations of an organization that may still be accepted."""
    return session.scalars(
        sa.select(Invitation)
        .where(Invitation.organization_id == organization_id, Invitation.expires_at > now())
        .order_by(Invitation.created_at, Invitation.id)
    ).all()


def join(session: orm.Session, actor: Actor, user_id: int, organization_id: str, part: Part) -> Membership:
    """Give a person a part; whoever calls has decided that it is right (a claim granted, a registration begun)."""
    found = session.get(Membership, (user_id, organization_id))
    before = {"role": found.role} if found else None
    if found is None:
        found = Membership(user_id=user_id, organization_id=organization_id, role=part)
        session.add(found)
    found.role = part
    log.note(
        session, actor.name, "membership:join", f"user:{user_id}", organization_id, before, {"role": part}
    )
    return found


def invite(session: orm.Session, actor: Actor, organization_id: str, email: str, part: Part) -> str | None:
    """Offer a part to whoever reads mail at ``email``; returns the token of the link, replacing an earlier offer.

    The same offer again is the first one, whose link stays good: there is no new token then.

    Raises:
        Invalid: the address belongs to a member already.
    """
    require(POLICY, "membership:invite", actor, organization_id)
    _hold(session, actor, organization_id)
    if any(one.user.email == email for one in members(session, organization_id)):
        raise Invalid({"email": [_("This person is a member already.")]})
    if (held := _invitation(session, organization_id, email)) is not None:
        if held.role is part and held.expires_at > now():
            return None
        session.delete(held)
        session.flush()
    token = secrets.token_urlsafe(32)
    made = Invitation(
        organization_id=organization_id,
        email=email,
        role=part,
        digest=digest(token),
        invited_by=actor.id,
        expires_at=now() + OFFERED_FOR,
    )
    session.add(made)
    session.flush()
    log.note(
        session,
        actor.name,
        "membership:invite",
        f"invitation:{made.id}",
        organization_id,
        after={"role": part},
    )
    return token


def _invitation(session: orm.Session, organization_id: str, email: str) -> Invitation | None:
    asked = sa.select(Invitation).where(
        Invitation.organization_id == organization_id, Invitation.email == email
    )
    return session.scalar(asked.with_for_update())


def _hold(session: orm.Session, actor: Actor, organization_id: str) -> None:
    """Have invitations to one organization, and those of one person, come one after the other."""
    session.get(User, actor.id, with_for_update=True)
    held = sa.select(Membership.user_id).where(Membership.organization_id == organization_id)
    session.execute(held.order_by(Membership.user_id).with_for_update())


def offered(session: orm.Session, user: User, token: str) -> Invitation:
    """Find the invitation that a link stands for.

    Raises:
        NotFound: there is none, it is too old, was used, or is for another address: all look the same.
    """
    found = session.scalar(
        sa.select(Invitation)
        .where(
            Invitation.digest == digest(token), Invitation.email == user.email, Invitation.expires_at > now()
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound("invitation")
    return found


def accept(session: orm.Session, user: User, token: str) -> Membership:
    """Take up an invitation; the second of two clicks finds what the first one did.

    Raises:
        NotFound: as ``offered``.
    """
    if (done := _taken_up(session, user, token)) is not None:
        return done
    found = offered(session, user, token)
    held = session.get(Membership, (user.id, found.organization_id))
    part = Part.FOCAL_POINT if held and held.role is Part.FOCAL_POINT else found.role
    made = join(session, Actor(user.handle, id=user.id), user.id, found.organization_id, part)
    subject, after = f"invitation:{found.id}", {"digest": found.digest}
    log.note(session, user.handle, ACCEPT, subject, found.organization_id, after=after)
    session.delete(found)
    return made


def _taken_up(session: orm.Session, user: User, token: str) -> Membership | None:
    """The part that the person took up by this very link and still holds; who left is not let in again by it."""
    session.get(User, user.id, with_for_update=True)  # two clicks at once come one after the other
    asked = sa.select(AccountEntry).where(AccountEntry.actor == user.handle, AccountEntry.action == ACCEPT)
    for entry in session.scalars(asked.order_by(AccountEntry.id.desc()).limit(MOST_LOOKED_AT)):
        if (entry.after or {}).get("digest") == digest(token):
            return session.get(Membership, (user.id, entry.organization_id))
    return None


def withdraw(session: orm.Session, actor: Actor, organization_id: str, invitation_id: int) -> None:
    """Take an invitation back; nothing happens where there is none."""
    require(POLICY, "membership:invite", actor, organization_id)
    found = session.get(Invitation, invitation_id)
    if found is not None and found.organization_id == organization_id:
        session.delete(found)
        subject = f"invitation:{invitation_id}"
        log.note(session, actor.name, "membership:withdraw", subject, organization_id)


def change(session: orm.Session, actor: Actor, organization_id: str, user_id: int, part: Part) -> None:
    """Give a member another part.

    Raises:
        NotFound: there is no such member.
        Conflict: nobody would be left to look after the organization.
    """
    require(POLICY, "membership:change", actor, organization_id)
    found = _held(session, organization_id, user_id)
    if part is not Part.FOCAL_POINT:
        _keep_a_focal_point(found, session)
    before, found.role = found.role, part
    subject = f"user:{user_id}"
    log.note(
        session, actor.name, "membership:change", subject, organization_id, {"role": before}, {"role": part}
    )


def hand_over(session: orm.Session, actor: Actor, organization_id: str, user_id: int) -> None:
    """Make a member the focal point in the actor's place, who stays as an editor.

    Raises:
        NotFound: there is no such member.
    """
    change(session, actor, organization_id, user_id, Part.FOCAL_POINT)
    session.flush()
    if actor.id is not None and actor.id != user_id and actor.organizations.get(organization_id):
        change(session, actor, organization_id, actor.id, Part.EDITOR)


def remove(session: orm.Session, actor: Actor, organization_id: str, user_id: int) -> None:
    """End a membership, another's or one's own.

    Raises:
        NotFound: there is no such member.
        Conflict: nobody would be left to look after the organization.
    """
    is_own = actor.id == user_id
    require(POLICY, "membership:leave" if is_own else "membership:change", actor, organization_id)
    found = _held(session, organization_id, user_id)
    _keep_a_focal_point(found, session)
    session.delete(found)
    action = "membership:leave" if is_own else "membership:remove"
    log.note(session, actor.name, action, f"user:{user_id}", organization_id, {"role": found.role})


def is_last_focal_point(session: orm.Session, user_id: int, organization_id: str) -> bool:
    """Tell whether nobody else would look after the organization; holds its memberships still until the commit."""
    rows = session.scalars(
        sa.select(Membership).where(Membership.organization_id == organization_id).with_for_update()
    ).all()
    others = [one for one in rows if one.role is Part.FOCAL_POINT and one.user_id != user_id]
    mine = [one for one in rows if one.role is Part.FOCAL_POINT and one.user_id == user_id]
    return bool(mine) and not others


def _held(session: orm.Session, organization_id: str, user_id: int) -> Membership:
    found = session.get(Membership, (user_id, organization_id))
    if found is None:
        raise NotFound("membership")
    return found


def _keep_a_focal_point(membership: Membership, session: orm.Session) -> None:
    if is_last_focal_point(session, membership.user_id, membership.organization_id):
        raise Conflict("the last focal point of an organization")
