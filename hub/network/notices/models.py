"""The tables of notices: what a person was told, and how they want to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Json, Model, UtcDateTime, now
from hub.network.notices.kinds import Way

PARTS = ("focal_point", "editor")  # who hears what concerns their organization
KIND = sa.String(40)
WAY = sa.Enum(Way, native_enum=False, length=8, values_callable=list)


class Notice(Model):
    """Something a person was told; what repeats itself under the same ``group`` stays one row.

    ``times`` counts how often it happened since the person last looked. ``about`` holds what the kind's title names,
    organizations by their ids, so that a name is never shown to who may not see it any more.
    """

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "kind", "group_key"),
        sa.Index("ix_notice_user_id_at", "user_id", "at"),
        sa.Index("ix_notice_user_id_read_at", "user_id", "read_at"),
        sa.Index("ix_notice_mail_due_at", "mail_due_at"),
        sa.Index("ix_notice_at", "at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(KIND)
    group_key: Mapped[str] = mapped_column(sa.String(120))
    organization_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    about: Mapped[dict[str, Any]] = mapped_column(Json)
    link: Mapped[str] = mapped_column(sa.String(300))
    times: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # waits for the next mail of several


class NoticeSetting(Model):
    """How a person wants notices of a kind by mail, where that is not the kind's default."""

    __tablename__ = "notice_setting"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(KIND, primary_key=True)
    way: Mapped[Way] = mapped_column(WAY)
