"""How people want to be told by mail: each kind as its default says unless they chose otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import inserting
from hub.network.notices.kinds import KINDS, Kind, Way
from hub.network.notices.models import NoticeSetting
from hub.permissions import Actor


class Wishes:
    """What each of some people chose, read once."""

    def __init__(self, session: orm.Session, user_ids: Iterable[int]) -> None:
        rows = session.execute(
            sa.select(NoticeSetting.user_id, NoticeSetting.kind, NoticeSetting.way).where(
                NoticeSetting.user_id.in_(list(user_ids))
            )
        )
        self._chosen = {(user_id, kind): way for user_id, kind, way in rows}

    def way(self, user_id: int, kind: Kind) -> Way:
        """How this person is told of this kind by mail."""
        return self._chosen.get((user_id, kind.name), Way(kind.mail))


def choose(session: orm.Session, actor: Actor, chosen: Mapping[str, str]) -> None:
    """Keep what a person chose for some kinds; what is no kind or no way changes nothing."""
    assert actor.id is not None
    _set(
        session,
        actor.id,
        {name: Way(way) for name, way in chosen.items() if name in KINDS and way in set(Way)},
    )


def stop(session: orm.Session, user_id: int, kind: str) -> None:
    """Send a person no more mail of a kind."""
    _set(session, user_id, {kind: Way.OFF})


def stop_together(session: orm.Session, user_id: int) -> None:
    """Send a person no more mails that gather several notices."""
    wishes = Wishes(session, [user_id])
    _set(
        session,
        user_id,
        {name: Way.OFF for name, kind in KINDS.items() if wishes.way(user_id, kind) is Way.DIGEST},
    )


def _set(session: orm.Session, user_id: int, chosen: Mapping[str, Way]) -> None:
    if not chosen:
        return
    insert = inserting(session)(NoticeSetting)
    session.connection().execute(
        insert.values(
            [{"user_id": user_id, "kind": kind, "way": way} for kind, way in chosen.items()]
        ).on_conflict_do_update(index_elements=["user_id", "kind"], set_={"way": insert.excluded.way})
    )
