"""Reading notices: a person's inbox, with the names in it as that person may see them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from markupsafe import Markup, escape
from sqlalchemy import orm

from hub.directory import audiences
from hub.directory import queries as directory
from hub.directory.states import Audience
from hub.network.notices.kinds import KINDS
from hub.network.notices.models import Notice
from hub.permissions import Actor

PAGE = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A notice and what it says to its reader."""

    notice: Notice
    text: Markup

    @property
    def is_unread(self) -> bool:
        """True until the reader has seen it."""
        return self.notice.read_at is None


def inbox(session: orm.Session, actor: Actor, page: int = 1) -> tuple[list[Told], bool]:
    """A page of a person's notices, the newest first, and whether there are older ones."""
    rows = session.scalars(
        sa.select(Notice)
        .where(Notice.user_id == actor.id, Notice.kind.in_(KINDS))
        .order_by(Notice.at.desc(), Notice.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    audience = audiences.widest(audiences.audience_of(session, actor))
    return worded(rows[:PAGE], audience), len(rows) > PAGE


def unread(session: orm.Session, user_id: int) -> int:
    """How many notices a person has not read."""
    return session.scalar(
        sa.select(sa.func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None), Notice.kind.in_(KINDS))
    ) or 0  # fmt: skip


def worded(notices: Sequence[Notice], audience: Audience) -> list[Told]:
    """Say notices in the language in force; an organization that the audience may not know of stays unnamed."""
    ids = {
        one["organization"] for notice in notices for one in notice.about.values() if isinstance(one, dict)
    }
    names = {one.id: one.name for one in directory.profiles(sorted(ids), audience)}
    return [Told(notice, _text(notice, names)) for notice in notices]


def _text(notice: Notice, names: Mapping[str, str]) -> Markup:
    values = {
        name: _name(names.get(one["organization"]))
        if isinstance(one, dict)
        else Markup("<bdi>%s</bdi>") % one
        for name, one in notice.about.items()
    }
    title = Markup(str(KINDS[notice.kind].title))  # noqa: S704 - a text of ours
    return title % {"num": notice.times, **values}


def _name(name: str | None) -> Markup:
    return Markup("<bdi>%s</bdi>") % name if name else escape(_("an organization"))
