"""Coming into a network and going out of it; each move is a step of the tables, and a profile follows it at once."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import now
from hub.directory import joined
from hub.directory.log import note
from hub.directory.models import Organization
from hub.errors import Conflict, NotFound
from hub.network.networks import notices, queries
from hub.network.networks.models import Coordinator, Member, Network
from hub.network.networks.permissions import POLICY, seat
from hub.network.networks.states import DESK_STEPS, OWN_STEPS, Listing, Standing
from hub.permissions import Actor, require
from hub.workflow import advance

STEPS = {**OWN_STEPS, **DESK_STEPS}
PAUSE = timedelta(days=30)  # between being declined and asking again
TEXT = 500  # characters of a note or a reason
ENDS = (Standing.LEFT, Standing.REMOVED)


def move(
    session: orm.Session, actor: Actor, key: str, organization_id: str, step: str, text: str = ""
) -> Member:
    """Take a named step of an organization towards a network; ``text`` is its note, or the desk's reason.

    Raises:
        NotFound: there is no such network or organization.
        Forbidden: the actor may not.
        Conflict: the step does not lead on from where the organization stands, or it was declined not long ago.
    """
    network = held_network(session, key)
    organization = session.get(Organization, organization_id)
    if organization is None:
        raise NotFound(organization_id)
    require(POLICY, f"network:{step}", actor, seat(session, actor, network).with_(organization=organization))
    member = session.get(Member, (key, organization_id))
    before = member.standing if member else Standing.LEFT
    reached = advance(STEPS, step, before)
    if member is None:
        member = Member(network_key=key, organization_id=organization_id)
        session.add(member)
    elif step == "ask" and before is Standing.DECLINED and now() - member.changed_at < PAUSE:
        raise Conflict("declined not long ago")
    _set(session, member, step, reached, text.strip()[:TEXT])
    session.flush()
    show(session, [organization_id])
    note(session, actor, f"network-{step}", organization_id, subject=f"network:{key}"[:60],
         before={"standing": before}, after={"standing": reached}, reason=member.reason)  # fmt: skip
    notices.moved(session, network, member, step)
    return member


def held_network(session: orm.Session, key: str) -> Network:
    """Load a network and keep others from changing it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    network = session.get(Network, key, with_for_update=True)
    if network is None:
        raise NotFound(key)
    return network


def _set(session: orm.Session, member: Member, step: str, reached: Standing, text: str) -> None:
    member.standing = reached
    member.changed_at = now()
    if step in OWN_STEPS:
        member.note, member.reason = text or None, None
    else:
        member.reason = text or None
    if reached in ENDS:
        session.execute(
            sa.delete(Coordinator).where(
                Coordinator.network_key == member.network_key,
                Coordinator.organization_id == member.organization_id,
            )
        )


def show(session: orm.Session, organization_ids: list[str]) -> None:
    """Have profiles say which networks their organizations belong to, as the networks let it be known."""
    memberships = queries.joined_by(session, organization_ids)
    for organization_id in organization_ids:
        held = memberships.get(organization_id, [])
        joined.show(
            session,
            organization_id,
            [network.key for network in held if network.listing is Listing.PUBLIC],
            [network.key for network in held if network.listing is Listing.MEMBERS],
        )
