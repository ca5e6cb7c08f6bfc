"""The maps: every country is there, nothing is drawn across the sea, and shades say what the legend says."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise

import pytest

from hub.directory import atlas
from hub.directory.atlas import CoverageMap

NOT_ON_THE_MAP = {"AQ"}
COUNTS = [
    {},
    {"KE": 1},
    {"KE": 4, "UG": 4},
    {"KE": 1, "UG": 2, "TZ": 3, "MX": 4, "SG": 5},
    {"KE": 1, "MX": 9, "GB": 2485, "AQ": 3},
    {code: 1 + place % 3 for place, code in enumerate(sorted(atlas.world().places))},
    {code: 1 + place**2 // 9 for place, code in enumerate(sorted(atlas.world().places))},
]

Corner = tuple[int, int]


def rings(outline: str) -> Iterator[list[Corner]]:
    """Follow path data of absolute and relative moves and relative lines, ring by ring."""
    x = y = 0
    for move, rest in re.findall(r"([Mm])([^Mmz]*)z", outline):
        numbers = [int(number) for number in re.findall(r"-?\d+", rest)]
        steps = list(zip(numbers[::2], numbers[1::2], strict=True))
        x, y = steps[0] if move == "M" else (x + steps[0][0], y + steps[0][1])
        ring = [(x, y)]
        for dx, dy in steps[1:]:
            ring.append((ring[-1][0] + dx, ring[-1][1] + dy))
        yield ring


def entries_for(count: int, drawn: CoverageMap) -> list[int]:
    return [
        entry.step
        for entry in drawn.legend
        if entry.first <= count and (entry.last is None or count <= entry.last)
    ]


def test_every_country_of_the_vocabulary_is_on_the_map() -> None:
    seed = files("hub.directory") / "data" / "vocabularies" / "countries.json"
    codes = {term["key"] for term in json.loads(seed.read_text("utf-8"))}

    assert codes - NOT_ON_THE_MAP == set(atlas.world().places)


def test_every_place_lies_inside_the_map() -> None:
    world = atlas.world()

    for place in world.places.values():
        corners = [corner for ring in rings(place.outline) for corner in ring]
        for x, y in [(place.x, place.y), *corners]:
            assert 0 <= x <= world.width, place.code
            assert 0 <= y <= world.height, place.code


def test_no_line_runs_across_the_map() -> None:
    world = atlas.world()

    for place in world.places.values():
        for ring in rings(place.outline):
            for (x0, _), (x1, _) in pairwise([*ring, ring[0]]):
                assert abs(x1 - x0) < world.width / 10, place.code


def test_the_box_of_a_country_holds_its_outline() -> None:
    for place in atlas.world().places.values():
        corners = [corner for ring in rings(place.outline) for corner in ring] or [(place.x, place.y)]
        xs, ys = zip(*corners, strict=True)

        assert place.box == (min(xs), min(ys), max(xs), max(ys)), place.code


def test_points_keep_apart_and_can_be_hit() -> None:
    points = [place for place in atlas.world().places.values() if not place.outline]

    for one in points:
        assert one.reach > 0, one.code
        for other in points:
            if one is not other:
                assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= 5**2, (one.code, other.code)


@pytest.mark.parametrize(
    ("city", "at", "code", "neighbour"),
    [
        ("Simferopol", (563, 88), "UA", "RU"),
        ("Dakhla", (440, 160), "EH", "MA"),
        ("Hargeisa", (599, 210), "SO", "ET"),
        ("Kyrenia", (564, 119), "CY", "TR"),
    ],
)
def test_cities_lie_in_the_country_that_united_nations_maps_show(
    city: str, at: Corner, code: str, neighbour: str
) -> None:
    assert is_within(at, code), city
    assert not is_within(at, neighbour), city


def is_within(point: Corner, code: str) -> bool:
    """Count the sides of the outline that a ray to the right meets."""
    x, y = point[0] + 0.01, point[1] + 0.01
    met = 0
    for ring in rings(atlas.world().places[code].outline):
        for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]]):
            met += (y0 > y) != (y1 > y) and x < x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return met % 2 == 1


@pytest.mark.parametrize("counts", COUNTS)
def test_more_organizations_are_never_shown_lighter(counts: dict[str, int]) -> None:
    shaded = atlas.coverage(counts).shaded

    for fewer, more in pairwise(sorted(shaded, key=lambda code: counts[code])):
        assert shaded[fewer].step <= shaded[more].step
    assert all(1 <= country.step <= 5 for country in shaded.values())


@pytest.mark.parametrize("counts", COUNTS)
def test_the_legend_explains_every_count_once_with_its_shade(counts: dict[str, int]) -> None:
    drawn = atlas.coverage(counts)

    for code in atlas.world().places:
        step = drawn.shaded[code].step if code in drawn.shaded else 0
        assert entries_for(counts.get(code, 0), drawn) == [step], code


@pytest.mark.parametrize("counts", COUNTS)
def test_the_legend_has_no_shade_that_is_not_on_the_map(counts: dict[str, int]) -> None:
    drawn = atlas.coverage(counts)
    steps = {country.step for country in drawn.shaded.values()}

    assert {entry.step for entry in drawn.legend} - {0} == steps


def test_classes_begin_with_round_numbers() -> None:
    assert atlas.thresholds([*range(1, 60), 2485]) == (1, 10, 20, 50, 100)
    assert atlas.thresholds([1, 1, 1, 2, 3]) == (1, 2, 3)
    assert atlas.thresholds([0, 0]) == ()


def test_countries_without_organizations_are_one_outline() -> None:
    drawn = atlas.coverage({"KE": 3, "SG": 1})
    kenya, singapore = (atlas.world().places[code] for code in ("KE", "SG"))

    assert set(drawn.shaded) == {"KE", "SG"}
    assert kenya.outline not in drawn.empty_outline
    assert f"M{singapore.x} {singapore.y}h0" not in drawn.empty_points
    assert sum(1 for _ in rings(drawn.empty_outline)) > 200


def test_a_place_that_is_not_on_the_map_is_passed_over() -> None:
    assert not atlas.coverage({"AQ": 5, "??": 1}).shaded
    assert not atlas.locator(["AQ", "??"]).places


@pytest.mark.parametrize("codes", [["KE"], ["SG"], ["FJ", "PF"], ["RU", "US"], ["NO", "ZA"], ["CL"]])
def test_a_locator_shows_the_whole_of_its_countries_within_the_map(codes: list[str]) -> None:
    world, found = atlas.world(), atlas.locator(codes)

    assert [place.code for place in found.places] == sorted(codes)
    assert 0 <= found.left <= found.left + found.width <= world.width
    assert 0 <= found.top <= found.top + found.height <= world.height
    for place in found.places:
        left, top, right, bottom = place.box
        assert found.left <= left <= right <= found.left + found.width
        assert found.top <= top <= bottom <= found.top + found.height


def test_a_locator_marks_what_is_too_small_to_see() -> None:
    assert [place.code for place in atlas.locator(["SG", "MY"]).specks] == ["SG"]


def test_the_outlines_stay_small_on_the_wire() -> None:
    everything = atlas.coverage({}).empty_outline

    assert len(gzip.compress(everything.encode())) < 11_000
