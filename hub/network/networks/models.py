"""The tables of networks: networks, who belongs to them, who coordinates them, and what is written there.

All that is written is a post: an announcement, a discussion, a reply in one, a resource. It is signed by an
organization, never by a person's name.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Json, Model, UtcDateTime, now
from hub.network.networks.states import Joining, Kind, Listing, PostKind, Standing, State

KEY = 60  # characters of a network's key
Strings = list[str]


def _choice(states: type[Any]) -> sa.Enum:
    return sa.Enum(states, native_enum=False, length=12, values_callable=list)


class Network(Model):
    """A regional or thematic group of organizations; ``texts`` holds name, purpose and rules by language."""

    __tablename__ = "network"
    __table_args__ = (sa.CheckConstraint("length(key) > 0", "key_given"),)

    key: Mapped[str] = mapped_column(sa.String(KEY), primary_key=True)
    kind: Mapped[Kind] = mapped_column(_choice(Kind))
    state: Mapped[State] = mapped_column(_choice(State), default=State.OPEN)
    joining: Mapped[Joining] = mapped_column(_choice(Joining), default=Joining.REQUEST)
    listing: Mapped[Listing] = mapped_column(_choice(Listing), default=Listing.PUBLIC)
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(Json)
    regions: Mapped[Strings] = mapped_column(Json, default=list)
    themes: Mapped[Strings] = mapped_column(Json, default=list)
    sectors: Mapped[Strings] = mapped_column(Json, default=list)
    position: Mapped[int] = mapped_column(default=0, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    def text(self, field: str, language: str) -> str:
        """Its name, purpose or rules in a language; in English, then in any, where it has none in that one."""
        held = [self.texts.get(code, {}).get(field) for code in (language, "en", *self.texts)]
        return next((text for text in held if text), "")

    def name(self, language: str) -> str:
        """What it is called in a language."""
        return self.text("name", language) or self.key


class Member(Model):
    """Where an organization stands towards a network, since when, and what it said when it asked."""

    __tablename__ = "network_member"
    __table_args__ = (sa.Index("ix_network_member_network_standing", "network_key", "standing"),)

    network_key: Mapped[str] = mapped_column(
        sa.ForeignKey("network.key", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[str] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    standing: Mapped[Standing] = mapped_column(_choice(Standing))
    note: Mapped[str | None] = mapped_column(sa.String(500))
    reason: Mapped[str | None] = mapped_column(sa.String(500))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Coordinator(Model):
    """A person who looks after a network: a curator, or somebody of a member organization."""

    __tablename__ = "network_coordinator"

    network_key: Mapped[str] = mapped_column(
        sa.ForeignKey("network.key", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    organization_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Post(Model):
    """Something written to a network; ``thread_id`` is the discussion that a reply belongs to.

    ``latest_at`` is when a discussion was last written to. Of a removed one nothing is kept but that it was there.
    """

    __tablename__ = "network_post"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'reply') = (thread_id IS NOT NULL)", "thread_of_replies"),
        sa.Index("ix_network_post_network_kind_latest", "network_key", "kind", "latest_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_key: Mapped[str] = mapped_column(sa.ForeignKey("network.key", ondelete="CASCADE"))
    kind: Mapped[PostKind] = mapped_column(_choice(PostKind))
    thread_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("network_post.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    url: Mapped[str | None] = mapped_column(sa.String(500))
    language: Mapped[str | None] = mapped_column(sa.String(12))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    organization_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    replies: Mapped[int] = mapped_column(default=0)
    is_pinned: Mapped[bool] = mapped_column(default=False)
    is_closed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    latest_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Report(Model):
    """That somebody says a post breaks the rules; for the curators, until one settles it."""

    __tablename__ = "network_report"
    __table_args__ = (sa.UniqueConstraint("post_id", "reporter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("network_post.id", ondelete="CASCADE"))
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(1000))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    settled_by: Mapped[str | None] = mapped_column(sa.String(120))
