"""The table of safety: pauses in which an organization may ask nobody for a connection."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Model, UtcDateTime, now

REASON = 500  # characters


class AskingPause(Model):
    """An organization may ask nobody until a moment, or until it was lifted, for a reason that it was told."""

    __tablename__ = "asking_pause"
    __table_args__ = (sa.Index("ix_asking_pause_organization_id_until", "organization_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(sa.String(REASON))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
