"""The audit log: who did what to which thing, when and why, what was before and after; written with the change.

Nothing is ever altered or deleted in it: the mapper refuses here, triggers refuse in the database. It names people by
a handle such as ``user:17``, never by an address, and outlives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Json, Model, UtcDateTime, now
from hub.permissions import Actor


def _the_organization(context: Any) -> str:
    return f"organization:{context.get_current_parameters()['organization_id']}"


class LogEntry(Model):
    """What was done to a thing, by whom, when and why; written with the change, never altered.

    ``subject`` is the thing, such as ``organization:0123456789`` or ``case:17``; ``organization_id`` is the
    organization that it concerns. ``before`` and ``after`` hold the columns that changed.
    """

    __tablename__ = "log_entry"
    __table_args__ = (sa.Index("ix_log_entry_subject_id", "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    actor: Mapped[str] = mapped_column(sa.String(120))
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60), default=_the_organization)
    organization_id: Mapped[str] = mapped_column(sa.String(10), index=True)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)


@event.listens_for(LogEntry, "before_update")
@event.listens_for(LogEntry, "before_delete")
def _refuse(mapper: orm.Mapper[Any], connection: sa.Connection, entry: LogEntry) -> None:
    raise RuntimeError("the audit log is only ever added to")


def note(
    session: orm.Session,
    actor: Actor,
    action: str,
    organization_id: str,
    *,
    subject: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write what was done in the session's own transaction; values become plain JSON."""
    session.add(
        LogEntry(
            actor=actor.name,
            action=action,
            subject=subject or f"organization:{organization_id}",
            organization_id=organization_id,
            before=plain(before),
            after=plain(after),
            reason=reason,
        )
    )


def plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Turn column values into what JSON holds: times and dates into ISO 8601, states into their words."""
    if values is None:
        return None
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
