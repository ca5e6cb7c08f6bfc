"""The order of names: as readers of each language look for them."""

from __future__ import annotations

import re

import pytest

from hub.i18n import order
from tests.guard import Guard


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Türkiye", "Turkmenistan"]),
        ("fr", ["Égypte", "El Salvador", "Espagne", "États-Unis", "Éthiopie", "Finlande", "Îles Caïmanes", "Inde"]),
        ("es", ["nube", "nylon", "ñandú", "Omán"]),
        ("ru", ["Исландия", "Италия", "Йемен", "Кабо-Верде"]),
        ("ar", ["إثيوبيا", "الأردن", "آيسلندا", "الجزائر", "جيبوتي", "الهند", "هولندا"]),
        ("zh", ["阿富汗", "德国", "法国", "斐济", "肯尼亚", "瑙鲁", "中国"]),
    ],
)  # fmt: skip
def test_names_stand_where_readers_look_for_them(language: str, names: list[str]) -> None:
    names_as_they_come = [*names[1::2], *names[::2]]
    assert sorted(names_as_they_come, key=lambda name: order(name, language)) == names


def test_countries_to_browse_and_on_the_map_are_in_the_readers_order(page: Guard, add: object) -> None:
    for country in ("FI", "ET", "ES", "ZW"):
        add(f"Office {country}", country=country, indexed=country == "ZW")  # type: ignore[operator]
    shown = page.client.get("/fr/browse/countries").text
    assert re.findall(r'search\?country=(\w\w)"', shown) == 2 * ["ES", "ET", "FI", "ZW"], (
        "Éthiopie is not last"
    )
