"""Members of networks in the demonstration; that they belong there is made up."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from hub.accounts.models import Membership, User
from hub.database import db, transaction
from hub.demo.accounts import FOCAL_POINT
from hub.network.networks import memberships, posts
from hub.network.networks.models import Coordinator, Member, Network
from hub.network.networks.states import PostKind, Standing
from hub.permissions import Actor

# network: the organizations of the demonstration, by their countries
MEMBERS = {
    "africa": ("KE", "ZA", "EG"),
    "americas": ("MX", "BR", "US"),
    "asia-pacific": ("IN",),
    "mexico-central-america-caribbean": ("MX",),
    "anti-corruption": ("GB", "FR", "KE", "BR"),
    "trafficking-in-persons": ("ES", "IN", "MX"),
}
MEETS = "anti-corruption"  # what the focal point of the demonstration coordinates


def gather(countries: Sequence[str], ids: Sequence[str]) -> None:
    """Let organizations belong to networks, and have one begin a discussion; nothing where any belongs to one."""
    has_members = db.session.scalar(sa.select(Member.network_key).limit(1))
    db.session.rollback()
    if has_members is not None or len(ids) < len(countries):
        return
    known = dict(zip(countries, ids, strict=True))
    with transaction() as session:
        for key, codes in MEMBERS.items():
            for code in codes:
                member = Member(network_key=key, organization_id=known[code], standing=Standing.MEMBER)
                session.add(member)
        session.flush()
        memberships.show(session, sorted(set(known.values())))
        host = session.execute(
            sa.select(User.id, Membership.organization_id)
            .join(Membership, Membership.user_id == User.id)
            .where(
                User.email == FOCAL_POINT,
                Membership.organization_id.in_([known[code] for code in MEMBERS[MEETS]]),
            )
        ).first()
        if host is not None:
            user_id, house = host
            session.add(Coordinator(network_key=MEETS, user_id=user_id, organization_id=house))
            session.flush()
            actor = Actor(f"user:{user_id}", frozenset(), user_id, {house: "focal_point"})
            words = {
                "title": "Open registers of owners",
                "text": "Where do you look up who owns a company? (Made up.)",
            }
            network = session.get_one(Network, MEETS)
            posts.write(session, actor, network, PostKind.DISCUSSION, words, organization_id=house)
