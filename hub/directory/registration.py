"""Registering an organization: a draft that can be left and resumed, how complete it is, and handing it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy import orm

from hub.database import now
from hub.directory import profiles, queries, revisions, vocabularies
from hub.directory.matching import host_of
from hub.directory.models import Case, MatchKey, Organization, Revision, new_id
from hub.directory.people import make_focal_point
from hub.directory.permissions import POLICY
from hub.directory.schemas import ProfileSchema
from hub.directory.states import Audience, RevisionState, Safety, Status, Trust
from hub.directory.visibility import Profile, profile_for
from hub.errors import Conflict, Invalid
from hub.folding import fold
from hub.permissions import Actor, require

TERMS_VERSION = "2026-11"  # of the declaration; a new text gets a new version
MOST_DRAFTS = 5  # of one person at once
LAST_CHARACTER = "\U0010ffff"
NO_ID = "0" * 10
SHORTEST = 3  # folded letters from which on names are looked up

# how much each field helps a reader to find and judge an organization; the sum is 100
WEIGHTS = {
    "name": 10, "kind": 8, "country": 8, "themes": 12, "texts": 14, "offers": 10, "countries_of_work": 6,
    "sectors": 4, "populations": 5, "languages": 5, "website": 6, "mailbox": 4, "seeks": 3, "identifiers": 2,
    "logo": 1, "founded": 1, "staff_band": 1,
}  # fmt: skip
REQUIRED = ("name", "kind", "country", "themes", "texts")
TASKS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "name_language", "legal_name", "names", "acronyms"),
    "kind": ("kind", "subtype", "founded", "staff_band", "budget_band", "identifiers", "memberships"),
    "where": ("country", "subdivision", "city", "countries_of_work", "networks"),
    "what": ("themes", "sectors", "offers", "seeks", "populations", "treaties", "sdg_targets"),
    "texts": ("texts", "languages"),
    "contact": ("website", "links", "mailbox", "hotline", "audiences"),
    "safety": ("safety", "pseudonym"),
}
EMPTY: tuple[Any, ...] = (None, "", [], {})


class TaskState(StrEnum):
    """How far a task of the list is."""

    TODO = "todo"
    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list."""

    name: str
    fields: tuple[str, ...]
    state: TaskState


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what helps a reader is there, in percent, and what is missing, the most helpful first."""

    percent: int
    missing: tuple[tuple[str, int], ...]


def start(session: orm.Session, actor: Actor, name: str, language: str) -> Revision:
    """Begin a registration: an organization that nobody sees yet, its draft, and the actor as focal point.

    Raises:
        Forbidden: nobody is signed in.
        Invalid: that is no name.
        Conflict: the actor has begun several already.
    """
    require(POLICY, "profile:draft", actor)
    try:
        checked = ProfileSchema().load({"name": name}, partial=True)
    except ValidationError as error:
        raise Invalid({"name": [str(text) for text in dict(error.messages_dict)["name"]]}) from error
    if len(mine(session, actor)) >= MOST_DRAFTS:
        raise Conflict(f"{MOST_DRAFTS} registrations are begun already")
    public_id = new_id()
    organization = profiles.create(session, actor, checked, public_id=public_id, status=Status.DRAFT)
    session.flush()
    if actor.id is not None:
        make_focal_point(session, actor, actor.id, public_id)
    return revisions.begin(session, _with_part(actor, public_id), organization, language)


def mine(session: orm.Session, actor: Actor) -> list[Revision]:
    """The registrations that the actor began and has not handed in, newest first."""
    asked = (
        sa.select(Revision)
        .join(Organization, Organization.id == Revision.organization_id)
        .where(
            Revision.author_id == actor.id,
            Revision.state == RevisionState.DRAFT,
            Organization.status == Status.DRAFT,
        )
        .order_by(Revision.id.desc())
    )
    return list(session.scalars(asked)) if actor.id is not None else []


def tasks(values: Mapping[str, Any]) -> list[Task]:
    """The task list for what was given so far (see ``revisions.effective``)."""
    return [Task(name, fields, _state(fields, values)) for name, fields in TASKS.items()]


def completeness(values: Mapping[str, Any]) -> Completeness:
    """Weigh what was given; a hundred percent is all that helps a reader, not every field."""
    missing = {field: weight for field, weight in WEIGHTS.items() if values.get(field) in EMPTY}
    ordered = sorted(missing.items(), key=lambda item: -item[1])
    return Completeness(100 - sum(missing.values()), tuple(ordered))


def possible_duplicates(
    session: orm.Session, name: str, country: str | None = None, website: str | None = None, limit: int = 5
) -> list[Profile]:
    """Published profiles that may be the same organization, as the public sees them, in one or two statements.

    They have the same name in any country, a name that begins so in ``country``, or the same site.
    """
    folded = fold(name)
    wanted = [MatchKey.scheme == "host", MatchKey.value == host] if (host := host_of(website)) else []
    found: list[Any] = [sa.and_(*wanted)] if wanted else []
    if len(folded) >= SHORTEST:
        countries = [*vocabularies.current().terms.get("country", {}), "--"]
        same = MatchKey.value.in_([f"{code}:{folded}" for code in countries])
        found.append(sa.and_(MatchKey.scheme == "name", sa.or_(same, *_beginning(session, country, folded))))
    if not found:
        return []
    ids = sa.select(MatchKey.organization_id).where(sa.or_(*found)).distinct().limit(limit * 4)
    # asked for also where nobody bears the name: that somebody hidden does must not show in the time it takes
    profiles_found = queries.profiles(sorted(session.scalars(ids)) or [NO_ID])
    return [one for one in profiles_found if _shows(one, folded, host)][:limit]


def _shows(profile: Profile, folded: str, host: str | None) -> bool:
    """Tell whether the public sees what was asked for: who knows a hidden name must not learn which entry bears it."""
    names = (profile.name, *(str(other["value"]) for other in profile.names), *profile.acronyms)
    is_named = len(folded) >= SHORTEST and any(fold(name).startswith(folded) for name in names)
    return is_named or (host is not None and host_of(profile.website) == host)


def preview(organization: Organization, values: Mapping[str, Any], audience: Audience) -> Profile | None:
    """What an audience would see if ``values`` were published; None where it would not know of the organization."""
    shown = {name: value for name, value in values.items() if name in revisions.PROPOSABLE}
    lists: dict[str, Any] = {name: [] for name in profiles.LISTS if shown.get(name) is None}
    maps = {name: shown.get(name) or {} for name in ("texts", "audiences")}
    made = Organization(
        id=organization.id,
        version="",
        status=Status.PUBLISHED,
        trust=organization.trust or Trust.LISTED,
        is_claimable=False,
        updated_at=now(),
        sources=[],
        joined=organization.joined or [],
        joined_inside=organization.joined_inside or [],
        **{**shown, **lists, **maps, "safety": Safety(shown.get("safety") or Safety.OPEN)},
    )
    return profile_for(made, audience, vocabularies.current().regions)


def submit(session: orm.Session, actor: Actor, revision: Revision, terms_version: str | None) -> Case:
    """Hand a registration in with the declaration, which is kept with its version and time; returns its case.

    Raises:
        Forbidden: the actor has no part in the organization.
        Invalid: a required field is empty, or the declaration in force was not agreed to.
        Conflict: it was handed in already.
    """
    require(POLICY, "revision:submit", actor, revision)
    organization = session.get_one(Organization, revision.organization_id)
    values = revisions.effective(organization, revision)
    wrong = {field: [_("is missing")] for field in REQUIRED if values.get(field) in EMPTY}
    if terms_version != TERMS_VERSION:
        wrong["terms"] = [_("Agree to the declaration to go on.")]
    if wrong:
        raise Invalid(wrong)
    revision.terms_version, revision.terms_at = terms_version, now()
    return revisions.submit(session, actor, revision)


def _state(fields: tuple[str, ...], values: Mapping[str, Any]) -> TaskState:
    filled = {field for field in fields if values.get(field) not in EMPTY}
    needed = {field for field in fields if field in REQUIRED}
    if needed - filled:
        return TaskState.BEGUN if filled else TaskState.TODO
    return TaskState.DONE if filled else TaskState.TODO


def _beginning(session: orm.Session, country: str | None, folded: str) -> list[sa.ColumnElement[bool]]:
    """Condition for names that begin so in a country, compared by code points on both databases."""
    if country is None:
        return []
    start, column = f"{country}:{folded}", MatchKey.value
    compared: Any = sa.collate(column, "C") if session.get_bind().dialect.name == "postgresql" else column
    return [sa.and_(compared >= start, compared < start + LAST_CHARACTER)]


def _with_part(actor: Actor, public_id: str) -> Actor:
    """The actor with the part just given, which the request's own does not know yet."""
    parts = {**actor.organizations, public_id: "focal_point"}
    return Actor(actor.name, actor.roles, actor.id, parts)
