"""The other entries that the automatic checks of a case point to, each with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.checks import Finding
from hub.directory.models import Organization
from hub.directory.states import Status


@dataclass(frozen=True, slots=True)
class Other:
    """An entry that may be the same organization, or may be taken for it."""

    id: str
    name: str
    name_language: str | None
    country: str | None
    is_shown: bool
    reasons: tuple[str, ...]


def others(session: orm.Session, findings: Sequence[Finding]) -> list[Other]:
    """Gather the findings by the entry that they point to, in the order of the findings."""
    reasons: dict[str, list[str]] = {}
    for one in findings:
        if one.other_id is not None:
            reasons.setdefault(one.other_id, []).append(one.text)
    if not reasons:
        return []
    rows = session.scalars(sa.select(Organization).where(Organization.id.in_(reasons)))
    known = {row.id: row for row in rows}
    return [_other(known[key], texts) for key, texts in reasons.items() if key in known]


def _other(row: Organization, texts: Sequence[str]) -> Other:
    return Other(
        row.id,
        row.name,
        row.name_language,
        row.country,
        row.status is Status.PUBLISHED,
        tuple(dict.fromkeys(texts)),
    )
