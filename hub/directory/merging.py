"""Two profiles of one organization made one, field by field, and apart again for thirty days.

The one kept takes the chosen values and all that belongs to the other; the other is archived as it was, and its
addresses lead to the one kept. Undoing gives both what they had; what was changed of the one kept since then stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory import profiles, revisions
from hub.directory.belongings import move_all, move_back
from hub.directory.log import plain
from hub.directory.matching import keys_of
from hub.directory.models import Case, MatchKey, Merge, Organization
from hub.directory.permissions import POLICY
from hub.directory.states import CaseState, Status
from hub.directory.wording import label, words
from hub.errors import Conflict, Invalid, NotFound
from hub.permissions import Actor, require

UNDONE_WITHIN = timedelta(days=30)
LONGEST_LINE = 20  # merges upon merges that are followed
FIELDS = tuple(name for name in revisions.PROPOSABLE if name not in ("parent_id", "safety", "audiences"))
SIDES = ("kept", "merged", "both")


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in which two profiles differ, in words; of a list both may be taken. ``side`` is what is advised."""

    field: str
    label: str
    kept: tuple[str, ...]
    merged: tuple[str, ...]
    is_list: bool
    side: str


def choices(kept: Organization, merged: Organization, language: str) -> list[Choice]:
    """The fields in which two profiles differ, and which side is advised: lists united, gaps filled."""
    here, there = revisions.snapshot(kept), revisions.snapshot(merged)
    return [
        Choice(
            field,
            label(field),
            words(field, here[field], language),
            words(field, there[field], language),
            isinstance(here[field], list),
            _advised(here[field], there[field]),
        )
        for field in FIELDS
        if here[field] != there[field]
    ]


def result(kept: Organization, merged: Organization, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The columns that the one kept would have after a merge.

    Raises:
        Invalid: a field or side that there is not.
    """
    values = revisions.snapshot(kept) | _merged_values(kept, merged, _sides(kept, merged, chosen))
    return {name: values[name] for name in FIELDS}


def merge(
    session: orm.Session,
    actor: Actor,
    kept: Organization,
    merged: Organization,
    chosen: Mapping[str, str] | None = None,
) -> Merge:
    """Make two profiles one; ``chosen`` maps fields to ``kept``, ``merged`` or, for lists and texts, ``both``.

    What is not chosen is as ``choices`` advises. The stricter safety mode of the two holds.

    Raises:
        Forbidden: the actor is no curator, or belongs to one of the two.
        Conflict: one is archived, or the other has undecided cases.
        Invalid: a field or side that there is not.
    """
    require(POLICY, "duplicate:merge", actor, kept)
    require(POLICY, "duplicate:merge", actor, merged)
    _hold(session, kept, merged)
    sides = _sides(kept, merged, chosen or {})
    _require_ready(session, kept, merged)
    values = _merged_values(kept, merged, sides)
    made = Merge(
        kept_id=kept.id,
        merged_id=merged.id,
        choices=sides,
        merged_by=actor.name,
        before={
            "kept": _logged({name: getattr(kept, name) for name in values}),
            "after": _logged(values),
            "status": merged.status.value,
            **move_all(session, actor, kept, merged),
        },
    )
    session.add(made)
    profiles.revise(session, actor, kept, values, action="merge")
    profiles.move(session, actor, merged, "archive", f"merged into {kept.id}")
    session.flush()
    session.execute(sa.delete(MatchKey).where(MatchKey.organization_id == merged.id))
    return made


def _hold(session: orm.Session, *organizations: Organization) -> None:
    """Read both as they are now and hold them, always in one order: of two merges at once the second finds the first."""
    ids = [one.id for one in organizations]
    asked = sa.select(Organization).where(Organization.id.in_(ids)).order_by(Organization.id)
    session.scalars(asked.with_for_update().execution_options(populate_existing=True)).all()


def undo(session: orm.Session, actor: Actor, record: Merge) -> list[str]:
    """Take two profiles apart again, each with what it had; returns the fields left alone as they changed since.

    Raises:
        Forbidden: the actor is no curator.
        Conflict: it was undone before, or is older than thirty days.
    """
    require(POLICY, "duplicate:undo", actor)
    session.refresh(record, with_for_update=True)
    if record.undone_at is not None:
        raise Conflict(f"undone already by {record.undone_by}")
    if record.merged_at < now() - UNDONE_WITHIN:
        raise Conflict("merged more than thirty days ago")
    kept = session.get_one(Organization, record.kept_id)
    merged = session.get_one(Organization, record.merged_id)
    live, before, after = _logged(profiles.columns_of(kept)), record.before["kept"], record.before["after"]
    changed = sorted(name for name in before if live[name] != after[name])
    back = {name: value for name, value in before.items() if name not in changed}
    profiles.revise(session, actor, kept, profiles.columns_from(back), action="undo-merge")
    _restore_status(session, actor, merged, Status(record.before["status"]))
    move_back(session, actor, record)
    record.undone_at, record.undone_by = now(), actor.name
    session.flush()
    for scheme, value in keys_of(merged):
        session.merge(MatchKey(organization_id=merged.id, scheme=scheme, value=value))
    return changed


def successor(session: orm.Session, public_id: str) -> str | None:
    """The id of the profile that a merged one became, through later merges too; None where it was not merged."""
    found: str | None = None
    for _step in range(LONGEST_LINE):
        asked = sa.select(Merge.kept_id).where(
            Merge.merged_id == (found or public_id), Merge.undone_at.is_(None)
        )
        following = session.scalar(asked)
        if following is None:
            return found
        found = following
    return found


def kept_for(session: orm.Session, public_id: str) -> str:
    """The id of the profile that a merged one became.

    Raises:
        NotFound: it was not merged.
    """
    if (found := successor(session, public_id)) is None:
        raise NotFound(public_id)
    return found


def merges(session: orm.Session, actor: Actor, limit: int = 100) -> list[Merge]:
    """The merges that may still be undone, newest first."""
    require(POLICY, "duplicate:list", actor)
    asked = sa.select(Merge).where(Merge.undone_at.is_(None), Merge.merged_at >= now() - UNDONE_WITHIN)
    return list(session.scalars(asked.order_by(Merge.id.desc()).limit(limit)))


def _advised(here: Any, there: Any) -> str:
    if here and there and isinstance(here, list | dict):
        return "both"
    return "kept" if here not in profiles.EMPTY or there in profiles.EMPTY else "merged"


def _sides(kept: Organization, merged: Organization, chosen: Mapping[str, str]) -> dict[str, str]:
    here, there = revisions.snapshot(kept), revisions.snapshot(merged)
    wrong = {
        field: [_("has the wrong form")]
        for field, side in chosen.items()
        if field not in FIELDS
        or side not in SIDES
        or (side == "both" and (not isinstance(here[field], list | dict) or field == "hotline"))
    }
    if wrong:
        raise Invalid(wrong)
    differing = [field for field in FIELDS if here[field] != there[field]]
    return {field: chosen.get(field) or _side(field, here, there) for field in differing}


def _side(field: str, here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    side = _advised(here[field], there[field])
    return "kept" if side == "both" and field == "hotline" else side


def _merged_values(kept: Organization, merged: Organization, sides: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, side in sides.items():
        here, there = getattr(kept, field), getattr(merged, field)
        values[field] = there if side == "merged" else _united(here, there) if side == "both" else here
    ranked = list(type(kept.safety))
    values["safety"] = max(kept.safety, merged.safety, key=ranked.index)
    values["trust"] = max(kept.trust, merged.trust, key=lambda one: one.rank)
    values["is_claimable"] = kept.is_claimable and merged.is_claimable
    return values | ({"parent_id": None} if kept.parent_id == merged.id else {})


def _united(here: Any, there: Any) -> Any:
    if isinstance(here, Mapping):
        return {**there, **here}
    names = {_identity(item) for item in here}
    return [*here, *(item for item in there if _identity(item) not in names)]


def _identity(item: Any) -> Any:
    """What makes an item of a list another one: of a record its first part and, for identifiers, the second."""
    if not isinstance(item, Mapping):
        return item
    return next(
        (item[name] for name in ("service", "country", "url", "name") if name in item),
        str(sorted(item.items(), key=str)),
    )


def _logged(values: Mapping[str, Any]) -> dict[str, Any]:
    return plain(values) or {}


def _require_ready(session: orm.Session, kept: Organization, merged: Organization) -> None:
    if kept.id == merged.id or Status.ARCHIVED in (kept.status, merged.status):
        raise Conflict("cannot merge: one is archived, or both are the same")
    if kept.status is Status.DRAFT or merged.status is Status.DRAFT:
        raise Conflict("cannot merge a draft: decide its registration first")
    waiting = sa.select(Case.id).where(Case.organization_id == merged.id, Case.state != CaseState.DECIDED)
    if session.scalar(waiting.limit(1)) is not None:
        raise Conflict("cannot merge: decide the open cases of the one that goes first")


def _restore_status(session: orm.Session, actor: Actor, merged: Organization, status: Status) -> None:
    if merged.status is Status.ARCHIVED:
        profiles.move(session, actor, merged, "restore", "merge undone")
    if status is Status.PUBLISHED and merged.status is Status.HIDDEN:
        profiles.move(session, actor, merged, "show", "merge undone")
