"""The notices of an entry that is merged into another lead to the pages of the one kept."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.network.moved import Moved
from hub.network.notices.models import Notice


def move(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    """Have the people of the other one find in the one kept what they were told of."""
    for notice in session.scalars(sa.select(Notice).where(Notice.organization_id == merged_id)).all():
        moved.change(notice, organization_id=kept_id, link=notice.link.replace(merged_id, kept_id))
