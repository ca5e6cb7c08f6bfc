"""Whether the curators asked the applicant of a case something, and whether an answer came, as columns of the queue."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.accounts.models import Membership
from hub.directory.models import Case, CaseNote, LogEntry

OF_ITS_OWN = sa.exists().where(
    Membership.user_id == CaseNote.author_id, Membership.organization_id == Case.organization_id
)
BY_APPLICANT = sa.or_(
    CaseNote.author_id.is_(None), CaseNote.author_id == sa.func.coalesce(Case.opener_id, 0), OF_ITS_OWN
)


def asked_at() -> sa.ScalarSelect[Any]:
    """When a curator last wrote to the applicant."""
    return _last(CaseNote.at, sa.not_(BY_APPLICANT))


def is_answered() -> sa.ColumnElement[bool]:
    """Whether something came back since: a reply, or what was to be changed."""
    replied = _last(CaseNote.id, BY_APPLICANT) > _last(CaseNote.id, sa.not_(BY_APPLICANT))
    sent_again = sa.exists().where(
        LogEntry.subject == sa.literal("case:").concat(sa.cast(Case.id, sa.String)),
        LogEntry.action == "case:resubmit",
        LogEntry.at >= asked_at(),
    )
    return sa.or_(replied, sent_again)


def _last(column: Any, by: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    asked = sa.select(sa.func.max(column)).where(
        CaseNote.case_id == Case.id, CaseNote.is_internal.is_(False), by
    )
    return asked.correlate(Case).scalar_subquery()
