"""Organizations that meet in tests: made by real verbs, with people who act for them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from hub.database import db, transaction
from hub.directory import profiles
from hub.directory.states import Status
from hub.network.connections import asking, blocks, connecting, queries
from hub.network.connections.models import Connection, ConnectionRequest
from hub.permissions import OPERATOR, Actor
from tests.directory.acting import all_of as rows
from tests.directory.acting import person


@dataclass(frozen=True, slots=True)
class House:
    """A published organization and the focal point who acts for it."""

    id: str
    name: str
    focal: Actor


def house(name: str = "", **values: Any) -> House:
    """Make a published organization with a focal point."""
    name = name or f"House {secrets.token_hex(3)}"
    with transaction() as session:
        made = profiles.create(session, OPERATOR, {"name": name, **values}, status=Status.PUBLISHED)
        session.flush()
        public_id = made.id
    return House(public_id, name, person(organization=public_id))


def ask(
    asker: House, asked: House, purpose: str = "project", note: str = "", **more: Any
) -> ConnectionRequest:
    """Have one house ask another; returns the request as the database has it."""
    with transaction() as session:
        made = asking.ask(session, asker.focal, asker.id, asked.id, purpose, note, **more)
        number = made.id
    return again(number)


def again(number: int) -> ConnectionRequest:
    """A request as the database has it now."""
    db.session.rollback()
    return db.session.get_one(ConnectionRequest, number)


def all_of(model: Any) -> list[Any]:
    """Every row of a table as the database has it now, by id."""
    db.session.rollback()
    return rows(model)


def act(actor: Actor, step: str, request: ConnectionRequest) -> None:
    """Take a step on a request as the views do."""
    number = request.id
    with transaction() as session:
        getattr(connecting, step)(session, actor, connecting.request_of(session, actor, number))


def connect(one: House, other: House) -> Connection:
    """Connect two houses: one asks, the other accepts."""
    act(other.focal, "accept", ask(one, other))
    found = queries.connection_of(db.session, one.id, other.id)
    assert found is not None
    return found


def part(one: House, other: House) -> None:
    """End the connection of two houses, on behalf of the first."""
    with transaction() as session:
        found = queries.connection_of(session, one.id, other.id)
        assert found is not None
        connecting.end(session, one.focal, found, one.id)


def block(one: House, other: House) -> None:
    """Have one house block another."""
    with transaction() as session:
        blocks.block(session, one.focal, one.id, other.id)
