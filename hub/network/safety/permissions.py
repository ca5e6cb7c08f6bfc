"""Who may see how organizations ask each other, and pause one: curators, but not where they belong to it themselves."""

from __future__ import annotations

from typing import Any

from hub.permissions import Actor, Policy, has_role

curator = has_role("curator")


def outsider(actor: Actor, organization_id: Any) -> bool:
    """Holds for who does not belong to the organization."""
    return organization_id not in actor.organizations


POLICY: Policy = {
    "safety:read": [[curator], [has_role("administrator")]],
    "safety:pause": [[curator, outsider]],
    "safety:lift": [[curator, outsider]],
}
