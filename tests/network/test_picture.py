"""The picture of the network: its figures are right, and the public's holds nothing but what both sides show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from hub.database import db, transaction
from hub.directory.models import Organization
from hub.directory.states import Status
from hub.network.connections.models import Connection, pair
from hub.network.picture import graph, queries
from tests.guard import Guard
from tests.people import Person

Add = Callable[..., Organization]
NODES = "abcdefg"
PAIRS = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda two: two[0] < two[1]))


def connect(one: str, other: str, *, shows: Iterable[str] = ()) -> int:
    with transaction() as session:
        made = Connection(**pair((one, other)))
        made.first_shows, made.second_shows = made.first_id in shows, made.second_id in shows
        session.add(made)
        session.flush()
        return made.id


@given(PAIRS)
def test_who_splits_a_part_is_found_as_by_trying_each(pairs: set[tuple[str, str]]) -> None:
    drawn = graph.graph_of(NODES, pairs)
    now = len(graph.parts(drawn))
    tried = {one for one in NODES if drawn[one] and len(graph.parts(drawn, [one])) > now}
    assert set(graph.cut_points(drawn)) == tried
    groups = {one: {one} for one in NODES if drawn[one]}
    assert set(graph.splitting_groups(drawn, groups)) == tried


def test_a_graph_of_a_thousand_is_measured_in_no_time() -> None:
    nodes = [str(number) for number in range(1000)]
    pairs = [(nodes[i % 1000], nodes[(i * 7 + i // 1000 + 1) % 1000]) for i in range(20_000)]
    begun = time.perf_counter()
    drawn = graph.graph_of(nodes, [two for two in pairs if two[0] != two[1]])
    graph.cut_points(drawn)
    graph.splitting_groups(drawn, {str(one): set(nodes[one::22]) for one in range(22)})
    assert time.perf_counter() - begun < 3


def test_curators_see_all_and_the_public_only_what_both_sides_show(
    add: Add, signed_in: Callable[..., Person], page: Guard, statements: Callable[[], Any]
) -> None:
    kenya = [add(f"Kenya {n}", country="KE", themes=["corruption"], indexed=False) for n in range(4)]
    peru = [add(f"Peru {n}", country="PE", themes=["forced-labour"], indexed=False) for n in range(4)]
    alone = add("Alone", country="PE", indexed=False)
    signed_in(organization=alone.id)
    for one in kenya:
        connect(one.id, peru[0].id)
    assert "not yet enough" in page.get("/en/network-picture").text

    curator = signed_in(role="curator")
    with statements() as first:
        shown = curator.page.get("/en/desk/network")
    with statements() as again:
        curator.get("/en/desk/network")
    assert again.count < first.count
    whole = queries.picture(db.session, is_whole=True)
    assert (whole.organizations, whole.connections, whole.parts) == (6, 4, 1)
    assert whole.density == pytest.approx(4 / 15)
    assert list(whole.bridges) == [peru[0].id]
    assert list(whole.isolated) == [alone.id]
    assert whole.links["region"] == {("202", "419"): 4} or sum(whole.links["region"].values()) == 4
    assert "Peru 0" in shown.text
    assert "Alone" in shown.text
    assert whole.growth[-1][1] == 4
    assert any("theme=corruption" in link for link in curator.page.get("/ar/desk/network?by=theme").links())

    both = [(one.id, two.id) for one in kenya[:3] for two in peru[1:4]]
    for one, two in both:
        connect(one, two, shows=(one, two))
    connect(kenya[3].id, peru[1].id, shows=[kenya[3].id])
    public = queries.picture(db.session, is_whole=False)
    assert (public.organizations, public.connections) == (6, 9)
    assert (public.isolated, public.bridges, public.splitting) == ((), (), ())
    text = page.get("/en/network-picture").text
    assert "Peru" not in text
    assert "Alone" not in text

    with transaction() as session:
        session.get_one(Organization, kenya[0].id).status = Status.HIDDEN
    after = queries.picture(db.session, is_whole=False)
    assert (after.organizations, after.connections) == (5, 6)


def test_what_fewer_than_three_stand_behind_is_not_told_to_the_public(
    app: Flask, add: Add, page: Guard
) -> None:
    kenya = [add(f"Kenya {n}", country="KE", themes=["corruption"], indexed=False) for n in range(3)]
    peru = add("Peru", country="PE", themes=["forced-labour"], indexed=False)
    for one in kenya:
        connect(one.id, peru.id, shows=(one.id, peru.id))
    made = queries.picture(db.session, is_whole=False)
    assert made.connections == 3
    for level in queries.LEVELS:
        assert all(one.organizations >= 3 for one in made.groups[level])
        assert all(count >= 3 for count in made.links[level].values())
        assert made.links[level] == {}
    assert "Southern" not in page.get("/en/network-picture").text
