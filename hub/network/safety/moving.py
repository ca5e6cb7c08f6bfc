"""The pauses of an entry that is merged into another: nobody gets out of one by being merged."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.network.moved import Moved
from hub.network.safety.models import AskingPause


def move(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    """Give the one kept the other's pauses."""
    for pause in session.scalars(
        sa.select(AskingPause).where(AskingPause.organization_id == merged_id)
    ).all():
        moved.change(pause, organization_id=kept_id)
