"""What keeps an organization from asking another, told only from what its own people may know.

Whether the other side declined, ignored or blocked is never looked at here: for who asks, all of that is silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import orm

from hub.accounts.limits import parse
from hub.accounts.models import Membership
from hub.config import Config
from hub.database import now
from hub.directory.models import Organization
from hub.directory.people import has_focal_point
from hub.directory.states import Audience, Trust
from hub.directory.visibility import is_shown
from hub.errors import Conflict
from hub.network.connections import queries
from hub.network.connections.models import Connection, ConnectionRequest
from hub.network.connections.states import Askers, ConnectionState, RequestState
from hub.network.networks.queries import share_a_network
from hub.network.safety import pauses
from hub.permissions import Actor

PAUSE = timedelta(days=30)  # from the end of a request, or of a connection that the other side ended
MOST_UNANSWERED = 3  # requests of an organization, or of a person, to one target within REMEMBERED
REMEMBERED = timedelta(days=365)
TRUSTED = (Trust.CONFIRMED, Trust.VERIFIED)


class Why(StrEnum):
    """What keeps an organization from asking."""

    UNLISTED = "unlisted"
    STOPPED = "stopped"
    CONNECTED = "connected"
    WAITING = "waiting"
    BLOCKED = "blocked"
    CLOSED = "closed"
    TOO_NEW = "too_new"
    PAUSE = "pause"
    UNANSWERED = "unanswered"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class Hurdle:
    """Why it may not ask, and from when on it may, where time heals it."""

    why: Why
    until: datetime | None = None


class Hindered(Conflict):
    """An organization may not ask another now."""

    def __init__(self, hurdle: Hurdle) -> None:
        super().__init__(f"cannot ask: {hurdle.why}")
        self.hurdle = hurdle


def hurdle(session: orm.Session, actor: Actor, asker: Organization, asked: Organization) -> Hurdle | None:
    """The first thing that keeps ``asker`` from asking ``asked``; None where nothing does."""
    if asker.id == asked.id or not is_shown(asker, Audience.MEMBERS):
        return Hurdle(Why.UNLISTED)
    if (stopped_until := pauses.until(session, asker.id)) is not None:
        return Hurdle(Why.STOPPED, stopped_until)
    (known,) = queries.between(session, [asker.id], asked.id)
    if known.connection is not None:
        return Hurdle(Why.CONNECTED)
    if known.has_blocked:
        return Hurdle(Why.BLOCKED)
    if known.request is not None:
        return Hurdle(Why.WAITING)
    if not _welcomes(session, asker, asked):
        return Hurdle(Why.CLOSED)
    return _too_soon(session, actor, asker, asked)


def _welcomes(session: orm.Session, asker: Organization, asked: Organization) -> bool:
    """Tell whether the organization takes requests from such as this one; nobody answers where nobody looks after it."""
    if not has_focal_point(session, asked.id):
        return False
    match queries.askers_of(session, asked):
        case Askers.ANYONE:
            return True
        case Askers.MEMBERS:
            return asker.trust in TRUSTED or share_a_network(session, asker.id, asked.id)
        case Askers.SAME_NETWORK:
            return share_a_network(session, asker.id, asked.id)
        case Askers.NOBODY:
            return False


def _too_soon(session: orm.Session, actor: Actor, asker: Organization, asked: Organization) -> Hurdle | None:
    config: Config = current_app.config["HUB"]
    known_since = session.scalar(
        sa.select(sa.func.min(Membership.since)).where(Membership.organization_id == asker.id)
    )
    settled_at = (known_since or now()) + timedelta(hours=config.connect_pause)
    if settled_at > now():
        return Hurdle(Why.TOO_NEW, settled_at)
    if (again_at := _again_at(session, asker.id, asked.id)) is not None and again_at > now():
        return Hurdle(Why.PAUSE, again_at)
    if _unanswered(session, actor, asker.id, asked.id) >= MOST_UNANSWERED:
        return Hurdle(Why.UNANSWERED)
    made = sa.select(sa.func.count()).where(ConnectionRequest.asker_id == asker.id)
    return Hurdle(Why.TODAY) if is_spent(session, made, ConnectionRequest.asked_at) else None


def _again_at(session: orm.Session, asker_id: str, asked_id: str) -> datetime | None:
    """When the pause is over that follows a request, or a connection which the other side ended."""
    ended = sa.select(sa.func.max(ConnectionRequest.ended_at)).where(
        ConnectionRequest.asker_id == asker_id,
        ConnectionRequest.asked_id == asked_id,
        ConnectionRequest.state.in_((RequestState.WITHDRAWN, RequestState.EXPIRED)),
    )
    parted = sa.select(sa.func.max(Connection.ended_at)).where(
        queries.has(asker_id),
        queries.has(asked_id),
        Connection.state == ConnectionState.ENDED,
        Connection.ended_by == asked_id,
    )
    times = [at for at in (session.scalar(ended), session.scalar(parted)) if at is not None]
    return max(times) + PAUSE if times else None


def _unanswered(session: orm.Session, actor: Actor, asker_id: str, asked_id: str) -> int:
    """How many requests the organization, or this person for any organization, made of it that led to nothing.

    Also those taken back: each of them reached the other side.
    """
    asked = sa.select(sa.func.count()).where(
        ConnectionRequest.asked_id == asked_id,
        ConnectionRequest.state != RequestState.ACCEPTED,
        ConnectionRequest.asked_at > now() - REMEMBERED,
        sa.or_(ConnectionRequest.asker_id == asker_id, ConnectionRequest.asked_by == actor.id),
    )
    return session.scalar(asked) or 0


def is_spent(session: orm.Session, counted: sa.Select[int], at: orm.InstrumentedAttribute[datetime]) -> bool:
    """Tell whether there were as many first words to strangers lately as an organization may send (``connect_rate``)."""
    config: Config = current_app.config["HUB"]
    if config.connect_rate == "off":
        return False
    most, window = parse(config.connect_rate)
    return (session.scalar(counted.where(at > now() - window)) or 0) >= most
