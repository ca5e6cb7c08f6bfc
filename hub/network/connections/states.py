"""The states of a connection request and of a connection, and the steps between them.

A request has two: its ``state``, which both sides see, and the ``answer``, which the asked side notes for itself alone.
Whatever the answer, the asker sees an open request until it is accepted, withdrawn or has run out.
"""

from __future__ import annotations

from enum import StrEnum

from hub.workflow import step


class Purpose(StrEnum):
    """Why an organization asks another for a connection."""

    PROJECT = "project"
    REFERRAL = "referral"
    LEARNING = "learning"
    RESEARCH = "research"
    SUPPLY_CHAIN = "supply_chain"
    TRAINING = "training"
    FUNDING = "funding"
    ADVOCACY = "advocacy"
    OTHER = "other"


class Askers(StrEnum):
    """Who may ask an organization for a connection."""

    ANYONE = "anyone"
    MEMBERS = "members"
    SAME_NETWORK = "same_network"
    NOBODY = "nobody"


class RequestState(StrEnum):
    """Where a request stands for both sides."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Answer(StrEnum):
    """What the asked side did with a request, short of accepting it; ``kept_back`` ones never reach it."""

    NONE = "none"
    IGNORED = "ignored"
    DECLINED = "declined"
    KEPT_BACK = "kept_back"


class ConnectionState(StrEnum):
    """Whether two organizations are connected still."""

    LIVING = "living"
    ENDED = "ended"


REQUEST_STEPS = {
    "accept": step(RequestState.OPEN, reaches=RequestState.ACCEPTED),
    "withdraw": step(RequestState.OPEN, reaches=RequestState.WITHDRAWN),
    "expire": step(RequestState.OPEN, reaches=RequestState.EXPIRED),
}
ANSWER_STEPS = {
    "ignore": step(Answer.NONE, reaches=Answer.IGNORED),
    "decline": step(Answer.NONE, Answer.IGNORED, reaches=Answer.DECLINED),
    "keep_back": step(Answer.NONE, Answer.IGNORED, Answer.DECLINED, reaches=Answer.KEPT_BACK),
}
CONNECTION_STEPS = {"end": step(ConnectionState.LIVING, reaches=ConnectionState.ENDED)}
