"""The networks that the project ships, each added once; curators change them afterwards, and nothing overwrites that."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory import vocabularies
from hub.network.networks.models import Network
from hub.network.networks.states import Joining, Kind, Listing, State


def seeds() -> list[dict[str, Any]]:
    """Read the networks that the project ships, in the order in which they are shown."""
    content = json.loads((files("hub.network") / "data" / "networks.json").read_text("utf-8"))
    rules: dict[str, str] = content["rules"]
    return [
        {**one, "texts": {code: {**text, "rules": rules[code]} for code, text in one["texts"].items()}}
        for one in content["networks"]
    ]


def is_missing(session: orm.Session) -> bool:
    """Tell whether one of the networks that the project ships is not there."""
    return bool({one["key"] for one in seeds()} - set(session.scalars(sa.select(Network.key))))


def seed(session: orm.Session) -> int:
    """Add the networks that are not there yet; returns how many."""
    held = set(session.scalars(sa.select(Network.key)))
    missing = [(position, one) for position, one in enumerate(seeds()) if one["key"] not in held]
    for position, one in missing:
        network = Network(
            key=one["key"],
            kind=Kind(one["kind"]),
            joining=Joining(one["joining"]),
            listing=Listing(one["listing"]),
            texts=one["texts"],
            regions=one.get("regions", []),
            themes=one.get("themes", []),
            sectors=one.get("sectors", []),
            position=position,
            state=State.OPEN,
        )
        session.add(network)
        name(session, network)
    return len(missing)


def name(session: orm.Session, network: Network) -> None:
    """Have the directory know a network by its name, as lists of filters need it."""
    labels = {code: text["name"] for code, text in network.texts.items() if text.get("name")}
    is_closed = network.state is State.CLOSED
    vocabularies.define(
        session, "network", network.key, labels, position=network.position, is_retired=is_closed
    )
