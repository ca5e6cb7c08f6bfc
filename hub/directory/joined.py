"""What a profile says of the networks that its organization belongs to, kept by the part that runs them.

The directory knows networks by their keys and names alone. Of each it is told whose members the public may know and
whose only members of the hub; what is known to neither stands in no profile, and so in no index.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.directory.visibility import AUDIENCES, WISHED

OTHERS = (Audience.PUBLIC, Audience.MEMBERS)  # whose view a list of several organizations can be


def show(session: orm.Session, organization_id: str, openly: Iterable[str], inside: Iterable[str]) -> None:
    """Have a profile say which networks it is in, those known to all and those known to members; same again is nothing.

    Called with the change of a membership, in its transaction, by whom it was allowed to.
    """
    organization = session.get_one(Organization, organization_id)
    for column, keys in (("joined", sorted(openly)), ("joined_inside", sorted(inside))):
        if getattr(organization, column) != keys:
            setattr(organization, column, keys)


def may_be_listed(audience: Audience, field: str | None = None) -> sa.ColumnElement[bool]:
    """The condition that ``audience`` may know of an organization and, if given, of this field of it.

    It says of rows what ``visibility.is_shown`` and ``visibility.audience_of`` say of one, for lists with pages.
    """
    named = sa.or_(Organization.pseudonym.is_not(None), _unwished("name", audience))
    conditions = [Organization.status == Status.PUBLISHED, named]
    if field is not None:
        modes = [
            mode
            for mode, widest in zip(Safety, AUDIENCES[field], strict=True)
            if widest.rank <= audience.rank
        ]
        wishes = [_unwished(name, audience) for name in WISHED.get(field, (field,))]
        conditions += [Organization.safety.in_(modes), *wishes]
    return sa.and_(*conditions)


def _unwished(field: str, audience: Audience) -> sa.ColumnElement[bool]:
    """The organization does not wish a field kept from the audience."""
    wish = Organization.audiences[field].as_string()
    return sa.or_(wish.is_(None), wish.in_([one.value for one in Audience if one.rank <= audience.rank]))
