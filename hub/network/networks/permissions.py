"""Who may do what in a network. What is asked about is a ``Seat``: where the actor stands, and what is acted upon.

Nobody of an organization decides for the network about that organization: they act for it, as its focal point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.network.networks.models import Coordinator, Member, Network, Post
from hub.network.networks.states import Joining, PostKind, Standing, State
from hub.permissions import Actor, Policy, Predicate, has_role

FRESH = timedelta(hours=24)  # within which one may mend or take back one's own words
VOICES = ("focal_point", "editor")

curator = has_role("curator")


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an actor stands in a network: the standing of each of their organizations, and whether they coordinate it.

    ``organization`` is the one that acts or is acted upon, ``post`` what is acted upon.
    """

    network: Network
    standings: Mapping[str, Standing]
    is_coordinator: bool
    organization: Organization | None = None
    post: Post | None = None

    @property
    def organization_id(self) -> str:
        """The id of the organization that acts or is acted upon; empty where it is none."""
        return self.organization.id if self.organization else ""

    @property
    def members(self) -> list[str]:
        """Those of the actor's organizations that belong to the network."""
        return [key for key, standing in self.standings.items() if standing is Standing.MEMBER]

    def with_(self, **changes: Any) -> Seat:
        """The same seat, with what is acted upon."""
        return replace(self, **changes)


def seat(session: orm.Session, actor: Actor, network: Network) -> Seat:
    """Find where an actor stands in a network, with at most two statements.

    An organization that is not in the directory at the moment stands nowhere. Who coordinates the network for an
    organization does so as long as both belong, the person to it and it to the network.
    """
    if actor.id is None:
        return Seat(network, {}, False)
    rows = (
        sa.select(Member.organization_id, Member.standing)
        .join(Organization, Organization.id == Member.organization_id)
        .where(
            Member.network_key == network.key,
            Member.organization_id.in_(sorted(actor.organizations)),
            Organization.status == Status.PUBLISHED,
        )
    )
    standings = {row.organization_id: row.standing for row in session.execute(rows)}
    held = session.get(Coordinator, (network.key, actor.id))
    is_theirs = held is not None and (
        "curator" in actor.roles
        if held.organization_id is None
        else standings.get(held.organization_id) is Standing.MEMBER
    )
    return Seat(network, standings, is_theirs)


def coordinator(actor: Actor, thing: Seat) -> bool:
    """Holds for who looks after the network."""
    return thing.is_coordinator


def reader(actor: Actor, thing: Seat) -> bool:
    """Holds for the people of the organizations that belong to the network."""
    return bool(thing.members)


def part(*parts: str) -> Predicate:
    """Make the predicate that holds for who plays one of ``parts`` in the organization that acts."""
    return lambda actor, thing: actor.organizations.get(thing.organization_id) in parts


def elsewhere(actor: Actor, thing: Seat) -> bool:
    """Holds for who has no part in the organization that is acted upon."""
    return thing.organization_id not in actor.organizations


def unconcerned(actor: Actor, thing: Post) -> bool:
    """Holds for who neither wrote a post nor belongs to the organization that signed it."""
    return thing.author_id != actor.id and thing.organization_id not in actor.organizations


def goes_on(actor: Actor, thing: Seat) -> bool:
    """Holds while the network is not closed."""
    return thing.network.state is State.OPEN


def published(actor: Actor, thing: Seat) -> bool:
    """Holds where the organization is in the directory."""
    return thing.organization is not None and thing.organization.status is Status.PUBLISHED


def joined_by(*ways: Joining) -> Predicate:
    """Make the predicate that holds where organizations come into the network in one of these ways."""
    return lambda actor, thing: thing.network.joining in ways


def belongs(actor: Actor, thing: Seat) -> bool:
    """Holds where the organization that acts belongs to the network."""
    return thing.organization_id in thing.members


def unsigned(actor: Actor, thing: Seat) -> bool:
    """Holds where no organization speaks: coordinators and curators may speak as such."""
    return thing.organization is None


def author(actor: Actor, thing: Seat) -> bool:
    """Holds for who wrote the post."""
    return thing.post is not None and actor.id is not None and thing.post.author_id == actor.id


def fresh(actor: Actor, thing: Seat) -> bool:
    """Holds while a post is so new that it may still be mended."""
    return thing.post is not None and now() - thing.post.created_at < FRESH


def thread(actor: Actor, thing: Seat) -> bool:
    """Holds for a discussion."""
    return thing.post is not None and thing.post.kind is PostKind.DISCUSSION


runs = part("focal_point")
voice = part(*VOICES)
speaks: list[list[Predicate]] = [
    [voice, belongs, goes_on],
    [coordinator, unsigned, goes_on],
    [curator, unsigned, goes_on],
]
desk: list[list[Predicate]] = [[coordinator, elsewhere], [curator, elsewhere]]
going_desk = [[*clause, goes_on, published] for clause in desk]

POLICY: Policy = {
    "network:create": [[curator]],
    "network:edit": [[curator]],
    "network:close": [[curator]],
    "network:reopen": [[curator]],
    "network:appoint": [[curator]],
    "network:manage": [[coordinator], [curator]],
    "network:read": [[reader], [coordinator], [curator]],
    "network:join": [[runs, published, goes_on, joined_by(Joining.OPEN)]],
    "network:ask": [[runs, published, goes_on, joined_by(Joining.REQUEST)]],
    "network:withdraw": [[runs]],
    "network:accept": [[runs, published, goes_on]],
    "network:refuse": [[runs]],
    "network:leave": [[runs]],
    "network:approve": going_desk,
    "network:decline": desk,
    "network:invite": going_desk,
    "network:uninvite": desk,
    "network:remove": desk,
    "network:announcement": [[coordinator, goes_on], [curator, goes_on]],
    "network:discussion": speaks,
    "network:reply": speaks,
    "network:resource": speaks,
    "post:edit": [[author, fresh, goes_on]],
    "post:remove": [[author, fresh], [coordinator], [curator]],
    "post:pin": [[coordinator, thread], [curator, thread]],
    "post:close": [[coordinator, thread], [curator, thread]],
    "post:report": [[reader], [coordinator]],
    "report:settle": [[curator, unconcerned]],
}
