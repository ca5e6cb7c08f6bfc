"""Who may look for partners, publish calls and answer them; the thing is or has an organization."""

from __future__ import annotations

from hub.directory.permissions import editor, part
from hub.permissions import Policy

own_people = part("focal_point", "editor", "reader")

POLICY: Policy = {
    "match:read": [[own_people]],
    "match:dismiss": [[editor]],
}
