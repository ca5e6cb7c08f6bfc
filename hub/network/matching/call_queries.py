"""Reading calls: those that an audience may see, an organization's own, their answers, and what waits for curators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts.models import Membership
from hub.database import now
from hub.directory import queries as directory
from hub.directory.audiences import audience_of, widest
from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.directory.visibility import Profile
from hub.errors import NotFound
from hub.network.connections.models import Block
from hub.network.connections.queries import Between, toward
from hub.network.matching.call_models import Call, CallAnswer, CallAudience, CallKey, CallReport, CallState
from hub.network.matching.keys import LISTED
from hub.network.matching.models import PartnerKey
from hub.network.matching.permissions import POLICY
from hub.permissions import Actor, allows, require

PAGE = 20
ACTING = ("focal_point", "editor")  # who answers for an organization
FILTERS: Mapping[str, tuple[str, ...]] = {
    "theme": ("theme",),
    "country": ("country",),
    "service": ("seeks", "offers"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of calls, whose they are, and how many there are in all."""

    calls: Sequence[Call]
    callers: Mapping[str, Profile]
    total: int
    number: int
    size: int = PAGE

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Shown:
    """A call and whose it is, as one person may see both; ``caller`` is None for who may not know of the organization."""

    call: Call
    caller: Profile | None
    is_own: bool
    is_for_curator: bool
    answers: Sequence[CallAnswer] = ()
    answerers: Mapping[str, Profile] = field(default_factory=dict)
    between: Mapping[str, Between] = field(default_factory=dict)
    number: int = 1
    pages: int = 1


def audience(session: orm.Session, actor: Actor) -> Audience:
    """The audience by which an actor looks at calls: as at a search."""
    return widest(audience_of(session, actor))


def listed(session: orm.Session, actor: Actor, chosen: Mapping[str, str], page: int = 1) -> Page:
    """The open calls that an actor may see, those that end first at the top; four statements and the profiles'."""
    seen_by = audience(session, actor)
    conditions = [*_visible(seen_by), *_chosen(chosen)]
    total = session.scalar(sa.select(sa.func.count(Call.id)).where(*conditions)) or 0
    calls = session.scalars(
        sa.select(Call)
        .where(*conditions)
        .order_by(Call.deadline, Call.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    return Page(calls, _profiles([one.organization_id for one in calls], seen_by), total, page)


def opened_since(session: orm.Session, seen_by: Audience, since: datetime, most: int) -> Sequence[Call]:
    """The open calls that an audience may see and that opened since a moment, the latest first."""
    return session.scalars(
        sa.select(Call)
        .where(*_visible(seen_by), Call.opened_at > since)
        .order_by(Call.opened_at.desc(), Call.id.desc())
        .limit(most)
    ).all()


def feed(session: orm.Session, most: int = 50) -> Page:
    """The latest public calls, as everybody may see them."""
    calls = session.scalars(
        sa.select(Call)
        .where(*_visible(Audience.PUBLIC))
        .order_by(Call.opened_at.desc(), Call.id.desc())
        .limit(most)
    ).all()
    return Page(calls, _profiles([one.organization_id for one in calls], Audience.PUBLIC), len(calls), 1)


def one(session: orm.Session, actor: Actor, call_id: int, page: int = 1) -> Shown:
    """A call as the actor may see it, with a page of its answers for those who act for the caller.

    Raises:
        NotFound: there is none, or none that the actor may know of.
    """
    call = session.get(Call, call_id)
    if call is None:
        raise NotFound(f"call {call_id}")
    seen_by = audience(session, actor)
    is_own, is_for_curator = allows(POLICY, "call:own", actor, call), allows(POLICY, "call:list", actor)
    is_visible = session.scalar(sa.select(Call.id).where(Call.id == call_id, *_visible(seen_by))) is not None
    if not (is_own or is_for_curator or is_visible):
        raise NotFound(f"call {call_id}")
    caller = _profiles([call.organization_id], seen_by).get(call.organization_id)
    if not allows(POLICY, "call:answers", actor, call):
        return Shown(call, caller, is_own, is_for_curator)
    answers, number, pages = _answers(session, call, page)
    ids = [answer.organization_id for answer in answers]
    between = toward(session, call.organization_id, ids) if ids else {}
    return Shown(
        call, caller, is_own, is_for_curator, answers, _profiles(ids, seen_by), between, number, pages
    )


def own(session: orm.Session, organization_id: str, page: int = 1) -> tuple[Page, Mapping[int, int]]:
    """An organization's own calls, the latest first, and how many answers each has."""
    mine = Call.organization_id == organization_id
    total = session.scalar(sa.select(sa.func.count(Call.id)).where(mine)) or 0
    calls = session.scalars(
        sa.select(Call).where(mine).order_by(Call.id.desc()).offset((page - 1) * PAGE).limit(PAGE)
    ).all()
    counted = session.execute(
        sa.select(CallAnswer.call_id, sa.func.count())
        .where(CallAnswer.call_id.in_([one.id for one in calls]), ~_is_between_blocked(organization_id))
        .group_by(CallAnswer.call_id)
    )
    return Page(calls, {}, total, page), dict(counted.all())


def for_curators(
    session: orm.Session, actor: Actor, page: int = 1
) -> tuple[Page, Mapping[int, Sequence[CallReport]]]:
    """The calls that wait for a curator or are reported, the oldest first, with the reports; none of one's own calls.

    Raises:
        Forbidden: the actor is no curator.
    """
    require(POLICY, "call:list", actor)
    reported = sa.select(CallReport.call_id).where(CallReport.settled_at.is_(None))
    is_reported = sa.and_(Call.state == CallState.OPEN, Call.id.in_(reported))
    is_own = Call.organization_id.in_(sorted(actor.organizations))
    due = sa.and_(sa.or_(Call.state == CallState.WAITING, is_reported), ~is_own)
    total = session.scalar(sa.select(sa.func.count(Call.id)).where(due)) or 0
    calls = session.scalars(
        sa.select(Call).where(due).order_by(Call.id).offset((page - 1) * PAGE).limit(PAGE)
    ).all()
    reports: dict[int, list[CallReport]] = {}
    for report in session.scalars(
        sa.select(CallReport)
        .where(CallReport.call_id.in_([one.id for one in calls]), CallReport.settled_at.is_(None))
        .order_by(CallReport.id)
    ):
        reports.setdefault(report.call_id, []).append(report)
    return Page(
        calls, _profiles([one.organization_id for one in calls], Audience.MEMBERS), total, page
    ), reports


def export(session: orm.Session, user_id: int) -> dict[str, Any]:
    """The calls, answers and reports that a person wrote, for the data given out to them."""
    calls = session.scalars(sa.select(Call).where(Call.author_id == user_id).order_by(Call.id))
    answers = session.scalars(
        sa.select(CallAnswer).where(CallAnswer.author_id == user_id).order_by(CallAnswer.id)
    )
    reports = session.scalars(
        sa.select(CallReport).where(CallReport.reporter == f"user:{user_id}").order_by(CallReport.id)
    )
    return {
        "calls": [
            {
                "organization": one.organization_id, "at": one.created_at.isoformat(), "title": one.title,
                "text": one.text, "language": one.language, "deadline": one.deadline.isoformat(), "state": one.state,
            }
            for one in calls
        ],
        "call_answers": [
            {"call": one.call_id, "organization": one.organization_id, "at": one.at.isoformat(), "text": one.text}
            for one in answers
        ],
        "call_reports": [{"call": one.call_id, "at": one.at.isoformat(), "text": one.text} for one in reports],
    }  # fmt: skip


def may_answer(session: orm.Session, actor: Actor, call: Call) -> list[Organization]:
    """The actor's organizations that may answer a call and have not."""
    ids = [one for one, part in actor.organizations.items() if part in ACTING]
    answered = sa.select(CallAnswer.organization_id).where(CallAnswer.call_id == call.id)
    asked = sa.select(Organization).where(
        Organization.id.in_(sorted(set(ids) - {call.organization_id})),
        Organization.status == Status.PUBLISHED,
        Organization.id.not_in(answered),
    )
    return list(session.scalars(asked.order_by(Organization.name, Organization.id)))


def answered(session: orm.Session, actor: Actor, call: Call) -> list[tuple[str, datetime]]:
    """The names of the actor's organizations that answered a call, with the times, for those who act for them."""
    ids = [one for one, part in actor.organizations.items() if part in ACTING]
    if not ids:
        return []
    asked = (
        sa.select(Organization.name, CallAnswer.at)
        .join(CallAnswer, CallAnswer.organization_id == Organization.id)
        .where(CallAnswer.call_id == call.id, CallAnswer.organization_id.in_(sorted(ids)))
        .order_by(CallAnswer.id)
    )
    return [(name, at) for name, at in session.execute(asked)]


def _visible(seen_by: Audience) -> list[sa.ColumnElement[bool]]:
    """Open, not over, of somebody who is shown; to the public, meant for it and not of a protected organization."""
    shown = sa.select(PartnerKey.organization_id).where(
        PartnerKey.organization_id == Call.organization_id, PartnerKey.kind == LISTED[0]
    )
    conditions = [Call.state == CallState.OPEN, Call.deadline >= now().date()]
    if seen_by is Audience.PUBLIC:
        protected = sa.select(Organization.id).where(
            Organization.id == Call.organization_id, Organization.safety == Safety.PROTECTED
        )
        shown = shown.where(PartnerKey.is_public.is_(True))
        conditions += [Call.audience == CallAudience.PUBLIC, ~protected.exists()]
    return [*conditions, shown.exists()]


def _chosen(chosen: Mapping[str, str]) -> list[sa.ColumnElement[bool]]:
    return [
        sa.select(CallKey.call_id)
        .where(CallKey.call_id == Call.id, CallKey.kind.in_(FILTERS[name]), CallKey.value == value)
        .exists()
        for name, value in chosen.items()
    ]


def _answers(session: orm.Session, call: Call, page: int) -> tuple[Sequence[CallAnswer], int, int]:
    """A page of a call's answers, its number and how many there are; a page that there is not is the last."""
    wanted = (CallAnswer.call_id == call.id, ~_is_between_blocked(call.organization_id))
    total = session.scalar(sa.select(sa.func.count(CallAnswer.id)).where(*wanted)) or 0
    pages = max(1, -(-total // PAGE))
    number = min(page, pages)
    rows = (
        sa.select(CallAnswer).where(*wanted).order_by(CallAnswer.id).offset((number - 1) * PAGE).limit(PAGE)
    )
    return session.scalars(rows).all(), number, pages


def _is_between_blocked(organization_id: str) -> sa.ColumnElement[bool]:
    """Say in SQL that an answer reaches nobody: of somebody whom the caller blocked, or had blocked it when answering.

    Who blocks the caller after answering leaves the answer where it was seen: to miss it would tell of the block.
    """
    part = sa.select(Membership.user_id).where(
        Membership.organization_id == Block.blocked_id, Membership.user_id == CallAnswer.author_id
    )
    of_author = sa.or_(Block.blocked_id == CallAnswer.organization_id, part.exists())
    one = sa.and_(Block.blocker_id == organization_id, of_author)
    other = sa.and_(
        Block.blocked_id == organization_id,
        Block.blocker_id == CallAnswer.organization_id,
        Block.at <= CallAnswer.at,
    )
    # an entry that answered may have been merged into the caller's since
    is_own = CallAnswer.organization_id == organization_id
    return sa.or_(is_own, sa.select(Block.blocker_id).where(sa.or_(one, other)).exists())


def _profiles(ids: Sequence[str], seen_by: Audience) -> dict[str, Profile]:
    return {one.id: one for one in directory.profiles(list(dict.fromkeys(ids)), seen_by)}
