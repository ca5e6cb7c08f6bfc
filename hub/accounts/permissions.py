"""Who may do what to accounts and memberships; what is asked about is an organization's public id, or a role's name."""

from __future__ import annotations

from typing import Any

from hub.accounts.models import Part, Standing
from hub.permissions import Actor, Policy, has_role, plays

operator = has_role("operator")
administrator = has_role(Standing.ADMINISTRATOR)
curator = has_role(Standing.CURATOR)
focal_point = plays(Part.FOCAL_POINT)
takes_part = plays(*Part)


def is_guest_role(actor: Actor, role: Any) -> bool:
    """Holds for the role of a government guest, which curators may grant too."""
    return bool(role == Standing.GUEST)


POLICY: Policy = {
    "membership:see": [[takes_part], [curator], [administrator]],
    "membership:invite": [[focal_point], [administrator]],
    "membership:change": [[focal_point], [administrator]],
    "membership:leave": [[takes_part]],
    "role:see": [[curator], [administrator]],
    "role:grant": [[operator], [administrator], [curator, is_guest_role]],
    "role:revoke": [[operator], [administrator], [curator, is_guest_role]],
}
