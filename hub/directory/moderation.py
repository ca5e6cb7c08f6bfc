"""The moderation desk: taking a case, asking, answering the questions, deciding once.

A decision is one compare-and-set of the case's row: of any number of curators at once one decides, and the others are
told who did and when. Nobody decides upon an organization that they belong to, or a case that they opened; an appeal
is decided by another curator than the case was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from hub.accounts.models import Role, RoleGrant
from hub.database import now
from hub.directory import cases, log, notices, revisions
from hub.directory.effects import take_effect
from hub.directory.models import Case, CaseAnswer, CaseNote, Revision
from hub.directory.permissions import POLICY
from hub.directory.reasons import TEMPLATES
from hub.directory.states import CASE_STEPS, CaseKind, CaseState, Decision
from hub.errors import Conflict, Forbidden, Invalid
from hub.permissions import Actor, require
from hub.workflow import advance

D = Decision
DECISIONS: Mapping[CaseKind, tuple[Decision, ...]] = {
    CaseKind.REGISTRATION: (D.PUBLISH, D.ASK_FOR_CHANGES, D.DECLINE),
    CaseKind.EDIT: (D.PUBLISH, D.ASK_FOR_CHANGES, D.DECLINE),
    CaseKind.REVIEW: (D.ACCEPT, D.DECLINE, D.HIDE, D.ARCHIVE),
    CaseKind.CLAIM: (D.ACCEPT, D.DECLINE),
    CaseKind.REPORT: (D.ACCEPT, D.DECLINE, D.HIDE, D.ARCHIVE),
    CaseKind.REMOVAL: (D.HIDE, D.ARCHIVE, D.DECLINE),
    CaseKind.CORRECTION: (D.ACCEPT, D.DECLINE, D.HIDE, D.ARCHIVE),
    CaseKind.APPEAL: (D.ACCEPT, D.DECLINE),
    CaseKind.VERIFICATION: (D.ACCEPT, D.DECLINE),
    CaseKind.SUGGESTION: (D.PUBLISH, D.DECLINE),
}
WHILE_WAITING = (D.DECLINE,)  # all that can be decided upon what its applicant has in hand
FAVOURABLE = (D.PUBLISH, D.ACCEPT)  # these need no reason
QUESTIONS = {
    1: _l("Does the organization exist?"),
    2: _l("Does it do the work that it describes?"),
    3: _l("Does who asks speak for it?"),
    4: _l("Is it safe for people if this is shown?"),
    5: _l("Is nothing known against it?"),
}
ANSWERS = ("yes", "no", "unclear")


class AlreadyDecided(Conflict):
    """Another curator was first; ``by`` is a handle, ``at`` the moment."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(f"already decided by {by} at {at:%Y-%m-%d %H:%M:%S} UTC")
        self.by = by
        self.at = at


class Taken(Conflict):
    """Another curator is at the case; ``by`` is a handle, ``at`` the moment since when."""

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(f"taken by {by} since {at:%Y-%m-%d %H:%M:%S} UTC")
        self.by = by
        self.at = at


def decisions(case: Case) -> tuple[Decision, ...]:
    """How a case may be decided as it stands."""
    return {CaseState.OPEN: DECISIONS[case.kind], CaseState.WAITING: WHILE_WAITING}.get(case.state, ())


def claim(session: orm.Session, actor: Actor, case: Case) -> None:
    """Take an undecided case that nobody has, or that one has already.

    Raises:
        Forbidden: no curator, or not impartial.
        Taken: another curator has it.
        AlreadyDecided: it is over.
    """
    require(POLICY, "case:claim", actor, case)
    if case.assignee_id == actor.id and case.state is not CaseState.DECIDED:
        return
    _set(session, actor, case, "claim", Case.assignee_id.is_(None), assignee_id=actor.id, claimed_at=now())


def release(session: orm.Session, actor: Actor, case: Case) -> None:
    """Give a case that one has taken back into the queue.

    Raises:
        Forbidden: no curator, or not impartial.
        Taken: another curator has it.
        AlreadyDecided: it is over.
    """
    require(POLICY, "case:release", actor, case)
    _set(session, actor, case, "release", _free_for(actor), assignee_id=None, claimed_at=None)


def assign(session: orm.Session, actor: Actor, case: Case, user_id: int) -> None:
    """Give a case to a curator, whoever has it now.

    Raises:
        Forbidden: the actor may not, or that person is no curator.
        AlreadyDecided: it is over.
    """
    require(POLICY, "case:assign", actor, case)
    is_curator = sa.select(RoleGrant.user_id).join(Role).where(Role.name == "curator")
    if session.scalar(is_curator.where(RoleGrant.user_id == user_id)) is None or user_id == case.opener_id:
        raise Forbidden(f"user:{user_id} cannot take the case")
    _set(session, actor, case, "assign", sa.true(), assignee_id=user_id, claimed_at=now())


def answer(
    session: orm.Session,
    actor: Actor,
    case: Case,
    question: int,
    given: str,
    comment: str | None = None,
    expires_on: date | None = None,
) -> None:
    """Answer one of the five questions; an earlier answer stays in the log.

    Raises:
        Forbidden: no curator, or not impartial.
        AlreadyDecided: it is over.
        Invalid: no such question or answer, or the answer expires before today.
    """
    require(POLICY, "case:answer", actor, case)
    _require_undecided(case)
    if question not in QUESTIONS or given not in ANSWERS:
        raise Invalid({"answer": [_("must be one of %(choices)s", choices=", ".join(ANSWERS))]})
    if expires_on is not None and expires_on <= now().date():
        raise Invalid({"expires_on": [_("must be a day to come")]})
    comment = cases.checked(comment) if comment and comment.strip() else None
    held = session.get(CaseAnswer, (case.id, question))
    before = {"answer": held.answer, "expires_on": held.expires_on} if held else None
    after = {"answer": given, "expires_on": expires_on}
    session.merge(
        CaseAnswer(
            case_id=case.id,
            question=question,
            comment=comment,
            answered_by=actor.name,
            answered_at=now(),
            **after,
        )
    )
    session.flush()
    log.note(
        session,
        actor,
        "case:answer",
        case.organization_id,
        subject=f"answer:{case.id}:{question}",
        before=before,
        after=after,
    )


def note(session: orm.Session, actor: Actor, case: Case, text: str, *, is_internal: bool) -> CaseNote:
    """Write into the thread: a note among curators, or a question to the applicant, who gets a mail.

    Raises:
        Forbidden: no curator, or not impartial.
        AlreadyDecided: it is over, and the applicant is not to be asked any more.
        Invalid: the text is empty or too long.
    """
    require(POLICY, "case:note", actor, case)
    if not is_internal:
        _require_undecided(case)
    made = cases.add_note(session, actor, case, text, is_internal=is_internal)
    if not is_internal:
        notices.asked(session, case, made.text)
    return made


def decide(
    session: orm.Session,
    actor: Actor,
    case: Case,
    decision: Decision,
    *,
    template: str | None = None,
    reason: str | None = None,
    overrule: bool = False,
) -> None:
    """Decide a case, once, with all that follows from it; the applicant gets a mail with the reason.

    ``overrule`` publishes a revision also where the live profile changed in the same fields meanwhile.

    Raises:
        Forbidden: no curator, not impartial, or an appeal against one's own decision.
        AlreadyDecided: another was first.
        Taken: another curator has the case.
        Collision: see ``revisions.publish``.
        Invalid: no such decision for this kind of case, or the reason is missing.
    """
    require(POLICY, "case:decide", actor, case)
    _require_other_curator(session, actor, case)
    _require_reason(case, decision, template, reason)
    _write_down(session, actor, case, decision, template, reason)
    if overrule and case.revision_id is not None:
        revisions.overrule(session, session.get_one(Revision, case.revision_id))
    take_effect(session, actor, case, decision)
    if decision is D.ASK_FOR_CHANGES:
        cases.add_note(session, actor, case, notices.why(case), is_internal=False)
    notices.decided(session, case)
    if case.state is CaseState.DECIDED:
        case.contact = None  # no longer needed


def _write_down(
    session: orm.Session,
    actor: Actor,
    case: Case,
    decision: Decision,
    template: str | None,
    reason: str | None,
) -> None:
    """Put a decision into the case's row, if it is still the actor's to take."""
    step = "ask_for_changes" if decision is D.ASK_FOR_CHANGES else "decide"
    _set(
        session,
        actor,
        case,
        step,
        _free_for(actor),
        why=template or reason,
        state=CASE_STEPS[step].reaches,
        decision=decision,
        reason_template=template,
        reason=reason,
        decided_by=actor.name,
        decided_at=now(),
    )


def _set(
    session: orm.Session,
    actor: Actor,
    case: Case,
    action: str,
    condition: sa.ColumnElement[bool],
    why: str | None = None,
    **values: object,
) -> None:
    """Change a case's row if it is undecided and the condition holds, else say who was first and when."""
    before = cases.state_of(case)
    leaves = CASE_STEPS[action].leaves if action in CASE_STEPS else (CaseState.OPEN, CaseState.WAITING)
    done = session.execute(
        sa.update(Case)
        .where(Case.id == case.id, Case.state.in_(leaves), condition)
        .values(updated_at=now(), **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(case)
    if not done.rowcount:  # type: ignore[attr-defined]
        _require_undecided(case)
        if action in CASE_STEPS:
            advance(CASE_STEPS, action, case.state)
        raise Taken(f"user:{case.assignee_id}", case.claimed_at or case.updated_at)
    cases.log_change(session, actor, f"case:{action}", case, before, why)


def _free_for(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.or_(Case.assignee_id.is_(None), Case.assignee_id == actor.id)


def _require_undecided(case: Case) -> None:
    if case.state is CaseState.DECIDED:
        raise AlreadyDecided(case.decided_by or "", case.decided_at or case.updated_at)


def _require_other_curator(session: orm.Session, actor: Actor, case: Case) -> None:
    if case.appeal_of is None:
        return
    if session.get_one(Case, case.appeal_of).decided_by == actor.name:
        raise Forbidden(f"{actor.name} took the decision that case {case.id} appeals against")


def _require_reason(case: Case, decision: Decision, template: str | None, reason: str | None) -> None:
    wrong: dict[str, list[str]] = {}
    if decision not in DECISIONS[case.kind]:
        wrong["decision"] = [_("must be one of %(choices)s", choices=", ".join(DECISIONS[case.kind]))]
    if template is not None and template not in TEMPLATES:
        wrong["template"] = [_("must be one of %(choices)s", choices=", ".join(TEMPLATES))]
    if reason is not None and len(reason) > cases.MOST:
        wrong["reason"] = [_("is longer than %(most)s characters", most=cases.MOST)]
    if decision not in FAVOURABLE and not template and not (reason or "").strip():
        wrong["reason"] = [_("Give a reason: whoever asked will read it.")]
    if wrong:
        raise Invalid(wrong)
