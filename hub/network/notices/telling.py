"""Telling people: one row for each of them, written with what happened; what repeats itself is folded."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub import outbox
from hub.accounts.models import Membership, User
from hub.database import inserting, now
from hub.network.notices.kinds import Kind, Way
from hub.network.notices.models import PARTS, Notice
from hub.network.notices.wishes import Wishes

TOPIC = "notice-mail"


def tell(
    session: orm.Session,
    kind: Kind,
    *,
    organization_id: str | None = None,
    to: Iterable[int] = (),
    about: Mapping[str, Any] | None = None,
    link: str = "",
    group: str = "",
) -> None:
    """Tell focal points and editors of an organization, or each user of ``to``, in the session's transaction.

    Who plays no such part in the organization any more, hears no more of what was told to its people.

    ``about`` holds what the kind's title names, an organization as ``{"organization": its id}``; ``link`` is an address
    without the language. Under the same ``group`` a person has one notice of a kind: told again, it is unread again,
    and a mail goes only where the last one was read.
    """
    session.flush()
    people = _recipients(session, organization_id, to)
    if not people:
        return
    wishes = Wishes(session, people)
    values = {
        "kind": kind.name,
        "group_key": group or secrets.token_hex(8),
        "organization_id": organization_id,
        "about": dict(about or {}),
        "link": link,
        "at": now(),
        "times": 1,
    }
    ways = {user_id: wishes.way(user_id, kind) for user_id in people}
    rows = [
        {**values, "user_id": user_id, "mail_due_at": None if way is Way.OFF else now()}
        for user_id, way in ways.items()
    ]
    fresh = [row for row in _write(session, rows) if row.times == 1]
    outbox.enqueue(session, TOPIC, *(str(row.id) for row in fresh if ways[row.user_id] is Way.NOW))


def _recipients(session: orm.Session, organization_id: str | None, to: Iterable[int]) -> list[int]:
    within = sa.select(Membership.user_id).where(
        Membership.organization_id == organization_id, Membership.role.in_(PARTS)
    )
    asked = sa.select(User.id).where(User.active, sa.or_(User.id.in_(within), User.id.in_(list(to))))
    return sorted(session.scalars(asked))


def _write(session: orm.Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[sa.Row[int, int, int]]:
    """Write the rows; what a person has not read yet becomes the same row once more, and no further mail."""
    insert = inserting(session)(Notice)
    is_unread = Notice.read_at.is_(None)
    return (
        session.connection()
        .execute(
            insert.values(rows)
            .on_conflict_do_update(
                index_elements=["user_id", "kind", "group_key"],
                set_={
                    "times": sa.case((is_unread, Notice.times + 1), else_=1),
                    "at": insert.excluded.at,
                    "about": insert.excluded.about,
                    "link": insert.excluded.link,
                    "read_at": None,
                    "mail_due_at": sa.case(
                        (is_unread, Notice.mail_due_at), else_=insert.excluded.mail_due_at
                    ),
                },
            )
            .returning(Notice.id, Notice.user_id, Notice.times)
        )
        .all()
    )
