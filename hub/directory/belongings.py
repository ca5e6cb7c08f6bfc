"""What belongs to a profile beside its columns, moved to another when the two are merged, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts import memberships
from hub.accounts.models import Membership, Part
from hub.directory import extending, profiles
from hub.directory.models import Duplicate, Merge, Organization, Source
from hub.directory.people import WEAKEST_FIRST, give_part
from hub.permissions import Actor


def move_all(session: orm.Session, actor: Actor, kept: Organization, merged: Organization) -> dict[str, Any]:
    """Move what belongs to the one that goes; returns what is needed to move it back."""
    sources = list(session.scalars(sa.select(Source).where(Source.organization_id == merged.id)))
    for source in sources:
        source.organization_id = kept.id
    children = list(session.scalars(sa.select(Organization).where(Organization.parent_id == merged.id)))
    for child in children:
        profiles.revise(session, actor, child, {"parent_id": kept.id if child is not kept else None})
    return {
        "sources": [source.id for source in sources],
        "children": [child.id for child in children if child is not kept],
        "people": _move_people(session, actor, kept, merged),
        "pairs": _move_pairs(session, kept, merged),
        "parts": {part.name: part.move(session, kept.id, merged.id) for part in extending.belongings()},
    }


def _move_people(
    session: orm.Session, actor: Actor, kept: Organization, merged: Organization
) -> list[dict[str, Any]]:
    """Give the members of the one that goes their parts in the one kept; notes what each was in both."""
    moved = []
    for member in memberships.members(session, merged.id):
        held = next(
            (one for one in memberships.members(session, kept.id) if one.user_id == member.user_id), None
        )
        moved.append(
            {"user": member.user_id, "merged": member.role.value, "kept": held.role.value if held else None}
        )
        give_part(session, actor, member.user_id, kept.id, member.role)
        session.delete(member)
    return moved


def _move_pairs(session: orm.Session, kept: Organization, merged: Organization) -> list[dict[str, Any]]:
    """Point the pairs of the one that goes to the one kept; the pair of the two itself is settled."""
    asked = sa.select(Duplicate).where(
        sa.or_(Duplicate.first_id == merged.id, Duplicate.second_id == merged.id)
    )
    moved = []
    for pair in session.scalars(asked).all():
        other = pair.second_id if pair.first_id == merged.id else pair.first_id
        new = None if other == kept.id else tuple(sorted((kept.id, other)))
        is_new = new is not None and session.get(Duplicate, new) is None
        dismissed_at = pair.dismissed_at.isoformat() if pair.dismissed_at else None
        times = {"found_at": pair.found_at.isoformat(), "dismissed_at": dismissed_at}
        moved.append({"other": other, "reasons": pair.reasons, "made": is_new, **times})
        if new is not None and is_new:
            session.add(Duplicate(first_id=new[0], second_id=new[1], reasons=pair.reasons,
                                  found_at=pair.found_at, dismissed_at=pair.dismissed_at))  # fmt: skip
        session.delete(pair)
    return moved


def move_back(session: orm.Session, actor: Actor, record: Merge) -> None:
    """Give the merged one back what was moved, as far as it is still there."""
    kept_id, merged_id, moved = record.kept_id, record.merged_id, record.before
    for source in session.scalars(sa.select(Source).where(Source.id.in_(moved["sources"]))):
        source.organization_id = merged_id
    for child in session.scalars(sa.select(Organization).where(Organization.id.in_(moved["children"]))):
        if child.parent_id == kept_id:
            profiles.revise(session, actor, child, {"parent_id": merged_id})
    for person in moved["people"]:
        _part_again(session, actor, person, kept_id, merged_id)
    for pair in moved["pairs"]:
        _pair_again(session, pair, kept_id, merged_id)
    for part in extending.belongings():
        if part.name in moved.get("parts", {}):
            part.move_back(session, kept_id, merged_id, moved["parts"][part.name])


def _part_again(
    session: orm.Session, actor: Actor, person: Mapping[str, Any], kept_id: str, merged_id: str
) -> None:
    """Give a person the parts of before, unless it left meanwhile or its account is gone."""
    held = session.get(Membership, (person["user"], kept_id))
    if held is None:
        return
    memberships.join(session, actor, person["user"], merged_id, Part(person["merged"]))
    if person["kept"] is None:
        session.delete(held)
    elif WEAKEST_FIRST.index(held.role) > WEAKEST_FIRST.index(Part(person["kept"])):
        memberships.join(session, actor, person["user"], kept_id, Part(person["kept"]))


def _pair_again(session: orm.Session, pair: Mapping[str, Any], kept_id: str, merged_id: str) -> None:
    if pair["made"]:
        first, second = sorted((kept_id, pair["other"]))
        if (held := session.get(Duplicate, (first, second))) is not None:
            session.delete(held)
    first, second = sorted((merged_id, pair["other"]))
    dismissed = datetime.fromisoformat(pair["dismissed_at"]) if pair["dismissed_at"] else None
    session.merge(
        Duplicate(first_id=first, second_id=second, reasons=pair["reasons"],
                  found_at=datetime.fromisoformat(pair["found_at"]), dismissed_at=dismissed)
    )  # fmt: skip
