"""Who may do what to a profile, a revision and a case.

The thing is an organization, or something that has an ``organization_id``. What concerns an organization is never
decided by its own people: a curator who belongs to it is an applicant there like any other.
"""

from __future__ import annotations

from typing import Any

from hub.directory.models import Organization
from hub.directory.states import CaseKind, CaseState, Decision, RevisionState, Status, Trust
from hub.permissions import Actor, Policy, Predicate, has_role

operator = has_role("operator")
curator = has_role("curator")
administrator = has_role("administrator")

OPEN_REVISION = (RevisionState.DRAFT, RevisionState.SUBMITTED)
OF_THE_ORGANIZATION = (CaseKind.REGISTRATION, CaseKind.EDIT, CaseKind.REVIEW)
AGAINST_IT = (Decision.HIDE, Decision.ARCHIVE)


def _organization_id(thing: Any) -> str | None:
    return getattr(thing, "organization_id", None) or getattr(thing, "id", None)


def part(*parts: str) -> Predicate:
    """Make the predicate that holds for who plays one of ``parts`` in the organization that the thing concerns."""
    return lambda actor, thing: actor.organizations.get(_organization_id(thing) or "") in parts


editor = part("focal_point", "editor")
focal_point = part("focal_point")


def signed_in(actor: Actor, thing: Any) -> bool:
    """Holds for a person who has signed in."""
    return actor.id is not None


def outsider(actor: Actor, thing: Any) -> bool:
    """Holds for who has no part in the organization."""
    return _organization_id(thing) not in actor.organizations


def opener(actor: Actor, thing: Any) -> bool:
    """Holds for who opened the case."""
    return actor.id is not None and thing.opener_id == actor.id


def impartial(actor: Actor, thing: Any) -> bool:
    """Holds for who neither belongs to the organization nor opened the case."""
    return outsider(actor, thing) and not opener(actor, thing)


def untold(actor: Actor, thing: Any) -> bool:
    """Holds for all cases but reports about the actor's own organization, whose people are not told of them."""
    return thing is None or thing.kind is not CaseKind.REPORT or outsider(actor, thing)


def trusted(actor: Actor, thing: Any) -> bool:
    """Holds where the organization's edits are published at once and looked after later."""
    return isinstance(thing, Organization) and is_trusted(thing)


def is_trusted(organization: Organization) -> bool:
    """Tell whether an organization has earned that its edits go live at once: curators verified it."""
    return organization.trust is Trust.VERIFIED and organization.status is Status.PUBLISHED


def open_revision(actor: Actor, thing: Any) -> bool:
    """Holds while a revision may still be taken back by its own people."""
    return thing.state in OPEN_REVISION


def of_the_organization(actor: Actor, thing: Any) -> bool:
    """Holds for a case that the organization itself opened: its people may follow it together."""
    return thing.kind in OF_THE_ORGANIZATION


def declined(actor: Actor, thing: Any) -> bool:
    """Holds for a case that ended in a no to who opened it."""
    return thing.state is CaseState.DECIDED and thing.decision is Decision.DECLINE


def taken_down(actor: Actor, thing: Any) -> bool:
    """Holds for a case that took the profile from public view."""
    return thing.state is CaseState.DECIDED and thing.decision in AGAINST_IT


def not_decider(actor: Actor, thing: Any) -> bool:
    """Holds for who did not decide the case."""
    return bool(thing.decided_by != actor.name)


def no_appeal(actor: Actor, thing: Any) -> bool:
    """Holds for a case that is no appeal itself: there is one, and no more."""
    return thing.kind is not CaseKind.APPEAL


desk = [curator, impartial]

POLICY: Policy = {
    "profile:import": [[operator]],
    "profile:create": [[operator], [curator]],
    "profile:draft": [[operator], [curator], [signed_in]],
    "profile:edit": [[operator], [curator, outsider], [editor, trusted]],
    "profile:confirm": [[editor]],
    "profile:publish": [[curator, outsider], [operator]],
    "profile:hide": [[curator, outsider], [operator]],
    "profile:show": [[curator, outsider], [operator]],
    "profile:archive": [[curator, outsider], [operator]],
    "profile:restore": [[curator, outsider], [operator]],
    "profile:own": [[editor], [part("reader")], [curator]],
    "revision:begin": [[editor], [curator]],
    "revision:read": [[editor], [part("reader")], [curator]],
    "revision:save": [[editor], [curator]],
    "revision:submit": [[editor], [curator]],
    "revision:withdraw": [[editor, open_revision], [curator, open_revision]],
    "revision:restore": [[editor], [curator]],
    "case:list": [[curator], [administrator]],
    "case:read": [[curator, untold], [administrator, untold]],
    "case:internal": [desk],
    "case:claim": [desk],
    "case:release": [desk],
    "case:assign": [desk, [administrator]],
    "case:answer": [desk],
    "case:note": [desk],
    "case:decide": [desk],
    "case:show-again": [[*desk, taken_down, not_decider]],
    "case:remind": [[operator]],
    "case:close": [[operator]],
    "case:follow": [[opener], [editor, of_the_organization], [focal_point, taken_down]],
    "case:reply": [[opener], [editor, of_the_organization]],
    "case:appeal": [
        [opener, declined, no_appeal],
        [editor, of_the_organization, declined, no_appeal],
        [focal_point, taken_down, no_appeal],
    ],
    "profile:claim": [[signed_in, outsider]],
    "duplicate:list": [[curator]],
    "duplicate:dismiss": [[curator]],
    "duplicate:merge": [[curator, outsider]],
    "duplicate:undo": [[curator]],
    "log:read": [[administrator]],
}
