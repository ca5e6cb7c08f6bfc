"""The network: time and statements of its pages in a large world, and whether a small world takes as many statements.

``python -m bench.network [--organizations N] [--connections N] [--messages N]`` prints one line a page: p50, p95,
statements in the large world and in one a tenth of its size.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bench.pages import percentile, statements, timed
from hub import create_app
from hub.config import Config
from hub.database import Model, db, now, transaction
from hub.directory.models import Organization, new_id
from hub.directory.states import Status
from hub.network.connections.models import Connection, ConnectionRequest, pair
from hub.network.connections.states import Purpose
from hub.network.messages.models import Message, Thread
from hub.network.networks.models import Member, Network
from hub.network.networks.states import Standing
from hub.network.notices.kinds import KINDS
from hub.network.notices.models import Notice
from hub.setup import prepare
from tests.people import Person, sign_in

COUNTRIES = ("KE", "UG", "NG", "MX", "PE", "CO", "BR", "IN", "TH", "PH", "FR", "DE", "RS", "EG", "JO", "US")
THEMES = ("corruption", "trafficking-in-persons", "money-laundering", "cybercrime", "victim-assistance")
PURPOSES = list(Purpose)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is in a world."""

    organizations: int
    connections: int
    messages: int

    @property
    def tenth(self) -> Size:
        """A world a tenth of this one."""
        return Size(self.organizations // 10, self.connections // 10, self.messages // 10)


@dataclass(frozen=True, slots=True)
class World:
    """A filled hub and who looks at it: the focal point of the busiest organization, and a curator."""

    app: Flask
    paths: Mapping[str, tuple[FlaskClient, Sequence[str]]]


@contextmanager
def world(size: Size, seed: int = 1) -> Iterator[World]:
    """A hub in a folder of its own with organizations, connections, messages, networks and notices in it."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data_dir=Path(folder), log_level="error"))
        prepare(app)
        with app.app_context():
            ids = _organizations(chance, size.organizations)
            focal, curator = sign_in(app, organization=ids[0]), sign_in(app, role="curator")
            connections = _connections(chance, ids, size.connections)
            _requests(chance, ids, size.connections // 4)
            threads = _messages(chance, connections, ids[0], size.messages)
            _networks(chance, ids)
            _notices(focal, ids, size.messages // 20)
            own = [number for number, sides in connections.items() if ids[0] in sides][:10]
            paths = _paths(ids[0], own, threads, focal, curator)
            db.session.rollback()
        yield World(app, paths)


def _put(table: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    with transaction() as session:
        for start in range(0, len(rows), 5000):
            session.execute(sa.insert(table), rows[start : start + 5000])


def _organizations(chance: random.Random, count: int) -> list[str]:
    ids = [new_id() for _ in range(count)]
    rows = [
        {
            "id": public_id, "status": Status.PUBLISHED, "name": f"House {number}", "kind": "civil_society",
            "country": chance.choice(COUNTRIES), "themes": chance.sample(THEMES, 2),
        }
        for number, public_id in enumerate(ids)
    ]  # fmt: skip
    _put(Organization, rows)
    return ids


def _connections(chance: random.Random, ids: Sequence[str], count: int) -> dict[int, tuple[str, str]]:
    """Connections at random, so that the first organization has twenty times as many as others."""
    pairs = {
        tuple(pair((ids[0], other)).values())
        for other in chance.sample(ids[1:], min(len(ids) - 1, count // 50))
    }
    while len(pairs) < count:
        pairs.add(tuple(pair(chance.sample(ids, 2)).values()))
    ordered = sorted(pairs)
    chance.shuffle(ordered)
    rows = [
        {
            "id": number, "first_id": one, "second_id": other, "since": now() - chance.random() * 12 * MONTH,
            "first_shows": chance.random() < 0.7, "second_shows": chance.random() < 0.7,
        }
        for number, (one, other) in enumerate(ordered, 1)
    ]  # fmt: skip
    _put(Connection, rows)
    return {row["id"]: (row["first_id"], row["second_id"]) for row in rows}


def _requests(chance: random.Random, ids: Sequence[str], count: int) -> None:
    rows, seen = [], set()
    while len(rows) < count:
        asker, asked = (ids[0], chance.choice(ids[1:])) if chance.random() < 0.01 else chance.sample(ids, 2)
        if (key := frozenset((asker, asked))) in seen:
            continue
        seen.add(key)
        at = now() - chance.random() * MONTH
        rows.append(
            {
                **pair((asker, asked)), "asker_id": asker, "asked_id": asked, "purpose": chance.choice(PURPOSES),
                "note": "We would like to work with you.", "asked_at": at, "expires_at": at + 2 * MONTH,
            }
        )  # fmt: skip
    _put(ConnectionRequest, rows)


def _notices(focal: Person, ids: Sequence[str], count: int) -> None:
    kinds = sorted(KINDS)
    rows = [
        {
            "user_id": focal.user_id, "kind": kinds[number % len(kinds)], "group_key": str(number), "link": "/search",
            "organization_id": ids[0], "about": {"organization": {"organization": ids[number % len(ids)]}},
            "at": now() - timedelta(minutes=number),
        }
        for number in range(count)
    ]  # fmt: skip
    _put(Notice, rows)


def _messages(
    chance: random.Random, connections: Mapping[int, tuple[str, str]], first: str, count: int
) -> dict[int, int]:
    """Messages in a thread of each connection, a tenth of all in the first organization's; gives thread -> connection."""
    own = [number for number, sides in connections.items() if first in sides]
    _put(
        Thread,
        [{"id": number, "connection_id": number, "subject": "Working together"} for number in connections],
    )
    numbers = list(connections)
    rows = []
    for _ in range(count):
        thread = chance.choice(own) if chance.random() < 0.1 else chance.choice(numbers)
        writer = chance.choice(connections[thread])
        at = now() - chance.random() * 3 * MONTH
        rows.append(
            {"thread_id": thread, "organization_id": writer, "text": "We meet on Monday. " * 5, "at": at}
        )
    _put(Message, rows)
    return {number: number for number in own}


def _networks(chance: random.Random, ids: Sequence[str]) -> None:
    """Every organization in two of the networks that there are."""
    keys = db.session.scalars(sa.select(Network.key)).all()
    db.session.rollback()
    _put(
        Member,
        [
            {"network_key": key, "organization_id": public_id, "standing": Standing.MEMBER}
            for public_id in (ids if keys else ())
            for key in chance.sample(keys, min(2, len(keys)))
        ],
    )


def _paths(
    first: str, own: Sequence[int], threads: Mapping[int, int], focal: Person, curator: Person
) -> dict[str, tuple[FlaskClient, Sequence[str]]]:
    home = f"/en/my-organizations/{first}/connections"
    keys = db.session.scalars(sa.select(Network.key).order_by(Network.position).limit(5)).all()
    networks = [f"/en/networks/{key}" for key in keys]
    return {
        "notices": (focal, ["/en/notices", "/en/notices?page=3"]),
        "connections": (focal, [home]),
        "connection": (focal, [f"{home}/{number}" for number in own]),
        "threads": (focal, [f"{home}/{number}/messages" for number in own]),
        "thread": (focal, [f"{home}/{threads[number]}/messages/{number}" for number in own]),
        "networks": (focal, ["/en/networks"] if keys else []),
        "network": (focal, networks),
        "members": (focal, [f"{one}/members" for one in networks]),
        "following": (focal, ["/en/following"]),
        "picture": (curator, ["/en/network-picture", "/en/desk/network"]),
        "safety": (curator, ["/en/desk/safety"]),
    }


def _counts(made: World) -> dict[str, int]:
    """The most statements of each page, once everything that is kept was kept."""
    found = {}
    for name, (client, paths) in made.paths.items():
        timed(client, list(paths), 1)
        found[name] = max(
            (statements(made.app, lambda one=path, by=client: by.get(one)) for path in paths), default=0
        )  # type: ignore[misc]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organizations", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=20_000)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args()
    size = Size(options.organizations, options.connections, options.messages)
    with world(size.tenth) as small:
        few = _counts(small)
    with world(size) as large:
        many = _counts(large)
        for name, (client, paths) in large.paths.items():
            if paths:
                took = timed(client, list(paths), max(1, options.repeat // len(paths)))
                print(
                    f"{name:12} p50 {statistics.median(took):6.1f} ms   p95 {percentile(took, 0.95):6.1f} ms   "
                    f"statements {many[name]} (a tenth: {few[name]})"
                )


if __name__ == "__main__":
    main()
