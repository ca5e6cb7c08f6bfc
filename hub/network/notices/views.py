"""The inbox of a person's notices, how they come by mail, and stopping them from a mail."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hub.accounts.views import person
from hub.database import db, transaction
from hub.i18n import PREFIX, language
from hub.network.notices import queries, reading, stopping, wishes
from hub.network.notices.kinds import KINDS, Way
from hub.web import show

pages = Blueprint("notices", __name__)
MOST_PAGES = 500
WAYS = {Way.NOW: _l("At once"), Way.DIGEST: _l("Once a day, together"), Way.OFF: _l("No mail")}
STOP = f"{PREFIX}/notices/stop/<token>"


@pages.get(f"{PREFIX}/notices")
def inbox() -> ResponseReturnValue:
    """Show a person's notices, the newest first."""
    actor = person()
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    told, has_older = queries.inbox(db.session, actor, number)
    return show("notices/inbox.html", told=told, number=number, has_older=has_older)


@pages.get(f"{PREFIX}/notices/<int(max=9007199254740991):notice_id>")
def follow(notice_id: int) -> ResponseReturnValue:
    """Lead to what a notice is about, and mark it as read."""
    actor = person()
    found = queries.one(db.session, actor, notice_id)
    link = found.link
    if found.read_at is None:
        with transaction() as session:
            reading.mark_read(session, actor, [notice_id])
    return redirect(f"/{language()}{link}" if link else url_for("notices.inbox"), 303)


@pages.post(f"{PREFIX}/notices/read")
def read() -> ResponseReturnValue:
    """Mark one notice, or all of them, as read."""
    actor = person()
    chosen = request.form.get("notice", type=int)
    with transaction() as session:
        reading.mark_read(session, actor, None if chosen is None else [chosen])
    return redirect(url_for("notices.inbox"), 303)


@pages.get(f"{PREFIX}/notices/settings")
def settings() -> ResponseReturnValue:
    """Show how a person's notices come by mail."""
    actor = person()
    chosen = wishes.Wishes(db.session, [actor.id or 0])
    kinds = [(kind.name, kind.called, chosen.way(actor.id or 0, kind)) for kind in KINDS.values()]
    return show("notices/settings.html", kinds=sorted(kinds, key=lambda one: one[1].casefold()), ways=WAYS)


@pages.post(f"{PREFIX}/notices/settings")
def choose() -> ResponseReturnValue:
    """Keep how notices are to come by mail."""
    actor = person()
    with transaction() as session:
        wishes.choose(session, actor, request.form)
    flash(_("Saved."))
    return redirect(url_for("notices.settings"), 303)


@pages.get(STOP)
def ask_to_stop(token: str) -> ResponseReturnValue:
    """Ask whether mails of a sort are to stop; needs no sign-in."""
    what, _user_id = stopping.read(token)
    return show("notices/stop.html", token=token, label=stopping.label(what), is_done=False)


@pages.post(STOP)
def stop(token: str) -> ResponseReturnValue:
    """Stop mails of a sort: pressed by a person, or posted by a mail program, which follows no redirects (RFC 8058)."""
    what, user_id = stopping.read(token)
    with transaction() as session:
        stopping.stop(session, what, user_id)
    return show("notices/stop.html", token=token, label=stopping.label(what), is_done=True)
