"""Who may look for partners, publish calls and answer them; the thing is or has an organization."""

from __future__ import annotations

from typing import Any

from hub.directory.models import Organization
from hub.directory.permissions import curator, editor, outsider, part, signed_in
from hub.directory.states import Status
from hub.permissions import Actor, Policy

own_people = part("focal_point", "editor", "reader")


def published(actor: Actor, thing: Any) -> bool:
    """Holds for an organization that is shown in the directory."""
    return isinstance(thing, Organization) and thing.status is Status.PUBLISHED


POLICY: Policy = {
    "match:read": [[own_people]],
    "match:dismiss": [[editor]],
    "call:publish": [[editor, published]],
    "call:own": [[own_people]],
    "call:edit": [[editor]],
    "call:withdraw": [[editor]],
    "call:answers": [[editor]],
    "call:answer": [[editor, published]],
    "call:report": [[signed_in, outsider]],
    "call:list": [[curator]],
    "call:decide": [[curator, outsider]],
}
