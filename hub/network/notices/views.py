"""The inbox of a person's notices."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.accounts.views import person
from hub.database import db, transaction
from hub.i18n import PREFIX
from hub.network.notices import queries, reading
from hub.web import show

pages = Blueprint("notices", __name__)
MOST_PAGES = 500


@pages.get(f"{PREFIX}/notices")
def inbox() -> ResponseReturnValue:
    """Show a person's notices, the newest first."""
    actor = person()
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    told, has_older = queries.inbox(db.session, actor, number)
    return show("notices/inbox.html", told=told, number=number, has_older=has_older)


@pages.post(f"{PREFIX}/notices/read")
def read() -> ResponseReturnValue:
    """Mark one notice, or all of them, as read."""
    actor = person()
    chosen = request.form.get("notice", type=int)
    with transaction() as session:
        reading.mark_read(session, actor, None if chosen is None else [chosen])
    return redirect(url_for("notices.inbox"), 303)
