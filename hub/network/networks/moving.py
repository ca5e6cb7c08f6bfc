"""The places in networks of an entry that is merged into another; in a network that both know, the better one holds."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.network.moved import Moved
from hub.network.networks import memberships
from hub.network.networks.models import Coordinator, Member, Post
from hub.network.networks.states import Standing

# from the weakest to the strongest; who was removed comes back by invitation alone
WEAKEST_FIRST = (
    Standing.LEFT, Standing.REFUSED, Standing.DECLINED, Standing.ASKED, Standing.INVITED, Standing.REMOVED,
    Standing.MEMBER,
)  # fmt: skip


def move(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    """Give the one kept the other's standings, who coordinates for it, and what was written in its name."""
    for member in session.scalars(sa.select(Member).where(Member.organization_id == merged_id)).all():
        held = session.get(Member, (member.network_key, kept_id))
        if held is not None and _rank(held) >= _rank(member):
            moved.remove(member)
            continue
        if held is not None:
            moved.remove(held)
        moved.change(member, organization_id=kept_id)
    for kind in (Coordinator, Post):
        for row in session.scalars(sa.select(kind).where(kind.organization_id == merged_id)).all():
            moved.change(row, organization_id=kept_id)
    show(session, kept_id, merged_id)


def show(session: orm.Session, *organization_ids: str) -> None:
    """Have profiles say which networks they are in now."""
    memberships.show(session, list(organization_ids))


def _rank(member: Member) -> int:
    return WEAKEST_FIRST.index(member.standing)
