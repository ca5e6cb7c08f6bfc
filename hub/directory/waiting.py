"""Cases that wait for their applicants: reminded once after two weeks of silence, closed after two months."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.directory import cases, log, notices
from hub.directory.effects import take_effect
from hub.directory.models import Case, LogEntry, Revision
from hub.directory.permissions import POLICY
from hub.directory.reminders import SCHEDULE
from hub.directory.states import CASE_STEPS, CaseState, Decision
from hub.permissions import require
from hub.workflow import advance

REMINDED_AFTER = timedelta(days=14)
CLOSED_AFTER = timedelta(days=60)
REMIND = "case:remind"
REASON = "no-answer"


def to_remind(session: orm.Session, *only: str) -> list[str]:
    """The cases whose applicants are to be reminded, by number; of those in ``only`` where any are named."""
    return _numbers(session, _quiet_for(REMINDED_AFTER).where(~_reminded()), only)


def to_close(session: orm.Session, *only: str) -> list[str]:
    """The cases that nobody answers: quiet for two months, and two weeks at least since the reminder."""
    reminded = _reminded(LogEntry.at < now() - REMINDED_AFTER)
    return _numbers(session, _quiet_for(CLOSED_AFTER).where(reminded), only)


def remind(session: orm.Session, number: str) -> None:
    """Tell an applicant that the curators wait, and until when."""
    case = cases.one(session, int(number))
    require(POLICY, REMIND, SCHEDULE, case)
    log.note(session, SCHEDULE, REMIND, case.organization_id, subject=f"case:{case.id}")
    notices.reminded(session, case, (now() + CLOSED_AFTER - REMINDED_AFTER).date())


def close(session: orm.Session, number: str) -> None:
    """Decline a case that nobody answers; what was written stays and can be sent again.

    Raises:
        Conflict: it does not wait for its applicant any more.
    """
    case = cases.one(session, int(number))
    require(POLICY, "case:close", SCHEDULE, case)
    before = cases.state_of(case)
    case.state = advance(CASE_STEPS, "close", case.state)
    case.decision, case.reason_template, case.reason = Decision.DECLINE, REASON, None
    case.decided_by, case.decided_at = SCHEDULE.name, now()
    case.updated_at = case.decided_at
    cases.log_change(session, SCHEDULE, "case:close", case, before, REASON)
    take_effect(session, SCHEDULE, case, Decision.DECLINE)
    notices.decided(session, case)
    case.contact = None


def _quiet_for(time: timedelta) -> sa.Select[Any]:
    """Cases that wait, and of whose thread and draft nothing was touched for so long."""
    quiet = sa.or_(Revision.updated_at.is_(None), Revision.updated_at < now() - time)
    asked = sa.select(Case.id).outerjoin(Revision, Revision.id == Case.revision_id)
    return asked.where(Case.state == CaseState.WAITING, Case.updated_at < now() - time, quiet)


def _reminded(*more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The applicant was reminded since changes were asked for."""
    subject = sa.literal("case:") + sa.cast(Case.id, sa.String)
    return sa.exists().where(
        LogEntry.subject == subject, LogEntry.action == REMIND, LogEntry.at >= Case.decided_at, *more
    )


def _numbers(session: orm.Session, asked: sa.Select[Any], only: tuple[str, ...]) -> list[str]:
    if only:
        asked = asked.where(Case.id.in_([int(one) for one in only]))
    return [str(number) for number in session.scalars(asked.order_by(Case.id))]
