"""The names of organizations, for those who know them by their public ids alone."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from hub.database import db
from hub.directory.models import Organization


def names(public_ids: Iterable[str]) -> dict[str, str]:
    """The names that stand in the directory's own records, by public id; unknown ids are left out."""
    wanted = list(public_ids)
    if not wanted:
        return {}
    found = db.session.execute(
        sa.select(Organization.id, Organization.name).where(Organization.id.in_(wanted))
    )
    return {row.id: row.name for row in found}
