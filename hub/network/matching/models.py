"""The tables of matching: the keys under which organizations find each other, and suggestions put aside."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Model, UtcDateTime, now

ORGANIZATION = "organization.id"


class PartnerKey(Model):
    """One fact of a profile by which partners are found, and whether everybody sees it or members only.

    What neither may see has no row here, so nothing made from this table can depend on it.
    """

    __tablename__ = "partner_key"
    __table_args__ = (sa.Index("ix_partner_key_kind_value", "kind", "value", "organization_id", "is_public"),)

    organization_id: Mapped[str] = mapped_column(
        sa.ForeignKey(ORGANIZATION, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    is_public: Mapped[bool]


class Dismissal(Model):
    """A suggestion that an organization does not want to see again, until it takes that back."""

    __tablename__ = "match_dismissal"

    organization_id: Mapped[str] = mapped_column(
        sa.ForeignKey(ORGANIZATION, ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[str] = mapped_column(
        sa.ForeignKey(ORGANIZATION, ondelete="CASCADE"), primary_key=True, index=True
    )
    dismissed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
