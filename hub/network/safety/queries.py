"""What curators see of how organizations ask each other: counts that stand out, never who refused or blocked whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import orm

from hub.accounts.limits import parse
from hub.config import Config
from hub.database import now
from hub.directory.models import Case
from hub.directory.states import CaseKind, CaseState
from hub.network.connections.models import Block, ConnectionRequest
from hub.network.connections.states import Answer, RequestState
from hub.network.safety.models import AskingPause
from hub.network.safety.pauses import holds
from hub.permissions import Actor

WINDOW = timedelta(days=30)
DAY = timedelta(days=1)
MOST = 50  # rows of a list
MANY_A_DAY = 10
SAME_NOTE = 5
REFUSED = 5
BLOCKERS = 2
UNWANTED = (Answer.DECLINED, Answer.IGNORED, Answer.KEPT_BACK)


@dataclass(frozen=True, slots=True)
class Asker:
    """An organization whose way of asking stands out, with the counts of the last month."""

    organization_id: str
    today: int
    asked: int
    accepted: int
    unwanted: int
    same_note: int
    blockers: int
    at_limit: bool

    @property
    def reasons(self) -> list[str]:
        """Why it stands in the list: limit, many, same_note, unwanted, blocked."""
        found = {
            "limit": self.at_limit,
            "many": self.today >= MANY_A_DAY,
            "same_note": self.same_note >= SAME_NOTE,
            "unwanted": self.unwanted >= REFUSED and 2 * self.unwanted >= self.asked,
            "blocked": self.blockers >= BLOCKERS,
        }
        return [name for name, holds_now in found.items() if holds_now]


def reports(session: orm.Session, actor: Actor) -> Sequence[Case]:
    """Reports that are not decided, the oldest first; none about the actor's own organizations."""
    return session.scalars(
        sa.select(Case)
        .where(
            Case.kind == CaseKind.REPORT,
            Case.state != CaseState.DECIDED,
            Case.organization_id.not_in(sorted(actor.organizations)),
        )
        .order_by(Case.opened_at, Case.id)
        .limit(MOST)
    ).all()


def paused(session: orm.Session) -> Sequence[AskingPause]:
    """The pauses that hold now, the one that ends first before the others."""
    return session.scalars(
        sa.select(AskingPause).where(holds()).order_by(AskingPause.until, AskingPause.id).limit(MOST)
    ).all()


def striking(session: orm.Session, actor: Actor) -> list[Asker]:
    """The organizations whose way of asking stands out, the most telling first; four statements.

    Not the actor's own: the counts would tell its people of refusals and blocks.
    """
    ids = _candidates(session) - actor.organizations.keys()
    notes = _same_notes(session, ids)
    blockers = _blockers(session, ids)
    limit = _limit()
    made = {
        row.asker_id: Asker(
            row.asker_id,
            row.today,
            row.asked,
            row.accepted,
            row.unwanted,
            notes.get(row.asker_id, 0),
            blockers.get(row.asker_id, 0),
            limit is not None and row.today >= limit,
        )
        for row in session.execute(_counts().where(ConnectionRequest.asker_id.in_(ids)))
    }
    for public_id in ids - made.keys():
        made[public_id] = Asker(public_id, 0, 0, 0, 0, 0, blockers.get(public_id, 0), at_limit=False)
    found = [one for one in made.values() if one.reasons]
    return sorted(found, key=lambda one: (-len(one.reasons), -one.asked, one.organization_id))[:MOST]


def _recent() -> sa.ColumnElement[bool]:
    return ConnectionRequest.asked_at > now() - WINDOW


def _today() -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((ConnectionRequest.asked_at > now() - DAY, 1), else_=0))


def _unwanted() -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((ConnectionRequest.answer.in_(UNWANTED), 1), else_=0))


def _counts() -> sa.Select[str, int, int, int, int]:
    accepted = sa.func.sum(sa.case((ConnectionRequest.state == RequestState.ACCEPTED, 1), else_=0))
    return (
        sa.select(
            ConnectionRequest.asker_id,
            _today().label("today"),
            sa.func.count().label("asked"),
            accepted.label("accepted"),
            _unwanted().label("unwanted"),
        )
        .where(_recent())
        .group_by(ConnectionRequest.asker_id)
    )


def _candidates(session: orm.Session) -> set[str]:
    """Whoever may stand out for one reason, at most ``MOST`` for each; the month's requests are read twice."""
    asker, count = ConnectionRequest.asker_id, sa.func.count()
    asked = sa.select(asker.label("id")).where(_recent())
    each = (
        asked.group_by(asker)
        .having(sa.or_(_today() >= MANY_A_DAY, _unwanted() >= REFUSED))
        .order_by((_today() + _unwanted()).desc())
        .limit(2 * MOST),
        asked.where(ConnectionRequest.note != "")
        .group_by(asker, ConnectionRequest.note)
        .having(count >= SAME_NOTE)
        .order_by(count.desc())
        .limit(MOST),
        sa.select(Block.blocked_id.label("id"))
        .group_by(Block.blocked_id)
        .having(count >= BLOCKERS)
        .order_by(count.desc())
        .limit(MOST),
    )
    return set(session.scalars(sa.union(*(sa.select(one.subquery().c.id) for one in each))))


def _same_notes(session: orm.Session, ids: Collection[str]) -> dict[str, int]:
    """How often each of these sent one and the same note."""
    same = (
        sa.select(ConnectionRequest.asker_id, sa.func.count().label("times"))
        .where(_recent(), ConnectionRequest.asker_id.in_(ids), ConnectionRequest.note != "")
        .group_by(ConnectionRequest.asker_id, ConnectionRequest.note)
        .subquery()
    )
    most = sa.select(same.c.asker_id, sa.func.max(same.c.times)).group_by(same.c.asker_id)
    return {row[0]: row[1] for row in session.execute(most)}


def _blockers(session: orm.Session, ids: Collection[str]) -> dict[str, int]:
    """How many organizations have blocked each of these."""
    asked = (
        sa.select(Block.blocked_id, sa.func.count())
        .where(Block.blocked_id.in_(ids))
        .group_by(Block.blocked_id)
    )
    return {row[0]: row[1] for row in session.execute(asked)}


def _limit() -> int | None:
    """How many requests an organization may make in a day; None without a limit."""
    config: Config = current_app.config["HUB"]
    return None if config.connect_rate == "off" else parse(config.connect_rate)[0]
