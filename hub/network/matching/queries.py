"""Reading matches: who fits an organization, as those may see who look for it.

A fixed number of statements whatever the number of profiles: two over the keys, aggregated in the database, then the
keys of the few hundred that are left, and the profiles of one page.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import orm

from hub.directory import queries, vocabularies
from hub.directory.audiences import audience_of, widest
from hub.directory.models import Organization
from hub.directory.states import Audience
from hub.directory.visibility import Profile
from hub.network.connections.models import Block, ConnectionRequest
from hub.network.connections.queries import connected_ids
from hub.network.connections.states import RequestState
from hub.network.matching import ranking
from hub.network.matching.keys import LISTED, Key, keys_of
from hub.network.matching.models import Dismissal, PartnerKey
from hub.network.matching.ranking import Reason
from hub.network.matching.wishes import TOPICS, Wish, wishes
from hub.permissions import Actor

LOOKED_AT = 300  # candidates whose order is worked out exactly
MOST_WISHES = 300  # keys by which candidates are found
MOST_ROWS = 40_000  # of the table, read for candidates
COMMON = 1000  # holders: how many there are is then kept for a while
KEPT_FOR = 60  # seconds
MOST = 60  # suggestions
PAGE = 10
MOST_TOLD = 6  # reasons shown
MOST_OF_GROUP = 2


@dataclass(frozen=True, slots=True)
class Match:
    """An organization that fits, why, and how well (hundredths of a bit)."""

    profile: Profile
    reasons: Sequence[Reason]
    score: int

    @property
    def told(self) -> list[Reason]:
        """The reasons that are shown: two of a group at most, six in all."""
        kept: list[Reason] = []
        for one in self.reasons:
            if sum(one.group == other.group for other in kept) < MOST_OF_GROUP:
                kept.append(one)
        return kept[:MOST_TOLD]


@dataclass(frozen=True, slots=True)
class Matches:
    """One page of suggestions, and how many there are in all."""

    shown: Sequence[Match]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def suggested(
    session: orm.Session, actor: Actor, organization: Organization, page: int = 1, page_size: int = PAGE
) -> Matches:
    """Suggest partners to an organization's people, the best first, as they may see the others.

    Nobody is suggested whom it knows already, blocked or put aside; who blocked it is, for it must not learn of that.
    """
    audience = widest(audience_of(session, actor))
    ranked = rank(session, organization, audience, excluded(session, organization.id))
    start = (max(1, page) - 1) * page_size
    wanted = ranked[start : start + page_size]
    profiles = {one.id: one for one in queries.profiles([public_id for public_id, *_ in wanted], audience)}
    shown = [
        Match(profiles[public_id], found, score)
        for public_id, score, found in wanted
        if public_id in profiles
    ]
    return Matches(shown, len(ranked), max(1, page))


def rank(
    session: orm.Session, organization: Organization, audience: Audience, left_out: Collection[str] = ()
) -> list[tuple[str, int, list[Reason]]]:
    """Who fits an organization, as an audience sees the others: ids with score and reasons, the best first."""
    terms = vocabularies.current()
    own = keys_of(organization)
    wanted = wishes(own, organization.country, terms)
    holders = _holders(session, [LISTED, *wanted], audience)
    worth = _worth(wanted, holders)
    rows = [
        (*key, wanted[key].group, worth[key], int(wanted[key].group in TOPICS))
        for key in _looked_up(wanted, worth, holders)
    ]
    ids = _candidates(session, organization.id, rows, audience, len(left_out))
    held = _held(session, [one for one in ids if one not in left_out], audience)
    found = []
    for public_id, keys in held.items():
        why = ranking.reasons(keys, wanted, worth, terms)
        score = ranking.score(why, _is_other_kind(organization.kind, keys))
        found.append((public_id, score, why))
    found.sort(key=lambda one: (-one[1], ranking.turn(organization.id, one[0])))
    return found[:MOST]


def excluded(session: orm.Session, organization_id: str) -> set[str]:
    """Whom not to suggest: itself, its partners, whom it asked already, blocked or put aside.

    Who blocked it stays: to be missing there would tell.
    """
    me = organization_id
    asked = sa.and_(ConnectionRequest.asker_id == me, ConnectionRequest.state == RequestState.OPEN)
    others = sa.union_all(
        sa.select(Dismissal.other_id).where(Dismissal.organization_id == me),
        sa.select(ConnectionRequest.asked_id).where(asked),
        sa.select(Block.blocked_id).where(Block.blocker_id == me),
    )
    return {me, *session.scalars(others), *connected_ids(session, me)}


def dismissed(
    session: orm.Session, actor: Actor, organization_id: str, page: int = 1
) -> tuple[list[Profile], int]:
    """Those an organization put aside, the latest first, and how many there are; who cannot be seen is left out."""
    rows = sa.select(Dismissal.other_id).where(Dismissal.organization_id == organization_id)
    ids = session.scalars(
        rows.order_by(Dismissal.dismissed_at.desc(), Dismissal.other_id).offset((page - 1) * PAGE).limit(PAGE)
    ).all()
    total = session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
    return queries.profiles(ids, widest(audience_of(session, actor))), total


def _is_other_kind(kind: str | None, keys: Iterable[Key]) -> bool:
    return bool(kind) and any(name == "kind" and value != kind for name, value in keys)


def _visible(audience: Audience) -> sa.ColumnElement[bool]:
    return sa.true() if audience is Audience.MEMBERS else PartnerKey.is_public.is_(True)


def _holders(session: orm.Session, asked: Collection[Key], audience: Audience) -> dict[Key, int]:
    """How many hold each key, as this audience sees them; of what very many hold, as it was within the last minute."""
    kept: dict[tuple[Audience, Key], tuple[float, int]] = current_app.extensions.setdefault(
        "partner-counts", {}
    )
    since = time.monotonic() - KEPT_FOR
    found = {
        key: held[1] for key in asked if (held := kept.get((audience, key))) is not None and held[0] > since
    }
    if missing := [key for key in asked if key not in found]:
        rows = _table("asked", missing, "kind", "value")
        counted = session.execute(
            sa.select(rows.c.kind, rows.c.value, sa.func.count())
            .join(PartnerKey, sa.and_(PartnerKey.kind == rows.c.kind, PartnerKey.value == rows.c.value))
            .where(_visible(audience))
            .group_by(rows.c.kind, rows.c.value)
        )
        for kind, value, number in counted:
            found[kind, value] = number
            if number >= COMMON:
                kept[audience, (kind, value)] = (time.monotonic(), number)
    return found


def _worth(wanted: Mapping[Key, Wish], holders: Mapping[Key, int]) -> dict[Key, int]:
    """What each key is worth to share."""
    # a region holds the own country too, and so is never worth more
    near = sum(holders.get(key, 0) for key in wanted if key[0] == "country")
    return {
        key: ranking.weight(
            wish, near if wish.group == "region" else holders.get(key, 0), holders.get(LISTED, 0)
        )
        for key, wish in wanted.items()
    }


def _looked_up(wanted: Mapping[Key, Wish], worth: Mapping[Key, int], holders: Mapping[Key, int]) -> list[Key]:
    """The keys by which candidates are found: the most telling, as long as not too many hold them together."""
    chosen: list[Key] = []
    left = MOST_ROWS
    for key in sorted(wanted, key=lambda key: (wanted[key].group not in TOPICS, -worth[key], key)):
        if holders.get(key, 0) <= left or not chosen:
            chosen.append(key)
            left -= holders.get(key, 0)
    return chosen[:MOST_WISHES]


def _candidates(
    session: orm.Session,
    organization_id: str,
    rows: Sequence[tuple[str, str, str, int, int]],
    audience: Audience,
    more: int,
) -> Sequence[str]:
    """The few hundred with the largest sums of their best key in each group.

    One at least is of a topic; only who names no topic itself is offered its neighbours.
    """
    if not rows:
        return ()
    asked = _table("asked", rows, "kind", "value", "team", "weight", "is_topic")
    best = (
        sa.select(
            PartnerKey.organization_id.label("id"),
            sa.func.max(asked.c.weight).label("weight"),
            sa.func.max(asked.c.is_topic).label("is_topic"),
        )
        .join(asked, sa.and_(PartnerKey.kind == asked.c.kind, PartnerKey.value == asked.c.value))
        .where(_visible(audience))
        .group_by(PartnerKey.organization_id, asked.c.team)
        .subquery("best")
    )
    # those that are alike come in a circle that begins elsewhere for each who asks: everybody's turn comes somewhere
    is_behind = sa.case((best.c.id >= _start(organization_id), 0), else_=1)
    return session.scalars(
        sa.select(best.c.id)
        .group_by(best.c.id)
        .having(sa.func.max(best.c.is_topic) == max(is_topic for *_rest, is_topic in rows))
        .order_by(sa.func.sum(best.c.weight).desc(), is_behind, best.c.id)
        .limit(LOOKED_AT + more)
    ).all()


def _start(organization_id: str) -> str:
    """Where in the circle of ids an organization begins: anywhere, and always in the same place."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    digits = ranking.turn(organization_id, "start")
    return "".join(alphabet[int(digits[2 * at : 2 * at + 2], 16) % 32] for at in range(10))


def _held(session: orm.Session, ids: Collection[str], audience: Audience) -> dict[str, set[Key]]:
    """The keys of these organizations that the audience sees."""
    rows = session.execute(
        sa.select(PartnerKey.organization_id, PartnerKey.kind, PartnerKey.value).where(
            PartnerKey.organization_id.in_(ids), _visible(audience)
        )
    )
    found: dict[str, set[Key]] = defaultdict(set)
    for public_id, kind, value in rows:
        found[public_id].add((kind, value))
    return found


def _table(name: str, rows: Sequence[tuple[Any, ...]], *columns: str) -> Any:
    """Rows of values that a statement joins."""
    kinds = [sa.Integer if isinstance(value, int) else sa.String for value in rows[0]]
    made = sa.values(
        *(sa.column(column, kind) for column, kind in zip(columns, kinds, strict=True)), name=name
    )
    return made.data(list(rows)).cte(name)
