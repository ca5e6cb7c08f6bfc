"""Telling people: one row for each of them, written with what happened; what repeats itself is folded."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from hub.accounts.models import Membership, User
from hub.database import now
from hub.network.notices.kinds import Kind
from hub.network.notices.models import Notice


def tell(
    session: orm.Session,
    kind: Kind,
    *,
    organization_id: str | None = None,
    parts: Sequence[str] = ("focal_point", "editor"),
    to: Iterable[int] = (),
    about: Mapping[str, Any] | None = None,
    link: str = "",
    group: str = "",
) -> None:
    """Tell who plays one of ``parts`` in an organization, and each user of ``to``, in the session's transaction.

    ``about`` holds what the kind's title names, an organization as ``{"organization": its id}``; ``link`` is an address
    without the language. Under the same ``group`` a person has one notice of a kind: told again, it is unread again.
    """
    session.flush()
    people = _recipients(session, organization_id, parts, to)
    values = {
        "kind": kind.name,
        "group_key": group or secrets.token_hex(8),
        "organization_id": organization_id,
        "about": dict(about or {}),
        "link": link,
        "at": now(),
        "times": 1,
    }
    if people:
        _write(session, [{**values, "user_id": user_id} for user_id in people])


def _recipients(
    session: orm.Session, organization_id: str | None, parts: Sequence[str], to: Iterable[int]
) -> list[int]:
    within = sa.select(Membership.user_id).where(
        Membership.organization_id == organization_id, Membership.role.in_(parts)
    )
    asked = sa.select(User.id).where(User.active, sa.or_(User.id.in_(within), User.id.in_(list(to))))
    return sorted(session.scalars(asked))


def _write(session: orm.Session, rows: Sequence[Mapping[str, Any]]) -> None:
    dialect = session.get_bind().dialect.name
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(Notice)
    session.connection().execute(
        insert.values(rows).on_conflict_do_update(
            index_elements=["user_id", "kind", "group_key"],
            set_={
                "times": sa.case((Notice.read_at.is_(None), Notice.times + 1), else_=1),
                "at": insert.excluded.at,
                "about": insert.excluded.about,
                "link": insert.excluded.link,
                "read_at": None,
            },
        )
    )
