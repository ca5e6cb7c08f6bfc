"""The tables of calls for partners: calls, what they are about, answers, and reports."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Model, UtcDateTime, now
from hub.network.matching.models import ORGANIZATION
from hub.workflow import step

TITLE, TEXT, ANSWER, REPORT = 120, 3000, 600, 600  # characters


class CallState(StrEnum):
    """Where a call stands; only an open one is shown to others."""

    WAITING = "waiting"
    OPEN = "open"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


CALL_STEPS = {
    "open": step(CallState.WAITING, reaches=CallState.OPEN),
    "decline": step(CallState.WAITING, CallState.OPEN, reaches=CallState.DECLINED),
    "withdraw": step(CallState.WAITING, CallState.OPEN, reaches=CallState.WITHDRAWN),
    "close": step(CallState.WAITING, CallState.OPEN, reaches=CallState.CLOSED),
}


class CallAudience(StrEnum):
    """To whom a call is shown."""

    PUBLIC = "public"
    MEMBERS = "members"


class Call(Model):
    """An organization looks for partners until a day; the author is kept by number and outlived by the call."""

    __tablename__ = "partner_call"
    __table_args__ = (
        sa.Index("ix_partner_call_state_deadline_id", "state", "deadline", "id"),
        sa.Index("ix_partner_call_organization_id_id", "organization_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(sa.ForeignKey(ORGANIZATION, ondelete="CASCADE"))
    state: Mapped[CallState] = mapped_column(
        sa.Enum(CallState, native_enum=False, length=10, values_callable=list)
    )
    audience: Mapped[CallAudience] = mapped_column(
        sa.Enum(CallAudience, native_enum=False, length=10, values_callable=list)
    )
    title: Mapped[str] = mapped_column(sa.String(TITLE))
    text: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(12))
    deadline: Mapped[date]
    author_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(sa.Text)

    keys: Mapped[list[CallKey]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin", order_by="CallKey.position"
    )

    def values(self, kind: str) -> list[str]:
        """What the call names of one kind: seeks, offers, theme, country or language."""
        return [one.value for one in self.keys if one.kind == kind]


class CallKey(Model):
    """One thing that a call is about, as filters find it."""

    __tablename__ = "call_key"
    __table_args__ = (sa.Index("ix_call_key_kind_value", "kind", "value"),)

    call_id: Mapped[int] = mapped_column(
        sa.ForeignKey("partner_call.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    position: Mapped[int]


class CallAnswer(Model):
    """What one organization answers to a call, once; only those who act for the caller read it."""

    __tablename__ = "call_answer"
    __table_args__ = (sa.UniqueConstraint("call_id", "organization_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_call.id", ondelete="CASCADE"))
    organization_id: Mapped[str] = mapped_column(sa.ForeignKey(ORGANIZATION, ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None]
    text: Mapped[str] = mapped_column(sa.String(ANSWER))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class CallReport(Model):
    """What somebody finds wrong with a call, once each; for curators."""

    __tablename__ = "call_report"
    __table_args__ = (sa.UniqueConstraint("call_id", "reporter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("partner_call.id", ondelete="CASCADE"))
    reporter: Mapped[str] = mapped_column(sa.String(120))
    text: Mapped[str] = mapped_column(sa.String(REPORT))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
