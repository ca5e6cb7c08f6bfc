"""Entries are confirmed by their own people: every year as a whole, and every three months where a hotline is shown.

A hotline that nobody confirmed for so long is seen by the organization's own people and curators alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory import reminders
from hub.directory.models import Organization, new_id
from hub.directory.states import Status
from hub.directory.visibility import HOTLINE_HOLDS
from hub.letters import Letter

TOLD_BEFORE = timedelta(days=14)
YEAR = timedelta(days=365)
WARN, LAPSE, ASK = "hotline:warn", "hotline:lapse", "confirm:ask"
CONFIRMED = sa.func.coalesce(Organization.last_confirmed_at, Organization.created_at)


def hotlines_to_warn_of(session: orm.Session, *only: str) -> list[str]:
    """The organizations whose hotline is hidden in two weeks unless they confirm it, and that were not told so."""
    return _due(session, HOTLINE_HOLDS - TOLD_BEFORE, WARN, only, Organization.hotline.is_not(None))


def hotlines_to_hide(session: orm.Session, *only: str) -> list[str]:
    """The organizations whose hotline is not shown any more since nobody confirmed it, where that was not noted."""
    return _due(
        session, HOTLINE_HOLDS, LAPSE, only, Organization.hotline.is_not(None), needs_focal_point=False
    )


def to_ask(session: orm.Session, *only: str) -> list[str]:
    """The organizations that confirmed their entry more than a year ago, and were not asked to since."""
    return _due(session, YEAR, ASK, only, within=YEAR)


def warn_of_hotline(session: orm.Session, organization_id: str) -> None:
    """Ask the focal points to confirm the hotline."""
    organization = session.get_one(Organization, organization_id)
    reminders.note(session, WARN, organization_id)
    ends = (organization.last_confirmed_at or organization.created_at) + HOTLINE_HOLDS
    day = max(ends, now() + TOLD_BEFORE)
    reminders.to_focal_points(session, organization, lambda: _hotline(organization, day))


def hide_hotline(session: orm.Session, organization_id: str) -> None:
    """Note that the hotline is hidden, and renew the entry so that nothing kept of it shows the hotline."""
    organization = session.get_one(Organization, organization_id)
    reminders.note(session, LAPSE, organization_id)
    organization.version = new_id()


def ask(session: orm.Session, organization_id: str) -> None:
    """Ask the focal points whether everything is still correct."""
    organization = session.get_one(Organization, organization_id)
    reminders.note(session, ASK, organization_id)
    reminders.to_focal_points(session, organization, lambda: _yearly(organization))


def _due(
    session: orm.Session,
    after: timedelta,
    action: str,
    only: tuple[str, ...],
    *more: sa.ColumnElement[bool],
    needs_focal_point: bool = True,
    within: timedelta | None = None,
) -> list[str]:
    """Published organizations confirmed longer ago than ``after``, for which ``action`` was not noted since."""
    since = CONFIRMED if within is None else now() - within
    asked = sa.select(Organization.id).where(
        Organization.status == Status.PUBLISHED,
        now() - after > CONFIRMED,
        ~reminders.noted(action, since),
        *more,
    )
    if needs_focal_point:
        asked = asked.where(reminders.has_focal_point())
    if only:
        asked = asked.where(Organization.id.in_(only))
    return list(session.scalars(asked.order_by(Organization.id)))


def _hotline(organization: Organization, day: datetime) -> Letter:
    text = _("Is the hotline still right: number, hours, languages? Confirm it by %(date)s. After that day it is not shown any more until you have.", date=format_date(day, "long"))  # fmt: skip  # noqa: E501
    how = _("Choose “Everything is still correct” there, or edit the entry.")
    subject = _("Please confirm your hotline")
    return Letter(subject, [reminders.about(organization), text, how], *reminders.to_own_page())


def _yearly(organization: Organization) -> Letter:
    text = _("Nobody has confirmed it for a year. Is everything still correct? Readers see when an entry was confirmed last.")  # fmt: skip  # noqa: E501
    how = _("Choose “Everything is still correct” there, or edit the entry.")
    subject = _("Is your entry still correct?")
    return Letter(subject, [reminders.about(organization), text, how], *reminders.to_own_page())
