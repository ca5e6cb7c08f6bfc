"""Following, and choosing how often one is told."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts.models import User
from hub.database import inserting, now
from hub.errors import Invalid
from hub.network.following.models import QUERY, Digest, Every, Follow, Followed
from hub.network.following.permissions import POLICY
from hub.network.following.searches import searches
from hub.permissions import Actor, require

MOST = 100  # that a person may follow


def follow_organization(session: orm.Session, actor: Actor, organization_id: str) -> None:
    """Follow an organization that the actor may know of; nothing changes where they do already.

    Raises:
        Invalid: the actor follows too much already.
    """
    _follow(session, actor, Followed.ORGANIZATION, organization_id)


def follow_search(session: orm.Session, actor: Actor, query: str) -> None:
    """Follow what a search finds; nothing changes where the actor does already.

    Raises:
        Invalid: the search asks for nothing or is too long, or the actor follows too much already.
    """
    key = searches().canonical(query)
    if not key or len(key) > QUERY:
        raise Invalid(
            {"query": [_("This search cannot be followed: choose a word, a theme or a country first.")]}
        )
    _follow(session, actor, Followed.SEARCH, key)


def unfollow(session: orm.Session, actor: Actor, kind: Followed, key: str) -> None:
    """Follow something no longer; nothing happens where the actor did not."""
    require(POLICY, "follow:change", actor)
    session.execute(
        sa.delete(Follow)
        .where(Follow.user_id == actor.id, Follow.kind == kind, Follow.key == key)
        .execution_options(synchronize_session=False)
    )


def choose(session: orm.Session, actor: Actor, every: Every) -> None:
    """Choose how often one is told."""
    require(POLICY, "follow:change", actor)
    assert actor.id is not None
    _set(session, actor.id, every)


def stop(session: orm.Session, user_id: int) -> None:
    """Send a person no more digests (from a link in one)."""
    _set(session, user_id, Every.OFF)


def _follow(session: orm.Session, actor: Actor, kind: Followed, key: str) -> None:
    require(POLICY, "follow:change", actor)
    # held, so that several at the same moment are counted one after the other
    session.execute(sa.select(User.id).where(User.id == actor.id).with_for_update(key_share=True))
    held = session.scalar(sa.select(sa.func.count()).where(Follow.user_id == actor.id)) or 0
    if held >= MOST:
        raise Invalid({"query": [_("You follow %(most)s things already; let go of one first.", most=MOST)]})
    insert = inserting(session)
    row = {"user_id": actor.id, "kind": kind, "key": key, "since": now()}
    session.connection().execute(insert(Follow).values(**row).on_conflict_do_nothing())
    begin = {"user_id": actor.id, "every": Every.WEEK, "told_until": now()}
    session.connection().execute(insert(Digest).values(**begin).on_conflict_do_nothing())


def _set(session: orm.Session, user_id: int, every: Every) -> None:
    insert = inserting(session)(Digest)
    row = {"user_id": user_id, "every": every, "told_until": now()}
    changed = insert.values(**row).on_conflict_do_update(index_elements=["user_id"], set_={"every": every})
    session.connection().execute(changed)
