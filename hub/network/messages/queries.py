"""Reading messages: threads with what is new in them, a thread's messages, counts for curators, one's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.network.connections.models import Connection, ConnectionRequest
from hub.network.messages.models import Message, Reading, Thread
from hub.permissions import Actor

PAGE = 20  # threads
MESSAGES = 30


@dataclass(frozen=True, slots=True)
class Listed:
    """A thread in a list: how many messages it holds, and whether the reader has not read them all."""

    thread: Thread
    count: int
    is_unread: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What curators may know of an organization's messages."""

    threads: int
    messages: int
    messages_this_month: int


def threads(
    session: orm.Session, actor: Actor, connection: Connection, page: int = 1
) -> tuple[list[Listed], int]:
    """A page of a connection's threads, what was written in last first, and how many pages there are."""
    total = session.scalar(sa.select(sa.func.count()).where(Thread.connection_id == connection.id)) or 0
    pages = max(1, -(-total // PAGE))
    ids = (
        sa.select(Thread.id)
        .where(Thread.connection_id == connection.id)
        .order_by(Thread.written_at.desc(), Thread.id.desc())
        .offset((min(max(page, 1), pages) - 1) * PAGE)
        .limit(PAGE)
    )
    counted = (
        sa.select(Thread, sa.func.count(Message.id), sa.func.max(Message.id), Reading.message_id)
        .outerjoin(Message, Message.thread_id == Thread.id)
        .outerjoin(Reading, sa.and_(Reading.thread_id == Thread.id, Reading.user_id == actor.id))
        .where(Thread.id.in_(session.scalars(ids).all()))
        .group_by(Thread.id, Reading.message_id)
        .order_by(Thread.written_at.desc(), Thread.id.desc())
    )
    rows = session.execute(counted)
    return [Listed(one, count, (last or 0) > (read or 0)) for one, count, last, read in rows], pages


def messages(
    session: orm.Session, thread: Thread, page: int | None = None
) -> tuple[Sequence[Message], int, int]:
    """A page of a thread's messages, oldest first, with its number and how many there are; the last unless asked."""
    total = session.scalar(sa.select(sa.func.count()).where(Message.thread_id == thread.id)) or 0
    pages = max(1, -(-total // MESSAGES))
    page = min(max(page or pages, 1), pages)
    asked = sa.select(Message).where(Message.thread_id == thread.id).order_by(Message.id)
    return session.scalars(asked.offset((page - 1) * MESSAGES).limit(MESSAGES)).all(), page, pages


def unread(session: orm.Session, actor: Actor, connection_ids: Sequence[int]) -> dict[int, int]:
    """How many threads of each of these connections hold something that the reader has not read."""
    latest = (
        sa.select(Message.thread_id, sa.func.max(Message.id).label("last"))
        .group_by(Message.thread_id)
        .subquery()
    )
    asked = (
        sa.select(Thread.connection_id, sa.func.count())
        .join(latest, latest.c.thread_id == Thread.id)
        .outerjoin(Reading, sa.and_(Reading.thread_id == Thread.id, Reading.user_id == actor.id))
        .where(
            Thread.connection_id.in_(connection_ids), latest.c.last > sa.func.coalesce(Reading.message_id, 0)
        )
        .group_by(Thread.connection_id)
    )
    return {row[0]: row[1] for row in session.execute(asked)}


def counts(session: orm.Session, organization_id: str) -> Counts:
    """How much an organization writes; never what."""
    sent = sa.select(sa.func.count()).where(Message.organization_id == organization_id)
    held = sa.select(sa.func.count(Message.thread_id.distinct())).where(
        Message.organization_id == organization_id
    )
    lately = sent.where(Message.at > now() - timedelta(days=30))
    return Counts(*(session.scalar(one) or 0 for one in (held, sent, lately)))


def export(session: orm.Session, user_id: int) -> dict[str, Any]:
    """What a person wrote to other organizations: their requests and their messages."""
    asked = sa.select(ConnectionRequest).where(ConnectionRequest.asked_by == user_id)
    written = (
        sa.select(Message, Thread.subject)
        .join(Thread, Thread.id == Message.thread_id)
        .where(Message.author_id == user_id)
        .order_by(Message.id)
    )
    return {
        "connection_requests": [
            {
                "from": one.asker_id, "to": one.asked_id, "at": one.asked_at.isoformat(),
                "purpose": one.purpose, "note": one.note,
            }
            for one in session.scalars(asked.order_by(ConnectionRequest.id))
        ],
        "messages": [
            {"organization": one.organization_id, "at": one.at.isoformat(), "subject": subject, "text": one.text}
            for one, subject in session.execute(written)
        ],
    }  # fmt: skip
