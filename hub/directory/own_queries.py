"""What a person has to do with: their organizations, what they have begun, and the cases they may follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.directory import cases
from hub.directory.models import Case, Organization, Revision
from hub.directory.permissions import OPEN_REVISION
from hub.directory.states import CaseKind, CaseState, Decision, Status
from hub.permissions import Actor

SAME = timedelta(minutes=10)  # within which the same request is the same click twice


@dataclass(frozen=True, slots=True)
class Own:
    """One of a person's organizations: the part played there, what is open, and the cases not yet decided."""

    organization: Organization
    part: str
    revisions: Sequence[Revision]
    cases: Sequence[Case]

    @property
    def name(self) -> str:
        """What it is called; what was only proposed so far, where it has not been published."""
        proposed = self.revisions[0].values.get("name") if self.revisions else None
        is_draft = self.organization.status is Status.DRAFT
        return str(proposed) if proposed and is_draft else self.organization.name


def own(session: orm.Session, actor: Actor) -> tuple[list[Own], list[Case]]:
    """A person's organizations, by name, and the cases that concern none of them, newest first; three statements."""
    ids = list(actor.organizations)
    organizations = session.scalars(sa.select(Organization).where(Organization.id.in_(ids))).all()
    open_ones = session.scalars(
        sa.select(Revision)
        .where(Revision.organization_id.in_(ids), Revision.state.in_(OPEN_REVISION))
        .order_by(Revision.id.desc())
    ).all()
    followed = cases.mine(session, actor)
    found = [
        Own(
            one,
            actor.organizations[one.id],
            [revision for revision in open_ones if revision.organization_id == one.id],
            [case for case in followed if case.organization_id == one.id],
        )
        for one in organizations
    ]
    return sorted(found, key=lambda one: one.name.casefold()), [
        case for case in followed if case.organization_id not in actor.organizations
    ]


def latest_case(session: orm.Session, revision: Revision) -> Case | None:
    """The case that a revision was last put before the curators with."""
    asked = sa.select(Case).where(Case.revision_id == revision.id).order_by(Case.id.desc()).limit(1)
    return session.scalars(asked).first()


def is_underway(session: orm.Session, organization_id: str) -> bool:
    """Tell whether a draft is begun or waits for the curators."""
    asked = sa.select(Revision.id).where(
        Revision.organization_id == organization_id, Revision.state.in_(OPEN_REVISION)
    )
    return session.scalar(asked.limit(1)) is not None


def appeal_of(session: orm.Session, case: Case) -> Case | None:
    """The appeal against a decision, where there is one."""
    return session.scalars(sa.select(Case).where(Case.appeal_of == case.id)).first()


def same_request(
    session: orm.Session,
    organization_id: str,
    kind: CaseKind,
    opener_id: int | None,
    text: str,
    contact: str | None,
) -> Case | None:
    """A request of the last minutes that says the same: the first of two clicks."""
    asked = (
        sa.select(Case)
        .where(
            Case.organization_id == organization_id,
            Case.kind == kind,
            Case.opened_at > now() - SAME,
        )
        .order_by(Case.id)
    )
    return next(
        (
            one
            for one in session.scalars(asked)
            if (one.opener_id, one.contact, one.details.get("text")) == (opener_id, contact, text)
        ),
        None,
    )


def claim_of(session: orm.Session, actor: Actor, organization_id: str) -> Case | None:
    """A person's newest claim of an organization that waits, or was granted by the first of two clicks."""
    if actor.id is None:
        return None
    asked = (
        sa.select(Case)
        .where(
            Case.organization_id == organization_id,
            Case.kind == CaseKind.CLAIM,
            Case.opener_id == actor.id,
            sa.or_(
                Case.state != CaseState.DECIDED,
                sa.and_(Case.decision == Decision.ACCEPT, Case.opened_at > now() - SAME),
            ),
        )
        .order_by(Case.id.desc())
        .limit(1)
    )
    return session.scalars(asked).first()
