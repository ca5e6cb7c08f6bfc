"""What the purposes, the choices and the states of connections are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hub.network.connections.hurdles import Why
from hub.network.connections.states import Askers, Purpose

PURPOSES = {
    Purpose.PROJECT: _l("Working together on a project"),
    Purpose.REFERRAL: _l("Referring people to each other"),
    Purpose.LEARNING: _l("Learning from each other"),
    Purpose.RESEARCH: _l("Research and data"),
    Purpose.SUPPLY_CHAIN: _l("Due diligence in supply chains"),
    Purpose.TRAINING: _l("Training"),
    Purpose.FUNDING: _l("Funding"),
    Purpose.ADVOCACY: _l("Joint advocacy"),
    Purpose.OTHER: _l("Something else"),
}
ASKERS = {
    Askers.ANYONE: _l("Every organization in the directory"),
    Askers.MEMBERS: _l(
        "Organizations that confirmed their entry or were verified, and those in a network with yours"
    ),
    Askers.SAME_NETWORK: _l("Only organizations in a network with yours"),
    Askers.NOBODY: _l("Nobody"),
}
HURDLES = {
    Why.UNLISTED: _l("Only an organization whose entry is published can ask."),
    Why.STOPPED: _l("The curators have paused requests from your organization; they told it why."),
    Why.CONNECTED: _l("The two organizations are connected already."),
    Why.WAITING: _l("A request waits already."),
    Why.BLOCKED: _l("Your organization has blocked this one. Lift the block first."),
    Why.CLOSED: _l("This organization takes no requests from yours through the hub."),
    Why.TOO_NEW: _l("Your organization is new here. A short pause keeps first requests safe for everybody."),
    Why.PAUSE: _l(
        "Your organization asked, or was connected, not long ago. You can ask again after a pause."
    ),
    Why.UNANSWERED: _l(
        "Three requests to this organization led to no answer within a year. It can still ask yours."
    ),
    Why.TODAY: _l("Your organization has asked for as many connections as it may in a day."),
}
