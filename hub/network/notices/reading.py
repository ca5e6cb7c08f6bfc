"""Having read notices."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.network.notices.kinds import Kind
from hub.network.notices.models import Notice
from hub.permissions import Actor


def mark_read(session: orm.Session, actor: Actor, ids: Sequence[int] | None = None) -> None:
    """Note that a person has read these notices of theirs, or all; nothing happens to those of others."""
    which = [] if ids is None else [Notice.id.in_(ids)]
    session.execute(
        sa.update(Notice)
        .where(Notice.user_id == actor.id, Notice.read_at.is_(None), *which)
        .values(read_at=now(), mail_due_at=None)
        .execution_options(synchronize_session=False)
    )


def mark_seen(session: orm.Session, actor: Actor, kind: Kind, group: str) -> None:
    """Note that a person has seen in its own place what a notice of theirs told of."""
    session.execute(
        sa.update(Notice)
        .where(Notice.user_id == actor.id, Notice.kind == kind.name, Notice.group_key == group)
        .where(Notice.read_at.is_(None))
        .values(read_at=now(), mail_due_at=None)
        .execution_options(synchronize_session=False)
    )
