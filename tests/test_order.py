"""The order of names: as readers of each language look for them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from hub.i18n import enumerated, moment, order
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


@pytest.mark.parametrize(("language", "joined"), [("en", "a, b"), ("ar", "a، b"), ("zh", "a、b")])
def test_lists_and_times_are_written_as_the_language_does(app: Flask, language: str, joined: str) -> None:
    with app.test_request_context(f"/{language}/"):
        app.preprocess_request()
        with force_locale(language):
            assert enumerated(["a", "b"]) == joined
            said = moment(datetime(2026, 11, 22, 8, 32, 43, tzinfo=UTC))
    assert said.endswith(" UTC")
    assert "8:32" in said or "08:32" in said
    assert "43" not in said
