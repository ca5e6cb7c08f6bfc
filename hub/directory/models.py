"""The tables of the directory.

A profile is one row. Lists that are only ever shown or indexed whole (names, texts, themes ...) are JSON columns in the
form that ``schemas.py`` checks; what must be unique or looked up from outside (provenance, match keys) has its own table.
Terms are stored by their key, which never changes: renaming a term changes its labels only.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Json, Model, UtcDateTime, now
from hub.directory.case_models import Case, CaseAnswer, CaseNote, Merge, Revision
from hub.directory.log import LogEntry
from hub.directory.states import Safety, Status, Trust

__all__ = [
    "ALPHABET", "ID_LENGTH", "Case", "CaseAnswer", "CaseNote", "Duplicate", "LogEntry", "MatchKey", "Merge",
    "Organization", "Revision", "Source", "Term", "new_id", "slug_of", "slugify",
]  # fmt: skip

ALPHABET = (
    "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter looks like a digit or spells a word
)
ID_LENGTH = 10
Strings = list[str]
Records = list[dict[str, Any]]


def new_id() -> str:
    """Make a public id: ten characters, fifty random bits."""
    bits = secrets.randbits(5 * ID_LENGTH)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(ID_LENGTH))


def slugify(name: str) -> str:
    """Turn a name in any script into a readable part of an address, at most 60 characters, perhaps empty."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")[:60].strip("-")


def slug_of(name: str, public_id: str) -> str:
    """The part of an address that stands for an organization: its name for people, its id for finding it."""
    readable = slugify(name)
    return f"{readable}-{public_id}" if readable else public_id


class Term(Model):
    """One entry of a vocabulary, regions and countries included."""

    __tablename__ = "term"

    vocabulary: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    parent: Mapped[str | None] = mapped_column(sa.String(80))
    position: Mapped[int]
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    synonyms: Mapped[dict[str, Strings]] = mapped_column(Json, default=dict)
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    is_retired: Mapped[bool] = mapped_column(default=False)


class Organization(Model):
    """A stakeholder and the profile shown of it."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.CheckConstraint("length(id) = 10", "id_length"),
        sa.CheckConstraint("length(name) > 0", "name_given"),
        sa.Index("ix_organization_status_confirmed", "status", "last_confirmed_at"),
    )

    id: Mapped[str] = mapped_column(sa.String(10), primary_key=True, default=new_id)
    status: Mapped[Status] = mapped_column(
        sa.Enum(Status, native_enum=False, length=12, values_callable=list)
    )
    trust: Mapped[Trust] = mapped_column(
        sa.Enum(Trust, native_enum=False, length=12, values_callable=list), default=Trust.LISTED
    )
    safety: Mapped[Safety] = mapped_column(
        sa.Enum(Safety, native_enum=False, length=12, values_callable=list), default=Safety.OPEN
    )
    audiences: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    is_claimable: Mapped[bool] = mapped_column(default=False)
    version: Mapped[str] = mapped_column(sa.String(ID_LENGTH), default=new_id)

    name: Mapped[str] = mapped_column(sa.String(300))
    name_language: Mapped[str | None] = mapped_column(sa.String(12))
    legal_name: Mapped[str | None] = mapped_column(sa.String(300))
    pseudonym: Mapped[str | None] = mapped_column(sa.String(300))
    names: Mapped[Records] = mapped_column(Json, default=list)
    acronyms: Mapped[Strings] = mapped_column(Json, default=list)
    kind: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    subtype: Mapped[str | None] = mapped_column(sa.String(40))
    parent_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    memberships: Mapped[Records] = mapped_column(Json, default=list)

    country: Mapped[str | None] = mapped_column(sa.String(2), index=True)
    subdivision: Mapped[str | None] = mapped_column(sa.String(200))
    city: Mapped[str | None] = mapped_column(sa.String(200))
    countries_of_work: Mapped[Records] = mapped_column(Json, default=list)
    networks: Mapped[Strings] = mapped_column(Json, default=list)
    joined: Mapped[Strings] = mapped_column(Json, default=list)
    joined_inside: Mapped[Strings] = mapped_column(Json, default=list)

    themes: Mapped[Strings] = mapped_column(Json, default=list)
    treaties: Mapped[Strings] = mapped_column(Json, default=list)
    sectors: Mapped[Strings] = mapped_column(Json, default=list)
    offers: Mapped[Records] = mapped_column(Json, default=list)
    seeks: Mapped[Records] = mapped_column(Json, default=list)
    populations: Mapped[Strings] = mapped_column(Json, default=list)
    languages: Mapped[Strings] = mapped_column(Json, default=list)
    sdg_targets: Mapped[Strings] = mapped_column(Json, default=list)

    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict)
    logo: Mapped[str | None] = mapped_column(sa.String(80))
    website: Mapped[str | None] = mapped_column(sa.String(500))
    links: Mapped[Records] = mapped_column(Json, default=list)
    mailbox: Mapped[str | None] = mapped_column(sa.String(254))
    hotline: Mapped[dict[str, Any] | None] = mapped_column(Json)
    founded: Mapped[int | None]
    staff_band: Mapped[str | None] = mapped_column(sa.String(20))
    budget_band: Mapped[str | None] = mapped_column(sa.String(20))
    identifiers: Mapped[Records] = mapped_column(Json, default=list)

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    sources: Mapped[list[Source]] = relationship(
        back_populates="organization", cascade="all, delete-orphan", order_by="Source.id", lazy="raise"
    )


class Source(Model):
    """Where an entry came from; one record of a source belongs to one profile."""

    __tablename__ = "source"
    __table_args__ = (sa.UniqueConstraint("source", "record"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[str] = mapped_column(sa.String(60))
    record: Mapped[str] = mapped_column(sa.String(300))
    url: Mapped[str | None] = mapped_column(sa.String(1000))
    licence: Mapped[str | None] = mapped_column(sa.String(300))
    retrieved_on: Mapped[str | None] = mapped_column(sa.String(10), default=lambda: now().date().isoformat())
    fingerprint: Mapped[str | None] = mapped_column(sa.String(64))
    also_in: Mapped[Strings] = mapped_column(Json, default=list)
    flags: Mapped[Strings] = mapped_column(Json, default=list)

    organization: Mapped[Organization] = relationship(back_populates="sources", lazy="raise")


@event.listens_for(orm.Session, "before_flush")
def _renew_versions(session: orm.Session, context: Any, instances: Any) -> None:
    """Give every profile whose row or sources change a new version; no two states ever share one."""
    touched = (*session.new, *session.dirty, *session.deleted)
    changed = {one.organization_id for one in touched if isinstance(one, Source) and one.organization_id}
    for one in session.dirty:
        if isinstance(one, Organization) and session.is_modified(one):
            one.version = new_id()
            changed.discard(one.id)
    for public_id in changed:
        if organization := session.get(Organization, public_id):
            organization.version = new_id()


class MatchKey(Model):
    """A derived key under which two profiles may be the same organization: folded name, website host, identifier."""

    __tablename__ = "match_key"
    __table_args__ = (sa.Index("ix_match_key_scheme_value", "scheme", "value"),)

    organization_id: Mapped[str] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    scheme: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(400), primary_key=True)


class Duplicate(Model):
    """Two profiles that may be the same organization, and why; for a curator to decide."""

    __tablename__ = "duplicate"
    __table_args__ = (sa.CheckConstraint("first_id < second_id", "ordered_pair"),)

    first_id: Mapped[str] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    second_id: Mapped[str] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reasons: Mapped[Strings] = mapped_column(Json)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
