"""Reading networks: which there are, and who belongs to them as one may know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory import queries as directory
from hub.directory.joined import may_be_listed
from hub.directory.models import Organization
from hub.directory.states import Audience
from hub.errors import NotFound
from hub.network.networks.models import Coordinator, Member, Network, Post, Report
from hub.network.networks.permissions import POLICY, Seat
from hub.network.networks.states import Listing, Standing, State
from hub.permissions import Actor, allows

T = TypeVar("T")
PAGE = 20
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """A page of a list, from 1, and whether there is a next one."""

    items: Sequence[T]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Belonging:
    """A member as one reader may know it: a name, and the address part where its profile may be seen."""

    member: Member
    name: str
    slug: str | None


def networks_of(session: orm.Session, organization_id: str) -> list[Network]:
    """The networks that an organization belongs to, in their order; who may know it is for the caller to ask."""
    return list(joined_by(session, [organization_id]).get(organization_id, []))


def joined_by(session: orm.Session, organization_ids: Iterable[str]) -> Mapping[str, Sequence[Network]]:
    """The networks that each of these organizations belongs to, in their order."""
    asked = (
        sa.select(Member.organization_id, Network)
        .join(Network, Member.network_key == Network.key)
        .where(Member.organization_id.in_(list(organization_ids)), Member.standing == Standing.MEMBER)
        .order_by(Network.position, Network.key)
    )
    found: dict[str, list[Network]] = defaultdict(list)
    for organization_id, network in session.execute(asked):
        found[organization_id].append(network)
    return found


def share_a_network(session: orm.Session, a_id: str, b_id: str) -> bool:
    """Tell whether two organizations belong to one network whose members may know each other."""
    one, other = orm.aliased(Member), orm.aliased(Member)
    asked = (
        sa.select(one.network_key)
        .join(other, other.network_key == one.network_key)
        .join(Network, Network.key == one.network_key)
        .where(
            Network.listing != Listing.NOBODY,
            one.organization_id == a_id,
            other.organization_id == b_id,
            one.standing == Standing.MEMBER,
            other.standing == Standing.MEMBER,
        )
        .limit(1)
    )
    return session.scalar(asked) is not None


def one(session: orm.Session, key: str) -> Network:
    """Load a network.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Network, key)
    if found is None:
        raise NotFound(key)
    return found


def listed(session: orm.Session, page: int, *, with_closed: bool) -> Paged[Network]:
    """A page of all networks in their order."""
    asked = sa.select(Network).order_by(Network.position, Network.key)
    return paged(session, asked if with_closed else asked.where(Network.state == State.OPEN), page)


def counts(session: orm.Session, networks: Sequence[Network], audience: Audience) -> Mapping[str, int]:
    """How many members of each network the audience may know of; nothing of those whose members it may not know."""
    asked = (
        sa.select(Member.network_key, sa.func.count())
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.standing == Standing.MEMBER)
        .group_by(Member.network_key)
    )
    open_to = {listing: may_be_listed(audience, field) for listing, field in shown_in(audience).items()}
    known = [
        sa.and_(Member.network_key.in_([one.key for one in networks if one.listing is listing]), condition)
        for listing, condition in open_to.items()
    ]
    return dict(session.execute(asked.where(sa.or_(*known))).all())


def shown_in(audience: Audience) -> Mapping[Listing, str]:
    """The listings whose members an audience may know, each with the field of a profile that says so."""
    public = {Listing.PUBLIC: "joined"}
    return public if audience is Audience.PUBLIC else {**public, Listing.MEMBERS: "joined_inside"}


def may_see_members(actor: Actor, seat: Seat, audience: Audience) -> bool:
    """Tell whether the actor may see who belongs to the network, as far as organizations let themselves be seen."""
    listing = seat.network.listing
    if allows(POLICY, "network:manage", actor, seat):
        return True
    if seat.members:
        return listing is not Listing.NOBODY
    return listing in shown_in(audience)


def members(
    session: orm.Session, actor: Actor, seat: Seat, audience: Audience, page: int
) -> Paged[Belonging]:
    """A page of the members that the actor may know of, by name; none where they may not see the list.

    Coordinators and fellow members see all who belong; others only who lets themselves be known to their audience.
    """
    if not may_see_members(actor, seat, audience):
        return Paged([], 1, False)
    is_inside = bool(seat.members) or allows(POLICY, "network:manage", actor, seat)
    if is_inside:
        condition = may_be_listed(Audience.CURATORS)
    else:
        condition = may_be_listed(audience, shown_in(audience)[seat.network.listing])
    return standing_at(session, seat.network, Standing.MEMBER, audience, page, condition)


def standing_at(
    session: orm.Session,
    network: Network,
    standing: Standing,
    audience: Audience,
    page: int,
    condition: sa.ColumnElement[bool] | None = None,
) -> Paged[Belonging]:
    """A page of the organizations that stand so towards a network, by name; three statements."""
    name = sa.func.coalesce(Organization.pseudonym, Organization.name)
    asked = (
        sa.select(Member, name)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.network_key == network.key, Member.standing == standing)
        .order_by(sa.func.lower(name), Member.organization_id)
    )
    found = paged(session, asked if condition is None else asked.where(condition), page, is_rows=True)
    slugs = {
        one.id: one.slug
        for one in directory.profiles([row[0].organization_id for row in found.items], audience)
    }
    items = [Belonging(member, shown, slugs.get(member.organization_id)) for member, shown in found.items]
    return Paged(items, found.page, found.has_more)


def waiting(session: orm.Session) -> Mapping[str, int]:
    """How many organizations wait for an answer of each network."""
    asked = sa.select(Member.network_key, sa.func.count()).where(Member.standing == Standing.ASKED)
    return dict(session.execute(asked.group_by(Member.network_key)).all())


def names(session: orm.Session, ids: Iterable[str | None]) -> Mapping[str, str]:
    """What organizations are called inside a network: by the name they go by in the directory; one statement."""
    wanted = sorted({one for one in ids if one})
    if not wanted:
        return {}
    asked = sa.select(Organization.id, sa.func.coalesce(Organization.pseudonym, Organization.name)).where(
        Organization.id.in_(wanted), may_be_listed(Audience.CURATORS)
    )
    return dict(session.execute(asked).all())


def standings_of(session: orm.Session, organization_id: str) -> list[tuple[Member, Network]]:
    """Where an organization stands towards networks, as far as anything is under way there."""
    asked = (
        sa.select(Member, Network)
        .join(Network, Network.key == Member.network_key)
        .where(
            Member.organization_id == organization_id,
            Member.standing.in_((Standing.MEMBER, Standing.ASKED, Standing.INVITED)),
        )
        .order_by(Network.position, Network.key)
        .limit(200)
    )
    return [(row[0], row[1]) for row in session.execute(asked)]


def paged(
    session: orm.Session, asked: Any, page: int, *, size: int = PAGE, is_rows: bool = False
) -> Paged[Any]:
    """Take one page of a question's answers."""
    page = min(max(page, 1), MOST_PAGES)
    limited = asked.offset((page - 1) * size).limit(size + 1)
    found: Sequence[Any] = session.execute(limited).all() if is_rows else session.scalars(limited).all()
    return Paged(found[:size], page, len(found) > size)


def standing_counts(
    session: orm.Session, network: Network, condition: sa.ColumnElement[bool] | None = None
) -> Mapping[Standing, int]:
    """How many organizations stand where towards a network, for those who look after it."""
    asked = (
        sa.select(Member.standing, sa.func.count())
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.network_key == network.key)
    )
    held = asked if condition is None else asked.where(condition)
    return dict(session.execute(held.group_by(Member.standing)).all())


def own_organizations(session: orm.Session, actor: Actor) -> list[Organization]:
    """The organizations that a person belongs to, by name."""
    if not actor.organizations:
        return []
    asked = sa.select(Organization).where(Organization.id.in_(sorted(actor.organizations)))
    return sorted(session.scalars(asked), key=lambda one: one.name.casefold())


def reasons(session: orm.Session, network: Network, organization_ids: Sequence[str]) -> Mapping[str, str]:
    """Why organizations were not let in, or removed, where the coordinators said so."""
    if not organization_ids:
        return {}
    asked = sa.select(Member.organization_id, Member.reason).where(
        Member.network_key == network.key,
        Member.organization_id.in_(organization_ids),
        Member.reason.is_not(None),
    )
    return {row[0]: row[1] for row in session.execute(asked) if row[1]}


def export(session: orm.Session, user_id: int) -> dict[str, Any]:
    """What a person wrote, reported and coordinates in networks, for the data given out to them."""
    written = session.scalars(sa.select(Post).where(Post.author_id == user_id).order_by(Post.id))
    reports = session.scalars(sa.select(Report).where(Report.reporter_id == user_id).order_by(Report.id))
    held = session.scalars(sa.select(Coordinator.network_key).where(Coordinator.user_id == user_id))
    said = ("network_key", "kind", "title", "text", "url")
    return {
        "network_posts": [
            {"at": one.created_at.isoformat(), **{name: getattr(one, name) for name in said}}
            for one in written
        ],
        "network_reports": [{"at": one.reported_at.isoformat(), "reason": one.reason} for one in reports],
        "networks_coordinated": sorted(held),
    }
