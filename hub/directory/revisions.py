"""Proposed states of profiles: begun beside the live one, saved, submitted, published or withdrawn, and their history.

A revision holds what differs from the profile as it was when the revision began. Publishing looks at the profile
again: a field that somebody else changed meanwhile, to something else, is a collision, and nothing is overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory import cases, profiles
from hub.directory.amending import values_to_amend
from hub.directory.log import note, plain
from hub.directory.models import Case, Organization, Revision
from hub.directory.permissions import OPEN_REVISION, POLICY, is_trusted
from hub.directory.proposed import check
from hub.directory.schemas import SHELTER, ProfileSchema
from hub.directory.states import REVISION_STEPS, CaseKind, RevisionState, Status
from hub.directory.wording import label, words
from hub.errors import Conflict, Invalid, NotFound
from hub.permissions import Actor, require
from hub.workflow import advance

PROPOSABLE = (*ProfileSchema().fields, "logo")


@dataclass(frozen=True, slots=True)
class Collided:
    """A field that the live profile and a revision both changed, in words."""

    field: str
    label: str
    base: tuple[str, ...]
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


class Collision(Conflict):
    """The live profile changed meanwhile in fields that the revision changes too."""

    def __init__(self, collisions: list[Collided]) -> None:
        super().__init__("changed meanwhile: " + ", ".join(one.field for one in collisions))
        self.collisions = collisions


def one(session: orm.Session, revision_id: int) -> Revision:
    """Load a revision, and hold it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Revision, revision_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"revision {revision_id}")
    return found


def begin(session: orm.Session, actor: Actor, organization: Organization, language: str) -> Revision:
    """Open a draft beside the live profile; the actor's own open one again where there is one.

    What has not been published has one draft for all its people; a declined one goes on in a new draft.

    Raises:
        Forbidden: the actor has no part in the organization.
    """
    require(POLICY, "revision:begin", actor, organization)
    if (held := open_one(session, actor, organization)) is not None:
        return held
    base = snapshot(organization)
    revision = Revision(
        organization_id=organization.id,
        author_id=actor.id,
        state=RevisionState.DRAFT,
        base_version=organization.version or "",
        base=base,
        values=values_to_amend(session, organization, base),
        language=language,
    )
    session.add(revision)
    session.flush()
    begun, subject = {"state": revision.state}, f"revision:{revision.id}"
    note(session, actor, "revision:begin", organization.id, subject=subject, after=begun)
    return revision


def save(session: orm.Session, actor: Actor, revision: Revision, values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what is right of ``values`` (column -> value, only those to change) and return what is wrong, by field.

    Raises:
        Forbidden: the actor may not change this revision.
        Conflict: it is no draft any more.
    """
    require(POLICY, "revision:save", actor, revision)
    _require_draft(revision)
    before = {**revision.base, **revision.values}
    right, wrong = check(before, values)
    put(revision, {**before, **right})
    return wrong


def save_logo(session: orm.Session, actor: Actor, revision: Revision, name: str | None) -> None:
    """Propose a logo by the name of its stored file, or none."""
    require(POLICY, "revision:save", actor, revision)
    put(revision, {**revision.base, **revision.values, "logo": name})


def submit(session: orm.Session, actor: Actor, revision: Revision) -> Case:
    """Hand a draft to the curators; returns its case. A trusted organization's edit goes live and is looked at after.

    Raises:
        Forbidden: the actor has no part in the organization.
        Conflict: it is no draft; for a trusted organization also a Collision.
        Invalid: it changes nothing.
    """
    require(POLICY, "revision:submit", actor, revision)
    organization = session.get_one(Organization, revision.organization_id)
    if not revision.values and organization.status is not Status.DRAFT:
        raise Invalid({"": [_("Nothing was changed.")]})
    step(session, actor, revision, "submit")
    revision.submitted_at = now()
    if is_trusted(organization):
        publish(session, actor, revision)
        return cases.open_case(session, actor, CaseKind.REVIEW, organization, revision)
    if (held := cases.waiting_for(session, revision)) is not None:
        return cases.resubmit(session, actor, held)
    kind = CaseKind.REGISTRATION if organization.status is Status.DRAFT else CaseKind.EDIT
    return cases.open_case(session, actor, kind, organization, revision)


def withdraw(session: orm.Session, actor: Actor, revision: Revision) -> None:
    """Take a revision back before it was decided; its case ends with it.

    Raises:
        Forbidden: the actor may not, or it was decided.
    """
    require(POLICY, "revision:withdraw", actor, revision)
    step(session, actor, revision, "withdraw")
    cases.withdraw_of(session, actor, revision)


def publish(session: orm.Session, actor: Actor, revision: Revision) -> None:
    """Make a submitted revision the live profile.

    Raises:
        Forbidden: the actor may not edit this profile.
        Collision: others changed the same fields meanwhile; nothing is written.
        Conflict: it was not submitted.
    """
    organization = session.get_one(
        Organization, revision.organization_id, with_for_update=True, populate_existing=True
    )
    if found := collisions(organization, revision):
        raise Collision(found)
    step(session, actor, revision, "publish")
    revision.published_at = now()
    revision.base = {**revision.base, **{name: snapshot(organization)[name] for name in revision.values}}
    profiles.revise(
        session, actor, organization, profiles.columns_from(revision.values), action="publish-revision"
    )


def overrule(session: orm.Session, revision: Revision) -> None:
    """Have a revision begin from the live profile as it is now, so that publishing it prefers it throughout."""
    revision.base = snapshot(session.get_one(Organization, revision.organization_id))


def take_back(session: orm.Session, actor: Actor, revision: Revision) -> None:
    """Undo a published revision where the profile still says what it proposed; later changes stay."""
    organization = session.get_one(Organization, revision.organization_id)
    step(session, actor, revision, "supersede")
    live = snapshot(organization)
    values = {
        name: revision.base.get(name) for name, value in revision.values.items() if live.get(name) == value
    }
    profiles.revise(session, actor, organization, profiles.columns_from(values), action="take-back-revision")


def rebase(session: orm.Session, actor: Actor, revision: Revision, keep: Collection[str]) -> None:
    """Settle a collision: begin from the live profile, with our values for the fields in ``keep`` and theirs else."""
    require(POLICY, "revision:save", actor, revision)
    _require_draft(revision)
    organization = session.get_one(Organization, revision.organization_id)
    theirs = {one.field for one in collisions(organization, revision)} - set(keep)
    ours = {name: value for name, value in revision.values.items() if name not in theirs}
    revision.base, revision.base_version = snapshot(organization), organization.version
    put(revision, {**revision.base, **ours})


def collisions(organization: Organization, revision: Revision) -> list[Collided]:
    """Name the fields that both the live profile and the revision changed since the revision began, differently."""
    live = snapshot(organization)
    both = [
        name
        for name, value in revision.values.items()
        if live.get(name) != revision.base.get(name) and live.get(name) != value
    ]
    return [
        Collided(
            name,
            label(name),
            words(name, revision.base.get(name), revision.language),
            words(name, live.get(name), revision.language),
            words(name, revision.values[name], revision.language),
        )
        for name in both
    ]


def effective(organization: Organization, revision: Revision) -> dict[str, Any]:
    """The live profile's columns with the revision's values upon them."""
    return {**snapshot(organization), **revision.values}


def snapshot(organization: Organization) -> dict[str, Any]:
    """The columns that a revision may change, as plain JSON."""
    return plain({name: getattr(organization, name) for name in PROPOSABLE}) or {}


def others(session: orm.Session, revision: Revision) -> list[Revision]:
    """The other revisions of the same organization that are still open: two editors see each other's change."""
    return list(
        session.scalars(
            sa.select(Revision)
            .where(
                Revision.organization_id == revision.organization_id,
                Revision.id != revision.id,
                Revision.state.in_(OPEN_REVISION),
            )
            .order_by(Revision.id)
        )
    )


def step(session: orm.Session, actor: Actor, revision: Revision, name: str) -> None:
    """Take a named step and log it; who may is for the caller to ask."""
    held = revision.state
    revision.state = advance(REVISION_STEPS, name, held)
    revision.updated_at = now()
    subject = f"revision:{revision.id}"
    before, after = {"state": held}, {"state": revision.state}
    note(
        session,
        actor,
        f"revision:{name}",
        revision.organization_id,
        subject=subject,
        before=before,
        after=after,
    )


def put(revision: Revision, values: dict[str, Any]) -> None:
    """Set the proposed values, keeping only those that differ; nothing may say in which town a shelter is.

    Raises:
        Conflict: it is no draft any more.
    """
    _require_draft(revision)
    if any(offer["service"] == SHELTER for offer in values.get("offers") or ()):
        values = {**values, "city": None, "subdivision": None}
    proposed = plain({name: values[name] for name in PROPOSABLE if name in values}) or {}
    revision.values = {name: value for name, value in proposed.items() if value != revision.base.get(name)}
    revision.updated_at = now()


def open_one(session: orm.Session, actor: Actor, organization: Organization) -> Revision | None:
    """The draft that ``begin`` would go on with, where there is one."""
    asked = sa.select(Revision).where(
        Revision.organization_id == organization.id, Revision.state.in_(OPEN_REVISION)
    )
    if organization.status is not Status.DRAFT:
        asked = asked.where(Revision.author_id == actor.id, Revision.state == RevisionState.DRAFT)
    return session.scalars(asked.order_by(Revision.id.desc()).limit(1)).first()


def _require_draft(revision: Revision) -> None:
    if revision.state is not RevisionState.DRAFT:
        raise Conflict(f"cannot change it: it is {revision.state.value}")
