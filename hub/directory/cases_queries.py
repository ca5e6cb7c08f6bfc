"""The desk's reading side: the queue in a fixed number of statements, and all there is to know of one case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hub.database import db, now
from hub.directory import asking, cases, checks, revisions, verification, vocabularies
from hub.directory.checks import Finding
from hub.directory.models import Case, CaseAnswer, CaseNote, Organization, Revision
from hub.directory.moderation import decisions
from hub.directory.permissions import POLICY
from hub.directory.showing_again import may_show_again
from hub.directory.states import CaseKind, CaseState, Decision, RevisionState, Status
from hub.directory.wording import Change, differences
from hub.errors import NotFound
from hub.permissions import Actor, allows, require

PAGE = 25  # cases
DEEPEST = 400  # pages
ACTS = ("claim", "release", "assign", "answer", "note", "decide", "internal", "reply", "appeal")
COMPARED = (RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.DECLINED, RevisionState.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of the queue is asked for; by default all that waits for curators."""

    organization: str | None = None
    kind: CaseKind | None = None
    state: CaseState | None = CaseState.OPEN
    language: str | None = None
    region: str | None = None
    assignee: int | None = None
    is_mine: bool = False
    is_unassigned: bool = False
    older_than_days: int = 0


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue; ``is_own`` where the reader may not decide.

    ``quiet_days`` are those since anything was said or done, ``ends_on`` the day on which a verification ends,
    ``asked_days`` those since a curator last wrote to the applicant, where one did.
    """

    id: int
    kind: CaseKind
    state: CaseState
    decision: Decision | None
    organization_id: str
    name: str
    country: str | None
    language: str
    opened_at: datetime
    days: int
    quiet_days: int
    ends_on: str | None
    assignee_id: int | None
    is_urgent: bool
    is_own: bool
    asked_days: int | None
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue: of what is open the urgent first, then the oldest."""

    rows: tuple[QueueRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class CasePage:
    """All there is to know of a case; what the reader may do and which decisions there are.

    ``standing`` holds the newest answer to each question about the organization, from whichever case, ``held`` what
    the entry says where no page and no proposal shows it, ``first`` the case against whose decision this one appeals.
    """

    case: Case
    organization: Organization
    revision: Revision | None
    changes: list[Change]
    held: list[Change]
    findings: list[Finding]
    notes: list[CaseNote]
    answers: dict[int, CaseAnswer]
    standing: dict[int, CaseAnswer]
    earlier: list[Case]
    first: Case | None
    may: frozenset[str]
    decisions: tuple[Decision, ...]
    may_show_again: bool


def queue(actor: Actor, asked: Filter | None = None, page: int = 1) -> Queue:
    """Read a page of the queue in two statements.

    Raises:
        Forbidden: the actor is no curator.
    """
    require(POLICY, "case:list", actor)
    conditions = list(_conditions(asked or Filter(), actor))
    joined = _joined()
    count = sa.select(sa.func.count()).select_from(joined).where(*conditions)
    total = db.session.scalar(count) or 0
    pages = min(max(1, -(-total // PAGE)), DEEPEST)
    page = min(max(1, page), pages)
    rows = db.session.execute(
        sa.select(
            Case,
            Organization.name,
            Organization.country,
            Revision.values,
            asking.asked_at(),
            asking.is_answered(),
        )
        .select_from(joined)
        .where(*conditions)
        .order_by(*_order(asked or Filter()))
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return Queue(tuple(_row(actor, *row) for row in rows), total, page, pages)


def counts(actor: Actor, asked: Filter) -> dict[CaseKind, int]:
    """Count the cases of each kind that match the other filters.

    Raises:
        Forbidden: the actor is no curator.
    """
    require(POLICY, "case:list", actor)
    rows = db.session.execute(
        sa.select(Case.kind, sa.func.count())
        .select_from(_joined())
        .where(*_conditions(replace(asked, kind=None), actor))
        .group_by(Case.kind)
    )
    return dict(rows.all())


def waiting(actor: Actor) -> int:
    """Count the cases that wait for their applicants.

    Raises:
        Forbidden: the actor is no curator.
    """
    require(POLICY, "case:list", actor)
    asked = sa.select(sa.func.count()).select_from(Case).where(Case.state == CaseState.WAITING)
    return db.session.scalar(asked) or 0


def is_first_decider(actor: Actor, case: Case) -> bool:
    """Tell whether the actor took the decision that this case appeals against."""
    if case.appeal_of is None:
        return False
    return db.session.get_one(Case, case.appeal_of).decided_by == actor.name


def case_page(actor: Actor, case_id: int, language: str) -> CasePage:
    """Read one case for the desk, its difference and findings in ``language``.

    Raises:
        Forbidden: the actor is no curator.
        NotFound: there is no such case, or it is a report about the actor's own organization.
    """
    require(POLICY, "case:read", actor)
    session = db.session
    case = cases.one(session, case_id)
    if not allows(POLICY, "case:read", actor, case):
        raise NotFound(f"case {case_id}")
    organization = session.get_one(Organization, case.organization_id)
    revision = session.get(Revision, case.revision_id) if case.revision_id else None
    sees_internal = allows(POLICY, "case:internal", actor, case)
    values = revisions.effective(organization, revision) if revision else revisions.snapshot(organization)
    answers = session.scalars(sa.select(CaseAnswer).where(CaseAnswer.case_id == case.id))
    is_open = case.state is not CaseState.DECIDED
    may = frozenset(act for act in ACTS if allows(POLICY, f"case:{act}", actor, case))
    return CasePage(
        case,
        organization,
        revision,
        _changes(organization, revision, language),
        _held(organization, revision, language) if sees_internal else [],
        checks.findings(session, organization, values) if sees_internal and is_open else [],
        cases.thread(session, actor, case) if sees_internal or _follows(actor, case) else [],
        {one.question: one for one in answers} if sees_internal else {},
        verification.standing(session, case.organization_id) if sees_internal else {},
        _earlier(case) if sees_internal else [],
        session.get(Case, case.appeal_of) if case.appeal_of and sees_internal else None,
        may,
        decisions(case) if "decide" in may else (),
        may_show_again(session, actor, case),
    )


def _follows(actor: Actor, case: Case) -> bool:
    return allows(POLICY, "case:follow", actor, case)


def _changes(organization: Organization, revision: Revision | None, language: str) -> list[Change]:
    """What the revision would change of the profile as it is, or did change where it was decided."""
    if revision is None:
        return []
    base = revisions.snapshot(organization) if revision.state in COMPARED else revision.base
    before = {name: base.get(name) for name in revision.values}
    return differences(before, revision.values, language)


def _held(organization: Organization, revision: Revision | None, language: str) -> list[Change]:
    """What an entry says that is not shown and of which no revision tells."""
    if revision is not None or organization.status is Status.PUBLISHED:
        return []
    return differences({}, revisions.snapshot(organization), language)


def _earlier(case: Case, limit: int = 20) -> list[Case]:
    asked = sa.select(Case).where(Case.organization_id == case.organization_id, Case.id != case.id)
    return list(db.session.scalars(asked.order_by(Case.id.desc()).limit(limit)))


def _joined() -> Any:
    pairs = sa.join(Case, Organization, Case.organization_id == Organization.id)
    return pairs.outerjoin(Revision, Revision.id == Case.revision_id)


def _order(asked: Filter) -> tuple[Any, ...]:
    """What is urgent goes first only among open cases, which are few: the others are read along the index."""
    if asked.state is not CaseState.OPEN:
        return (Case.opened_at, Case.id)
    return (sa.case((Case.details["is_urgent"].as_boolean(), 0), else_=1), Case.opened_at, Case.id)


def _conditions(asked: Filter, actor: Actor) -> Iterable[sa.ColumnElement[bool]]:
    equal: dict[Any, Any] = {
        Case.organization_id: asked.organization,
        Case.kind: asked.kind,
        Case.state: asked.state,
        Case.language: asked.language,
        Case.assignee_id: actor.id if asked.is_mine else asked.assignee,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    if actor.organizations:  # what is reported of them is for others
        is_own = Case.organization_id.in_(sorted(actor.organizations))
        yield sa.not_(sa.and_(Case.kind == CaseKind.REPORT, is_own))
    if asked.is_unassigned:
        yield Case.assignee_id.is_(None)
    if asked.region is not None:
        regions = vocabularies.current().regions
        countries = [code for code, several in regions.items() if asked.region in several]
        proposed = Revision.values["country"].as_string()
        yield sa.func.coalesce(proposed, Organization.country).in_(countries)
    if asked.older_than_days > 0:
        yield Case.opened_at < now() - timedelta(days=min(asked.older_than_days, 3650))


def _row(
    actor: Actor,
    case: Case,
    name: str,
    country: str | None,
    values: dict[str, Any] | None,
    asked_at: datetime | None,
    is_answered: bool | None,
) -> QueueRow:
    proposed = values or {}
    return QueueRow(
        case.id,
        case.kind,
        case.state,
        case.decision,
        case.organization_id,
        proposed.get("name") or name,
        proposed.get("country") or country,
        case.language,
        case.opened_at,
        (now() - case.opened_at).days,
        (now() - case.updated_at).days,
        case.details.get("ends_on"),
        case.assignee_id,
        bool(case.details.get("is_urgent")),
        not allows(POLICY, "case:decide", actor, case) and "curator" in actor.roles,
        (now() - asked_at).days if asked_at else None,
        bool(is_answered),
    )
