"""The facets, declared once: filters, index fields, API parameters, check boxes and labels all derive from here.

To add one on a field that profiles have: a line in FACETS, its meaning in ``hub/api/parameters.py``, and a step up of
``SCHEMA`` in ``embedded.py`` and in ``meili_queries.py`` (so that old indexes are built anew); ``make catalogs`` then
asks for its label in six languages. One of a new vocabulary begins in ``hub/directory/vocabularies.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from hub.directory.visibility import Profile

Ancestors = Mapping[str, Mapping[str, tuple[str, ...]]]  # vocabulary -> key -> itself and all its parents


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow a search.

    ``name`` is the parameter of addresses and API and the field of the index; ``vocabulary`` holds its values' labels;
    ``keys`` reads the values from what the audience may see. A value's parents are indexed with it.
    """

    name: str
    label: LazyString
    vocabulary: str
    keys: Callable[[Profile], Iterable[str | None]]

    def values(self, profile: Profile, ancestors: Ancestors) -> tuple[str, ...]:
        """The profile's values in this facet, with their parents, each once, sorted."""
        family = ancestors.get(self.vocabulary, {})
        found = {kin for key in self.keys(profile) if key for kin in family.get(key, (key,))}
        return tuple(sorted(found))


FACETS = (
    Facet("kind", _l("Kind"), "kind", lambda p: (p.kind, p.subtype)),
    Facet("region", _l("Region"), "region", lambda p: (*p.regions, *p.networks)),
    Facet("network", _l("Network"), "network", lambda p: p.all_joined),
    Facet("country", _l("Country"), "country", lambda p: p.all_countries),
    Facet("theme", _l("Theme"), "theme", lambda p: p.themes),
    Facet("sector", _l("Sector"), "sector", lambda p: p.sectors),
    Facet("offers", _l("Services offered"), "service", lambda p: [s["service"] for s in p.offers]),
    Facet("seeks", _l("Services sought"), "service", lambda p: [s["service"] for s in p.seeks]),
    Facet("population", _l("People served"), "population", lambda p: p.populations),
    Facet("language", _l("Working language"), "language", lambda p: p.languages),
    Facet("trust", _l("Confirmation"), "trust", lambda p: (p.trust.value,)),
)
BY_NAME = {facet.name: facet for facet in FACETS}
