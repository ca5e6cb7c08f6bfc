"""Who may follow: everybody who is signed in, for themselves."""

from __future__ import annotations

from typing import Any

from hub.permissions import Actor, Policy


def is_signed_in(actor: Actor, thing: Any) -> bool:
    """Holds for a person who has signed in."""
    return actor.is_signed_in


POLICY: Policy = {"follow:change": [[is_signed_in]], "follow:list": [[is_signed_in]]}
