"""Probable duplicates: same name and country, same host, same identifier; found cheaply and kept for a curator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from hub.database import db, now, transaction
from hub.directory.matching import LONGEST, find_duplicates, flag, host_of, keys_of
from hub.directory.models import Duplicate, Organization

Add = Callable[..., Organization]


def keys(**values: Any) -> set[tuple[str, str]]:
    return set(keys_of(Organization(**{"name": "Foyer", **values})))


def test_a_profile_is_known_by_name_host_and_identifiers() -> None:
    found = keys(
        name="Łódź – Stowarzyszenie, Pomoc!",
        country="PL",
        website="https://www.Pomoc.example.pl/kontakt",
        identifiers=[
            {"scheme": "isni", "value": "0000 0004 0398 9088"},
            {"scheme": "lei", "value": "5299-x"},
        ],
    )
    assert found == {
        ("name", "PL:lodz stowarzyszenie pomoc"),
        ("host", "pomoc.example.pl"),
        ("id:isni", "0000000403989088"),
        ("id:lei", "5299x"),
    }


def test_names_are_compared_within_a_country() -> None:
    assert keys(country=None) == {("name", "--:foyer")}
    assert not keys(country="FR") & keys(country="BE")


def test_long_values_fit_and_stay_apart() -> None:
    one, other = (keys(name="Жж " * 180 + end, country="RU").pop()[1] for end in "ab")
    assert len(one) == LONGEST
    assert one != other


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.foyer.fr/x", "foyer.fr"),
        ("http://foyer.fr:8080/", "foyer.fr"),
        ("http://НИИ.рф/", "xn--h1aan.xn--p1ai"),
        ("https://www.facebook.com/foyer", None),
        ("https://foyer.wordpress.com/", None),
        ("https://sites.google.com/view/foyer", None),
        ("https://google.com.example.org/", "google.com.example.org"),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_hosts_that_many_share_say_nothing(address: str | None, host: str | None) -> None:
    assert host_of(address) == host


def test_a_pair_comes_with_all_its_reasons(add: Add) -> None:
    shared = {"name": "Foyer", "country": "FR", "website": "https://foyer.fr/", "indexed": False}
    first = add(**shared)
    second = add(**shared)
    add(name="Foyer", country="BE", indexed=False)
    found = find_duplicates(db.session, [second])
    assert found == {tuple(sorted((first.id, second.id))): ["host", "name"]}


def test_many_departments_of_one_host_make_few_pairs(add: Add, statements: Any) -> None:
    for number in range(9):
        add(name=f"Dept {number}", website="https://uni.edu/d", indexed=False, id=f"dept00000{number}")
    several = list(db.session.scalars(sa.select(Organization)))
    with statements() as counted:
        found = find_duplicates(db.session, several)
    assert len(found) <= len(several)
    assert counted.count == 1
    joined = {"dept000000"}
    for _ in several:
        joined |= {one for pair in found if set(pair) & joined for one in pair}
    assert len(joined) == len(several)


def test_reasons_add_up_and_a_dismissed_pair_stays_dismissed(add: Add) -> None:
    one, other, third = sorted(add(name=name, indexed=False).id for name in "ABC")
    with transaction() as session:
        flag(session, {(one, other): ["host"], (one, third): ["name"]})
    with transaction() as session:
        for pair in session.scalars(sa.select(Duplicate).where(Duplicate.second_id == third)):
            pair.dismissed_at = now()
    with transaction() as session:
        flag(session, {(one, other): ["name"], (one, third): ["host"]})
    db.session.rollback()
    found = {(pair.second_id): pair for pair in db.session.scalars(sa.select(Duplicate))}
    assert found[other].reasons == ["host", "name"]
    assert found[third].reasons == ["name"]
    assert found[third].dismissed_at is not None
