"""Writing inside a connection: beginning a thread, going on with it, closing it, reporting, forgetting what is old.

No text of a message is ever written to the log.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts.limits import parse
from hub.database import now
from hub.directory.log import note as log
from hub.directory.models import Case
from hub.errors import Conflict, Invalid, NotFound, TooMany
from hub.network.connections import connecting, reporting
from hub.network.connections.first_contact import plain
from hub.network.connections.models import Connection
from hub.network.messages import notices
from hub.network.messages.models import SUBJECT, TEXT, Message, Reading, Thread
from hub.network.messages.permissions import POLICY
from hub.network.messages.states import THREAD_STEPS, ThreadState
from hub.permissions import Actor, require
from hub.workflow import advance

SAME = timedelta(minutes=10)  # within which the same words are the second of two clicks
CONTEXT = 2  # messages before and after a reported one that curators get with it
MONTH = timedelta(days=30.44)


def begin(
    session: orm.Session, actor: Actor, connection: Connection, organization_id: str, subject: str, text: str
) -> Thread:
    """Begin a thread with its first message, on behalf of one side.

    Raises:
        Forbidden: the actor is of neither side, or the connection has ended.
        Conflict: one of the two is not in the directory now.
        Invalid: the subject or the text is empty or too long.
        TooMany: the organization has written as much as it may.
    """
    require(POLICY, "message:write", actor, connection)
    _require_listed(session, connection)
    subject, text = _checked("subject", " ".join(subject.split()), SUBJECT), _checked("text", text, TEXT)
    if (held := _begun_already(session, actor, connection, subject, text)) is not None:
        return held
    made = Thread(connection_id=connection.id, subject=subject)
    session.add(made)
    session.flush()
    _add(session, actor, connection, made, organization_id, text)
    log(session, actor, "thread:begin", organization_id, subject=f"thread:{made.id}")
    return made


def write(
    session: orm.Session,
    actor: Actor,
    connection: Connection,
    thread: Thread,
    organization_id: str,
    text: str,
) -> Message:
    """Go on with a thread, on behalf of one side.

    Raises:
        Forbidden: the actor is of neither side, or the connection has ended.
        Conflict: the thread is closed, or one of the two is not in the directory now.
        Invalid: the text is empty or too long.
        TooMany: the organization has written as much as it may.
    """
    require(POLICY, "message:write", actor, connection)
    _require_listed(session, connection)
    if thread.state is not ThreadState.OPEN:
        raise Conflict("cannot write: the thread is closed")
    text = _checked("text", text, TEXT)
    last = session.scalar(
        sa.select(Message).where(Message.thread_id == thread.id).order_by(Message.id.desc()).limit(1)
    )
    if last is not None and (last.author_id, last.text) == (actor.id, text) and last.at > now() - SAME:
        return last
    return _add(session, actor, connection, thread, organization_id, text)


def turn(
    session: orm.Session,
    actor: Actor,
    connection: Connection,
    thread: Thread,
    organization_id: str,
    step: str,
) -> None:
    """Close a thread, or open it again.

    Raises:
        Forbidden: the actor is of neither side, or the connection has ended.
        Conflict: it is so already.
    """
    require(POLICY, "thread:close", actor, connection)
    before = thread.state
    thread.state = advance(THREAD_STEPS, step, before)
    log(
        session, actor, f"thread:{step}", organization_id,
        subject=f"thread:{thread.id}", before={"state": before}, after={"state": thread.state},
    )  # fmt: skip


def mark_read(session: orm.Session, actor: Actor, thread_id: int, message_id: int) -> None:
    """Note how far a person has read; never back."""
    held = session.get(Reading, (thread_id, actor.id), with_for_update=True)
    if held is None:
        session.add(Reading(thread_id=thread_id, user_id=actor.id, message_id=message_id))
    else:
        held.message_id = max(held.message_id, message_id)


def report(
    session: orm.Session,
    actor: Actor,
    connection: Connection,
    organization_id: str,
    message_id: int,
    text: str,
) -> Case:
    """Put a message of the other side before the curators, with those around it; the other side is not told.

    Raises:
        Forbidden: the actor is of neither side.
        NotFound: there is no such message of the other side.
        Invalid: the text is empty or too long.
    """
    require(POLICY, "message:report", actor, connection)
    found = session.get(Message, message_id)
    thread = session.get(Thread, found.thread_id) if found else None
    if found is None or thread is None or thread.connection_id != connection.id:
        raise NotFound(f"message {message_id}")
    if found.organization_id == organization_id:
        raise NotFound(f"message {message_id} is our own")
    quoted = [
        reporting.quote(session, one.organization_id, one.at.isoformat(), one.text)
        | {"is_reported": "yes" if one is found else ""}
        for one in _around(session, found)
    ]
    case = reporting.put_before_curators(session, actor, found.organization_id, text, quoted)
    log(session, actor, "message:report", organization_id, subject=f"thread:{thread.id}")
    return case


def clear(session: orm.Session) -> int:
    """Forget messages that are older than the hub keeps them, and threads that hold none any more; returns how many."""
    ended = now() - MONTH * int(current_app.config["HUB"].message_months)
    gone = session.execute(
        sa.delete(Message).where(Message.at < ended).execution_options(synchronize_session=False)
    )
    empty = ~sa.exists().where(Message.thread_id == Thread.id)
    session.execute(
        sa.delete(Thread).where(Thread.written_at < ended, empty).execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _require_listed(session: orm.Session, connection: Connection) -> None:
    """What curators took from the directory reaches nobody by messages either."""
    if not connecting.are_listed(session, *connection.sides):
        raise Conflict("one of the two is not in the directory now")


def _checked(field: str, text: str, most: int) -> str:
    text = plain(text)
    if not text:
        raise Invalid({field: [_("Write something.")]})
    if len(text) > most:
        raise Invalid({field: [_("is longer than %(most)s characters", most=most)]})
    return text


def _begun_already(
    session: orm.Session, actor: Actor, connection: Connection, subject: str, text: str
) -> Thread | None:
    """The thread that the first of two clicks began."""
    return session.scalar(
        sa.select(Thread)
        .join(Message, Message.thread_id == Thread.id)
        .where(
            Thread.connection_id == connection.id,
            Thread.subject == subject,
            Thread.begun_at > now() - SAME,
            Message.author_id == actor.id,
            Message.text == text,
        )
        .limit(1)
    )


def _add(
    session: orm.Session,
    actor: Actor,
    connection: Connection,
    thread: Thread,
    organization_id: str,
    text: str,
) -> Message:
    _spend(session, organization_id)
    made = Message(thread_id=thread.id, organization_id=organization_id, author_id=actor.id, text=text)
    session.add(made)
    session.flush()
    thread.written_at = made.at
    if actor.id is not None:
        mark_read(session, actor, thread.id, made.id)
    notices.written(session, connection, thread, organization_id)
    return made


def _spend(session: orm.Session, organization_id: str) -> None:
    rate = current_app.config["HUB"].message_rate
    if rate == "off":
        return
    most, window = parse(rate)
    asked = sa.select(Message.at).where(
        Message.organization_id == organization_id, Message.at > now() - window
    )
    found = session.scalars(asked.order_by(Message.at.desc()).limit(most)).all()
    if len(found) == most:
        raise TooMany("message", max(1, int((found[-1] + window - now()).total_seconds())))


def _around(session: orm.Session, message: Message) -> list[Message]:
    here = sa.select(Message).where(Message.thread_id == message.thread_id)
    before = session.scalars(
        here.where(Message.id < message.id).order_by(Message.id.desc()).limit(CONTEXT)
    ).all()
    after = session.scalars(here.where(Message.id > message.id).order_by(Message.id).limit(CONTEXT)).all()
    return [*reversed(before), message, *after]
