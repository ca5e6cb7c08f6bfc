"""Reading the picture of the network: five statements however large it is, and none but one while nothing changed."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import orm

from hub.accounts.models import Membership
from hub.database import now
from hub.directory import queries as directory
from hub.directory import vocabularies
from hub.directory.models import Organization
from hub.directory.states import Audience, Status
from hub.directory.visibility import Profile
from hub.network.connections.models import Connection
from hub.network.connections.states import ConnectionState
from hub.network.picture import graph

MOST_CONNECTIONS = 50_000
MOST_ORGANIZATIONS = 5_000
MOST_NAMED = 30  # organizations in one list
LEAST = 3  # what is fewer is not told to the public
KEPT = 600  # seconds
MONTHS = 12
LEVELS = ("region", "theme")


@dataclass(frozen=True, slots=True)
class Group:
    """A region or a theme: how many organizations, how many connections within it and to other groups."""

    key: str
    organizations: int
    within: int
    outward: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The figures of the network as one audience may know them; ids of organizations stand for themselves."""

    is_whole: bool
    organizations: int
    connections: int
    density: float
    parts: int
    isolated: Sequence[str]
    bridges: Sequence[str]
    groups: Mapping[str, Sequence[Group]]
    links: Mapping[str, Mapping[graph.Pair, int]]
    splitting: Sequence[str]
    growth: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read: organizations that may be known, connections between them, and since when each is."""

    profiles: Mapping[str, Profile]
    pairs: Sequence[graph.Pair]
    since: Sequence[datetime]


def picture(session: orm.Session, is_whole: bool) -> Picture:
    """The picture for curators, or the public's, made anew only where something changed."""
    kept: dict[object, tuple[float, object, Picture]] = current_app.extensions["pictures"]
    stamp = _stamp(session, is_whole)
    held = kept.get(is_whole)
    if held is not None and held[1] == stamp and time.monotonic() - held[0] < KEPT:
        return held[2]
    made = _make(_read(session, is_whole), is_whole)
    kept[is_whole] = (time.monotonic(), stamp, made)
    return made


def _living() -> sa.ColumnElement[bool]:
    return Connection.state == ConnectionState.LIVING


def _shown() -> sa.ColumnElement[bool]:
    return sa.and_(_living(), Connection.first_shows, Connection.second_shows)


def _stamp(session: orm.Session, is_whole: bool) -> object:
    """What changes with anything that the picture shows and nothing else: how long it takes must tell nothing either."""
    connections = sa.select(sa.func.count(), sa.func.sum(Connection.id)).where(
        _living() if is_whole else _shown()
    )
    organizations = sa.select(sa.func.count(), sa.func.max(Organization.updated_at)).where(
        Organization.status == Status.PUBLISHED
    )
    one, other = connections.subquery("connections"), organizations.subquery("organizations")
    asked = [*one.c, *other.c]
    if is_whole:
        asked.append(sa.select(sa.func.count()).select_from(Membership).scalar_subquery())
    row = session.execute(sa.select(*asked).select_from(one.join(other, sa.true()))).one()
    return (*row, vocabularies.current().stamp, now().date())


def _read(session: orm.Session, is_whole: bool) -> _Read:
    """Connections between organizations that may be known, and for curators the members that have none."""
    rows = session.execute(
        sa.select(Connection.first_id, Connection.second_id, Connection.since)
        .where(_living() if is_whole else _shown())
        .order_by(Connection.id)
        .limit(MOST_CONNECTIONS)
    ).all()
    ids = dict.fromkeys(side for row in rows for side in row[:2])
    if is_whole:
        with_people = (
            sa.select(Membership.organization_id)
            .join(Organization, Organization.id == Membership.organization_id)
            .where(Organization.status == Status.PUBLISHED)
            .distinct()
            .order_by(Membership.organization_id)
            .limit(MOST_ORGANIZATIONS)
        )
        ids |= dict.fromkeys(session.scalars(with_people))
    audience = Audience.MEMBERS if is_whole else Audience.PUBLIC
    found = directory.profiles(list(ids)[:MOST_ORGANIZATIONS], audience)
    profiles = {one.id: one for one in found}
    known = [row for row in rows if row[0] in profiles and row[1] in profiles]
    return _Read(profiles, [(row[0], row[1]) for row in known], [row[2] for row in known])


def _make(read: _Read, is_whole: bool) -> Picture:
    drawn = graph.graph_of(read.profiles, read.pairs)
    isolated = sorted(node for node, others in drawn.items() if not others)
    linked = {node: others for node, others in drawn.items() if others}
    groups_of = {level: _groups_of(read.profiles.values(), level) for level in LEVELS}
    links = {level: graph.between(read.pairs, held) for level, held in groups_of.items()}
    groups = {level: _groups(linked, held, links[level]) for level, held in groups_of.items()}
    bridges = sorted(graph.cut_points(linked), key=lambda node: (-len(linked[node]), node))
    by_region = _by_group(linked, groups_of["region"])
    made = Picture(
        is_whole,
        len(drawn),
        len(read.pairs),
        graph.density(len(drawn), len(read.pairs)),
        len(graph.parts(linked)),
        isolated,
        bridges,
        groups,
        links,
        graph.splitting_groups(linked, by_region),
        _growth(read.since),
    )
    return made if is_whole else _coarse(made)


def _coarse(made: Picture) -> Picture:
    """The same for the public: nothing that fewer than ``LEAST`` stand behind, and nobody by name."""
    if made.connections < LEAST:
        return Picture(
            False, 0, 0, 0.0, 0, (), (), dict.fromkeys(LEVELS, ()), {one: {} for one in LEVELS}, (), ()
        )
    groups, links = {}, {}
    for level in LEVELS:
        large = {one.key for one in made.groups[level] if one.organizations >= LEAST}
        links[level] = {
            two: count for two, count in made.links[level].items() if count >= LEAST and large.issuperset(two)
        }
        told = [one for one in made.groups[level] if one.key in large]
        groups[level] = [Group(one.key, one.organizations, *_touching(one.key, links[level])) for one in told]
    growth = [(month, count if count >= LEAST else 0) for month, count in made.growth]
    return replace(made, isolated=(), bridges=(), groups=groups, links=links, splitting=(), growth=growth)


def _groups_of(profiles: Iterable[Profile], level: str) -> dict[str, frozenset[str]]:
    """The regions or themes of each organization: the parts of continents of M49, and themes of the upper level."""
    terms = vocabularies.current()
    held = terms.terms[level]
    if level == "region":
        chosen = {key for key, one in held.items() if one.extra.get("level") == "subregion"}
        return {one.id: frozenset(chosen.intersection(one.regions)) for one in profiles}
    upper = {key: terms.ancestors[level][key][0] for key in held}
    return {one.id: frozenset(upper[key] for key in one.themes if key in upper) for one in profiles}


def _groups(
    linked: graph.Graph, groups_of: Mapping[str, frozenset[str]], links: Mapping[graph.Pair, int]
) -> list[Group]:
    sizes = Counter(key for node in linked for key in groups_of.get(node, ()))
    made = [Group(key, count, *_touching(key, links)) for key, count in sizes.items()]
    return sorted(made, key=lambda one: (-one.within - one.outward, -one.organizations, one.key))


def _touching(key: str, links: Mapping[graph.Pair, int]) -> tuple[int, int]:
    """How many connections are within a group, and how many reach out of it."""
    outward = sum(count for pair, count in links.items() if key in pair and pair[0] != pair[1])
    return links.get((key, key), 0), outward


def _by_group(linked: graph.Graph, groups_of: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for node in linked:
        for key in groups_of.get(node, ()):
            found[key].add(node)
    return found


def _growth(since: Sequence[datetime]) -> list[tuple[str, int]]:
    """How many of the connections began in each of the last months, such as ("2026-03", 4)."""
    counts = Counter(moment.strftime("%Y-%m") for moment in since)
    year, month = now().year, now().month
    months = [divmod(year * 12 + month - 1 - back, 12) for back in reversed(range(MONTHS))]
    return [(name, counts[name]) for name in (f"{y:04}-{m + 1:02}" for y, m in months)]
