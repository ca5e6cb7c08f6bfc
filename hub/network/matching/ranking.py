"""How well two organizations fit, in whole numbers, so that every database and every run gives the same order.

A shared key is worth the more the fewer hold it: log2(all / holders), the information in knowing that somebody holds
it (K. Spärck Jones, "A statistical interpretation of term specificity", 1972), times what its kind says about working
together. Of several in one group the second counts half, the third a quarter: ten shared countries are no ten reasons.
A key of somebody who names many in that group is divided by the root of their number, as in cosine similarity, so that
who does one thing is not behind who does all.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from hub.directory.vocabularies import Vocabularies
from hub.network.matching.keys import Key
from hub.network.matching.wishes import RELATED, RELATED_SHARE, WORTH, Wish

OTHER_KIND = (
    50  # hundredths of a bit: a university and a company may have more to give each other than two companies
)
MOST_BITS = 6  # from one in sixty-four on rarer is not better
APART = 60  # of a hundred: what is left of a sum where no place and no network is shared


TOGETHER = frozenset({"country", "region", "route", "network", "joined"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact that both profiles show: a group, the value of theirs, and the own value that it answers."""

    group: str
    theirs: str
    mine: str
    weight: int

    @property
    def is_exact(self) -> bool:
        """True where both name the same thing."""
        return self.theirs == self.mine


def weight(wish: Wish, holders: int, everybody: int) -> int:
    """What it is worth to share a key that ``holders`` of ``everybody`` hold, in hundredths of a bit."""
    bits = min(MOST_BITS, math.log2(max(2, everybody) / max(1, min(holders, everybody))))
    share = RELATED_SHARE if wish.group in RELATED and not wish.is_exact else 100
    return max(1, round(bits * WORTH[wish.group] * share / 100))


def reasons(
    held: Set[Key], wanted: Mapping[Key, Wish], worth: Mapping[Key, int], terms: Vocabularies
) -> list[Reason]:
    """All that speaks for somebody who holds these keys, the strongest first."""
    breadth: dict[str, int] = defaultdict(int)
    for kind, _value in held:
        breadth[kind] += 1
    met = [wanted[key] for key in held if key in wanted]
    found = [
        Reason(wish.group, wish.key[1], wish.mine, _damped(worth[wish.key], breadth[wish.key[0]]))
        for wish in _telling(met, terms)
    ]
    return sorted(found, key=lambda one: (-one.weight, one.group, one.theirs))


def score(found: Iterable[Reason], is_other_kind: bool = False) -> int:
    """The sum of reasons, those of one group each worth half of the one before, and a little for another kind."""
    ranks: dict[str, int] = defaultdict(int)
    total = OTHER_KIND if is_other_kind else 0
    is_together = False
    for one in found:
        is_together = is_together or one.group in TOGETHER
        total += one.weight >> min(ranks[one.group], 30)
        ranks[one.group] += 1
    return total if is_together else total * APART // 100


def turn(organization_id: str, other_id: str) -> str:
    """The order among those who fit alike: another one for each organization, so that all come first somewhere."""
    return hashlib.sha256(f"{organization_id}:{other_id}".encode()).hexdigest()


def _telling(met: list[Wish], terms: Vocabularies) -> Iterable[Wish]:
    """Leave out what another reason says better: a parent of a shared child, a region where a country is shared."""
    exact = [wish for wish in met if wish.is_exact]
    answered = {(wish.group, wish.mine) for wish in exact}
    near = [wish for wish in met if wish.group in RELATED and (wish.group, wish.mine) not in answered]
    above = {parent for wish in exact for parent in _parents(wish, terms)}
    yield from (wish for wish in exact if (wish.group, wish.key[1]) not in above)
    above |= {parent for wish in near for parent in _parents(wish, terms)}
    yield from (wish for wish in near if (wish.group, wish.key[1]) not in above)
    if not any(wish.group == "country" for wish in exact):
        yield from sorted((wish for wish in met if wish.group == "region"), key=lambda wish: wish.key)[:1]


def _parents(wish: Wish, terms: Vocabularies) -> list[Key]:
    line = terms.ancestors.get(RELATED.get(wish.group, ""), {}).get(wish.key[1], ())
    return [(wish.group, parent) for parent in line[1:]]


def _damped(worth: int, breadth: int) -> int:
    return max(1, worth * 100 // math.isqrt(10_000 * max(1, breadth)))
