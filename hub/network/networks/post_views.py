"""The pages on which members of a network write to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts.limits import spend
from hub.database import db, transaction
from hub.errors import Conflict, Invalid, NotFound
from hub.network.networks import post_queries, posts, queries
from hub.network.networks.models import Post
from hub.network.networks.permissions import POLICY, Seat
from hub.network.networks.states import PostKind
from hub.network.networks.views import NETWORK, about, inside, page, pages, voices
from hub.permissions import Actor, allows
from hub.web import rate, show

# part of the address -> what is written there
SECTIONS = {
    "announcements": PostKind.ANNOUNCEMENT,
    "discussions": PostKind.DISCUSSION,
    "resources": PostKind.RESOURCE,
}
SECTION = f"{NETWORK}/<any({','.join(SECTIONS)}):section>"
POST = f"{NETWORK}/posts/<int(max=2147483647):post_id>"  # as large as the column
FIELDS = ("title", "text", "url", "language")
ARRANGED = {"pin": ("pin", True), "unpin": ("pin", False), "close": ("close", True), "open": ("close", False)}


@pages.get(SECTION)
def section(key: str, section: str) -> ResponseReturnValue:
    """List what was written in one section of a network."""
    actor, here = inside(key)
    found = post_queries.posts(db.session, here.network, SECTIONS[section], page())
    return show(
        "networks/posts.html",
        **about(actor, here),
        here=section,
        kind=SECTIONS[section],
        found=found,
        names=queries.names(db.session, [one.organization_id for one in found.items]),
        may_write=bool(voices(actor, here, SECTIONS[section])),
    )


@pages.get(f"{SECTION}/new")
def begin(key: str, section: str) -> ResponseReturnValue:
    """Show the form for something new."""
    actor, here = inside(key)
    return _form(actor, here, section)


@pages.post(f"{SECTION}/new")
def write(key: str, section: str) -> ResponseReturnValue:
    """Write something new to a network."""
    actor, here = inside(key)
    kind = SECTIONS[section]
    signed = _signed(actor, here, kind)
    spend("network-post", rate("network_post_rate")(), actor.name)
    try:
        with transaction() as session:
            network = queries.one(session, key)
            made = posts.write(session, actor, network, kind, request.form, organization_id=signed)
            session.flush()
            reached = made.id
    except Invalid as error:
        return _form(actor, here, section, error.messages, 422)
    return redirect(url_for("networks.post", key=key, post_id=reached), 303)


@pages.get(POST)
def post(key: str, post_id: int) -> ResponseReturnValue:
    """Show something written to a network, with the replies to a discussion."""
    return _post_page(key, post_id)


@pages.post(POST)
def reply(key: str, post_id: int) -> ResponseReturnValue:
    """Reply in a discussion."""
    actor, here = inside(key)
    signed = _signed(actor, here, PostKind.REPLY)
    spend("network-post", rate("network_post_rate")(), actor.name)
    try:
        with transaction() as session:
            network = queries.one(session, key)
            made = posts.write(
                session,
                actor,
                network,
                PostKind.REPLY,
                request.form,
                organization_id=signed,
                thread_id=post_id,
            )
            session.flush()
            reached = made.id
            last = post_queries.last_page(session, post_id)
    except Invalid as error:
        return _post_page(key, post_id, error.messages, 422)
    except Conflict:
        flash(_("The discussion was closed in the meantime. What you wrote was not sent."), "error")
        return redirect(url_for("networks.post", key=key, post_id=post_id), 303)
    number = last if last > 1 else None
    return redirect(
        url_for("networks.post", key=key, post_id=post_id, page=number, _anchor=f"post-{reached}"), 303
    )


@pages.get(f"{POST}/edit")
def edit(key: str, post_id: int) -> ResponseReturnValue:
    """Show the form in which one mends one's own words."""
    actor, here, found = _mine(key, post_id, "post:edit")
    return _edit_form(actor, here, found, {name: getattr(found, name) for name in FIELDS})


@pages.post(f"{POST}/edit")
def mend(key: str, post_id: int) -> ResponseReturnValue:
    """Mend one's own words."""
    actor, here, found = _mine(key, post_id, "post:edit")
    try:
        with transaction() as session:
            posts.edit(session, actor, posts.held_post(session, post_id), request.form)
    except Invalid as error:
        return _edit_form(actor, here, found, request.form, error.messages, 422)
    return _back(here, found)


@pages.post(f"{POST}/remove")
def remove(key: str, post_id: int) -> ResponseReturnValue:
    """Take out one's own words, or, as a coordinator, anybody's."""
    _actor, here, found = _mine(key, post_id, "post:remove")
    with transaction() as session:
        posts.remove(session, _actor, posts.held_post(session, post_id))
    flash(_("Removed."))
    if found.kind is PostKind.REPLY:
        return _back(here, found)
    return redirect(url_for("networks.section", key=key, section=_section_of(found)), 303)


@pages.post(f"{POST}/arrange")
def arrange(key: str, post_id: int) -> ResponseReturnValue:
    """Pin a discussion or close it, or undo that."""
    what = request.form.get("what", "")
    if what not in ARRANGED:
        raise NotFound(what)
    name, wanted = ARRANGED[what]
    actor, here, found = _mine(key, post_id, f"post:{name}")
    with transaction() as session:
        posts.arrange(session, actor, posts.held_post(session, post_id), name, wanted)
    return _back(here, found)


@pages.get(f"{POST}/report")
def ask_report(key: str, post_id: int) -> ResponseReturnValue:
    """Show the form in which a post is reported to the curators."""
    actor, here, found = _mine(key, post_id, "post:report")
    return show("networks/report.html", **about(actor, here), post=found, messages={}, typed={})


@pages.post(f"{POST}/report")
def report(key: str, post_id: int) -> ResponseReturnValue:
    """Report a post to the curators."""
    actor, here, found = _mine(key, post_id, "post:report")
    try:
        with transaction() as session:
            posts.report(session, actor, posts.held_post(session, post_id), request.form)
    except Invalid as error:
        return show("networks/report.html", status=422, **about(actor, here), post=found,
                    messages=error.messages, typed=request.form)  # fmt: skip
    flash(_("Reported. A curator looks at it; the author is not told who reported it."))
    return _back(here, found)


def _mine(key: str, post_id: int, action: str) -> tuple[Actor, Seat, Post]:
    """A post on which the actor may do something; any other looks as if there were none."""
    actor, here = inside(key)
    found = post_queries.post(db.session, here.network, post_id)
    if found.removed_at is not None or not allows(POLICY, action, actor, here.with_(post=found)):
        raise NotFound(f"post {post_id}")
    return actor, here, found


def _signed(actor: Actor, here: Seat, kind: PostKind) -> str | None:
    """The organization in whose name something is written; None where coordinators write as such.

    Raises:
        NotFound: the actor may not write in that name.
    """
    allowed = voices(actor, here, kind)
    chosen = request.form.get("organization", next(iter(allowed), ""))
    if chosen not in allowed:
        raise NotFound(chosen)
    return chosen or None


def _section_of(found: Post) -> str:
    return next(name for name, kind in SECTIONS.items() if kind is found.kind)


def _back(here: Seat, found: Post) -> ResponseReturnValue:
    thread = found.thread_id or found.id
    return redirect(
        url_for("networks.post", key=here.network.key, post_id=thread, _anchor=f"post-{found.id}"), 303
    )


def _post_page(
    key: str, post_id: int, messages: Mapping[str, list[str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    actor, here = inside(key)
    found = post_queries.post(db.session, here.network, post_id)
    if found.kind is PostKind.REPLY:
        return _back(here, found)
    if found.removed_at is not None:
        raise NotFound(f"post {post_id}")
    replies = post_queries.replies(db.session, found, page())
    shown = [found, *replies.items]
    is_open = found.kind is PostKind.DISCUSSION and not found.is_closed
    acts = ("edit", "remove", "report")
    return show(
        "networks/post.html",
        status=status,
        **about(actor, here),
        post=found,
        here=_section_of(found),
        replies=replies,
        names=queries.names(db.session, [one.organization_id for one in shown]),
        may={
            one.id: {act for act in acts if allows(POLICY, f"post:{act}", actor, here.with_(post=one))}
            for one in shown
        },
        may_arrange=allows(POLICY, "post:pin", actor, here.with_(post=found)),
        voices=voices(actor, here, PostKind.REPLY) if is_open else {},
        me=actor.id,
        messages=messages or {},
        typed=request.form if messages else {},
    )


def _form(
    actor: Actor, here: Seat, section: str, messages: Mapping[str, list[str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    kind = SECTIONS[section]
    allowed = voices(actor, here, kind)
    if not allowed:
        raise NotFound(section)
    values: dict[str, Any] = {
        "kind": kind, "here": section, "voices": allowed, "messages": messages or {}, "typed": request.form,
        "post": None,
    }  # fmt: skip
    return show("networks/write.html", status=status, **about(actor, here), **values)


def _edit_form(
    actor: Actor,
    here: Seat,
    found: Post,
    typed: Mapping[str, Any],
    messages: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    return show("networks/write.html", status=status, **about(actor, here), kind=found.kind, here=None, voices={},
                messages=messages or {}, typed=typed, post=found)  # fmt: skip
