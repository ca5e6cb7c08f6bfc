"""Maps: how many organizations each country has, and where one organization works, as shapes to be drawn.

The shapes are those that ``bench/make_world.py`` wrote, on the Equal Earth projection; nothing here knows of
pages. Codes are ISO 3166-1 alpha-2; one that is not on the map (Antarctica) is passed over.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations, pairwise

STEPS = 5
# The shares of the countries that suit the classes, the fewest in the darkest: much of it drowns the rest.
SHARES = (4, 4, 3, 2, 1)
# Which shades to use for so many classes: few classes take shades that are easy to tell apart.
SHADES = {0: (), 1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}
LOCATOR_WIDTH = 320  # map units: a country is shown with about a third of the world around it
LOCATOR_MARGIN = 24  # map units
NEARLY = 6  # map units: between countries so near, hardly anything but a strait lies
LOCATOR_DOT = 0.012  # of the width: still seen where the map is as narrow as a phone

Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Place:
    """A country on the map: an outline or, without one, a point; in map units."""

    code: str
    outline: str  # SVG path data that starts with an absolute move, or empty
    x: int
    y: int
    box: Box
    reach: float  # radius within which a small place may be hit, 0 for a large one


@dataclass(frozen=True, slots=True)
class World:
    """The map without any figures on it."""

    width: int
    height: int
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Shaded:
    """A country with its shade: 0 for no organizations, 5 for the most."""

    place: Place
    step: int


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """The counts one shade stands for, both ends included; the last entry has no upper end."""

    first: int
    last: int | None
    step: int


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """The countries that have organizations, shaded; the others as one outline and one set of points."""

    width: int
    height: int
    shaded: Mapping[str, Shaded]
    empty_outline: str
    empty_points: str
    legend: Sequence[LegendEntry]


@dataclass(frozen=True, slots=True)
class Locator:
    """A window of the map round some countries: these one by one, the others in sight as one outline."""

    left: int
    top: int
    width: int
    height: int
    places: Sequence[Place]
    specks: Sequence[Place]  # those of the places that need a dot to be seen
    dot: float  # its radius
    rest: str


@cache
def world() -> World:
    """Read the map that the project ships."""
    content = json.loads((files("hub.directory") / "data" / "world.json").read_text("utf-8"))
    places = {}
    for code, shape in content["countries"].items():
        x, y = shape["x"], shape["y"]
        left, top, right, bottom = shape.get("box", (x, y, x, y))
        box = (left, top, right, bottom)
        places[code] = Place(code, shape.get("d", ""), x, y, box, shape.get("reach", 0))
    return World(content["width"], content["height"], places)


def coverage(counts: Mapping[str, int]) -> CoverageMap:
    """Shade every country by its count, more never lighter than less, in classes that suit the counts."""
    drawn = world()
    bounds = thresholds([counts.get(code, 0) for code in drawn.places])
    steps = SHADES[len(bounds)]
    shaded = {
        code: Shaded(place, steps[bisect_right(bounds, counts[code]) - 1])
        for code, place in drawn.places.items()
        if counts.get(code, 0) > 0
    }
    empty = [place for code, place in drawn.places.items() if code not in shaded]
    lasts = (*(bound - 1 for bound in bounds[1:]), None)
    legend = [LegendEntry(0, 0, 0)] if empty else []
    legend += [LegendEntry(*entry) for entry in zip(bounds, lasts, steps, strict=False)]
    return CoverageMap(drawn.width, drawn.height, shaded, _outlines(empty), _points(empty), tuple(legend))


def thresholds(counts: Iterable[int]) -> tuple[int, ...]:
    """Choose the least counts of up to five classes: 1 and round numbers (2, 5, 10, 20, ...).

    Of all such choices it takes the one whose classes come closest to the intended shares of the countries,
    so that one country with thousands does not make all others look alike. Where none has more than five,
    each number is a class; without organizations there are none.
    """
    ordered = sorted(count for count in counts if count > 0)
    if not ordered:
        return ()
    most = ordered[-1]
    ladder = (digit * 10**power for power in range(len(str(most))) for digit in (1, 2, 5))
    rungs = range(2, most + 1) if most <= STEPS else ladder
    starts: dict[
        int, int
    ] = {}  # how many countries have fewer: the number; one each, so that no class is empty
    for number in rungs:
        starts.setdefault(bisect_left(ordered, number), number)
    cuts = sorted(starts.keys() - {0, len(ordered)})

    def misfit(chosen: tuple[int, ...]) -> float:
        sizes = (end - start for start, end in pairwise((0, *chosen, len(ordered))))
        return sum(size**2 / share for size, share in zip(sizes, SHARES[-len(chosen) - 1 :], strict=True))

    best = min(combinations(cuts, min(STEPS - 1, len(cuts))), key=misfit)
    return 1, *(starts[cut] for cut in best)


def locator(codes: Iterable[str]) -> Locator:
    """Show some countries within their part of the world, in the proportions of the whole map."""
    drawn = world()
    wanted = set(codes)
    places = [place for code, place in drawn.places.items() if code in wanted]
    left, top, width, height = _window(drawn, [place.box for place in places])
    dot = round(width * LOCATOR_DOT, 1)
    specks = [place for place in places if max(_size(place.box)) < 2 * dot]
    rest = [
        place
        for code, place in drawn.places.items()
        if code not in wanted and _overlaps(place.box, (left, top, left + width, top + height))
    ]
    return Locator(left, top, width, height, tuple(places), tuple(specks), dot, _outlines(rest))


@cache
def neighbours(code: str) -> tuple[str, ...]:
    """The countries that a country touches or nearly touches on the map, those with the nearest middle first."""
    drawn = world()
    here = drawn.places.get(code)
    if here is None:
        return ()
    around = (
        here.box[0] - NEARLY,
        here.box[1] - NEARLY,
        here.box[2] + NEARLY,
        here.box[3] + NEARLY,
    )
    found = [place for place in drawn.places.values() if place is not here and _overlaps(place.box, around)]
    return tuple(
        place.code for place in sorted(found, key=lambda one: (one.x - here.x) ** 2 + (one.y - here.y) ** 2)
    )


def _window(drawn: World, boxes: Sequence[Box]) -> Box:
    """Find the left, top, width and height of what to show: all boxes with a margin, inside the map."""
    if not boxes:
        return 0, 0, drawn.width, drawn.height
    left, top = (min(box[side] for box in boxes) - LOCATOR_MARGIN for side in (0, 1))
    right, bottom = (max(box[side] for box in boxes) + LOCATOR_MARGIN for side in (2, 3))
    ratio = drawn.height / drawn.width
    width = min(max(right - left, round((bottom - top) / ratio), LOCATOR_WIDTH), drawn.width)
    height = round(width * ratio)
    x = min(max((left + right - width) // 2, 0), drawn.width - width)
    y = min(max((top + bottom - height) // 2, 0), drawn.height - height)
    return x, y, width, height


def _size(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _overlaps(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _outlines(places: Iterable[Place]) -> str:
    return "".join(place.outline for place in places)


def _points(places: Iterable[Place]) -> str:
    """Draw the places without outline as lines of no length, which show where line ends are round."""
    return "".join(f"M{place.x} {place.y}h0" for place in places if not place.outline)
