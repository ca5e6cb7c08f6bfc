"""The facts of a profile by which partners are found, kept level with it in the same transaction.

A table says which field each kind of key is made from. A key is kept only where members or the public see its field,
by the same rule that profiles follow, so suggestions cannot tell what a profile does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm

from hub import outbox
from hub.database import db, transaction
from hub.directory.models import Organization
from hub.directory.states import Audience
from hub.directory.visibility import Profile, audience_of, is_shown
from hub.network.matching.models import PartnerKey

Key = tuple[str, str]  # kind, value
Values = Callable[[Any], Iterable[str | None]]

TOPIC = "partner-keys"  # outbox: make the keys anew
CHUNK = 500
MOST_ROUTES = 60  # of one organization
LISTED: Key = ("listed", "")  # everybody who is shown has this one: it is counted


def _routes(organization: Any) -> Iterator[str]:
    """Every way from an earlier to a later place on the routes that the work is about, such as ``PH>AE``."""
    stages: dict[str, list[str]] = {"origin": [], "transit": [], "destination": []}
    for place in organization.countries_of_work or ():
        for role in place.get("roles") or ():
            stages[role].append(place["country"])
    legs = (("origin", "destination"), ("origin", "transit"), ("transit", "destination"))
    ways = [f"{a}>{b}" for first, last in legs for a, b in product(stages[first], stages[last]) if a != b]
    yield from ways[:MOST_ROUTES]


# kind of key, the field it is made from, how
FACTS: Sequence[tuple[str, str, Values]] = (
    ("offers", "offers", lambda one: [service["service"] for service in one.offers or ()]),
    ("seeks", "seeks", lambda one: [service["service"] for service in one.seeks or ()]),
    ("route", "countries_of_work", _routes),
    ("theme", "themes", lambda one: one.themes or ()),
    ("population", "populations", lambda one: one.populations or ()),
    ("sector", "sectors", lambda one: one.sectors or ()),
    ("network", "networks", lambda one: one.networks or ()),
    ("joined", "joined", lambda one: one.joined or ()),
    ("joined", "joined_inside", lambda one: one.joined_inside or ()),
    ("country", "country", lambda one: [one.country]),
    ("country", "countries_of_work", lambda one: [place["country"] for place in one.countries_of_work or ()]),
    ("language", "languages", lambda one: one.languages or ()),
    ("kind", "kind", lambda one: [one.kind]),
)
FIELDS = (
    "status",
    "safety",
    "audiences",
    "pseudonym",
    *dict.fromkeys(field for _kind, field, _values in FACTS),
)


def keys_of(thing: Organization | Profile) -> frozenset[Key]:
    """All keys of an organization as its own people see it, or of what an audience sees of it."""
    return frozenset((kind, value) for kind, _field, values in FACTS for value in values(thing) if value)


def shown_keys(organization: Organization) -> Mapping[Key, bool]:
    """The keys that members see, each with whether everybody does; none where members may not know of it."""
    if not is_shown(organization, Audience.MEMBERS):
        return {}
    is_public = is_shown(organization, Audience.PUBLIC)
    found: dict[Key, bool] = {LISTED: is_public}
    for kind, field, values in FACTS:
        rank = audience_of(organization, field).rank
        if rank <= Audience.MEMBERS.rank:
            is_open = is_public and rank == Audience.PUBLIC.rank
            for value in values(organization):
                if value:
                    found[kind, value] = found.get((kind, value), False) or is_open
    return found


@event.listens_for(orm.Session, "after_flush")
def _follow(session: orm.Session, context: Any) -> None:
    """Keep the keys level with the profiles of a flush, in two statements for all of them."""
    new = [one for one in session.new if isinstance(one, Organization)]
    changed = [one for one in session.dirty if isinstance(one, Organization) and _is_touched(one)]
    _write(session, [*new, *changed], [one.id for one in changed])


def _is_touched(organization: Organization) -> bool:
    attributes = sa.inspect(organization).attrs
    return any(attributes[name].history.has_changes() for name in FIELDS)


def _write(session: orm.Session, organizations: Iterable[Organization], gone: Sequence[str]) -> None:
    connection = session.connection()
    if gone:
        connection.execute(sa.delete(PartnerKey).where(PartnerKey.organization_id.in_(gone)))
    rows = [
        {"organization_id": one.id, "kind": kind, "value": value, "is_public": is_public}
        for one in organizations
        for (kind, value), is_public in shown_keys(one).items()
    ]
    if rows:
        connection.execute(sa.insert(PartnerKey), rows)


def rebuild(keys: Sequence[str] = ()) -> None:
    """Make all keys anew (outbox handler): once for the organizations that were there before this table was."""
    last = ""
    while True:
        with transaction() as session:
            # held still, so that nobody's change is written over with what was before it
            held = session.scalars(
                sa.select(Organization)
                .where(Organization.id > last)
                .order_by(Organization.id)
                .limit(CHUNK)
                .with_for_update()
            ).all()
            if not held:
                return
            _write(session, held, [one.id for one in held])
            last = held[-1].id
        db.session.expunge_all()


def init_app(app: Any) -> None:
    """Register the job that makes the keys anew."""
    outbox.register(app, TOPIC, rebuild)
