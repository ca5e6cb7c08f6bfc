"""What the focal point of the demonstration finds in the network: a connection with a thread, and a request to answer."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts import memberships
from hub.accounts.models import Membership, Part, User
from hub.accounts.signing_in import actor_of
from hub.database import db, now, transaction
from hub.demo.accounts import APPLICANT, FOCAL_POINT, account
from hub.directory.models import Organization
from hub.directory.states import Safety, Status
from hub.network.connections import asking, connecting
from hub.network.connections.models import ConnectionRequest
from hub.network.messages import threads
from hub.permissions import OPERATOR, Actor

LONG = timedelta(days=3)  # longer than whoever is new waits before asking


def meet() -> None:
    """Connect the focal point's organization with another and have a third ask; nothing where anybody asked before."""
    with transaction() as session:
        mine = organization_of(session, FOCAL_POINT)
        others = nobodys(session, 2)
        if mine is None or len(others) < 2 or session.scalar(sa.select(ConnectionRequest.id).limit(1)):
            return
        other = look_after(session, others)
        here = acting(session, FOCAL_POINT)
        partner, newcomer = others
        first = asking.ask(session, other, partner, mine, "project", "Demonstration: we both give legal aid.")
        connection = connecting.accept(session, here, first)
        thread = threads.begin(
            session,
            other,
            connection,
            partner,
            "A guide for workers",
            "Demonstration: shall we write it together?",
        )
        threads.write(session, here, connection, thread, mine, "Gladly. We have a draft in two languages.")
        threads.write(
            session, other, connection, thread, partner, "Wonderful: ours is at https://example.org/guide."
        )
        asking.ask(
            session, other, newcomer, mine, "learning", "Demonstration: how do you train your volunteers?"
        )
    db.session.expire_all()


def organization_of(session: orm.Session, email: str) -> str | None:
    """The published organization of this account's person; None where there is none."""
    return session.scalar(
        sa.select(Membership.organization_id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Membership.user_id == account(session, email).id, Organization.status == Status.PUBLISHED)
        .order_by(Membership.organization_id)
    )


def nobodys(session: orm.Session, most: int) -> list[str]:
    """Some published organizations that nobody looks after."""
    asked = sa.select(Organization.id).where(
        Organization.status == Status.PUBLISHED,
        Organization.safety != Safety.PROTECTED,
        Organization.website.is_not(None),
        ~sa.exists().where(Membership.organization_id == Organization.id),
    )
    return list(session.scalars(asked.order_by(Organization.id).limit(2)))


def look_after(session: orm.Session, organizations: list[str]) -> Actor:
    """Let the one account look after these organizations, and nobody of the demonstration be new here."""
    for one in organizations:
        memberships.join(session, OPERATOR, account(session, APPLICANT).id, one, Part.FOCAL_POINT)
        session.get_one(Organization, one).is_claimable = False
    session.flush()
    who = [account(session, email).id for email in (FOCAL_POINT, APPLICANT)]
    for membership in session.scalars(sa.select(Membership).where(Membership.user_id.in_(who))):
        membership.since = now() - LONG
    session.flush()
    return acting(session, APPLICANT)


def acting(session: orm.Session, email: str) -> Actor:
    """The actor that this account's person is, with the organizations as they are now."""
    user: User = account(session, email)
    session.refresh(user, ["memberships"])
    return actor_of(user, is_strong=True)
