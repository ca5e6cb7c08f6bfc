"""Cases as those see them who opened them: opening, answering, withdrawing, appealing.

What curators do with a case is in ``moderation``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory.log import note
from hub.directory.models import Case, CaseNote, Organization, Revision
from hub.directory.permissions import POLICY
from hub.directory.states import CASE_STEPS, CaseKind, CaseState, Decision
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import language
from hub.permissions import Actor, allows, require
from hub.workflow import advance

MOST = 8000  # characters of a note
LOGGED = ("kind", "state", "opener_id", "revision_id", "appeal_of", "assignee_id", "decision", "decided_by")


def one(session: orm.Session, case_id: int) -> Case:
    """Load a case; inside a transaction that writes, hold it until the end.

    Raises:
        NotFound: there is none.
    """
    held = session.info.get("writes", False)
    found = session.get(Case, case_id, with_for_update=bool(held) or None, populate_existing=True)
    if found is None:
        raise NotFound(f"case {case_id}")
    return found


def open_case(
    session: orm.Session,
    actor: Actor,
    kind: CaseKind,
    organization: Organization,
    revision: Revision | None = None,
    *,
    details: Mapping[str, Any] | None = None,
    contact: str | None = None,
    spoken: str | None = None,
    appeal_of: int | None = None,
) -> Case:
    """Put something before the curators; who may is for the verb that has reason to ask."""
    case = Case(
        kind=kind,
        organization_id=organization.id,
        revision_id=revision.id if revision else None,
        opener_id=actor.id,
        contact=contact,
        language=spoken or (revision.language if revision else language()),
        details=dict(details or {}),
        state=CaseState.OPEN,
        appeal_of=appeal_of,
    )
    session.add(case)
    session.flush()
    log_change(session, actor, "case:open", case, None)
    return case


def waiting_for(session: orm.Session, revision: Revision) -> Case | None:
    """The case of a revision that curators gave back, where there is one."""
    return session.scalars(
        sa.select(Case)
        .where(Case.revision_id == revision.id, Case.state == CaseState.WAITING)
        .with_for_update()
    ).first()


def resubmit(session: orm.Session, actor: Actor, case: Case) -> Case:
    """Give a case back to the curators, to go on where it stood."""
    before = state_of(case)
    case.state = advance(CASE_STEPS, "resubmit", case.state)
    case.decision = case.reason_template = case.reason = case.decided_by = case.decided_at = None
    case.updated_at = now()
    log_change(session, actor, "case:resubmit", case, before)
    return case


def withdraw_of(session: orm.Session, actor: Actor, revision: Revision) -> None:
    """End the undecided case of a revision that its people took back."""
    asked = sa.select(Case).where(Case.revision_id == revision.id, Case.state != CaseState.DECIDED)
    for case in session.scalars(asked.with_for_update()):
        before = state_of(case)
        case.state = advance(CASE_STEPS, "withdraw", case.state)
        case.decision = Decision.WITHDRAWN
        case.decided_by, case.decided_at = actor.name, now()
        case.updated_at = case.decided_at
        log_change(session, actor, "case:withdraw", case, before)


def reply(session: orm.Session, actor: Actor, case: Case, text: str) -> CaseNote:
    """Say something to the curators.

    Raises:
        Forbidden: it is nobody of the applicants.
        Conflict: the case was decided.
        Invalid: the text is empty or too long.
    """
    require(POLICY, "case:reply", actor, case)
    if case.state is CaseState.DECIDED:
        raise Conflict("cannot reply: it is decided")
    return add_note(session, actor, case, text, is_internal=False)


def add_note(session: orm.Session, actor: Actor, case: Case, text: str, *, is_internal: bool) -> CaseNote:
    """Put a checked text into a case's thread."""
    made = CaseNote(case_id=case.id, author_id=actor.id, is_internal=is_internal, text=checked(text))
    session.add(made)
    case.updated_at = now()
    session.flush()
    return made


def checked(text: str) -> str:
    """Strip a text that a person must give.

    Raises:
        Invalid: it is empty or too long.
    """
    text = text.replace("\0", "").strip()
    if not text:
        raise Invalid({"text": [_("Write something.")]})
    if len(text) > MOST:
        raise Invalid({"text": [_("is longer than %(most)s characters", most=MOST)]})
    return text


def appeal(session: orm.Session, actor: Actor, case: Case, text: str) -> Case:
    """Ask that another curator look at a decision again; once for each case.

    Raises:
        Forbidden: it was no decision against the actor, or an appeal itself.
        Conflict: it was appealed already.
        Invalid: the text is empty or too long.
    """
    require(POLICY, "case:appeal", actor, case)
    if session.scalar(sa.select(Case.id).where(Case.appeal_of == case.id)) is not None:
        raise Conflict("it was appealed already")
    organization = session.get_one(Organization, case.organization_id)
    revision = session.get(Revision, case.revision_id) if case.revision_id else None
    made = open_case(
        session,
        actor,
        CaseKind.APPEAL,
        organization,
        revision,
        details={"text": checked(text)},
        spoken=case.language,
        appeal_of=case.id,
    )
    add_note(session, actor, made, text, is_internal=False)
    return made


def thread(session: orm.Session, actor: Actor, case: Case) -> list[CaseNote]:
    """What was said upon a case, oldest first; what is internal only to impartial curators.

    Raises:
        NotFound: it is no case of the actor's.
    """
    sees_internal = allows(POLICY, "case:internal", actor, case)
    if not sees_internal and not allows(POLICY, "case:follow", actor, case):
        raise NotFound(f"case {case.id}")
    asked = sa.select(CaseNote).where(CaseNote.case_id == case.id)
    if not sees_internal:
        asked = asked.where(CaseNote.is_internal.is_(False))
    return list(session.scalars(asked.order_by(CaseNote.id)))


def mine(session: orm.Session, actor: Actor, limit: int = 100) -> list[Case]:
    """The cases that the actor may follow, newest first."""
    asked = sa.select(Case).where(
        sa.or_(Case.opener_id == actor.id, Case.organization_id.in_(actor.organizations))
    )
    found = session.scalars(asked.order_by(Case.id.desc()).limit(limit)) if actor.id is not None else ()
    return [case for case in found if allows(POLICY, "case:follow", actor, case)]


def state_of(case: Case) -> dict[str, Any]:
    """What the log holds of a case; texts stay in the case."""
    return {name: getattr(case, name) for name in LOGGED}


def log_change(
    session: orm.Session,
    actor: Actor,
    action: str,
    case: Case,
    before: Mapping[str, Any] | None,
    reason: str | None = None,
) -> None:
    """Log what differs of a case; ``before`` is its state before the change, None for a new one."""
    after = state_of(case)
    changed = [name for name in after if after[name] != (before or {}).get(name)]
    note(
        session,
        actor,
        action,
        case.organization_id,
        subject=f"case:{case.id}",
        before={name: before[name] for name in changed} if before is not None else None,
        after={name: after[name] for name in changed},
        reason=reason,
    )
