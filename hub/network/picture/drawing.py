"""The picture as figures in a drawing: groups on a circle, as large as they are, with lines between those connected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.network.picture.graph import Pair
from hub.network.picture.queries import Group

SIZE = 400
RADIUS = 158  # of the circle on which the groups stand
MOST = 18  # groups that are drawn
DOT = (11, 30)  # radius of the smallest and the largest group
LINE = (1, 9)
BAR = (320, 80)


@dataclass(frozen=True, slots=True)
class Dot:
    """A group in the drawing: its number in the table, its place and radius, where its number stands."""

    number: int
    group: Group
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Line:
    """Connections between two groups, as two places and a width."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    count: int


@dataclass(frozen=True, slots=True)
class Ring:
    """Groups on a circle and the lines between them."""

    dots: Sequence[Dot]
    lines: Sequence[Line]
    size: int = SIZE


def ring(groups: Sequence[Group], links: Mapping[Pair, int]) -> Ring:
    """Draw the largest groups and what connects them, the first at the top and on with the clock."""
    drawn = groups[:MOST]
    largest = max((one.organizations for one in drawn), default=1)
    dots = [_dot(index, one, len(drawn), largest) for index, one in enumerate(drawn)]
    places = {dot.group.key: (dot.x, dot.y) for dot in dots}
    across = {
        pair: count for pair, count in links.items() if pair[0] != pair[1] and places.keys() >= set(pair)
    }
    most = max(across.values(), default=1)
    lines = [
        Line(places[one], places[other], _between(LINE, count / most), count)
        for (one, other), count in sorted(across.items(), key=lambda item: item[1])
    ]
    return Ring(dots, lines)


def bars(growth: Sequence[tuple[str, int]]) -> list[tuple[str, int, float, float, float]]:
    """A bar for each month: its name and number, and place, top and height in a drawing of the size ``BAR``."""
    width, height = BAR
    most = max((count for _, count in growth), default=0) or 1
    step = width / max(1, len(growth))
    heights = [round(count / most * height, 1) for _, count in growth]
    return [
        (name, count, round(index * step + 2, 1), round(height - high, 1), high)
        for index, ((name, count), high) in enumerate(zip(growth, heights, strict=True))
    ]


def _dot(index: int, group: Group, count: int, largest: int) -> Dot:
    angle = 2 * math.pi * index / max(1, count) - math.pi / 2
    middle = SIZE / 2
    radius = _between(DOT, math.sqrt(group.organizations / largest))
    if count > 12:
        radius = min(radius, math.pi * RADIUS / count)
    x, y = middle + RADIUS * math.cos(angle), middle + RADIUS * math.sin(angle)
    return Dot(index + 1, group, round(x, 1), round(y, 1), round(radius, 1))


def _between(ends: tuple[float, float], part: float) -> float:
    return round(ends[0] + (ends[1] - ends[0]) * part, 1)
