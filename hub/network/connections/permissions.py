"""Who may do what to requests and connections: focal points act for their organization, editors look on.

The thing is the id of the organization that is acted for, or something with the two sides. Who is of neither side may not
know that there is anything; no role in the hub opens what is between two organizations.
"""

from __future__ import annotations

from typing import Any

from hub.network.connections.states import Answer
from hub.permissions import Actor, Policy, Predicate, plays

ACTING = ("focal_point",)
READING = ("focal_point", "editor")

acts_for = plays(*ACTING)


def side(name: str, *parts: str) -> Predicate:
    """Make the predicate that holds for who plays one of ``parts`` in the side of a thing that ``name`` names."""
    return lambda actor, thing: actor.organizations.get(getattr(thing, name)) in parts


def either(*parts: str) -> Predicate:
    """Make the predicate that holds for who plays one of ``parts`` in one of the two sides."""
    return lambda actor, thing: any(actor.organizations.get(one) in parts for one in thing.sides)


def arrived(actor: Actor, thing: Any) -> bool:
    """Holds for a request that was not kept back from the side that was asked."""
    return thing.answer is not Answer.KEPT_BACK


POLICY: Policy = {
    "connection:list": [[plays(*READING)]],
    "connection:ask": [[acts_for]],
    "connection:choose_askers": [[acts_for]],
    "connection:block": [[acts_for]],
    "request:read": [[side("asker_id", *READING)], [side("asked_id", *READING), arrived]],
    "request:accept": [[side("asked_id", *ACTING), arrived]],
    "request:ignore": [[side("asked_id", *ACTING), arrived]],
    "request:decline": [[side("asked_id", *ACTING), arrived]],
    "request:report": [[side("asked_id", *READING), arrived]],
    "request:withdraw": [[side("asker_id", *ACTING)]],
    "connection:read": [[either(*READING)]],
    "connection:end": [[either(*ACTING)]],
    "connection:show": [[either(*ACTING)]],
}
