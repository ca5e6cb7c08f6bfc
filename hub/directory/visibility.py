"""Who sees what of a profile: the one filter that pages, indexes, API, feeds and exports all go through.

``profile_for(organization, audience)`` gives a ``Profile`` that holds what that audience may see and nothing else, so
that whatever is made from it (page, document, row) cannot show more. The table below follows the product's field table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from hub.database import now
from hub.directory.models import Organization, Source, slug_of
from hub.directory.states import Audience, Safety, Status, Trust

P, M, N, O, C = Audience  # noqa: E741 - the letters of the product's table

HOTLINE_HOLDS = timedelta(days=92)  # three months, after which its own people must have confirmed it anew

# field: (open, careful, protected), the widest audience that sees it. A protected profile shows members no more than
# the public; only its own people and curators see the rest.
AUDIENCES: Mapping[str, tuple[Audience, Audience, Audience]] = {
    "name": (P, P, P),
    "name_language": (P, P, P),
    "legal_name": (O, O, O),
    "names": (P, M, O),
    "acronyms": (P, M, O),
    "kind": (P, P, P),
    "subtype": (P, P, P),
    "parent_id": (P, P, O),
    "memberships": (P, M, O),
    "country": (P, M, O),
    "regions": (P, P, P),
    "subdivision": (M, M, O),
    "city": (M, M, O),
    "countries_of_work": (P, M, O),
    "networks": (P, M, O),
    "joined": (P, M, O),
    "joined_inside": (M, M, O),
    "themes": (P, P, P),
    "treaties": (P, M, O),
    "sectors": (P, M, O),
    "offers": (P, M, O),
    "seeks": (P, M, O),
    "populations": (P, M, O),
    "languages": (P, M, O),
    "sdg_targets": (P, M, O),
    "texts": (P, P, O),
    "logo": (P, P, O),
    "website": (P, M, O),
    "links": (P, M, O),
    "mailbox": (N, N, O),
    "hotline": (P, P, O),
    "founded": (P, P, O),
    "staff_band": (M, M, O),
    "budget_band": (O, O, O),
    "identifiers": (P, M, O),
    "sources": (P, P, O),
}
# field: the fields a wish for which holds for it too; networks are wished for together, whoever may know their members
WISHED: Mapping[str, Sequence[str]] = {"joined_inside": ("joined", "joined_inside")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one audience may see of an organization. A field it may not see is empty, as if it had never been filled."""

    id: str
    version: str
    slug: str
    audience: Audience
    trust: Trust
    safety: Safety
    is_claimable: bool
    is_imported: bool
    last_confirmed_at: datetime | None
    updated_at: datetime
    name: str
    name_language: str | None = None
    legal_name: str | None = None
    names: tuple[Mapping[str, Any], ...] = ()
    acronyms: tuple[str, ...] = ()
    kind: str | None = None
    subtype: str | None = None
    parent_id: str | None = None
    memberships: tuple[Mapping[str, Any], ...] = ()
    country: str | None = None
    regions: tuple[str, ...] = ()
    subdivision: str | None = None
    city: str | None = None
    countries_of_work: tuple[Mapping[str, Any], ...] = ()
    networks: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    joined_inside: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    treaties: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    offers: tuple[Mapping[str, Any], ...] = ()
    seeks: tuple[Mapping[str, Any], ...] = ()
    populations: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sdg_targets: tuple[str, ...] = ()
    texts: Mapping[str, Mapping[str, str]]
    logo: str | None = None
    website: str | None = None
    links: tuple[Mapping[str, Any], ...] = ()
    mailbox: str | None = None
    hotline: Mapping[str, Any] | None = None
    founded: int | None = None
    staff_band: str | None = None
    budget_band: str | None = None
    identifiers: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_protected(self) -> bool:
        """True where the entry must not reach exports, feeds, the site map or the web's search engines."""
        return self.safety is Safety.PROTECTED

    def more_than(self, wider: Profile) -> tuple[str, ...]:
        """The fields that hold something here and nothing in what a wider audience sees."""
        return tuple(field for field in AUDIENCES if getattr(self, field) and not getattr(wider, field))

    @property
    def all_joined(self) -> tuple[str, ...]:
        """The networks it is known to belong to, each once."""
        return tuple(dict.fromkeys((*self.joined, *self.joined_inside)))

    @property
    def all_countries(self) -> tuple[str, ...]:
        """Country of base and countries of work, each once."""
        codes = [self.country] if self.country else []
        return tuple(dict.fromkeys(codes + [place["country"] for place in self.countries_of_work]))


TUPLES = frozenset(field.name for field in fields(Profile) if str(field.type).startswith("tuple"))


def audience_of(organization: Organization, field: str) -> Audience:
    """Tell the widest audience that sees ``field`` of this organization: the mode's default or its own stricter wish."""
    default = AUDIENCES[field][list(Safety).index(organization.safety)]
    wishes = [
        Audience(wish) for name in WISHED.get(field, (field,)) if (wish := organization.audiences.get(name))
    ]
    return max(default, *wishes, key=lambda audience: audience.rank) if wishes else default


def _seen(organization: Organization, audience: Audience) -> frozenset[str]:
    """The fields of this organization that ``audience`` sees."""
    if not organization.audiences:
        return _seen_by_default(organization.safety, audience)
    return frozenset(field for field in AUDIENCES if audience_of(organization, field).rank <= audience.rank)


@cache
def _seen_by_default(safety: Safety, audience: Audience) -> frozenset[str]:
    mode = list(Safety).index(safety)
    return frozenset(field for field, widest in AUDIENCES.items() if widest[mode].rank <= audience.rank)


def is_hotline_current(organization: Organization) -> bool:
    """Tell whether an entry was confirmed, or made, so lately that its hotline may be shown."""
    since = organization.last_confirmed_at or organization.created_at
    return since is None or since > now() - HOTLINE_HOLDS


def is_shown(organization: Organization, audience: Audience) -> bool:
    """Tell whether ``audience`` may know of this organization at all: it is published and may be named to them."""
    if audience.rank >= Audience.OWN.rank:
        return True
    may_be_named = bool(organization.pseudonym) or audience_of(organization, "name").rank <= audience.rank
    return organization.status is Status.PUBLISHED and may_be_named


def profile_for(
    organization: Organization,
    audience: Audience,
    regions: Mapping[str, tuple[str, ...]],
    sources: Sequence[Source] | None = None,
) -> Profile | None:
    """Build what ``audience`` may see; None where it may not know that the organization exists.

    ``regions`` maps a country's code to the regions that hold it, in every scheme. Without ``sources`` those of the
    organization must be loaded.
    """
    if not is_shown(organization, audience):
        return None
    seen = _seen(organization, audience)
    origin = organization.sources if sources is None else sources
    values = {field: _value(organization, field, regions, origin) for field in seen}
    if "country" not in seen:  # a region of another scheme than M49 may be one country alone
        values["regions"] = tuple(code for code in values.get("regions", ()) if code.isdigit())
    if audience.rank < Audience.OWN.rank and not is_hotline_current(organization):
        values.pop("hotline", None)
    values.setdefault("texts", {})
    shows_pseudonym = bool(organization.pseudonym) and audience.rank < Audience.OWN.rank
    if shows_pseudonym:
        values["name"] = organization.pseudonym
        values.pop("name_language", None)
    return Profile(
        id=organization.id,
        version=organization.version,
        slug=slug_of(values["name"], organization.id),
        audience=audience,
        trust=organization.trust,
        safety=organization.safety,
        is_claimable=organization.is_claimable,
        is_imported=bool(origin) and organization.trust is Trust.LISTED,
        last_confirmed_at=organization.last_confirmed_at,
        updated_at=organization.updated_at,
        **values,
    )


def _value(
    organization: Organization, field: str, regions: Mapping[str, tuple[str, ...]], sources: Sequence[Source]
) -> Any:
    if field == "regions":
        return regions.get(organization.country or "", ())
    if field == "sources":
        return tuple(
            {"source": s.source, "id": s.record, "url": s.url, "licence": s.licence, "date": s.retrieved_on}
            for s in sources
        )
    value = getattr(organization, field)
    return tuple(cast(list[Any], value or ())) if field in TUPLES else value
