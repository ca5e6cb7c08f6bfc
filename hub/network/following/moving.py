"""Who follows an entry that is merged into another follows the one kept."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.network.following.models import Follow, Followed
from hub.network.moved import Moved


def move(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    """Have everybody follow the one kept, once."""
    of_kind = sa.select(Follow).where(Follow.kind == Followed.ORGANIZATION)
    held = {one.user_id for one in session.scalars(of_kind.where(Follow.key == kept_id))}
    for follow in session.scalars(of_kind.where(Follow.key == merged_id)).all():
        if follow.user_id in held:
            moved.remove(follow)
        else:
            moved.change(follow, key=kept_id)
