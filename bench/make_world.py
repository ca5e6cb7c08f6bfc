"""Draw the world map's outlines and points as hub/directory/data/world.json, from Natural Earth shapes.

    python bench/make_world.py countries-50m.json countries-110m.json countries.json > world.json

The first two are the files of the world-atlas package (TopoJSON of Natural Earth, public domain), the third
lists the countries with their ISO and M49 codes. Countries too small for the 1:110m file become points.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]  # closed without repeating its first point
Box = tuple[float, float, float, float]  # west, south, east, north
Cell = tuple[int, int]
Keyed = dict[str, list[Ring]]

SOURCE = "Natural Earth 1:110m via world-atlas (public domain)"
WIDTH = 1000
MARGIN = 6
# The map is cut in the Bering Strait, so that neither Russia nor Fiji is torn apart.
CENTRAL_MERIDIAN = 11.0
CUT = CENTRAL_MERIDIAN - 180
SMALLEST_DETAIL = 0.5  # map units squared: a corner that changes less than this is left out
SMALLEST_ISLAND = 4.0  # map units squared, for all but a country's largest island
SMALLEST_AREA = 1.5  # map units squared: what is smaller than this is drawn as a point
POINT_GAP = 6.0  # map units between points, so that each can be seen and hit
SPREAD_STEPS = 1000
SMALL_AREA = 14.0  # map units squared: a smaller outline is hard to hit, and is given a reach around it
FARTHEST_REACH = 9.0  # map units

LEFT_OUT = {"AQ"}
# Features that carry no code, by their name in the file.
CODES_BY_NAME = {"N. Cyprus": "CY", "Somaliland": "SO", "Kosovo": "XK"}
CODES_BY_NUMBER = {"158": "TW"}
# Natural Earth draws who is in control; these parts are drawn as on United Nations maps (A/RES/68/262 for the
# second) or go to the code that ISO 3166 has for them. A part is an island or exclave that lies in the box.
REASSIGNED: tuple[tuple[str, str, Box], ...] = (
    ("FR", "GF", (-56, 1, -50, 7)),
    ("RU", "UA", (32, 44, 37, 47)),
    ("NO", "SJ", (8, 74, 36, 82)),
)
# Western Sahara is a Non-Self-Governing Territory up to this parallel.
SAHARA_NORTH = 27.6627
# Longitude and latitude where neither file has a shape, or where its largest island is far from its capital.
PLACED: dict[str, Point] = {
    "BQ": (-68.26, 12.18),
    "BV": (3.36, -54.42),
    "CC": (96.83, -12.17),
    "CX": (105.65, -10.49),
    "GI": (-5.35, 36.14),
    "GP": (-61.55, 16.25),
    "KI": (173.0, 1.42),
    "MQ": (-61.02, 14.64),
    "RE": (55.53, -21.12),
    "TK": (-171.85, -9.2),
    "TV": (179.2, -8.52),
    "UM": (166.62, 19.29),  # Wake Island, of islands scattered over an ocean
    "YT": (45.16, -12.83),
}


def equal_earth(place: Point) -> Point:
    """Return the place on the Equal Earth projection (Šavrič, Patterson, Jenny 2018), y growing southward."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(place[1])))
    slope = 9 * a4 * theta**8 + 7 * a3 * theta**6 + 3 * a2 * theta**2 + a1
    x = 2 * math.sqrt(3) * math.radians(place[0] - CENTRAL_MERIDIAN) * math.cos(theta) / (3 * slope)
    return x, -(a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta)


def from_the_cut(longitude: float) -> float:
    """Return the longitude as degrees within one turn eastward of the cut."""
    return (longitude - CUT) % 360 + CUT


def unbroken(ring: Ring) -> Ring:
    """Return the ring in one piece, even where it lies across the cut."""
    if max(x for x, _ in ring) - min(x for x, _ in ring) < 180:
        return ring
    return [(x + 360 if x < CENTRAL_MERIDIAN else x, y) for x, y in ring]


def decode(topology: dict[str, Any], codes: dict[str, str]) -> Keyed:
    """Return the rings of each country in a TopoJSON file, as longitudes and latitudes."""
    (scale_x, scale_y), (east, north) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for steps in topology["arcs"]:
        x = y = 0
        arcs.append([])
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arcs[-1].append((round(from_the_cut(x * scale_x + east), 4), round(y * scale_y + north, 4)))
    found: Keyed = defaultdict(list)
    for feature in topology["objects"]["countries"]["geometries"]:
        code = CODES_BY_NAME.get(feature["properties"]["name"]) or codes.get(feature.get("id", ""))
        if code is None or code in LEFT_OUT:
            continue
        polygons = [feature["arcs"]] if feature["type"] == "Polygon" else feature["arcs"]
        for indexes in (ring for polygon in polygons for ring in polygon):
            parts = (arcs[i] if i >= 0 else arcs[~i][::-1] for i in indexes)
            found[code].append(unbroken([point for part in parts for point in part[:-1]]))
    return found


def reassign(world: Keyed) -> None:
    """Give the parts named above to the country they are drawn with here."""
    for giver, taker, (west, south, east, north) in REASSIGNED:
        inside = [
            ring for ring in world[giver] if all(west < x < east and south < y < north for x, y in ring)
        ]
        if not inside:
            raise SystemExit(f"no part of {giver} lies where {taker} is expected")
        world[giver] = [ring for ring in world[giver] if ring not in inside]
        world[taker] += inside
    whole = world["MA"]
    world["MA"] = [clipped(ring, SAHARA_NORTH, 1) for ring in whole]
    world["EH"] += [part for ring in whole if (part := clipped(ring, SAHARA_NORTH, -1))]


def clipped(ring: Ring, latitude: float, side: int) -> Ring:
    """Return the part of the ring that lies north (side 1) or south (side -1) of a parallel."""
    kept: Ring = []
    for (x0, y0), (x1, y1) in pairwise([ring[-1], *ring]):
        if (y0 > latitude) != (y1 > latitude):
            kept.append((round(x0 + (x1 - x0) * (latitude - y0) / (y1 - y0), 4), latitude))
        if (y1 - latitude) * side > 0:
            kept.append((x1, y1))
    return kept


def dissolved(rings: Iterable[Ring]) -> list[Ring]:
    """Return the outlines of the rings put together: lines that two of them share are gone."""
    sides: set[tuple[Point, Point]] = set()
    for ring in rings:
        for side in pairwise([*ring, ring[0]]):
            if side[::-1] in sides:
                sides.remove(side[::-1])
            elif side[0] != side[1]:
                sides.add(side)
    onward: dict[Point, list[Point]] = defaultdict(list)
    for start, end in sorted(sides):
        onward[start].append(end)
    outlines: list[Ring] = []
    for start in sorted(onward):
        while onward[start]:
            outline, here = [start], onward[start].pop()
            while here != start:
                outline.append(here)
                here = onward[here].pop()
            outlines.append(outline)
    return outlines


def area(ring: Sequence[Point]) -> float:
    """Return the ring's area, with a sign that tells its direction."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]])) / 2


def centre(ring: Sequence[Point]) -> Point:
    """Return the centroid of the ring's area."""
    # Measured from its first corner: small rings far from the origin would lose their digits.
    ox, oy = ring[0]
    near = [(x - ox, y - oy) for x, y in ring]
    crosses = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in pairwise([*near, near[0]])]
    weight = 3 * sum(cross for _, _, cross in crosses)
    if not weight:
        return ox, oy
    return (
        ox + sum((a[0] + b[0]) * cross for a, b, cross in crosses) / weight,
        oy + sum((a[1] + b[1]) * cross for a, b, cross in crosses) / weight,
    )


def largest(rings: Sequence[Sequence[Point]]) -> Sequence[Point]:
    """Return the ring with the largest area."""
    return max(rings, key=lambda ring: abs(area(ring)))


def simplified(line: Ring) -> Ring:
    """Return the line without the corners that change it least (Visvalingam and Whyatt, 1993)."""
    kept = list(line)
    while len(kept) > 2:
        sizes = [abs(area(kept[i - 1 : i + 2])) for i in range(1, len(kept) - 1)]
        least = min(range(len(sizes)), key=sizes.__getitem__)
        if sizes[least] >= SMALLEST_DETAIL:
            break
        del kept[least + 1]
    return kept


def junctions(rings: Iterable[Ring]) -> set[Point]:
    """Return the points where more than two lines meet."""
    neighbours: dict[Point, set[Point]] = defaultdict(set)
    for ring in rings:
        for start, end in pairwise([*ring, ring[0]]):
            neighbours[start].add(end)
            neighbours[end].add(start)
    return {point for point, others in neighbours.items() if len(others) > 2}


def stretches(ring: Ring, nodes: set[Point]) -> Iterator[Ring]:
    """Yield the ring's lines from junction to junction; a ring without any is cut at two far corners."""
    ends = nodes.intersection(ring) or {min(ring)}
    if len(ends) == 1:
        ends = ends | {max(ring, key=lambda point: math.dist(point, min(ends)))}
    first = next(i for i, point in enumerate(ring) if point in ends)
    turned = [*ring[first:], *ring[: first + 1]]
    cuts = [i for i, point in enumerate(turned) if point in ends]
    for start, end in pairwise(cuts):
        yield turned[start : end + 1]


def simplified_together(world: Keyed) -> Keyed:
    """Return all rings with fewer corners, neighbours still sharing every line between them."""
    nodes = junctions(ring for rings in world.values() for ring in rings)
    seen: dict[tuple[Point, ...], Ring] = {}

    def common(line: Ring) -> Ring:
        forward = tuple(line) <= tuple(line[::-1])
        key = tuple(line if forward else line[::-1])
        if key not in seen:
            seen[key] = simplified(list(key))
        return seen[key] if forward else seen[key][::-1]

    return {
        code: [[point for line in stretches(ring, nodes) for point in common(line)[:-1]] for ring in rings]
        for code, rings in world.items()
    }


def on_grid(ring: Ring) -> list[Cell]:
    """Return the ring on whole numbers, without corners that repeat or lie on a straight line."""
    cells = [(round(x), round(y)) for x, y in ring]
    at = 0
    while at < len(cells) > 2:
        # One at a time: of two equal corners side by side each would be superfluous, but not both.
        if area([cells[at - 1], cells[at], cells[(at + 1) % len(cells)]]):
            at += 1
        else:
            del cells[at]
            at = max(at - 1, 0)
    return cells


def kept_rings(rings: list[Ring]) -> list[list[Cell]]:
    """Return the rings worth drawing, largest first: none for a country that is too small."""
    if not rings or abs(area(largest(rings))) < SMALLEST_AREA:
        return []
    main = largest(rings)
    worth = [ring for ring in rings if ring is main or abs(area(ring)) >= SMALLEST_ISLAND]
    cells = sorted((on_grid(ring) for ring in worth), key=lambda ring: -abs(area(ring)))
    return [ring for ring in cells if len(ring) > 2]


def pair(x: int, y: int) -> str:
    """Return two numbers as a path writes them."""
    return f"{x}{y}" if y < 0 else f"{x} {y}"


def path(rings: list[list[Cell]]) -> str:
    """Return the rings as SVG path data that stays right when other paths follow or precede it."""
    written = ""
    origin = (0, 0)
    for ring in rings:
        x, y = ring[0]
        start = f"m{pair(x - origin[0], y - origin[1])}" if written else f"M{pair(x, y)}l"
        steps = [pair(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ring)]
        if not written:
            start, steps = start + steps[0], steps[1:]
        written += start + "".join(step if step[0] == "-" else f" {step}" for step in steps) + "z"
        origin = ring[0]
    return written


def spread(points: dict[str, Point], fixed: dict[str, Point], size: Point) -> dict[str, Point]:
    """Return the points moved apart, and off the fixed ones, just so that each can be seen."""
    moved = dict(points)
    # The gap grows slowly: neighbours then keep their order, and an island chain stays a chain.
    for step in range(1, SPREAD_STEPS + 1):
        gap = POINT_GAP * min(1, 1.25 * step / SPREAD_STEPS)
        for a, b in (*combinations(moved, 2), *product(moved, fixed)):
            (ax, ay), (bx, by) = moved[a], moved.get(b) or fixed[b]
            apart = math.hypot(bx - ax, by - ay) or 0.01
            if apart >= gap:
                continue
            dx, dy = ((end - start) * (gap - apart) / apart for start, end in ((ax, bx), (ay, by)))
            # The eastern one gives way more: most crowds are island chains with open sea to their east.
            share = 1 if b in fixed else 0.85 if ax > bx else 0.15
            moved[a] = within(size, (ax - dx * share, ay - dy * share))
            if b in moved:
                moved[b] = within(size, (bx + dx * (1 - share), by + dy * (1 - share)))
    return moved


def within(size: Point, point: Point) -> Point:
    """Return the point, moved inside the map's margin if it lies outside."""
    x, y = (min(max(value, MARGIN), limit - MARGIN) for value, limit in zip(point, size, strict=True))
    return x, y


def projected(rings: Iterable[Ring]) -> list[Ring]:
    """Return the rings on the projection, in its own units."""
    return [[equal_earth(point) for point in ring] for ring in rings]


def placed(detailed: Keyed, code: str) -> Point:
    """Return where a country without an outline is, on the projection."""
    return equal_earth(PLACED[code]) if code in PLACED else centre(largest(projected(detailed[code])))


def draw(detailed: Keyed, coarse: Keyed, codes: set[str]) -> dict[str, Any]:
    """Return the whole map: outlines where they can be seen, points elsewhere, fitted to the width."""
    reassign(coarse)
    outlines = {code: projected(dissolved(rings)) for code, rings in coarse.items()}
    places = {code: placed(detailed, code) for code in codes - outlines.keys()}
    everything = [p for rings in outlines.values() for ring in rings for p in ring] + list(places.values())
    west, north = min(x for x, _ in everything), min(y for _, y in everything)
    scale = (WIDTH - 2 * MARGIN) / (max(x for x, _ in everything) - west)
    height = math.ceil((max(y for _, y in everything) - north) * scale + 2 * MARGIN)

    def fitted(point: Point) -> Point:
        return (point[0] - west) * scale + MARGIN, (point[1] - north) * scale + MARGIN

    shapes = simplified_together(
        {code: [[fitted(point) for point in ring] for ring in rings] for code, rings in outlines.items()}
    )
    points = {code: fitted(place) for code, place in places.items()}
    return {
        "width": WIDTH,
        "height": height,
        "source": SOURCE,
        "countries": arranged(shapes, points, (WIDTH, height)),
    }


def arranged(shapes: Keyed, points: dict[str, Point], size: Point) -> dict[str, dict[str, Any]]:
    """Return for each country its outline and box if it has them, its place, and its reach if it is small."""
    drawn = {code: kept for code, rings in shapes.items() if (kept := kept_rings(rings))}
    middles = {code: centre(rings[0]) for code, rings in drawn.items()}
    points = points | {code: centre(largest(rings)) for code, rings in shapes.items() if code not in drawn}
    small = {code: middles[code] for code, rings in drawn.items() if sum(map(area, rings)) < SMALL_AREA}
    points = spread(points, small, size)
    spots = middles | points
    countries: dict[str, dict[str, Any]] = {}
    for code, (x, y) in sorted(spots.items()):
        entry: dict[str, Any] = {"d": path(drawn[code]), "box": box(drawn[code])} if code in drawn else {}
        entry |= {"x": round(x), "y": round(y)}
        if code in points or code in small:
            nearest = min(math.dist((x, y), other) for near, other in spots.items() if near != code)
            entry["reach"] = round(min(nearest / 2, FARTHEST_REACH), 1)
        countries[code] = entry
    return countries


def box(rings: list[list[Cell]]) -> list[int]:
    """Return the left, top, right and bottom of the rings."""
    xs, ys = zip(*(cell for ring in rings for cell in ring), strict=True)
    return [min(xs), min(ys), max(xs), max(ys)]


def printed(world: dict[str, Any]) -> str:
    """Return the map as JSON with one line for each country, so that a change can be read."""
    head = {key: value for key, value in world.items() if key != "countries"}
    lines = (
        f"{json.dumps(code)}: {json.dumps(shape, separators=(',', ':'))}"
        for code, shape in world["countries"].items()
    )
    return json.dumps(head)[:-1] + ', "countries": {\n' + ",\n".join(lines) + "\n}}\n"


def main() -> None:
    """Read the three files named on the command line and print the map."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("topojson50", "topojson110", "countries"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    rows = json.loads(given.countries.read_text("utf-8"))["countries"]
    codes = {row["m49"]: row["iso2"] for row in rows if row["m49"]} | CODES_BY_NUMBER
    wanted = {row["iso2"] for row in rows} - LEFT_OUT
    detailed, coarse = (
        decode(json.loads(file.read_text("utf-8")), codes) for file in (given.topojson50, given.topojson110)
    )
    sys.stdout.write(printed(draw(detailed, coarse, wanted)))


if __name__ == "__main__":
    main()
