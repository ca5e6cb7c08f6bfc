"""The states of a network and of a membership in one, who may join and who may know the members, as tables."""

from __future__ import annotations

from enum import StrEnum

from hub.workflow import step


class Kind(StrEnum):
    """What holds a network together: a part of the world, or a subject."""

    REGIONAL = "regional"
    THEMATIC = "thematic"


class State(StrEnum):
    """Whether a network goes on; a closed one can be read by those who belonged to it, and no more is added."""

    OPEN = "open"
    CLOSED = "closed"


STEPS = {
    "close": step(State.OPEN, reaches=State.CLOSED),
    "reopen": step(State.CLOSED, reaches=State.OPEN),
}


class Joining(StrEnum):
    """How an organization comes in."""

    OPEN = "open"
    REQUEST = "request"
    INVITATION = "invitation"


class Listing(StrEnum):
    """Who may know the members of a network, from the widest circle to the narrowest."""

    PUBLIC = "public"
    MEMBERS = "members"  # of the hub
    NETWORK = "network"
    NOBODY = "nobody"  # but coordinators and curators


class Standing(StrEnum):
    """Where an organization stands towards a network; without a row it stands nowhere, as one that left does."""

    ASKED = "asked"
    INVITED = "invited"
    MEMBER = "member"
    DECLINED = "declined"
    REFUSED = "refused"
    LEFT = "left"
    REMOVED = "removed"


OUTSIDE = (Standing.LEFT, Standing.DECLINED, Standing.REFUSED)

# by the organization itself
OWN_STEPS = {
    "join": step(*OUTSIDE, Standing.ASKED, Standing.INVITED, reaches=Standing.MEMBER),
    "ask": step(*OUTSIDE, reaches=Standing.ASKED),
    "withdraw": step(Standing.ASKED, reaches=Standing.LEFT),
    "accept": step(Standing.INVITED, reaches=Standing.MEMBER),
    "refuse": step(Standing.INVITED, reaches=Standing.REFUSED),
    "leave": step(Standing.MEMBER, reaches=Standing.LEFT),
}
# by coordinators and curators
DESK_STEPS = {
    "approve": step(Standing.ASKED, reaches=Standing.MEMBER),
    "decline": step(Standing.ASKED, reaches=Standing.DECLINED),
    "invite": step(*OUTSIDE, Standing.REMOVED, reaches=Standing.INVITED),
    "uninvite": step(Standing.INVITED, reaches=Standing.LEFT),
    "remove": step(Standing.MEMBER, reaches=Standing.REMOVED),
}


class PostKind(StrEnum):
    """What is written to a network."""

    ANNOUNCEMENT = "announcement"
    DISCUSSION = "discussion"
    REPLY = "reply"
    RESOURCE = "resource"
