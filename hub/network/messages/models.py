"""The tables of messages: threads inside a connection, what is written in them, and how far each person has read.

What was written is by an organization; the person is kept by their number, for themselves and their colleagues alone.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Model, UtcDateTime, now
from hub.network.messages.states import ThreadState

SUBJECT = 150  # characters
TEXT = 5000


class Thread(Model):
    """What two connected organizations write to each other about one subject."""

    __tablename__ = "thread"
    __table_args__ = (
        sa.Index("ix_thread_connection_id_written_at_id", "connection_id", "written_at", "id"),
        sa.Index("ix_thread_written_at", "written_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(sa.ForeignKey("connection.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(sa.String(SUBJECT))
    state: Mapped[ThreadState] = mapped_column(
        sa.Enum(ThreadState, native_enum=False, length=8, values_callable=list), default=ThreadState.OPEN
    )
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Message(Model):
    """Something an organization wrote in a thread."""

    __tablename__ = "message"
    __table_args__ = (
        sa.Index("ix_message_thread_id_id", "thread_id", "id"),
        sa.Index("ix_message_organization_id_at", "organization_id", "at"),
        sa.Index("ix_message_at", "at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id", ondelete="CASCADE"))
    organization_id: Mapped[str] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Reading(Model):
    """How far a person has read a thread: up to the message of this number."""

    __tablename__ = "reading"

    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    message_id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"))
