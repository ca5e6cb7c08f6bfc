"""What was declined and may be amended: nothing of what somebody wrote is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.models import Organization, Revision
from hub.directory.states import RevisionState, Status


def last_declined(
    session: orm.Session, organization: Organization, before: Revision | None = None
) -> Revision | None:
    """What an amendment goes on from: what was declined last, perhaps before another revision was begun.

    In a published profile that is the newest revision or none: who gave a draft up, or had one published since,
    begins anew. What was never published begins with it always.
    """
    asked = sa.select(Revision).where(Revision.organization_id == organization.id)
    if organization.status is Status.DRAFT:
        asked = asked.where(Revision.state == RevisionState.DECLINED)
    else:
        asked = asked.where(Revision.state != RevisionState.DRAFT)
    if before is not None:
        asked = asked.where(Revision.id < before.id)
    last = session.scalars(asked.order_by(Revision.id.desc()).limit(1)).first()
    return last if last is not None and last.state is RevisionState.DECLINED else None


def values_to_amend(
    session: orm.Session, organization: Organization, base: Mapping[str, Any]
) -> dict[str, Any]:
    """What was declined last, in the fields that nobody changed meanwhile."""
    if (last := last_declined(session, organization)) is None:
        return {}
    is_new = organization.status is Status.DRAFT
    return {
        name: value
        for name, value in last.values.items()
        if base.get(name) != value and (is_new or base.get(name) == last.base.get(name))
    }
