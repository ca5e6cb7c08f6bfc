"""The kinds of notices, as the parts of the network declare them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    """How notices of a kind come by mail: each at once, together once a day, or not at all."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


Buttons = Callable[..., Sequence[tuple[str, str]]]  # of the session, the notice and the person's number


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that may be told of; ``title`` says it with the names of what it is about in it.

    ``mail`` is how it comes by mail unless a person chose otherwise; a mail of a private kind says no more than that
    there is something to read in the hub, else ``buttons`` gives further links of it, words and address without the
    language of each. ``label`` names the kind among a person's settings.
    """

    name: str
    title: Any  # a lazy text
    mail: str = Way.NOW
    is_private: bool = False
    label: Any = None  # a lazy text
    buttons: Buttons | None = None

    def __post_init__(self) -> None:
        Way(self.mail)
        if len(self.name) > 40:
            raise ValueError(f"too long a name for a kind of notice: {self.name}")

    @property
    def called(self) -> str:
        """What it is called where nothing in particular is told of."""
        return str(self.label) if self.label else re.sub(r"%\(\w+\)s", "…", str(self.title))


KINDS: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Make a kind known; returns it.

    Raises:
        ValueError: another kind has this name.
    """
    if KINDS.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"declared twice: {kind.name}")
    return kind
