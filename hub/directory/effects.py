"""What follows from a decision, by kind of case: a table, and the little functions in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory import profiles, revisions, verification
from hub.directory.models import Case, CaseAnswer, Organization, Revision
from hub.directory.people import make_focal_point
from hub.directory.states import CaseKind, Decision, Status, Trust
from hub.errors import Invalid
from hub.permissions import Actor

Effect = Callable[[orm.Session, Actor, Case], None]
ALL_QUESTIONS = 5


def take_effect(session: orm.Session, actor: Actor, case: Case, decision: Decision) -> None:
    """Do what the decision says, in its transaction.

    Raises:
        Conflict: the profile or revision is no longer in a state from which it leads on.
    """
    effect = EFFECTS.get((case.kind, decision)) or ANYWHERE.get(decision)
    if effect is not None:
        effect(session, actor, case)


def _organization(session: orm.Session, case: Case) -> Organization:
    return session.get_one(Organization, case.organization_id)


def _revision(session: orm.Session, case: Case) -> Revision:
    return session.get_one(Revision, case.revision_id)


def _publish_revision(session: orm.Session, actor: Actor, case: Case) -> None:
    revisions.publish(session, actor, _revision(session, case))
    organization = _organization(session, case)
    earned = {
        "trust": _earned(session, case, organization),
        "is_claimable": False,
        "last_confirmed_at": now(),
    }
    profiles.revise(session, actor, organization, earned, action="confirm")


def _register(session: orm.Session, actor: Actor, case: Case) -> None:
    _publish_revision(session, actor, case)
    profiles.move(session, actor, _organization(session, case), "publish")


def _earned(session: orm.Session, case: Case, organization: Organization) -> Trust:
    """Five times yes makes verified; what its people sent is at least confirmed by the organization; never less."""
    earned = Trust.VERIFIED if _is_answered(session, case) else Trust.CONFIRMED
    return max(earned, organization.trust, key=lambda trust: trust.rank)


def _verify_again(session: orm.Session, actor: Actor, case: Case) -> None:
    if not _is_answered(session, case):
        raise Invalid({"decision": [_("Answer all five questions with yes first, here on this case.")]})
    profiles.revise(session, actor, _organization(session, case), {"trust": Trust.VERIFIED}, action="verify")


def _is_answered(session: orm.Session, case: Case) -> bool:
    yes = sa.select(sa.func.count()).where(CaseAnswer.case_id == case.id, CaseAnswer.answer == "yes")
    return session.scalar(yes) == ALL_QUESTIONS


def _lower(session: orm.Session, actor: Actor, case: Case) -> None:
    reason = case.reason_template or case.reason
    verification.lower(session, actor, _organization(session, case), reason)


def _show_suggested(session: orm.Session, actor: Actor, case: Case) -> None:
    profiles.move(session, actor, _organization(session, case), "publish")


def _return(session: orm.Session, actor: Actor, case: Case) -> None:
    revisions.step(session, actor, _revision(session, case), "return")


def _decline(session: orm.Session, actor: Actor, case: Case) -> None:
    revisions.step(session, actor, _revision(session, case), "decline")


def _take_back(session: orm.Session, actor: Actor, case: Case) -> None:
    revisions.take_back(session, actor, _revision(session, case))


def grant_claim(session: orm.Session, actor: Actor, case: Case) -> None:
    """Make who claimed a profile its focal point."""
    organization = _organization(session, case)
    if case.opener_id is not None:
        make_focal_point(session, actor, case.opener_id, organization.id)
    trust = max(organization.trust, Trust.CONFIRMED, key=lambda one: one.rank)
    claimed = {"is_claimable": False, "trust": trust, "last_confirmed_at": now()}
    profiles.revise(session, actor, organization, claimed, action="claim")


def _hide(session: orm.Session, actor: Actor, case: Case) -> None:
    organization = _organization(session, case)
    if organization.status is not Status.HIDDEN:  # a removal request may have hidden it already
        profiles.move(session, actor, organization, "hide", case.reason_template or case.reason)


def _archive(session: orm.Session, actor: Actor, case: Case) -> None:
    profiles.move(
        session, actor, _organization(session, case), "archive", case.reason_template or case.reason
    )


def _show_again(session: orm.Session, actor: Actor, case: Case) -> None:
    """Show what the request hid at once, now that it was declined."""
    organization = _organization(session, case)
    if case.details.get("hid") and organization.status is Status.HIDDEN:
        profiles.move(session, actor, organization, "show")


def _reverse(session: orm.Session, actor: Actor, case: Case) -> None:
    """Grant an appeal: do what was refused, or undo what was done."""
    original = session.get_one(Case, case.appeal_of)
    organization = _organization(session, case)
    if original.decision in (Decision.HIDE, Decision.ARCHIVE):
        if organization.status is Status.ARCHIVED:
            profiles.move(session, actor, organization, "restore")
        profiles.move(session, actor, organization, "show")
    elif original.kind in (CaseKind.REGISTRATION, CaseKind.EDIT):
        revisions.step(session, actor, _revision(session, case), "resume")
        EFFECTS[original.kind, Decision.PUBLISH](session, actor, case)
    elif original.kind is CaseKind.CLAIM:
        grant_claim(session, actor, case)


ANYWHERE: Mapping[Decision, Effect] = {Decision.HIDE: _hide, Decision.ARCHIVE: _archive}
EFFECTS: Mapping[tuple[CaseKind, Decision], Effect] = {
    (CaseKind.REGISTRATION, Decision.PUBLISH): _register,
    (CaseKind.REGISTRATION, Decision.ASK_FOR_CHANGES): _return,
    (CaseKind.REGISTRATION, Decision.DECLINE): _decline,
    (CaseKind.EDIT, Decision.PUBLISH): _publish_revision,
    (CaseKind.EDIT, Decision.ASK_FOR_CHANGES): _return,
    (CaseKind.EDIT, Decision.DECLINE): _decline,
    (CaseKind.REVIEW, Decision.DECLINE): _take_back,
    (CaseKind.CLAIM, Decision.ACCEPT): grant_claim,
    (CaseKind.REMOVAL, Decision.DECLINE): _show_again,
    (CaseKind.APPEAL, Decision.ACCEPT): _reverse,
    (CaseKind.VERIFICATION, Decision.ACCEPT): _verify_again,
    (CaseKind.VERIFICATION, Decision.DECLINE): _lower,
    (CaseKind.SUGGESTION, Decision.PUBLISH): _show_suggested,
    (CaseKind.SUGGESTION, Decision.DECLINE): _archive,
}
