"""Persons who act in tests of verbs: real accounts, and the actors they are."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.accounts import memberships, users
from hub.accounts.models import Part, Standing
from hub.database import db, now, transaction
from hub.directory import moderation, registration, revisions
from hub.directory.models import Case, Organization, Revision
from hub.directory.states import Decision
from hub.permissions import OPERATOR, Actor

WHOLE: dict[str, Any] = {
    "kind": "civil_society",
    "country": "KE",
    "themes": ["forced-labour"],
    "texts": {"en": {"short": "We help people who were trafficked."}},
}


def person(
    role: str | None = None,
    organization: str | None = None,
    part: str = "focal_point",
    *,
    language: str = "en",
    email: str | None = None,
    is_confirmed: bool = True,
) -> Actor:
    """Make an account with a role in the hub and a part in an organization; returns who it is as an actor."""
    with transaction() as session:
        address = email or f"{secrets.token_hex(6)}@example.org"
        user = users.create(session, OPERATOR, address, None, language)
        user.confirmed_at = now() if is_confirmed else None
        if role:
            users.grant(session, OPERATOR, user, Standing(role), "a label" if role == "guest" else None)
        if organization:
            memberships.join(session, OPERATOR, user.id, organization, Part(part))
        parts = {organization: part} if organization else {}
        return Actor(f"user:{user.id}", frozenset({role} if role else ()), user.id, parts)


def within(actor: Actor, organization: str, part: str = "focal_point") -> Actor:
    """The same person with a part in an organization, as its next request would know it."""
    return Actor(actor.name, actor.roles, actor.id, {**actor.organizations, organization: part})


def register(name: str = "Water for All", **values: Any) -> tuple[Actor, Case]:
    """Have somebody register an organization and hand it in."""
    applicant = person()
    with transaction() as session:
        revision = registration.start(session, applicant, name, "en")
        applicant = within(applicant, revision.organization_id)
        assert revisions.save(session, applicant, revision, {**WHOLE, **values}) == {}
        case = registration.submit(session, applicant, revision, registration.TERMS_VERSION)
    return applicant, case


def edit(actor: Actor, organization_id: str, **values: Any) -> Case:
    """Hand in an edit of a profile."""
    with transaction() as session:
        organization = session.get_one(Organization, organization_id)
        revision = revisions.begin(session, actor, organization, "en")
        assert revisions.save(session, actor, revision, values) == {}
        return revisions.submit(session, actor, revision)


def decide(actor: Actor, case_id: int, decision: str, **more: Any) -> None:
    """Decide a case."""
    with loaded(Case, case_id) as (session, case):
        moderation.decide(session, actor, case, Decision(decision), **more)


@contextmanager
def loaded(model: Any, key: Any) -> Iterator[tuple[orm.Session, Any]]:
    """A transaction with one row of it."""
    with transaction() as session:
        yield session, session.get_one(model, key)


def fresh(model: Any, key: Any) -> Any:
    """A row as the database has it now."""
    db.session.expire_all()
    return db.session.get_one(model, key)


def revision_of(case: Case) -> Revision:
    """The revision of a case as the database has it now."""
    found: Revision = fresh(Revision, case.revision_id)
    return found


def all_of(model: Any) -> list[Any]:
    """Every row of a table, by id."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(model).order_by(model.id)))
