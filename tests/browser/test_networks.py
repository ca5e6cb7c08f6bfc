"""Two organizations meet in a network: one finds it and asks, the other lets it in, and they talk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from hub.database import transaction
from hub.network.networks.models import Coordinator, Member
from hub.network.networks.states import Standing
from tests.browser.places import WIDE
from tests.browser.town import Town, town
from tests.browser.walking import Walk, Way, there_and_back
from tests.browser.watching import Visit, Windows
from tests.people import Person

Come = Callable[[Way, Person], Walk]
KEY = "africa"
NAMES = {"en": "Africa", "ar": "أفريقيا"}


@pytest.fixture(scope="module")
def place(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The hub in which they meet."""
    with town(tmp_path_factory.mktemp("networks") / "var") as made:
        yield made


@pytest.fixture
def come(chromium: Browser, place: Town, axe: str) -> Iterator[Come]:
    """Let somebody come who is signed in, in a window of their own."""
    visits: list[Visit] = []
    seen: set[str] = set()

    def begin(way: Way, person: Person) -> Walk:
        visit = Visit(Windows(chromium), place.origin, way.width, way.script, is_first=True)
        visits.append(visit)
        held = person.get_cookie("hub")
        assert held is not None
        visit.context.add_cookies([{"name": "hub", "value": held.value, "url": place.origin}])
        return Walk(visit, way, axe, seen)

    yield begin
    faults = [fault for one in visits for fault in one.end()]
    assert not faults, "\n".join(faults)


def coordinated(place: Town, name: str) -> Person:
    """The focal point of a new member organization, who coordinates the network."""
    house = place.add(name)
    person = place.signed_in(organization=house)
    with place.app.app_context(), transaction() as session:
        session.add(Member(network_key=KEY, organization_id=house, standing=Standing.MEMBER))
        session.add(Coordinator(network_key=KEY, user_id=person.user_id, organization_id=house))
    return person


def kept(walk: Walk, name: str) -> None:
    """Keep a picture of the page, where somebody wants to look at them."""
    if folder := os.environ.get("HUB_TEST_PICTURES"):
        path = Path(folder) / f"{name}-{walk.way.language}-{walk.way.width}.png"
        walk.page.screenshot(path=path, full_page=True)


@there_and_back(WIDE, script=True)
def test_an_organization_finds_a_network_asks_is_let_in_and_discusses(
    come: Come, place: Town, way: Way
) -> None:
    asker, host = f"Costa Abierta {way.language}", f"Casa Madre {way.language}"
    network = NAMES[way.language]
    coordinator = come(way, coordinated(place, host))
    newcomer = come(way, place.signed_in(organization=place.add(asker)))
    newcomer.go("/networks")
    kept(newcomer, "list")
    newcomer.follow_name(network).reads_name(host)
    kept(newcomer, "network")
    newcomer.fill("Why you would like to join", "We work on the same coast.").press("Ask to join")
    newcomer.reads("Sent. The coordinators decide, and you are told.").reads("Asked to join")
    coordinator.go(f"/networks/{KEY}").follow("Coordination").reads_name("We work on the same coast.")
    kept(coordinator, "coordination")
    coordinator.press("Let in").reads("The organization is let in.")
    newcomer.go(f"/networks/{KEY}").follow("Discussions").follow("Begin a discussion")
    newcomer.fill("Title", "Boats without names").fill(
        "Text", "Who else sees them? See https://example.org/boats."
    )
    kept(newcomer, "write")
    newcomer.press("Send to the network").reads_name("Who else sees them?")
    coordinator.go(f"/networks/{KEY}").follow_name("Boats without names")
    coordinator.fill("Your reply", "We do.").press("Reply").reads_name("We do.")
    newcomer.go(f"/networks/{KEY}").reads_name("Boats without names")
    kept(newcomer, "inside")
    newcomer.follow_name("Boats without names").reads_name(host)
    kept(newcomer, "discussion")
