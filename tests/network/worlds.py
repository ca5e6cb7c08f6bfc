"""Worlds that differ in one thing, and all that the hub shows of them to somebody, letter by letter.

A story is something that may have happened between two organizations, the asker and the asked; ``STORIES`` tells them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from hub import outbox
from hub.database import db, now, transaction
from hub.directory import profiles
from hub.directory import queries as directory
from hub.directory.models import Organization, slug_of
from hub.mail import Mail
from hub.network.connections import asking, blocks, connecting, queries, reporting
from hub.network.connections.models import Connection
from hub.network.following import digest, follows
from hub.network.following.models import Digest
from hub.network.matching import call_answers, calls, dismissals
from hub.network.matching.call_models import Call, CallAnswer
from hub.network.matching.call_schemas import checked as checked_call
from hub.network.messages import threads
from hub.network.networks import memberships, posts
from hub.network.networks.models import Network
from hub.network.networks.states import PostKind
from hub.network.notices import posting
from hub.network.safety import pauses
from hub.permissions import OPERATOR, Actor
from tests.conftest import Statements
from tests.databases import Kept
from tests.people import OutsideClient, Person

NAMES = ("Asker House", "Asked House", "Third House", "Fourth House")
SECRET = "secret@asked.example.org"
UNSAID = "unsayable"
OPEN, CLOSED = (
    "africa",
    "trafficking-in-persons",
)  # networks: everybody, or only members, may know who belongs
EVERYBODY = (
    "/en/", "/en/organizations/{asker}", "/ar/organizations/{asked}", "/en/search", "/en/search?q=house",
    "/en/search?country=KE", "/en/search?joined=africa", "/en/search?joined=trafficking-in-persons", "/en/search.atom?q=house",
    "/en/search.csv?q=house", "/en/search.ndjson?q=house", "/en/search.jsonld?q=house", "/en/suggest?q=asked",
    "/en/browse/themes", "/api/v1/organizations?q=house", "/api/v1/organizations/{asked_id}",
    "/api/v1/suggestions?q=ask", "/api/v1/match?name=Asked+House", "/en/network-picture", "/en/network-picture?by=theme",
    "/en/calls", "/en/calls.atom", "/en/calls/{call}", "/en/networks", "/en/networks/africa", "/en/networks/africa/members",
    "/en/networks/trafficking-in-persons/members", "/en/networks/trafficking-in-persons/discussions", "/sitemap.xml",
)  # fmt: skip
SIGNED_IN = (
    "/en/notices", "/en/notices/settings", "/en/following", "/en/my-organizations", "/en/account", "/en/account/data",
)  # fmt: skip
OWN = (
    "/en/my-organizations/{own}/connections", "/en/my-organizations/{own}/connections?show=past",
    "/en/my-organizations/{own}/connections/{connection}", "/en/my-organizations/{own}/connections/{connection}/messages",
    "/en/my-organizations/{own}/connections/settings", "/en/my-organizations/{own}/partners", "/en/my-organizations/{own}/calls",
    "/en/my-organizations/{own}/networks", "/en/organizations/{asked}/connect", "/en/organizations/{other}/connect",
)  # fmt: skip
# what differs each time a page is made, and numbers of rows, which two worlds give out differently
CHANGING = re.compile(
    r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|<time[^>]*>[^<]*</time>|\b[\d.]+ ms\b|"took_ms": ?[\d.]+'
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\s\"<]*|/(?:requests|connections|notices|messages|calls|posts|report)/\d+"
    r"|/(?:connection-answers|notices/stop)/[\w.-]+|\b\w+ \d+, \d{4}, \d+:\d\d(?::\d\d)?\W[AP]M|<lastmod>[^<]*</lastmod>|\"(?:call|request)\": ?\"?\d+\"?"
)

VOCABULARY = "FROM term ORDER BY"  # read anew where another process changed it, whoever asks


@dataclass
class World:
    """A hub with four organizations, their people, and others who look."""

    app: Flask
    kept: Kept = field(default_factory=Kept)
    ids: list[str] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    lookers: dict[str, Person] = field(default_factory=dict)
    letters: list[tuple[str, str]] = field(default_factory=list)
    statements: dict[str, list[str]] = field(default_factory=dict)

    def do(self, story: str, asker: int = 0, asked: int = 1) -> None:
        """Let something have happened between two of the organizations."""
        STORIES[story](Pair(self, asker, asked))

    def begin(self) -> None:
        """Put everything back as it was at first."""
        self.kept.put_back()
        self.letters.clear()

    def seen(self, who: str) -> dict[str, str]:
        """All that the hub shows to somebody, what changes each time taken out; ``statements`` gets those it took."""
        self._let_a_week_pass()
        looker = self.lookers.get(who) or OutsideClient(self.app, self.app.response_class)
        number = {"asker": 0, "asked": 1, "third": 2}.get(who)
        own = None if number is None else self.ids[number]
        paths = [*EVERYBODY, *(SIGNED_IN if who in self.lookers else ()), *(OWN if own else ())]
        known = {**self._known(), "own": own}
        found = {}
        directory._kept.clear()  # entries that a page before loaded, whichever they are
        for path in paths:
            with Statements() as counted:
                response = looker.get(path.format(**known))
            self.statements[path] = [text for text in counted.texts if VOCABULARY not in text]
            found[path] = f"{response.status_code} {CHANGING.sub('', response.get_data(as_text=True))}"
        if isinstance(looker, Person):
            found["mails"] = "\n".join(sorted(said for to, said in self.letters if to == looker.email))
        return found

    def _let_a_week_pass(self) -> None:
        """Have everything mailed and indexed that waits, what is told once a day or a week among it."""
        outbox.drain(self.app)
        with transaction() as session:
            session.execute(sa.update(Digest).values(told_until=now() - timedelta(days=8)))
        posting.gather()
        digest.gather()
        outbox.drain(self.app)
        db.session.rollback()

    def _known(self) -> dict[str, Any]:
        """The parts of addresses: of the organizations, and of the last of what has numbers."""
        last = {
            "connection": sa.select(sa.func.max(Connection.id)),
            "call": sa.select(sa.func.max(Call.id)),
        }
        return {
            "asker": slug_of(NAMES[0], self.ids[0]), "asked": slug_of(NAMES[1], self.ids[1]),
            "other": slug_of(NAMES[3], self.ids[3]), "asked_id": self.ids[1],
            **{name: db.session.scalar(asked) or 1 for name, asked in last.items()},
        }  # fmt: skip

    def listen(self) -> None:
        """Keep what every letter says when it is written; once sent, the hub forgets it."""

        def note(mapper: object, connection: object, mail: Mail) -> None:
            said = f"{mail.subject}\n{mail.language}\n{mail.text}\n{mail.html}\n{mail.unsubscribe}"
            self.letters.append((mail.recipient, CHANGING.sub("", said)))

        sa.event.listen(Mail, "after_insert", note)


@dataclass(frozen=True)
class Pair:
    """Two organizations of a world, from the first one's side."""

    world: World
    asker: int
    asked: int

    @property
    def here(self) -> str:
        return self.world.ids[self.asker]

    @property
    def there(self) -> str:
        return self.world.ids[self.asked]

    @property
    def mine(self) -> Actor:
        return self.world.people[self.asker].actor

    @property
    def theirs(self) -> Actor:
        return self.world.people[self.asked].actor

    @property
    def curator(self) -> Actor:
        return self.world.lookers["curator"].actor

    def ask(self) -> None:
        note = "We would like to work with you."
        with transaction() as session:
            asking.ask(session, self.mine, self.here, self.there, "project", note)

    def step(self, actor: Actor, step: str) -> None:
        with transaction() as session:
            request = queries.open_request(session, self.here, self.there)
            assert request is not None
            getattr(connecting, step)(session, actor, connecting.request_of(session, actor, request.id))

    def block(self) -> None:
        with transaction() as session:
            blocks.block(session, self.theirs, self.there, self.here)

    def connect(self) -> None:
        self.ask()
        self.step(self.theirs, "accept")

    def _connection(self, session: Any) -> Connection:
        found = queries.connection_of(session, self.here, self.there)
        assert found is not None
        return found

    def show(self) -> None:
        with transaction() as session:
            connecting.show(session, self.theirs, self._connection(session), self.there, True)

    def part(self) -> None:
        with transaction() as session:
            connecting.end(session, self.theirs, self._connection(session), self.there)

    def write(self, text: str = UNSAID) -> None:
        with transaction() as session:
            threads.begin(session, self.mine, self._connection(session), self.here, "About us", text)

    def report_request(self) -> None:
        with transaction() as session:
            request = queries.open_request(session, self.here, self.there)
            assert request is not None
            reporting.report_request(session, self.theirs, request, UNSAID)

    def report_message(self) -> None:
        with transaction() as session:
            found = self._connection(session)
            written = session.scalars(sa.select(threads.Message).order_by(threads.Message.id.desc())).first()
            assert written is not None
            threads.report(session, self.theirs, found, self.there, written.id, UNSAID)

    def stand(self, key: str, *steps: str) -> None:
        """Have the asked one stand somewhere towards a network."""
        for step in steps:
            actor = self.theirs if step in memberships.OWN_STEPS else self.curator
            with transaction() as session:
                memberships.move(session, actor, key, self.there, step, UNSAID)

    def post(self, *, is_reported: bool = False, by_asker: bool = False) -> None:
        """Have one of the two write to the network that only its members know."""
        actor, who = (self.mine, self.here) if by_asker else (self.theirs, self.there)
        with transaction() as session:
            network = session.get_one(Network, CLOSED)
            words = {"title": "A plan", "text": UNSAID}
            made = posts.write(session, actor, network, PostKind.DISCUSSION, words, organization_id=who)
            if is_reported:
                posts.report(session, self.theirs, made, {"reason": UNSAID})

    def call(self, audience: str = "members") -> None:
        """Have the asker look for partners, trusted already."""
        sent = {
            "title": "A lawyer is sought", "text": "We open a house.", "language": "en", "audience": audience,
            "deadline": (now().date() + timedelta(days=30)).isoformat(), "seeks": ["legal-aid"],
        }  # fmt: skip
        with transaction() as session:
            held = session.get_one(Organization, self.here)
            made = calls.publish(session, self.mine, held, checked_call(sent))
            if made.state == "waiting":
                calls.decide(session, self.curator, made, "open")

    def answer(self) -> None:
        with transaction() as session:
            made = session.scalars(sa.select(Call).order_by(Call.id.desc())).first()
            assert made is not None
            there = session.get_one(Organization, self.there)
            call_answers.answer(session, self.theirs, made, there, "We are two lawyers.")

    def wait(self) -> None:
        """Let a minute go by since the answers to calls."""
        with transaction() as session:
            session.execute(sa.update(CallAnswer).values(at=now() - timedelta(minutes=1)))

    def report_call(self) -> None:
        with transaction() as session:
            made = session.scalars(sa.select(Call).order_by(Call.id.desc())).first()
            assert made is not None
            calls.report(session, self.theirs, made, UNSAID)

    def dismiss(self) -> None:
        with transaction() as session:
            there = session.get_one(Organization, self.there)
            dismissals.dismiss(session, self.theirs, there, self.here)

    def follow(self) -> None:
        with transaction() as session:
            follows.follow_organization(session, self.theirs, self.here)

    def pause(self) -> None:
        with transaction() as session:
            pauses.pause(session, self.curator, self.there, 30, UNSAID)

    def keep(self, **values: Any) -> None:
        """Have the asked one's entry hold something."""
        with transaction() as session:
            profiles.revise(session, OPERATOR, session.get_one(Organization, self.there), values)

    def hide(self, which: str = "one") -> None:
        """Have the asked one's entry hold what only its own people and curators may know, the one thing or the other."""
        one = {
            "offers": [{"service": "legal-aid"}], "seeks": [{"service": "training-of-professionals"}], "founded": 1999,
            "languages": ["sw"], "sectors": ["finance"], "mailbox": "office@asked.example.org",
        }  # fmt: skip
        values = one if which == "one" else {**{name: [] for name in one}, "founded": None, "mailbox": None}
        self.keep(audiences=dict.fromkeys(one, "own"), **values)


def _told(*names: str) -> Callable[[Pair], None]:
    """A story of several acts, each named as the method that does it, with what it takes after a colon."""

    def tell(pair: Pair) -> None:
        for name in names:
            act, *rest = name.split(":")
            getattr(pair, act)(*rest)

    return tell


STORIES: Mapping[str, Callable[[Pair], None]] = {
    "nothing": _told(),
    "open": _told("ask"),
    "declined": lambda pair: (pair.ask(), pair.step(pair.theirs, "decline")),  # type: ignore[func-returns-value]
    "ignored": lambda pair: (pair.ask(), pair.step(pair.theirs, "ignore")),  # type: ignore[func-returns-value]
    "withdrawn": lambda pair: (pair.ask(), pair.step(pair.mine, "withdraw")),  # type: ignore[func-returns-value]
    "blocked": _told("block"),
    "blocked before": _told("block", "ask"),
    "blocked after": _told("ask", "block"),
    "open and reported": _told("ask", "report_request"),
    "connected": _told("connect"),
    "one side shows": _told("connect", "show"),
    "parted": _told("connect", "part"),
    "wrote": _told("connect", "write"),
    "wrote else": _told("connect", "write:Other words"),
    "wrote and reported": _told("connect", "write", "report_message"),
    "wrote and parted": _told("connect", "write", "part"),
    "wrote and blocked": _told("connect", "write", "block"),
    "in a closed network": _told(f"stand:{CLOSED}:ask:approve"),
    "asks a network": _told(f"stand:{OPEN}:ask"),
    "invited": _told(f"stand:{OPEN}:invite"),
    "declined by a network": _told(f"stand:{OPEN}:ask:decline"),
    "removed from a network": _told(f"stand:{OPEN}:ask:approve:remove"),
    "wrote to a closed network": lambda pair: (pair.stand(CLOSED, "ask", "approve"), pair.post()),  # type: ignore[func-returns-value]
    "wrote to a network both are in": lambda pair: both_post(pair, is_reported=False),
    "was reported in a network both are in": lambda pair: both_post(pair, is_reported=True),
    "called": _told("call"),
    "call reported": _told("call", "report_call"),
    "call answered": _told("call", "answer"),
    "call answered and blocked": _told("call", "answer", "wait", "block"),
    "blocked before a call": _told("call", "block"),
    "blocked and call answered": _told("call", "block", "answer"),
    "put aside": _told("dismiss"),
    "followed": _told("follow"),
    "paused": _told("pause"),
    "hides services": _told("hide"),
    "hides other services": _told("hide:other"),
    "protected": lambda pair: shelter(pair, NAMES[1]),
    "protected, called otherwise": lambda pair: shelter(pair, "Casa Refugio"),
}


def both_post(pair: Pair, *, is_reported: bool) -> None:
    """Have both in the closed network, and the asker write there."""
    Pair(pair.world, pair.asked, pair.asker).stand(CLOSED, "ask", "approve")
    pair.stand(CLOSED, "ask", "approve")
    pair.post(is_reported=is_reported, by_asker=True)


def shelter(pair: Pair, name: str) -> None:
    """Have the asked one be protected, under a name that is not its own."""
    pair.keep(safety="protected", pseudonym="A house by the sea", name=name)
