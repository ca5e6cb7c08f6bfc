"""What an organization looks for in partners: the keys that would be a reason, each with what of its own it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.directory.vocabularies import Vocabularies
from hub.network.matching.keys import Key

MIRRORED = {"seeks": "offers", "offers": "seeks"}  # what one side seeks, the other offers
RELATED = {
    "theme": "theme",
    "sector": "sector",
}  # kinds in which a parent or child says something: their vocabulary
GENERAL = frozenset({"cross-cutting"})  # parents that only sort a list
# of a hundred: how much a shared key of a kind says about working together
WORTH: Mapping[str, int] = {
    "offers": 200, "seeks": 200, "route": 150, "theme": 100, "network": 80, "joined": 120, "population": 70, "sector": 70,
    "country": 150, "language": 40, "region": 60,
}  # fmt: skip
TOPICS = frozenset(
    {"offers", "seeks", "route", "theme", "network", "joined", "population", "sector"}
)  # not merely near
RELATED_SHARE = 50  # of a hundred: what a parent or child is worth beside the same key


@dataclass(frozen=True, slots=True)
class Wish:
    """A key that others may hold, the group of reasons it belongs to, and the own value that it answers."""

    key: Key
    group: str
    mine: str

    @property
    def is_exact(self) -> bool:
        """True where both name the same thing."""
        return self.group != "region" and self.key[1] == self.mine


def wishes(own: Iterable[Key], country: str | None, terms: Vocabularies) -> dict[Key, Wish]:
    """Map each key that others may hold to the best reason it would be, from all that the organization says itself."""
    found: dict[Key, Wish] = {}
    held = sorted(own)
    for wish in (*_exact(held), *_related(held, terms), *_near(country, terms)):
        found.setdefault(wish.key, wish)
    return found


def _exact(own: list[Key]) -> Iterator[Wish]:
    for kind, value in own:
        group = MIRRORED.get(kind, kind)
        if group in WORTH:
            yield Wish((group, value), group, value)


def _related(own: list[Key], terms: Vocabularies) -> Iterator[Wish]:
    """The parents of what one names, and what it is the parent of."""
    for kind, value in own:
        if kind in RELATED and value not in GENERAL:
            family = terms.ancestors.get(RELATED[kind], {})
            parents = family.get(value, ())[1:]
            children = [key for key, line in family.items() if value in line[1:]]
            for other in (*parents, *children):
                if other not in GENERAL:
                    yield Wish((kind, other), kind, value)


def _near(country: str | None, terms: Vocabularies) -> Iterator[Wish]:
    """The other countries of the smallest M49 region that holds the country of the seat."""
    regions = [code for code in terms.regions.get(country or "", ()) if code.isdigit()]
    if regions:
        smallest = max(regions, key=lambda code: len(terms.ancestors["region"].get(code, ())))
        for code, held_by in terms.regions.items():
            if smallest in held_by and code != country:
                yield Wish(("country", code), "region", smallest)
