"""Writing to a network: announcements, discussions, replies and resources; mending, taking out, and reporting them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts.models import User
from hub.database import now
from hub.directory.log import note
from hub.directory.models import Organization
from hub.errors import Conflict, NotFound
from hub.network.networks import notices
from hub.network.networks.models import Network, Post, Report
from hub.network.networks.permissions import POLICY, seat
from hub.network.networks.schemas import SCHEMAS, ReportSchema, load
from hub.network.networks.states import PostKind
from hub.permissions import Actor, require

SAME = timedelta(minutes=10)  # within which the same words are the same click twice


def write(
    session: orm.Session,
    actor: Actor,
    network: Network,
    kind: PostKind,
    values: Mapping[str, Any],
    *,
    organization_id: str | None = None,
    thread_id: int | None = None,
) -> Post:
    """Write to a network in the name of an organization, or as its coordinator; the same again is the first one.

    Raises:
        NotFound: there is no such discussion.
        Forbidden: the actor may not.
        Conflict: the discussion is closed.
        Invalid: the words are missing or too many.
    """
    organization = session.get(Organization, organization_id) if organization_id else None
    here = seat(session, actor, network)
    require(POLICY, f"network:{kind}", actor, here.with_(organization=organization))
    checked = load(SCHEMAS[kind], values)
    thread = _open_thread(session, network, thread_id) if kind is PostKind.REPLY else None
    made = Post(network_key=network.key, kind=kind, thread_id=thread_id, author_id=actor.id,
                organization_id=organization_id or None, **checked)  # fmt: skip
    if actor.id is not None:  # two clicks at once come one after the other
        session.get(User, actor.id, with_for_update={"key_share": True})
    if (first := _said_before(session, made)) is not None:
        return first
    session.add(made)
    if thread is not None:
        thread.replies += 1
        thread.latest_at = now()
    session.flush()
    notices.written(session, network, made)
    return made


def edit(session: orm.Session, actor: Actor, post: Post, values: Mapping[str, Any]) -> None:
    """Mend one's own words while they are fresh.

    Raises:
        Forbidden: the actor may not, or no longer.
        Conflict: it was removed.
        Invalid: the words are missing or too many.
    """
    _check(session, actor, post, "post:edit")
    checked = load(SCHEMAS[post.kind], values)
    if all(getattr(post, name) == value for name, value in checked.items()):
        return
    for name, value in checked.items():
        setattr(post, name, value)
    post.edited_at = now()


def remove(session: orm.Session, actor: Actor, post: Post) -> None:
    """Take a post out; its words are gone, and that there was one stays. Again is nothing.

    Raises:
        Forbidden: the actor may not, or no longer.
    """
    if post.removed_at is not None:
        return
    _check(session, actor, post, "post:remove")
    post.title, post.text, post.url, post.language = "", "", None, None
    post.removed_at = now()
    post.is_pinned = False
    if post.author_id != actor.id:
        note(
            session,
            actor,
            "network-post-remove",
            post.organization_id or "",
            subject=f"network-post:{post.id}",
        )


def arrange(session: orm.Session, actor: Actor, post: Post, what: str, wanted: bool) -> None:
    """Pin a discussion to the top or close it to replies, or undo that; ``what`` is ``pin`` or ``close``.

    Raises:
        Forbidden: the actor does not coordinate the network.
    """
    _check(session, actor, post, f"post:{what}")
    if what == "pin":
        post.is_pinned = wanted
    else:
        post.is_closed = wanted


def report(session: orm.Session, actor: Actor, post: Post, values: Mapping[str, Any]) -> Report:
    """Tell the curators that a post breaks the rules; once for each person and post.

    Raises:
        Forbidden: the actor may not read the network.
        Conflict: it was removed.
        Invalid: no reason is given.
    """
    _check(session, actor, post, "post:report")
    checked = load(ReportSchema, values)
    session.refresh(post, with_for_update=True)  # the same person may press twice at once
    held = session.scalar(sa.select(Report).where(Report.post_id == post.id, Report.reporter_id == actor.id))
    if held is None:
        held = Report(post_id=post.id, reporter_id=actor.id, **checked)
        session.add(held)
        session.flush()
    return held


def settle(session: orm.Session, actor: Actor, post_id: int, is_removed: bool) -> None:
    """Settle what was reported of a post, which is taken out or left. Again is nothing.

    Raises:
        Forbidden: the actor is no curator, wrote it, or belongs to the organization that signed it.
        NotFound: there is no such post.
    """
    post = held_post(session, post_id)
    require(POLICY, "report:settle", actor, post)
    if is_removed:
        remove(session, actor, post)
    asked = sa.select(Report).where(Report.post_id == post_id, Report.settled_at.is_(None))
    for one in session.scalars(asked):
        one.settled_at, one.settled_by = now(), actor.name


def held_post(session: orm.Session, post_id: int) -> Post:
    """Load a post and keep others from changing it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    post = session.get(Post, post_id, with_for_update=True)
    if post is None:
        raise NotFound(f"post {post_id}")
    return post


def _check(session: orm.Session, actor: Actor, post: Post, action: str) -> None:
    network = session.get_one(Network, post.network_key)
    require(POLICY, action, actor, seat(session, actor, network).with_(post=post))
    if post.removed_at is not None:
        raise Conflict(f"post {post.id} was removed")


def _open_thread(session: orm.Session, network: Network, thread_id: int | None) -> Post:
    thread = held_post(session, thread_id or 0)
    if thread.network_key != network.key or thread.kind is not PostKind.DISCUSSION:
        raise NotFound(f"post {thread_id}")
    if thread.is_closed or thread.removed_at is not None:
        raise Conflict(f"discussion {thread_id} is closed")
    return thread


def _said_before(session: orm.Session, made: Post) -> Post | None:
    asked = sa.select(Post).where(
        Post.network_key == made.network_key,
        Post.author_id == made.author_id,
        Post.kind == made.kind,
        Post.created_at > now() - SAME,
        Post.removed_at.is_(None),
    )
    said = ("thread_id", "organization_id", "title", "text", "url")
    wanted = [getattr(made, name) or None for name in said]
    return next(
        (one for one in session.scalars(asked) if [getattr(one, name) or None for name in said] == wanted),
        None,
    )
