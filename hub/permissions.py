"""Who may do what: evaluates policy tables; the tables live with their features.

A policy maps an action (``thing:act``) to clauses; the action is allowed when every predicate of any one clause holds.
An action that stands in no table is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from hub.errors import Forbidden

Predicate = Callable[["Actor", Any], bool]
Policy = Mapping[str, Sequence[Sequence[Predicate]]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a name for the log and the roles held. ``ANYONE`` has none; ``OPERATOR`` is the command line.

    The name is a handle such as ``user:17``, never an address. ``organizations`` holds the part that a person plays in
    each organization, by its public id.
    """

    name: str
    roles: frozenset[str] = frozenset()
    id: int | None = None
    organizations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def is_signed_in(self) -> bool:
        """True for a person who has signed in."""
        return self.id is not None


ANYONE = Actor("anyone")
OPERATOR = Actor("operator", frozenset({"operator"}))


def has_role(role: str) -> Predicate:
    """Make the predicate that holds for an actor with ``role``."""
    return lambda actor, thing: role in actor.roles


def plays(*parts: str) -> Predicate:
    """Make the predicate that holds for who plays one of ``parts`` in the organization whose public id is given."""
    return lambda actor, organization_id: actor.organizations.get(organization_id) in parts


def allows(policy: Policy, action: str, actor: Actor, thing: Any = None) -> bool:
    """Tell whether ``policy`` lets ``actor`` do ``action`` to ``thing``; False for an action it does not list."""
    return any(all(holds(actor, thing) for holds in clause) for clause in policy.get(action, ()))


def require(policy: Policy, action: str, actor: Actor, thing: Any = None) -> None:
    """Return when ``policy`` allows the action.

    Raises:
        Forbidden: it does not.
    """
    if not allows(policy, action, actor, thing):
        raise Forbidden(f"{actor.name} may not {action}")
