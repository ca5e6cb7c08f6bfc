"""Letters to the focal points of an organization about what the calendar brings, and the memory of those written.

The memory is the audit log: what it holds for a subject such as ``reminder:`` and an organization's id is not said again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub import letters
from hub.accounts.models import Membership, Part, User
from hub.directory import log
from hub.directory.models import LogEntry, Organization
from hub.i18n import DEFAULT, LANGUAGES, language, speaking
from hub.letters import Letter
from hub.permissions import Actor
from hub.web import origin

SCHEDULE = Actor("schedule", frozenset({"operator"}))  # what follows from the calendar, without a person


def subject_of(organization_id: str) -> str:
    """Under what the log keeps which reminders an organization had."""
    return f"reminder:{organization_id}"


def noted(action: str, since: sa.ColumnElement[datetime] | datetime) -> sa.ColumnElement[bool]:
    """Say in SQL that a reminder was written to an organization of the query since a moment."""
    subject = sa.literal(subject_of("")) + Organization.id
    return sa.exists().where(LogEntry.subject == subject, LogEntry.action == action, LogEntry.at >= since)


def has_focal_point() -> sa.ColumnElement[bool]:
    """Say in SQL that somebody looks after an organization of the query."""
    return sa.exists().where(
        Membership.organization_id == Organization.id, Membership.role == Part.FOCAL_POINT
    )


def note(session: orm.Session, action: str, organization_id: str) -> None:
    """Remember that something was said or done."""
    log.note(session, SCHEDULE, action, organization_id, subject=subject_of(organization_id))


def to_focal_points(session: orm.Session, organization: Organization, write: Callable[[], Letter]) -> None:
    """Write to each focal point in their own language; ``write`` is called while speaking it."""
    asked = (
        sa.select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organization_id == organization.id,
            Membership.role == Part.FOCAL_POINT,
            User.active,
        )
        .order_by(User.id)
    )
    for user in session.scalars(asked):
        with speaking(user.language if user.language in LANGUAGES else DEFAULT):
            letters.post(session, user.email, language(), write())


def about(organization: Organization) -> str:
    """The sentence that says which entry a letter is about."""
    return str(_("This is about the entry “%(name)s” at WhatsOn hub.", name=organization.name))


def to_own_page() -> tuple[str, str]:
    """The words and address of the page on which an entry is confirmed; none where nobody knows the hub's address."""
    home = origin()
    return (_("My organizations"), f"{home}/{language()}/my-organizations") if home else ("", "")
