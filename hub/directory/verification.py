"""How long an organization stays verified: until the first of the newest answers to the five questions ends.

A month before, the focal points are told and a case is opened, in which the questions are answered anew.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory import cases, profiles, reminders
from hub.directory.models import Case, CaseAnswer, Organization
from hub.directory.reminders import SCHEDULE
from hub.directory.states import CaseKind, CaseState, Status, Trust
from hub.i18n import DEFAULT
from hub.letters import Letter
from hub.permissions import Actor

TOLD_BEFORE = timedelta(days=30)
WARN = "verification:warn"


def standing(session: orm.Session, organization_id: str) -> dict[int, CaseAnswer]:
    """The newest answer to each of the questions about an organization, whichever case it was given in."""
    asked = (
        sa.select(CaseAnswer)
        .join(Case, Case.id == CaseAnswer.case_id)
        .where(Case.organization_id == organization_id)
        .order_by(CaseAnswer.answered_at, CaseAnswer.case_id)
    )
    return {one.question: one for one in session.scalars(asked)}


def to_warn(session: orm.Session, *only: str) -> list[str]:
    """The organizations that stop being verified within a month and were not told so."""
    told = reminders.noted(WARN, now() - TOLD_BEFORE)
    return _ending(session, now().date() + TOLD_BEFORE, only, ~told)


def to_end(session: orm.Session, *only: str) -> list[str]:
    """The organizations whose verification has ended."""
    return _ending(session, now().date(), only)


def warn(session: orm.Session, organization_id: str) -> None:
    """Tell the focal points that the verification ends, and put it before the curators."""
    organization = session.get_one(Organization, organization_id)
    ends = min(one.expires_on for one in standing(session, organization_id).values() if one.expires_on)
    reminders.note(session, WARN, organization_id)
    reminders.to_focal_points(session, organization, lambda: _soon(organization, ends))
    waits = sa.select(Case.id).where(
        Case.organization_id == organization_id,
        Case.kind == CaseKind.VERIFICATION,
        Case.state != CaseState.DECIDED,
    )
    if session.scalar(waits.limit(1)) is None:
        details = {"ends_on": ends.isoformat()}
        cases.open_case(
            session, SCHEDULE, CaseKind.VERIFICATION, organization, details=details, spoken=DEFAULT
        )


def end(session: orm.Session, organization_id: str) -> None:
    """Have an organization be confirmed by itself and no longer verified, because the answers are too old."""
    lower(session, SCHEDULE, session.get_one(Organization, organization_id))


def lower(session: orm.Session, actor: Actor, organization: Organization, reason: str | None = None) -> None:
    """Take the verification back and tell the focal points; nothing happens where there is none."""
    if organization.trust is not Trust.VERIFIED:
        return
    profiles.revise(
        session, actor, organization, {"trust": Trust.CONFIRMED}, action="verification-ended", reason=reason
    )
    reminders.to_focal_points(session, organization, lambda: _over(organization))


def _ending(
    session: orm.Session, before: date, only: tuple[str, ...], *more: sa.ColumnElement[bool]
) -> list[str]:
    newest = _newest().subquery()
    asked = (
        sa.select(Organization.id)
        .join(newest, newest.c.organization_id == Organization.id)
        .where(
            newest.c.place == 1,
            newest.c.expires_on < before,
            Organization.trust == Trust.VERIFIED,
            Organization.status == Status.PUBLISHED,
            *more,
        )
        .distinct()
        .order_by(Organization.id)
    )
    return list(session.scalars(asked.where(Organization.id.in_(only)) if only else asked))


def _newest() -> sa.Select[Any]:
    """All answers, each with its place among those to the same question about the same organization, newest first."""
    place = sa.func.row_number().over(
        partition_by=(Case.organization_id, CaseAnswer.question),
        order_by=(CaseAnswer.answered_at.desc(), CaseAnswer.case_id.desc()),
    )
    columns = (Case.organization_id, CaseAnswer.expires_on, place.label("place"))
    return sa.select(*columns).join(Case, Case.id == CaseAnswer.case_id)


def _soon(organization: Organization, ends: date) -> Letter:
    text = _("It is marked as verified until %(date)s. A curator looks at it again before that day and may ask you something. After that day it is marked as confirmed by yourselves, until somebody has looked.", date=format_date(ends, "long"))  # fmt: skip  # noqa: E501
    subject = _("The verification of your entry ends soon")
    return Letter(subject, [reminders.about(organization), text], *reminders.to_own_page())


def _over(organization: Organization) -> Letter:
    text = _("It is no longer marked as verified, but as confirmed by yourselves, because the verification was too old or could not be repeated. Everything else stays as it is. Your next changes are read by a curator before they are shown.")  # fmt: skip  # noqa: E501
    subject = _("The verification of your entry has ended")
    return Letter(subject, [reminders.about(organization), text], *reminders.to_own_page())
