"""The pages of messages: the threads of a connection, and one thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts.views import names
from hub.database import db, now, transaction
from hub.errors import Conflict, Invalid, NotFound, TooMany
from hub.network.connections import connecting
from hub.network.connections import queries as connections
from hub.network.connections.models import Connection
from hub.network.connections.states import ConnectionState
from hub.network.connections.views import CONNECTION, NUMBER, held, reader
from hub.network.messages import links, notices, queries, threads
from hub.network.messages.models import Message, Thread
from hub.network.messages.permissions import POLICY
from hub.permissions import Actor, allows
from hub.web import show

pages = Blueprint("messages", __name__)
THREADS = f"{CONNECTION}/messages"
THREAD = f"{THREADS}/<{NUMBER}:thread_id>"
Messages = Mapping[str, list[str]]


@pages.get(THREADS)
def threads_(organization_id: str, connection_id: int) -> ResponseReturnValue:
    """List what the two wrote to each other, by subject."""
    return _threads_page(organization_id, connection_id)


def _threads_page(
    organization_id: str, connection_id: int, messages: Messages | None = None, status: int = 200
) -> ResponseReturnValue:
    actor = reader(organization_id)
    found = held(organization_id, connection_id)
    page = max(1, request.args.get("page", 1, type=int))
    listed, count = queries.threads(db.session, actor, found, page)
    return show(
        "messages/threads.html",
        status=status,
        listed=listed,
        number=min(page, count),
        pages=count,
        address=lambda page: _threads_address(organization_id, connection_id, page),
        messages=messages or {},
        typed=request.form,
        **_frame(actor, organization_id, found),
    )


def _frame(actor: Actor, organization_id: str, connection: Connection) -> dict[str, Any]:
    other_id = connection.other(organization_id)
    return {
        "organization_id": organization_id,
        "connection": connection,
        "name": names([organization_id]).get(organization_id, ""),
        "other": connections.parties([other_id]).get(other_id),
        "has_ended": connection.state is not ConnectionState.LIVING,
        "may_write": allows(POLICY, "message:write", actor, connection)
        and connecting.are_listed(db.session, *connection.sides),
    }


@pages.post(THREADS)
def begin(organization_id: str, connection_id: int) -> ResponseReturnValue:
    """Begin a thread; a second click leads to the first one's."""
    actor = reader(organization_id)
    held(organization_id, connection_id)
    subject, text = request.form.get("subject", ""), request.form.get("text", "")
    try:
        with transaction() as session:
            found = connecting.connection_of(session, actor, connection_id)
            number = threads.begin(session, actor, found, organization_id, subject, text).id
    except Invalid as error:
        return _threads_page(organization_id, connection_id, error.messages, 422)
    except TooMany:
        return _threads_page(organization_id, connection_id, _too_many(), 429)
    return redirect(_thread_address(organization_id, connection_id, number), 303)


def _too_many() -> Messages:
    return {
        "text": [_("Your organization has written as many messages as it may in an hour. Try again later.")]
    }


@pages.get(THREAD)
def thread(organization_id: str, connection_id: int, thread_id: int) -> ResponseReturnValue:
    """Show a thread, and note that it was read."""
    return _thread_page(organization_id, connection_id, thread_id)


def _thread_page(
    organization_id: str,
    connection_id: int,
    thread_id: int,
    messages: Messages | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    actor = reader(organization_id)
    connection = held(organization_id, connection_id)
    found = _thread(connection_id, thread_id)
    written, page, count = queries.messages(db.session, found, request.args.get("page", type=int))
    is_trusted = connection.since < now() - links.UNTRIED
    response = show(
        "messages/thread.html",
        status=status,
        thread=found,
        written=written,
        me=actor.id,
        linked=lambda one: links.linked(one.text, is_trusted or one.organization_id == organization_id),
        number=page,
        pages=count,
        address=lambda page: _thread_address(organization_id, connection_id, thread_id, page),
        messages=messages or {},
        typed=request.form,
        **_frame(actor, organization_id, connection),
    )
    if written:
        with transaction() as session:
            threads.mark_read(session, actor, thread_id, written[-1].id)
            notices.seen(session, actor, connection)
    return response


def _thread(connection_id: int, thread_id: int) -> Thread:
    found = db.session.get(Thread, thread_id)
    if found is None or found.connection_id != connection_id:
        raise NotFound(f"thread {thread_id}")
    return found


@pages.post(THREAD)
def go_on(organization_id: str, connection_id: int, thread_id: int) -> ResponseReturnValue:
    """Write in a thread, close it, or open it again; a second click finds it done."""
    actor = reader(organization_id)
    act, text = request.form.get("act", ""), request.form.get("text", "")
    if act not in ("write", "close", "reopen"):
        abort(400)
    held(organization_id, connection_id)
    _thread(connection_id, thread_id)
    try:
        with transaction() as session:
            connection = connecting.connection_of(session, actor, connection_id)
            found = session.get_one(Thread, thread_id, with_for_update=True)
            if act == "write":
                threads.write(session, actor, connection, found, organization_id, text)
            else:
                threads.turn(session, actor, connection, found, organization_id, act)
    except Invalid as error:
        return _thread_page(organization_id, connection_id, thread_id, error.messages, 422)
    except TooMany:
        return _thread_page(organization_id, connection_id, thread_id, _too_many(), 429)
    except Conflict:
        flash(_("This was settled in the meantime. Nothing was changed."), "error")
    return redirect(_thread_address(organization_id, connection_id, thread_id), 303)


@pages.route(f"{THREAD}/report/<{NUMBER}:message_id>", methods=("GET", "POST"))
def report(organization_id: str, connection_id: int, thread_id: int, message_id: int) -> ResponseReturnValue:
    """Put a message before the curators; the other side is not told."""
    actor = reader(organization_id)
    connection = held(organization_id, connection_id)
    found = _thread(connection_id, thread_id)
    message = db.session.get(Message, message_id)
    if message is None or message.thread_id != thread_id or message.organization_id == organization_id:
        raise NotFound(f"message {message_id}")
    messages: Messages = {}
    if request.method == "POST":
        try:
            with transaction() as session:
                same = connecting.connection_of(session, actor, connection_id)
                threads.report(
                    session, actor, same, organization_id, message_id, request.form.get("text", "")
                )
        except Invalid as error:
            messages = error.messages
        else:
            flash(_("The curators will look at it. The other side is not told."))
            return redirect(_thread_address(organization_id, connection_id, thread_id), 303)
    return show(
        "messages/report.html",
        status=422 if messages else 200,
        thread=found,
        message=message,
        messages=messages,
        typed=request.form,
        **_frame(actor, organization_id, connection),
    )


def _threads_address(organization_id: str, connection_id: int, page: int | None = None) -> str:
    return url_for(".threads_", organization_id=organization_id, connection_id=connection_id, page=page)


def _thread_address(organization_id: str, connection_id: int, thread_id: int, page: int | None = None) -> str:
    place = {"organization_id": organization_id, "connection_id": connection_id, "thread_id": thread_id}
    return url_for(".thread", **place, page=page)  # type: ignore[arg-type]
