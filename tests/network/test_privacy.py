"""Nobody can tell from anything that the hub shows them what they may not know of others.

Random worlds come in pairs that differ in one thing that some audience may not know: whether two organizations asked each
other, whether a request was declined, ignored or blocked, whether they are connected. Whatever the hub shows to that
audience (pages, answers of the API, feeds, exports, own data, mails) must then be the same, letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub import outbox
from hub.database import db, transaction
from hub.directory import profiles
from hub.directory.models import slug_of
from hub.directory.states import Status
from hub.mail import Mail
from hub.network.connections import asking, blocks, connecting, queries
from hub.permissions import OPERATOR, Actor
from tests.conftest import hub_in
from tests.databases import Kept
from tests.people import OutsideClient, Person, sign_in

NAMES = ("Asker House", "Asked House", "Third House", "Fourth House")
SECRET = "secret@asked.example.org"
EVERYBODY = (
    "/en/organizations/{asker}", "/ar/organizations/{asked}", "/en/search?q=house", "/en/search.atom?q=house",
    "/en/search.csv?q=house", "/api/v1/organizations?q=house", "/api/v1/organizations/{asked_id}", "/en/network-picture",
    "/en/network-picture?by=theme", "/en/calls", "/en/networks", "/en/networks/africa/members", "/sitemap.xml",
)  # fmt: skip
SIGNED_IN = (
    "/en/notices",
    "/en/notices/settings",
    "/en/following",
    "/en/my-organizations",
    "/en/account",
    "/en/account/data",
)
OWN = (
    "/en/my-organizations/{own}/connections", "/en/my-organizations/{own}/partners", "/en/my-organizations/{own}/networks", "/en/organizations/{asked}/connect",
    "/en/organizations/{other}/connect",
)  # fmt: skip
# what differs each time a page is made, and numbers of rows, which the two worlds give out differently
CHANGING = re.compile(
    r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|<time[^>]*>[^<]*</time>|\b[\d.]+ ms\b|"took_ms": ?[\d.]+'
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\s\"<]*|/(?:requests|connections|notices)/\d+"
)

# Each act on the pair, in the order in which they are done.
UNANSWERED = ("open", "declined", "ignored", "blocked after", "blocked before")
ANYTHING = (*UNANSWERED, "nothing", "blocked", "withdrawn", "connected", "one side shows", "parted")


@dataclass
class World:
    """A hub with four organizations, their people, and others who look."""

    app: Flask
    kept: Kept = field(default_factory=Kept)
    ids: list[str] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    lookers: dict[str, Person] = field(default_factory=dict)

    def do(self, story: str, asker: int = 0, asked: int = 1) -> None:
        """Let something have happened between two of the organizations."""
        here, there = self.ids[asker], self.ids[asked]
        mine, theirs = self.people[asker].actor, self.people[asked].actor
        if story in ("blocked before", "blocked"):
            self._block(theirs, there, here)
        if story not in ("nothing", "blocked"):
            with transaction() as session:
                asking.ask(session, mine, here, there, "project", "We would like to work with you.")
        if story in ("declined", "ignored"):
            self._step(theirs, story.removesuffix("d"), here, there)
        if story == "withdrawn":
            self._step(mine, "withdraw", here, there)
        if story in ("connected", "one side shows", "parted"):
            self._step(theirs, "accept", here, there)
        if story == "one side shows":
            with transaction() as session:
                found = queries.connection_of(session, here, there)
                assert found is not None
                connecting.show(session, theirs, found, there, True)
        if story == "parted":
            with transaction() as session:
                found = queries.connection_of(session, here, there)
                assert found is not None
                connecting.end(session, theirs, found, there)
        if story == "blocked after":
            self._block(theirs, there, here)

    def _block(self, actor: Actor, blocker: str, blocked: str) -> None:
        with transaction() as session:
            blocks.block(session, actor, blocker, blocked)

    def _step(self, actor: Actor, step: str, here: str, there: str) -> None:
        with transaction() as session:
            request = queries.open_request(session, here, there)
            assert request is not None
            getattr(connecting, step)(session, actor, connecting.request_of(session, actor, request.id))

    def seen(self, who: str) -> dict[str, str]:
        """All that the hub shows to somebody, what changes each time taken out."""
        outbox.drain(self.app)
        looker = self.lookers.get(who) or OutsideClient(self.app, self.app.response_class)
        own = {"asker": self.ids[0], "third": self.ids[2]}.get(who)
        paths = [*EVERYBODY, *(SIGNED_IN if who in self.lookers else ()), *(OWN if own else ())]
        slugs = {
            "asker": slug_of(NAMES[0], self.ids[0]), "asked": slug_of(NAMES[1], self.ids[1]),
            "other": slug_of(NAMES[3], self.ids[3]), "asked_id": self.ids[1], "own": own,
        }  # fmt: skip
        found = {}
        for path in paths:
            response = looker.get(path.format(**slugs))
            found[path] = f"{response.status_code} {CHANGING.sub('', response.get_data(as_text=True))}"
        if isinstance(looker, Person):
            db.session.rollback()
            mails = db.session.scalars(sa.select(Mail).where(Mail.recipient == looker.email))
            found["mails"] = "\n".join(sorted(one.subject for one in mails))
        return found


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
            "asker": made.people[0], "third": made.people[2],
            "guest": sign_in(app, role="guest"), "member": sign_in(app),
        }  # fmt: skip
        outbox.drain(app)
        made.kept.keep()
        yield made


def compare(world: World, who: str, one: str, other: str, before: Callable[[], None] = lambda: None) -> None:
    """Show what somebody sees after one story and after another to be the same."""
    shown = []
    for story in (one, other):
        world.kept.put_back()
        before()
        world.do(story)
        shown.append(world.seen(who))
    different = {path for path in shown[0] if shown[0][path] != shown[1][path]}
    assert not different, f"{who} can tell “{one}” from “{other}” by {sorted(different)}"
    assert not any(SECRET in text for text in (*shown[0].values(), *shown[1].values()))


FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
    who=st.sampled_from(("anonymous", "member", "guest", "third")),
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


def test_what_partners_see_is_seen_while_they_are_connected_and_not_longer(world: World) -> None:
    path = f"/en/organizations/{slug_of(NAMES[1], world.ids[1])}"
    seen = {}
    for story in ("open", "connected", "parted"):
        world.kept.put_back()
        world.do(story)
        seen[story] = SECRET in world.people[0].get(path).get_data(as_text=True)
        assert SECRET not in world.people[2].get(path).get_data(as_text=True)
        assert SECRET not in world.app.test_client().get(path).get_data(as_text=True)
    assert not seen["open"]
    assert not seen["parted"]
