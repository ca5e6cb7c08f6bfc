"""The tables of what is proposed and decided: revisions, the cases upon them, and merges.

People are kept by their number, without a foreign key: a decision outlives the account of who took it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Json, Model, UtcDateTime, now
from hub.directory.states import CaseKind, CaseState, Decision, RevisionState

PUBLIC_ID = sa.String(10)
HANDLE = sa.String(120)


def _words(choices: Any, length: int = 16) -> sa.Enum:
    return sa.Enum(choices, native_enum=False, length=length, values_callable=list)


class Revision(Model):
    """A proposed state of a profile: what would change, and what was there when it was begun."""

    __tablename__ = "revision"
    __table_args__ = (sa.Index("ix_revision_organization_id_state", "organization_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(index=True)
    state: Mapped[RevisionState] = mapped_column(_words(RevisionState), default=RevisionState.DRAFT)
    base_version: Mapped[str] = mapped_column(PUBLIC_ID)
    base: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    terms_version: Mapped[str | None] = mapped_column(sa.String(20))
    terms_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Case(Model):
    """Something a curator must decide about an organization."""

    __tablename__ = "moderation_case"  # CASE is a word of SQL
    __table_args__ = (
        sa.Index("ix_moderation_case_state_opened_at_id", "state", "opened_at", "id"),
        sa.Index(
            "uq_moderation_case_appeal_of",
            "appeal_of",
            unique=True,
            sqlite_where=sa.text("appeal_of IS NOT NULL"),
            postgresql_where=sa.text("appeal_of IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CaseKind] = mapped_column(_words(CaseKind))
    organization_id: Mapped[str] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    revision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("revision.id", ondelete="SET NULL"), index=True
    )
    opener_id: Mapped[int | None] = mapped_column(index=True)
    contact: Mapped[str | None] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[CaseState] = mapped_column(_words(CaseState), default=CaseState.OPEN)
    assignee_id: Mapped[int | None] = mapped_column(index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[Decision | None] = mapped_column(_words(Decision))
    reason_template: Mapped[str | None] = mapped_column(sa.String(40))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    decided_by: Mapped[str | None] = mapped_column(HANDLE)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appeal_of: Mapped[int | None] = mapped_column(sa.ForeignKey("moderation_case.id", ondelete="CASCADE"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class CaseNote(Model):
    """What was said upon a case: to and from the applicant, or among curators alone."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("moderation_case.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    author_id: Mapped[int | None]
    is_internal: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(sa.Text)


class CaseAnswer(Model):
    """A curator's answer to one of the five verification questions."""

    __tablename__ = "case_answer"
    __table_args__ = (sa.CheckConstraint("question BETWEEN 1 AND 5", "known_question"),)

    case_id: Mapped[int] = mapped_column(
        sa.ForeignKey("moderation_case.id", ondelete="CASCADE"), primary_key=True
    )
    question: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(sa.String(10))
    comment: Mapped[str | None] = mapped_column(sa.Text)
    expires_on: Mapped[date | None]
    answered_by: Mapped[str] = mapped_column(HANDLE)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Merge(Model):
    """Two profiles made one: the merged one's addresses lead to the one kept, until it is undone."""

    __tablename__ = "merge_record"
    __table_args__ = (
        sa.Index(
            "uq_merge_record_merged_id",
            "merged_id",
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[str] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    merged_id: Mapped[str] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    choices: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    merged_by: Mapped[str] = mapped_column(HANDLE)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    undone_by: Mapped[str | None] = mapped_column(HANDLE)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
