"""Where parts of the hub that know the directory add to it, without its knowing them.

They are given at start, by the part's ``init_app``::

    extending.add_panel(app, connections.panel)  # beside a profile
    extending.add_partners(app, connections.are_partners)  # who sees what only partners may
    extending.add_place(app, Place("connections.list_", _l("Connections"), ("focal_point", "editor")))
    extending.add_belongings(app, Belongings("network", merging.move, merging.move_back))  # what a merge moves too
    extending.add_tab(app, "safety.console", _l("Safety"))  # among the pages of the curators' desk
    extending.keep_private(app, "request:", "connection:")  # what the audit log shows to nobody
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup
from sqlalchemy import orm

from hub.directory.visibility import Profile
from hub.permissions import Actor

Panel = Callable[[orm.Session, Actor, Profile], Markup]  # empty where there is nothing to show to this actor
Partners = Callable[
    [orm.Session, Actor, str], bool
]  # is the actor's organization connected with the one of this id?


@dataclass(frozen=True, slots=True)
class Place:
    """A page about one organization that its people use: an endpoint with ``organization_id``, its name, whose it is."""

    endpoint: str
    label: object  # a lazy text
    parts: Sequence[str] = ("focal_point", "editor", "reader")


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a part keeps of organizations, moved when two entries are made one, and back when that is undone.

    ``move`` takes the ids of the one kept and of the other and returns, as JSON, what ``move_back`` gets besides both.
    """

    name: str
    move: Callable[[orm.Session, str, str], dict[str, Any]]
    move_back: Callable[[orm.Session, str, str, Mapping[str, Any]], None]


def init_app(app: Flask) -> None:
    """Begin with nothing added."""
    app.extensions["directory-panels"] = []
    app.extensions["directory-partners"] = []
    app.extensions["directory-places"] = []
    app.extensions["directory-belongings"] = []
    app.extensions["desk-tabs"] = []
    app.extensions["private-acts"] = []
    app.jinja_env.globals["desk_tabs"] = tabs


def add_panel(app: Flask, panel: Panel) -> None:
    """Show what ``panel`` makes beside every profile."""
    app.extensions["directory-panels"].append(panel)


def add_partners(app: Flask, test: Partners) -> None:
    """Let ``test`` tell who sees what an organization shows to its partners."""
    app.extensions["directory-partners"].append(test)


def add_place(app: Flask, place: Place) -> None:
    """Link to a page of theirs from the list of one's organizations."""
    app.extensions["directory-places"].append(place)


def add_belongings(app: Flask, part: Belongings) -> None:
    """Have a merge of two entries move what ``part`` keeps of them."""
    app.extensions["directory-belongings"].append(part)


def belongings() -> list[Belongings]:
    """What a merge of two entries moves beside what the directory keeps itself."""
    found: list[Belongings] = current_app.extensions["directory-belongings"]
    return found


def add_tab(app: Flask, endpoint: str, label: object) -> None:
    """Name a page among those of the curators' desk; ``label`` is a lazy text."""
    app.extensions["desk-tabs"].append((endpoint, label))


def keep_private(app: Flask, *acts: str) -> None:
    """Show nobody in the audit log what organizations did towards each other: actions that begin so."""
    app.extensions["private-acts"].extend(acts)


def private_acts() -> tuple[str, ...]:
    """How the actions begin that the audit log shows to nobody."""
    return tuple(current_app.extensions["private-acts"])


def tabs() -> list[tuple[str, object]]:
    """The further pages of the curators' desk: endpoint and name of each."""
    found: list[tuple[str, object]] = current_app.extensions["desk-tabs"]
    return found


def panels(session: orm.Session, actor: Actor, profile: Profile) -> list[Markup]:
    """What is shown beside a profile to this actor."""
    return [
        made
        for panel in current_app.extensions["directory-panels"]
        if (made := panel(session, actor, profile))
    ]


def is_partner(session: orm.Session, actor: Actor, organization_id: str) -> bool:
    """Tell whether the actor sees what the organization shows to its partners."""
    tests: list[Partners] = current_app.extensions["directory-partners"]
    return bool(actor.organizations) and any(test(session, actor, organization_id) for test in tests)


def places(part: str) -> list[Place]:
    """The pages for who plays ``part`` in an organization."""
    return [place for place in current_app.extensions["directory-places"] if part in place.parts]
