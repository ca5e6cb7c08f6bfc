"""What a curator is told to look at, in six languages, and what must not be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.database import db
from hub.directory.checks import Finding, Severity, findings
from hub.directory.lookalikes import looks_like, mixed_words
from hub.directory.models import Organization
from hub.directory.sensitive import ADDRESS, EMAIL, PHONE, POSTCODE, SHELTER_WORDS
from hub.directory.states import Status

Add = Callable[..., Organization]
FULL: dict[str, Any] = {
    "name": "Water for All", "kind": "civil_society", "country": "KE", "themes": ["forced-labour"],
    "texts": {"en": {"short": "Legal aid for workers."}}, "website": "https://water.example.org/",
    "languages": ["en"],
}  # fmt: skip
ADDRESSES = [
    "We are at 12 Long Street, second floor", "Come to 221b Baker St. London", "Main Road 14", "Lange Straße 7",
    "Calle de la Paz 45", "Av. Insurgentes Sur 1602", "Carrera 7 # 32", "12, rue de la République", "12 bis rue Victor",
    "ул. Ленина, д. 5", "проспект Мира 101", "улица Большая Садовая дом 10", "شارع الحمرا 15", "15 شارع النيل",
    "شارع الملك فيصل رقم 7", "北京市朝阳路12号", "南京東路三段", "P.O. Box 1234", "PO Box 77",
]  # fmt: skip
NO_ADDRESSES = [
    "We work in 12 countries.", "Since 1999, 300 women a year.", "The 16 Days campaign", "Article 31 of UNCAC",
    "Route 66 is no topic of ours", "Street children are at risk", "Мы работаем с 1999 года", "نعمل منذ 1999",
    "我们在12个国家工作", "Calle sin nombre", "Goal 8.7 by 2030",
]  # fmt: skip
SHELTERS = [
    "a shelter for women", "safe house", "un albergue", "refugio para mujeres", "un foyer", "centre d'hébergement",
    "приют для женщин", "убежище", "ملجأ للنساء", "دار إيواء", "妇女庇护所", "安全屋",
]  # fmt: skip


def look(organization: Organization, **changes: Any) -> list[Finding]:
    return findings(db.session, organization, {**FULL, **changes})


def kinds(found: list[Finding]) -> set[tuple[str, Severity]]:
    return {(one.field, one.severity) for one in found}


@pytest.mark.parametrize("text", [one for one in ADDRESSES if one != "南京東路三段"])
def test_addresses_are_found(text: str) -> None:
    assert ADDRESS.search(text)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_left_in_peace(text: str) -> None:
    assert not ADDRESS.search(text)
    assert not POSTCODE.search(text)


@pytest.mark.parametrize("text", SHELTERS)
def test_words_for_shelters_are_found_in_six_languages(text: str) -> None:
    assert SHELTER_WORDS.search(text)


@pytest.mark.parametrize(
    "text",
    ["SW1A 1AA", "Nairobi 00100? KE 00100 Nairobi", "DC 20500", "K1A 0B1", "C.P. 06700", "индекс 101000"],
)
def test_postcodes_are_found(text: str) -> None:
    assert POSTCODE.search(text)


@pytest.mark.parametrize("text", ["+254 20 123 4567", "call 020 7946 0000", "(01) 800 123 4567"])
def test_telephone_numbers_are_found(text: str) -> None:
    assert PHONE.search(text)


@pytest.mark.parametrize("text", ["in 2019 and 2020", "12,500 people", "10 000 women", "SDG 16.1, 16.2"])
def test_other_numbers_are_no_telephone_numbers(text: str) -> None:
    assert not PHONE.search(text)


@pytest.mark.parametrize("text", ["mary@example.org", "mary.w (at) example.org"])
def test_mail_addresses_are_found(text: str) -> None:
    assert EMAIL.search(text)


@pytest.mark.parametrize(
    ("name", "mixed", "read"),
    [
        ("Caritas", [], None),
        ("Саrіtаs", ["Саrіtаs"], "caritas"),
        ("ЅСОРЕ", [], "scope"),
        ("Врачи без границ", [], None),
        ("東京ひまわり会", [], None),
        ("Ελπίδα για όλους", [], None),
        ("منظمة الأمل", [], None),
        ("NGO «Надежда»", [], None),
    ],
)
def test_letters_that_deceive(name: str, mixed: list[str], read: str | None) -> None:
    assert mixed_words(name) == mixed
    assert looks_like(name) == read


def test_nothing_is_found_in_a_good_entry(add: Add) -> None:
    made = add("Quite another", indexed=False)
    assert look(made) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": None, "texts": {}}, {("kind", Severity.NOTE), ("texts", Severity.NOTE)}),
        ({"texts": {"en": {"short": "Write to ana@example.org"}}}, {("texts", Severity.WARNING)}),
        ({"texts": {"es": {"long": "Calle de la Paz 45"}}}, {("texts", Severity.WARNING)}),
        (
            {"texts": {"es": {"long": "Albergue en Calle de la Paz 45"}}},
            {("texts", Severity.DANGER), ("offers", Severity.NOTE)},
        ),
        (
            {"offers": [{"service": "emergency-shelter"}], "texts": {"en": {"short": "12 Long Street"}}},
            {("texts", Severity.DANGER)},
        ),
        ({"website": "http://water.example.org/"}, {("website", Severity.NOTE)}),
        ({"website": "https://bit.ly/x"}, {("website", Severity.WARNING)}),
        ({"website": "https://localhost/"}, {("website", Severity.WARNING)}),
        ({"website": "https://water.wordpress.com/"}, {("website", Severity.NOTE)}),
        ({"mailbox": "info@example.com"}, {("mailbox", Severity.NOTE)}),
        ({"mailbox": "info@example.org"}, set()),
        ({"name": "Саrіtаs"}, {("name", Severity.WARNING)}),
    ],
    ids=lambda value: str(sorted(value, key=str)) if isinstance(value, set) else str(value),
)
def test_each_finding_has_its_field_and_gravity(
    add: Add, changes: dict[str, Any], expected: set[tuple[str, Severity]]
) -> None:
    made = add("Quite another", indexed=False)
    assert kinds(look(made, **changes)) == expected


def test_a_website_that_moves_to_another_site_is_named_with_the_old_one(add: Add) -> None:
    made = add("Quite another", website="https://www.wells.example.org/", indexed=False)
    for same in ("https://wells.example.org/", "https://wells.example.org/en", None):
        assert not [one for one in look(made, website=same) if one.severity is Severity.WARNING]
    (moved,) = [one for one in look(made) if one.field == "website"]
    assert (moved.severity, moved.found) == (Severity.WARNING, "wells.example.org")


def test_a_probable_duplicate_and_a_name_that_looks_like_anothers_are_named(add: Add) -> None:
    made = add("Mine", indexed=False)
    twin = add("Water for all", country="KE", indexed=False)
    prey = add("Scope", country="FR", indexed=False)
    add("Water for All", country="KE", status=Status.ARCHIVED, indexed=False)
    assert [(one.other_id, one.severity) for one in look(made)] == [(twin.id, Severity.WARNING)]
    assert [one.other_id for one in look(made, name="ЅСОРЕ") if one.severity is Severity.DANGER] == [prey.id]
