"""Reading the directory: profiles as an audience may see them, always through ``visibility``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import sqlalchemy as sa

from hub.database import db
from hub.directory import vocabularies
from hub.directory.models import Organization, Source, slug_of
from hub.directory.states import Audience, Safety, Status
from hub.directory.visibility import Profile, is_shown, profile_for
from hub.errors import NotFound

MAX_KEPT = 10_000  # profiles, of a few kilobytes each
MAX_LOADED = 500  # at once to be kept: more are a batch for an index or an export, not what visitors look at

EVERYTHING = sa.select(Organization.__table__)
_table = Organization.__table__.c
VERSIONS = sa.select(_table.id, _table.version).where(_table.id.in_(sa.bindparam("ids", expanding=True)))
PUBLISHED = EVERYTHING.where(Organization.status == Status.PUBLISHED).order_by(Organization.id)

# (id, version, audience, stamp of the vocabularies) -> what that audience sees; a version never comes back with another
# content, so what is kept cannot be out of date: the database is asked for the versions each time.
Key = tuple[str, str, Audience, str]
_kept: dict[Key, Profile | None] = {}


def profiles(ids: Sequence[str], audience: Audience = Audience.PUBLIC) -> list[Profile]:
    """Load profiles in the order of ``ids`` with a few statements; whom the audience may not see is left out."""
    if not ids:
        return []
    terms = vocabularies.current()
    versions = db.session.execute(VERSIONS, {"ids": ids})
    keys = {row.id: (row.id, row.version, audience, terms.stamp) for row in versions}
    found = {public_id: _kept[key] for public_id, key in keys.items() if key in _kept}
    if missing := [public_id for public_id in keys if public_id not in found]:
        loaded = {
            (row.id, row.version, audience, terms.stamp): profile_for(row, audience, terms.regions, sources)
            for row, sources in _rows(EVERYTHING.where(Organization.id.in_(missing)))
        }
        found |= {key[0]: profile for key, profile in loaded.items()}
        _keep(loaded)
    return _with_seen_parents([profile for key in ids if (profile := found.get(key)) is not None])


def _rows(wanted: sa.Select[Any]) -> Iterator[tuple[Organization, list[Source]]]:
    """Read organizations and their sources as plain rows, which takes half as long as making objects of them."""
    rows = db.session.execute(wanted).all()
    if not rows:
        return
    sources = defaultdict(list)
    ids = [row.id for row in rows]
    for source in db.session.execute(
        sa.select(Source.__table__).where(Source.organization_id.in_(ids)).order_by(Source.id)
    ):
        sources[source.organization_id].append(cast(Source, source))
    for row in rows:
        yield cast(Organization, row), sources[row.id]


def _keep(loaded: Mapping[Key, Profile | None]) -> None:
    if len(loaded) > MAX_LOADED:
        return
    if len(_kept) > MAX_KEPT:
        _kept.clear()
    _kept.update(loaded)


def _with_seen_parents(found: list[Profile]) -> list[Profile]:
    """Take out the parents that may not be named: one that is hidden must look as if it were not there."""
    parents = {one.parent_id for one in found if one.parent_id and one.audience.rank < Audience.OWN.rank}
    if not parents:
        return found
    rows = db.session.execute(
        sa.select(
            Organization.id,
            Organization.status,
            Organization.safety,
            Organization.audiences,
            Organization.pseudonym,
        ).where(Organization.id.in_(parents), Organization.safety != Safety.PROTECTED)
    )
    unseen = parents - {row.id for row in rows if is_shown(cast(Organization, row), found[0].audience)}
    return [replace(one, parent_id=None) if one.parent_id in unseen else one for one in found]


def profile(public_id: str, audience: Audience = Audience.PUBLIC) -> Profile:
    """Load one profile.

    Raises:
        NotFound: there is none, or the audience may not know of it.
    """
    found = profiles([public_id], audience)
    if not found:
        raise NotFound(public_id)
    return found[0]


def every_profile(audience: Audience = Audience.PUBLIC, batch: int = 1000) -> Iterator[list[Profile]]:
    """Go through all profiles the audience may see, by id, in batches, in bounded memory."""
    regions = vocabularies.current().regions
    last = ""
    while rows := list(_rows(PUBLISHED.where(Organization.id > last).limit(batch))):
        last = rows[-1][0].id
        shown = (profile_for(row, audience, regions, sources) for row, sources in rows)
        yield _with_seen_parents([profile for profile in shown if profile is not None])
        db.session.rollback()


def count_published() -> int:
    """Count the profiles that the public may see."""
    return db.session.scalar(sa.select(sa.func.count()).where(Organization.status == Status.PUBLISHED)) or 0


def listed_slugs(offset: int, limit: int) -> list[str]:
    """The address parts of published profiles that may be in a site map, by id."""
    rows = db.session.scalars(
        sa.select(Organization)
        .where(Organization.status == Status.PUBLISHED, Organization.safety != Safety.PROTECTED)
        .order_by(Organization.id)
        .offset(offset)
        .limit(limit)
    )
    return [slug_of(row.pseudonym or row.name, row.id) for row in rows if is_shown(row, Audience.PUBLIC)]
