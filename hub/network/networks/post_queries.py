"""Reading what is written in networks: announcements, discussions, resources, and what of it was reported."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.errors import NotFound
from hub.network.networks.models import Network, Post, Report
from hub.network.networks.queries import PAGE, Paged, paged
from hub.network.networks.states import PostKind
from hub.permissions import Actor


def posts(session: orm.Session, network: Network, kind: PostKind, page: int, size: int = PAGE) -> Paged[Post]:
    """A page of what was written to a network, pinned discussions first, then what was written to last."""
    asked = sa.select(Post).where(
        Post.network_key == network.key, Post.kind == kind, Post.removed_at.is_(None)
    )
    order = (Post.is_pinned.desc(), Post.latest_at.desc(), Post.id.desc())
    return paged(session, asked.order_by(*order), page, size=size)


def latest(session: orm.Session, network: Network, most: int = 5) -> list[Post]:
    """What was written to a network last, of any kind but replies."""
    asked = sa.select(Post).where(
        Post.network_key == network.key, Post.kind != PostKind.REPLY, Post.removed_at.is_(None)
    )
    return list(session.scalars(asked.order_by(Post.latest_at.desc(), Post.id.desc()).limit(most)))


def post(session: orm.Session, network: Network, post_id: int) -> Post:
    """Load something written to a network.

    Raises:
        NotFound: there is none, or it was written to another network.
    """
    found = session.get(Post, post_id)
    if found is None or found.network_key != network.key:
        raise NotFound(f"post {post_id}")
    return found


def replies(session: orm.Session, thread: Post, page: int) -> Paged[Post]:
    """A page of the replies in a discussion, the oldest first; removed ones keep their place."""
    asked = sa.select(Post).where(Post.thread_id == thread.id).order_by(Post.id)
    return paged(session, asked, page)


def last_page(session: orm.Session, thread_id: int) -> int:
    """The page on which the newest reply of a discussion stands."""
    total = session.scalar(sa.select(sa.func.count()).where(Post.thread_id == thread_id)) or 0
    return max(1, -(-total // PAGE))


def reported(session: orm.Session, actor: Actor, page: int) -> Paged[tuple[Report, Post, Network]]:
    """A page of the reports that wait for a curator who has no part in them, the oldest first."""
    asked = (
        sa.select(Report, Post, Network)
        .join(Post, Post.id == Report.post_id)
        .join(Network, Network.key == Post.network_key)
        .where(*_reported_to(actor))
        .order_by(Report.id)
    )
    return paged(session, asked, page, is_rows=True)


def count_reported(session: orm.Session, actor: Actor) -> int:
    """How many reports of posts wait for a curator who has no part in them."""
    asked = sa.select(sa.func.count()).select_from(Report).join(Post, Post.id == Report.post_id)
    return session.scalar(asked.where(*_reported_to(actor))) or 0


def _reported_to(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """Open reports, but not of what the actor wrote or an organization of theirs signed."""
    is_of_others = sa.or_(
        Post.organization_id.is_(None), Post.organization_id.not_in(sorted(actor.organizations))
    )
    return [Report.settled_at.is_(None), is_of_others, Post.author_id.is_distinct_from(actor.id)]
