"""The tables of following: who follows what, and how often each is told what is new."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Model, UtcDateTime, now

QUERY = 500  # characters of a saved search


class Followed(StrEnum):
    """What may be followed; a theme or a country is a search."""

    ORGANIZATION = "organization"
    SEARCH = "search"


class Every(StrEnum):
    """How often a digest comes."""

    DAY = "day"
    WEEK = "week"
    OFF = "off"


class Follow(Model):
    """That a person follows something: an organization by its id, a search by its query string."""

    __tablename__ = "follow"
    __table_args__ = (sa.UniqueConstraint("user_id", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[Followed] = mapped_column(
        sa.Enum(Followed, native_enum=False, length=16, values_callable=list)
    )
    key: Mapped[str] = mapped_column(sa.String(QUERY))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Digest(Model):
    """How often a person is told what is new among what they follow, and up to when they were told."""

    __tablename__ = "follow_digest"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    every: Mapped[Every] = mapped_column(sa.Enum(Every, native_enum=False, length=8, values_callable=list))
    told_until: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
