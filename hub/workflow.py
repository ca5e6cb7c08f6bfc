"""Moves between states as data: a table of named steps, and one function that takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from hub.errors import Conflict

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """A named move: the states it may leave and the one it reaches."""

    leaves: frozenset[State]
    reaches: State


def step(*leaves: State, reaches: State) -> Step[State]:
    """Write a step the short way, for tables."""
    return Step(frozenset(leaves), reaches)


def advance(steps: Mapping[str, Step[State]], name: str, current: State) -> State:
    """Return the state that step ``name`` reaches from ``current``.

    Raises:
        Conflict: the step does not lead on from ``current``.
        KeyError: there is no step of that name (a programming error).
    """
    move = steps[name]
    if current not in move.leaves:
        raise Conflict(f"cannot {name}: it is {current.value}")
    return move.reaches
