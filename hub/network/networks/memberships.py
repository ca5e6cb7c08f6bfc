"""Coming into a network and going out of it; each move is a step of the tables, and a profile follows it at once."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory import joined
from hub.directory.log import LogEntry, note
from hub.directory.models import Organization
from hub.directory.states import Audience, Status
from hub.directory.visibility import is_shown
from hub.errors import Conflict, Invalid, NotFound
from hub.network.networks import notices, queries
from hub.network.networks.models import Coordinator, Member, Network
from hub.network.networks.permissions import POLICY, seat
from hub.network.networks.states import DESK_STEPS, OWN_STEPS, Listing, Standing
from hub.permissions import Actor, require
from hub.workflow import advance

STEPS = {**OWN_STEPS, **DESK_STEPS}
PAUSE = timedelta(days=30)  # between a no and being asked again, by either side
MOST_ASKED = 3  # times within it that an organization asks, or is invited, whatever came between
RESTS = {"ask": Standing.DECLINED, "invite": Standing.REFUSED}
CAME = (Standing.ASKED, Standing.INVITED, Standing.MEMBER)
TEXT = 500  # characters of a note or a reason
ENDS = (Standing.LEFT, Standing.REMOVED)


def move(
    session: orm.Session, actor: Actor, key: str, organization_id: str, step: str, text: str = ""
) -> Member:
    """Take a named step of an organization towards a network; ``text`` is its note, or the desk's reason.

    Raises:
        NotFound: there is no such network or organization.
        Forbidden: the actor may not.
        Invalid: the text is too long.
        Conflict: the step does not lead on from where the organization stands, or the answer was no not long ago.
    """
    text = text.strip()
    if len(text) > TEXT:
        raise Invalid({"text": [_("is longer than %(most)s characters", most=TEXT)]})
    network = held_network(session, key)
    organization = session.get(Organization, organization_id)
    member = session.get(Member, (key, organization_id))
    if organization is None or (step in DESK_STEPS and not _is_known(actor, organization, member)):
        raise NotFound(organization_id)
    require(POLICY, f"network:{step}", actor, seat(session, actor, network).with_(organization=organization))
    before = member.standing if member else Standing.LEFT
    reached = advance(STEPS, step, before)
    if member is None:
        member = Member(network_key=key, organization_id=organization_id)
        session.add(member)
    else:
        _require_rest(session, member, step)
    _set(session, member, step, reached, text)
    session.flush()
    show(session, [organization_id])
    note(session, actor, f"network-{step}", organization_id, subject=_subject(key),
         before={"standing": before}, after={"standing": reached}, reason=member.reason)  # fmt: skip
    notices.moved(session, network, member, step)
    return member


def _is_known(actor: Actor, organization: Organization, member: Member | None) -> bool:
    """Tell whether who decides for the network may know of the organization; curators know of all."""
    if "curator" in actor.roles:
        return True
    if member is not None and member.standing in CAME:
        return organization.status is Status.PUBLISHED
    return is_shown(organization, Audience.MEMBERS)


def _require_rest(session: orm.Session, member: Member, step: str) -> None:
    """Keep either side from being asked again and again.

    Raises:
        Conflict: the answer was no not long ago, or the same was asked several times already.
    """
    if step not in RESTS:
        return
    if member.standing is RESTS[step] and now() - member.changed_at < PAUSE:
        raise Conflict("the answer was no not long ago")
    asked = sa.select(sa.func.count()).where(
        LogEntry.subject == _subject(member.network_key),
        LogEntry.organization_id == member.organization_id,
        LogEntry.action == f"network-{step}",
        LogEntry.at > now() - PAUSE,
    )
    if (session.scalar(asked) or 0) >= MOST_ASKED:
        raise Conflict("asked several times not long ago")


def _subject(key: str) -> str:
    return f"network:{key}"[:60]


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
