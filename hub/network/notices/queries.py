"""Reading notices: a person's inbox, with the names in it as that person may see them now."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import orm

from hub.accounts.models import Membership
from hub.directory import audiences, vocabularies
from hub.directory import queries as directory
from hub.directory.states import Audience
from hub.errors import NotFound
from hub.i18n import language
from hub.network.notices.kinds import KINDS
from hub.network.notices.models import PARTS, Notice, NoticeSetting
from hub.permissions import Actor

PAGE = 20
BLANKS = re.compile(r"[^\S\u00a0\u202f]+")  # all but those that French has before its signs


@dataclass(frozen=True, slots=True)
class Told:
    """A notice and what it says to its reader; of a private one a mail says nothing."""

    notice: Notice
    text: Markup
    plain: str
    is_private: bool

    @property
    def is_unread(self) -> bool:
        """True until the reader has seen it."""
        return self.notice.read_at is None


def inbox(session: orm.Session, actor: Actor, page: int = 1) -> tuple[list[Told], bool]:
    """A page of a person's notices, the newest first, and whether there are older ones."""
    rows = session.scalars(
        sa.select(Notice)
        .where(Notice.user_id == actor.id, Notice.kind.in_(KINDS), concerns())
        .order_by(Notice.at.desc(), Notice.id.desc())
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    ).all()
    audience = audiences.widest(audiences.audience_of(session, actor))
    return worded(rows[:PAGE], audience), len(rows) > PAGE


def one(session: orm.Session, actor: Actor, notice_id: int) -> Notice:
    """A notice of a person.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = session.get(Notice, notice_id)
    is_left = found is not None and found.organization_id not in (None, *_heard_of(actor))
    if found is None or found.user_id != actor.id or is_left:
        raise NotFound(f"notice {notice_id}")
    return found


def unread(session: orm.Session, user_id: int) -> int:
    """How many notices a person has not read."""
    return session.scalar(
        sa.select(sa.func.count()).where(
            Notice.user_id == user_id, Notice.read_at.is_(None), Notice.kind.in_(KINDS), concerns()
        )
    ) or 0  # fmt: skip


def concerns() -> sa.ColumnElement[bool]:
    """Say in SQL that a notice concerns its person still: who left an organization hears no more of it."""
    plays = sa.exists().where(
        Membership.user_id == Notice.user_id,
        Membership.organization_id == Notice.organization_id,
        Membership.role.in_(PARTS),
    )
    return sa.or_(Notice.organization_id.is_(None), plays)


def _heard_of(actor: Actor) -> set[str]:
    return {one for one, part in actor.organizations.items() if part in PARTS}


def export(session: orm.Session, user_id: int) -> dict[str, Any]:
    """What is kept of a person's notices, for the data given out to them."""
    rows = session.scalars(sa.select(Notice).where(Notice.user_id == user_id).order_by(Notice.id))
    chosen = session.scalars(
        sa.select(NoticeSetting).where(NoticeSetting.user_id == user_id).order_by(NoticeSetting.kind)
    )
    return {
        "notices": [
            {"at": one.at.isoformat(), "kind": one.kind, "about": one.about, "link": one.link} for one in rows
        ],
        "notices_by_mail": {one.kind: one.way for one in chosen},
    }


def organizations_of(notice: Notice) -> set[str]:
    """The organizations that a notice is about, and the one whose people it tells."""
    named = {
        one["organization"]
        for one in notice.about.values()
        if isinstance(one, dict) and "organization" in one
    }
    return named | ({notice.organization_id} if notice.organization_id else set())


def worded(
    notices: Sequence[Notice],
    audience: Audience,
    silent: Collection[str] = frozenset(),
    *,
    is_guarded: bool = False,
) -> list[Told]:
    """Say notices in the language in force; an organization that the audience may not know of stays unnamed.

    Those that have to do with a ``silent`` organization are private, and all are where their reader is guarded.
    """
    ids = {public_id for one in notices for public_id in organizations_of(one)}
    names = {one.id: one.name for one in directory.profiles(sorted(ids), audience)}
    return [_told(one, names, is_guarded or not organizations_of(one).isdisjoint(silent)) for one in notices]


def _told(notice: Notice, names: Mapping[str, str], is_silent: bool) -> Told:
    kind = KINDS[notice.kind]
    said = {
        name: _named(one, names) if isinstance(one, dict) else str(one) for name, one in notice.about.items()
    }
    # an older notice may lack what the title names by now
    plain = defaultdict(lambda: "…", said, num=notice.times)
    isolated = {name: Markup("<bdi>%s</bdi>") % value for name, value in said.items()}
    marked = defaultdict(lambda: "…", isolated, num=notice.times)
    return Told(
        notice,
        Markup(str(kind.title)) % marked,  # noqa: S704 - a text of ours
        BLANKS.sub(" ", str(kind.title) % plain).strip(),
        kind.is_private or is_silent,
    )


def _named(thing: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What an organization, or a term of a vocabulary, is called."""
    if "organization" in thing:
        return names.get(thing["organization"]) or _("an organization")
    return vocabularies.current().label(thing["vocabulary"], thing["key"], language())
