"""What networks tell people: who asks to come in, what became of it, what was announced, who answered."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from hub.accounts.models import Membership
from hub.directory import curators
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.network.networks import coordinating
from hub.network.networks.models import Member, Network, Post
from hub.network.networks.states import PostKind, Standing
from hub.network.notices import Kind, declare, tell

ASKED = declare(Kind("network-asked", _l("%(organization)s asks to join the network %(network)s"),
                     label=_l("An organization asks to join a network that I coordinate")))  # fmt: skip
INVITED = declare(Kind("network-invited", _l("The network %(network)s invites %(organization)s"),
                       label=_l("My organization is invited to a network")))  # fmt: skip
APPROVED = declare(Kind("network-approved", _l("%(organization)s now belongs to the network %(network)s"),
                        label=_l("My organization is let into a network")))  # fmt: skip
DECLINED = declare(Kind("network-declined", _l("The network %(network)s did not let %(organization)s in"),
                        label=_l("My organization is not let into a network")))  # fmt: skip
REMOVED = declare(Kind("network-removed", _l("%(organization)s no longer belongs to the network %(network)s"),
                       label=_l("My organization is removed from a network")))  # fmt: skip
APPOINTED = declare(Kind("network-appointed", _l("You coordinate the network %(network)s"),
                         label=_l("I become coordinator of a network")))  # fmt: skip
ANNOUNCED = declare(Kind("network-announced", _l("There is an announcement in the network %(network)s"),
                         mail="digest", label=_l("Announcements in networks")))  # fmt: skip
ANSWERED = declare(Kind("network-answered", _l("Somebody answered in a discussion of the network %(network)s"),
                        mail="digest", label=_l("Answers in discussions that I take part in")))  # fmt: skip

CHUNK = 500  # people told with one statement
# what the organization's people are told after a step of the desk
TOLD = {"invite": INVITED, "approve": APPROVED, "decline": DECLINED, "remove": REMOVED}


def moved(session: orm.Session, network: Network, member: Member, step: str) -> None:
    """Tell the other side of a step that somebody has to know of."""
    about = {"organization": {"organization": member.organization_id}, **_about(network)}
    group = f"{network.key}:{member.organization_id}"
    if step == "ask":
        tell(session, ASKED, to=_coordinators(session, network), about=about,
             link=f"/networks/{network.key}/coordination", group=group)  # fmt: skip
    elif step in TOLD:
        tell(session, TOLD[step], organization_id=member.organization_id, about=about,
             link=f"/networks/{network.key}", group=group)  # fmt: skip


def appointed(session: orm.Session, network: Network, user_id: int) -> None:
    """Tell a person that they coordinate a network from now on."""
    tell(
        session,
        APPOINTED,
        to=[user_id],
        about=_about(network),
        link=f"/networks/{network.key}",
        group=network.key,
    )


def written(session: orm.Session, network: Network, post: Post) -> None:
    """Tell the network of an announcement, and those who take part in a discussion of an answer."""
    if post.kind is PostKind.ANNOUNCEMENT:
        people = _people(session, network, post)
        for start in range(0, len(people), CHUNK):
            tell(session, ANNOUNCED, to=people[start : start + CHUNK], about=_about(network),
                 link=f"/networks/{network.key}/posts/{post.id}", group=network.key)  # fmt: skip
    elif post.kind is PostKind.REPLY:
        tell(session, ANSWERED, to=_talking(session, network, post), about=_about(network),
             link=f"/networks/{network.key}/posts/{post.thread_id}", group=f"thread:{post.thread_id}")  # fmt: skip


def _people(session: orm.Session, network: Network, post: Post) -> list[int]:
    """Who plays a part in an organization that belongs to the network, but the author."""
    return sorted(set(session.scalars(_inside(network))) - {post.author_id})


def _talking(session: orm.Session, network: Network, post: Post) -> list[int]:
    """Who took part in the discussion and may read on, but the author."""
    took_part = set(
        session.scalars(
            sa.select(Post.author_id).where(
                sa.or_(Post.id == post.thread_id, Post.thread_id == post.thread_id), Post.removed_at.is_(None)
            )
        )
    )
    inside = session.scalars(_inside(network).where(Membership.user_id.in_(took_part)))
    readers = {*inside, *_coordinators(session, network), *curators.everyone(session)}
    return sorted(one for one in readers if one in took_part and one != post.author_id)


def _inside(network: Network) -> sa.Select[int]:
    """The people of organizations that belong to the network and are in the directory now."""
    return (
        sa.select(Membership.user_id)
        .join(Member, Member.organization_id == Membership.organization_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(
            Member.network_key == network.key,
            Member.standing == Standing.MEMBER,
            Organization.status == Status.PUBLISHED,
        )
        .distinct()
    )


def _about(network: Network) -> dict[str, object]:
    return {"network": {"vocabulary": "network", "key": network.key}}


def _coordinators(session: orm.Session, network: Network) -> list[int]:
    """Who coordinates a network; where nobody does, the curators."""
    found = [one.user_id for one in coordinating.coordinators(session, network)]
    return found or list(curators.everyone(session))
