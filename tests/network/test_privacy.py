"""Nobody can tell from anything that the hub shows them what they may not know of others.

Random worlds come in pairs that differ in one thing that some audience may not know: a request, a refusal, a block, a
connection, a message, a report, a hidden field, a protected name, a place in a network, an answer to a call. Whatever
the hub shows to that audience (pages, answers of the API, facets, reasons of matches, the picture, feeds, exports, own
data, notices, whole mails) must then be the same, letter by letter, and its own pages take as many statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from hub import outbox
from hub.database import transaction
from hub.directory import profiles
from hub.directory.models import slug_of
from hub.directory.states import Status
from hub.permissions import OPERATOR
from tests.conftest import hub_in
from tests.network.worlds import NAMES, OWN, SECRET, SIGNED_IN, UNSAID, World
from tests.people import sign_in

UNANSWERED = ("open", "declined", "ignored", "blocked after", "blocked before", "open and reported")
ANYTHING = (
    *UNANSWERED, "nothing", "blocked", "withdrawn", "connected", "one side shows", "parted", "wrote", "wrote else",
    "wrote and reported", "wrote and parted", "wrote and blocked", "put aside", "followed", "paused", "in a closed network",
    "asks a network", "invited", "declined by a network", "removed from a network", "wrote to a closed network",
)  # fmt: skip
# pages of which nothing is kept in memory take as many statements where something is hidden as where it is absent
UNKEPT = {
    *SIGNED_IN,
    *OWN,
    "/en/organizations/{asker}",
    "/ar/organizations/{asked}",
    "/en/calls/{call}",
    "/en/networks/africa/members",
}
OTHERS = ("anonymous", "member", "guest", "third")
# one story, another, and who of the two sides cannot tell them from each other; strangers never can
ALIKE = (
    ("nothing", "put aside", "asker"), ("nothing", "followed", "asker"), ("nothing", "paused", "asker"),
    ("nothing", "asks a network", "asker"), ("nothing", "in a closed network", "asker"),
    ("wrote", "wrote and reported", "asker"), ("wrote and parted", "wrote and blocked", "asker"),
    ("wrote to a network both are in", "was reported in a network both are in", "asker"),
    ("called", "call reported", "asker"), ("called", "blocked before a call", "asker"),
    ("called", "blocked and call answered", "asker"), ("call answered", "call answered and blocked", "asker"),
    ("blocked before", "blocked", "asked"), ("hides services", "hides other services", "asker"),
    ("open", "open and reported", "asker"), ("protected", "protected, called otherwise", "asker"),
)  # fmt: skip


@pytest.fixture(scope="module")
def world(pattern: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with hub_in(tmp_path_factory.mktemp("privacy"), pattern) as app:
        app.config["HUB"] = replace(app.config["HUB"], connect_pause=0)
        made = World(app)
        for number, name in enumerate(NAMES):
            with transaction() as session:
                values = {"name": name, "country": "KE", "themes": ["corruption"]}
                mailbox = {"mailbox": SECRET} if number == 1 else {}
                house = profiles.create(session, OPERATOR, {**values, **mailbox}, status=Status.PUBLISHED)
                session.flush()
                made.ids.append(house.id)
            made.people.append(sign_in(app, organization=made.ids[-1]))
        made.lookers = {
            "asker": made.people[0], "asked": made.people[1], "third": made.people[2],
            "guest": sign_in(app, role="guest"), "member": sign_in(app), "curator": sign_in(app, role="curator"),
        }  # fmt: skip
        made.listen()
        outbox.drain(app)
        made.kept.keep()
        yield made


def compare(world: World, who: str, one: str, other: str, before: Callable[[], None] = lambda: None) -> None:
    """Show what somebody sees after one story and after another to be the same."""
    shown, counted = [], []
    for story in (one, other):
        world.begin()
        before()
        world.do(story)
        shown.append(world.seen(who))
        counted.append({path: list(texts) for path, texts in world.statements.items() if path in UNKEPT})
    different = {
        path: _first_difference(shown[0][path], shown[1][path])
        for path in shown[0]
        if shown[0][path] != shown[1][path]
    }
    assert not different, f"{who} can tell “{one}” from “{other}” by {different}"
    slower = {
        path: set(texts) ^ set(counted[1][path])
        for path, texts in counted[0].items()
        if len(texts) != len(counted[1][path])
    }
    assert not slower, f"{who} can tell “{one}” from “{other}” by what takes longer: {slower}"
    texts = (*shown[0].values(), *shown[1].values())
    if who in OTHERS or one in UNANSWERED:
        assert not any(SECRET in text for text in texts)
    if who in OTHERS:
        assert not any(UNSAID in text for text in texts)


def _first_difference(one: str, other: str) -> str:
    at = next((at for at, two in enumerate(zip(one, other, strict=False)) if len(set(two)) > 1), len(one))
    return f"{one[max(0, at - 60) : at + 60]!r} and {other[max(0, at - 60) : at + 60]!r}"


FEW = settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # a world takes too long to be tried hundreds of times over
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FEW
@given(story=st.sampled_from(UNANSWERED[1:]), asked_by_third=st.booleans())
@example(story="blocked before", asked_by_third=False)
@example(story="declined", asked_by_third=True)
def test_who_asked_cannot_tell_silence_from_no_or_from_a_block(
    world: World, story: str, asked_by_third: bool
) -> None:
    before = (lambda: world.do("open", 2, 1)) if asked_by_third else (lambda: None)
    compare(world, "asker", "open", story, before)


@FEW
@given(
    who=st.sampled_from(OTHERS),
    one=st.sampled_from(ANYTHING),
    other=st.sampled_from(ANYTHING),
)
@example(who="third", one="nothing", other="connected")
@example(who="anonymous", one="nothing", other="one side shows")
def test_others_cannot_tell_what_is_between_two_organizations(
    world: World, who: str, one: str, other: str
) -> None:
    compare(world, who, one, other)


def test_who_is_blocked_without_having_asked_cannot_tell(world: World) -> None:
    compare(world, "asker", "nothing", "blocked")


@pytest.mark.parametrize(("one", "other", "who"), ALIKE)
def test_a_side_cannot_tell_what_the_other_keeps_to_itself(
    world: World, one: str, other: str, who: str
) -> None:
    compare(world, who, one, other)


@FEW
@given(who=st.sampled_from(OTHERS), alike=st.sampled_from(ALIKE))
def test_strangers_cannot_tell_what_either_side_keeps_to_itself(
    world: World, who: str, alike: tuple[str, str, str]
) -> None:
    compare(world, who, *alike[:2])


def test_what_partners_see_is_seen_while_they_are_connected_and_not_longer(world: World) -> None:
    path = f"/en/organizations/{slug_of(NAMES[1], world.ids[1])}"
    seen = {}
    for story in ("open", "connected", "parted"):
        world.begin()
        world.do(story)
        seen[story] = SECRET in world.people[0].get(path).get_data(as_text=True)
        assert SECRET not in world.people[2].get(path).get_data(as_text=True)
        assert SECRET not in world.app.test_client().get(path).get_data(as_text=True)
    assert not seen["open"]
    assert not seen["parted"]
