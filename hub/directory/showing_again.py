"""Showing an entry again that was hidden or archived wrongly, where nobody looks after it who could appeal.

A curator other than who decided does it, and says why. An entry stays away whose removal was asked for, be it by its own
organization or for the safety of people, which nobody at the desk can rule out; and one that is gone for another reason
than a decision: merged into another, or taken down by the operator.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.directory import cases, profiles
from hub.directory.models import Case, LogEntry, Merge, Organization
from hub.directory.permissions import AGAINST_IT, POLICY
from hub.directory.states import CaseKind, CaseState, Status
from hub.errors import Conflict, Invalid
from hub.permissions import Actor, allows, require

TAKEN_DOWN = (Status.HIDDEN, Status.ARCHIVED)
OWN_REQUEST = "own-request"  # the prepared reason of who believed that the organization itself asked


def show_again(session: orm.Session, actor: Actor, case: Case, reason: str) -> bool:
    """Undo a decision that took an entry from public view; tells whether anything changed: a second click does nothing.

    Raises:
        Forbidden: no curator, not impartial, who decided it, or no decision against an entry.
        Conflict: the entry has to stay away, or is gone for another reason.
        Invalid: the reason is missing or too long.
    """
    require(POLICY, "case:show-again", actor, case)
    organization = session.get_one(Organization, case.organization_id, with_for_update=True)
    if organization.status is Status.PUBLISHED:
        return False
    if not _is_reversible(session, actor, organization, case):
        raise Conflict("the entry stays away")
    why = _reason(reason)
    if organization.status is Status.ARCHIVED:
        profiles.move(session, actor, organization, "restore", why)
    profiles.move(session, actor, organization, "show", why)
    cases.add_note(session, actor, case, why, is_internal=True)
    return True


def may_show_again(session: orm.Session, actor: Actor, case: Case) -> bool:
    """Tell whether the actor may undo what was decided upon this case, as things stand."""
    if not allows(POLICY, "case:show-again", actor, case):
        return False
    return _is_reversible(session, actor, session.get_one(Organization, case.organization_id), case)


def reversible_case(session: orm.Session, actor: Actor, organization: Organization) -> int | None:
    """The number of the case that took an entry down, if the actor may undo it."""
    case = _last(session, organization)
    return case.id if case is not None and may_show_again(session, actor, case) else None


def _is_reversible(session: orm.Session, actor: Actor, organization: Organization, case: Case) -> bool:
    """The case is the last that took it down, someone else did so by a decision, and nothing speaks against it."""
    if organization.status not in TAKEN_DOWN or case is not _last(session, organization):
        return False
    return _taken_by_another(session, actor, organization) and not _must_stay(session, organization)


def _last(session: orm.Session, organization: Organization) -> Case | None:
    asked = sa.select(Case).where(*_against(organization)).order_by(Case.decided_at.desc(), Case.id.desc())
    return session.scalars(asked.limit(1)).first()


def _taken_by_another(session: orm.Session, actor: Actor, organization: Organization) -> bool:
    asked = sa.select(LogEntry.actor).where(
        LogEntry.subject == f"organization:{organization.id}", LogEntry.action.in_(("hide", "archive"))
    )
    by = session.scalar(asked.order_by(LogEntry.id.desc()).limit(1))
    decided = sa.exists().where(*_against(organization), Case.decided_by == by)
    return by != actor.name and bool(session.scalar(sa.select(decided)))


def _must_stay(session: orm.Session, organization: Organization) -> bool:
    """It was merged, its removal was asked for and not refused, or an appeal is to be decided."""
    is_open = Case.state != CaseState.DECIDED
    is_down = Case.decision.in_(AGAINST_IT)
    asked_to_go = sa.exists().where(
        Case.organization_id == organization.id,
        sa.or_(
            sa.and_(Case.kind == CaseKind.REMOVAL, sa.or_(is_open, is_down)),
            sa.and_(Case.kind == CaseKind.APPEAL, is_open),
            sa.and_(Case.reason_template == OWN_REQUEST, is_down),
        ),
    )
    merged = sa.exists().where(Merge.merged_id == organization.id, Merge.undone_at.is_(None))
    return bool(session.scalar(sa.select(sa.or_(asked_to_go, merged))))


def _against(organization: Organization) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Case.organization_id == organization.id,
        Case.state == CaseState.DECIDED,
        Case.decision.in_(AGAINST_IT),
    )


def _reason(text: str) -> str:
    try:
        return cases.checked(text)
    except Invalid as error:
        said = error.messages["text"] if text.strip() else [_("Give a reason: other curators will read it.")]
        raise Invalid({"again": said}) from error
