"""Pausing an organization's asking, and lifting the pause."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from hub.database import now
from hub.directory.log import note as log
from hub.directory.models import Organization
from hub.errors import Invalid, NotFound
from hub.network.notices import Kind, declare, tell
from hub.network.safety.models import REASON, AskingPause
from hub.network.safety.permissions import POLICY
from hub.permissions import Actor, require

DAYS = (7, 30, 90, 365)
PAUSED = declare(
    Kind(
        "asking-paused",
        _l("The curators paused your organization's requests until %(until)s: %(reason)s"),
        is_private=True,
        label=_l("Pauses of requests"),
    )
)


def until(session: orm.Session, organization_id: str) -> datetime | None:
    """Until when the organization may ask nobody; None where it may."""
    return session.scalar(
        sa.select(sa.func.max(AskingPause.until)).where(
            AskingPause.organization_id == organization_id, holds()
        )
    )


def holds() -> sa.ColumnElement[bool]:
    """Say in SQL that a pause holds now."""
    return sa.and_(AskingPause.until > now(), AskingPause.lifted_at.is_(None))


def pause(session: orm.Session, actor: Actor, organization_id: str, days: int, reason: str) -> None:
    """Let an organization ask nobody for some days, and tell it why; nothing changes where the same was just done.

    Raises:
        Forbidden: the actor is no curator, or belongs to the organization.
        NotFound: there is no such organization.
        Invalid: there is no reason, it is too long, or the number of days is none of ``DAYS``.
    """
    require(POLICY, "safety:pause", actor, organization_id)
    if session.get(Organization, organization_id) is None:
        raise NotFound(organization_id)
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON or days not in DAYS:
        raise Invalid({"reason": [_("Give a reason of at most %(most)s characters.", most=REASON)]})
    end = now() + timedelta(days=days)
    same = sa.select(AskingPause.id).where(
        AskingPause.organization_id == organization_id,
        AskingPause.reason == reason,
        AskingPause.until > end - timedelta(hours=1),
        holds(),
    )
    if session.scalar(same) is not None:
        return
    session.add(AskingPause(organization_id=organization_id, reason=reason, until=end))
    log(session, actor, "asking:pause", organization_id, after={"until": end.isoformat()}, reason=reason)
    about = {"until": end.date().isoformat(), "reason": reason}
    tell(session, PAUSED, organization_id=organization_id, about=about)


def lift(session: orm.Session, actor: Actor, organization_id: str) -> None:
    """Let an organization ask again; nothing happens where it may.

    Raises:
        Forbidden: the actor is no curator, or belongs to the organization.
    """
    require(POLICY, "safety:lift", actor, organization_id)
    lifted = session.execute(
        sa.update(AskingPause)
        .where(AskingPause.organization_id == organization_id, holds())
        .values(lifted_at=now())
        .returning(AskingPause.id)
        .execution_options(synchronize_session=False)
    ).all()
    if lifted:
        log(session, actor, "asking:lift", organization_id)
