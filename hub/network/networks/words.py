"""What the states of networks and memberships are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _pl

from hub.network.networks.states import Joining, Kind, Listing, PostKind, Standing

COORDINATION = _l("The coordinators")
KINDS = {Kind.REGIONAL: _l("Regional network"), Kind.THEMATIC: _l("Thematic network")}
JOINING = {
    Joining.OPEN: _l("Open: any published organization can join"),
    Joining.REQUEST: _l("On request: a coordinator lets organizations in"),
    Joining.INVITATION: _l("By invitation only"),
}
LISTINGS = {
    Listing.PUBLIC: _l("Everybody can see the members"),
    Listing.MEMBERS: _l("Members of the hub can see the members"),
    Listing.NETWORK: _l("Members of the network see each other"),
    Listing.NOBODY: _l("Only coordinators and curators see the members"),
}
STANDINGS = {
    Standing.ASKED: _l("Asked to join"),
    Standing.INVITED: _l("Invited"),
    Standing.MEMBER: _pl("network", "Member"),
    Standing.DECLINED: _l("Not let in"),
    Standing.REFUSED: _l("Invitation refused"),
    Standing.LEFT: _l("Not a member"),
    Standing.REMOVED: _l("Removed"),
}
STEPS = {
    "join": _l("Join"),
    "ask": _l("Ask to join"),
    "withdraw": _l("Withdraw the request"),
    "accept": _l("Accept the invitation"),
    "refuse": _l("Refuse the invitation"),
    "leave": _l("Leave the network"),
    "approve": _l("Let in"),
    "decline": _l("Do not let in"),
    "invite": _l("Invite"),
    "uninvite": _l("Withdraw the invitation"),
    "remove": _l("Remove from the network"),
}
DONE = {
    "join": _l("Your organization has joined the network."),
    "ask": _l("Sent. The coordinators decide, and you are told."),
    "withdraw": _l("The request is withdrawn."),
    "accept": _l("Your organization has joined the network."),
    "refuse": _l("The invitation is refused."),
    "leave": _l("Your organization has left the network."),
    "approve": _l("The organization is let in."),
    "decline": _l("The request is declined."),
    "invite": _l("The organization is invited."),
    "uninvite": _l("The invitation is withdrawn."),
    "remove": _l("The organization is removed."),
}
SECTIONS = {
    PostKind.ANNOUNCEMENT: _l("Announcements"),
    PostKind.DISCUSSION: _l("Discussions"),
    PostKind.RESOURCE: _l("Resources"),
}
BEGIN = {
    PostKind.ANNOUNCEMENT: _l("Write an announcement"),
    PostKind.DISCUSSION: _l("Begin a discussion"),
    PostKind.RESOURCE: _l("Share a resource"),
}
NONE_YET = {
    PostKind.ANNOUNCEMENT: _l("Nothing has been announced yet."),
    PostKind.DISCUSSION: _l("Nobody has begun a discussion yet."),
    PostKind.RESOURCE: _l("Nothing has been shared yet."),
}
ONES = {
    PostKind.ANNOUNCEMENT: _l("Announcement"),
    PostKind.DISCUSSION: _l("Discussion"),
    PostKind.REPLY: _pl("kind of post", "Reply"),
    PostKind.RESOURCE: _l("Resource"),
}
