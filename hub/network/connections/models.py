"""The tables of connections: requests, connections, blocks, who may ask, and the buttons in mails.

A pair of organizations is kept sorted, so that it is one row whoever asked. People are kept by their number, without a
foreign key: what was asked and answered outlives the account of who did it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from hub.database import Model, UtcDateTime, now
from hub.network.connections.states import Answer, Askers, ConnectionState, Purpose, RequestState

NOTE = 300  # characters


def _organization() -> sa.ForeignKey:
    return sa.ForeignKey("organization.id", ondelete="CASCADE")


def _words(choices: Any) -> sa.Enum:
    return sa.Enum(choices, native_enum=False, length=16, values_callable=list)


def _one_of_each_pair(table: str, where: str) -> sa.Index:
    return sa.Index(
        f"uq_{table}_first_id_second_id",
        "first_id",
        "second_id",
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def pair(ids: Iterable[str]) -> dict[str, str]:
    """The columns of a pair of organizations, in whichever order they are given."""
    first, second = sorted(ids)
    return {"first_id": first, "second_id": second}


class ConnectionRequest(Model):
    """One organization asks another for a connection; one that is open is the only one of its pair."""

    __tablename__ = "connection_request"
    __table_args__ = (
        sa.CheckConstraint("first_id < second_id", "ordered_pair"),
        _one_of_each_pair("connection_request", "state = 'open'"),
        sa.Index("ix_connection_request_asker_id_asked_id_id", "asker_id", "asked_id", "id"),
        sa.Index("ix_connection_request_asker_id_state_id", "asker_id", "state", "id"),
        sa.Index("ix_connection_request_asked_id_state_id", "asked_id", "state", "id"),
        sa.Index("ix_connection_request_asker_id_asked_at", "asker_id", "asked_at"),
        sa.Index("ix_connection_request_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asker_id: Mapped[str] = mapped_column(_organization())
    asked_id: Mapped[str] = mapped_column(_organization())
    first_id: Mapped[str] = mapped_column(sa.String(10))
    second_id: Mapped[str] = mapped_column(sa.String(10))
    purpose: Mapped[Purpose] = mapped_column(_words(Purpose))
    note: Mapped[str] = mapped_column(sa.String(NOTE), default="")
    reply_by: Mapped[date | None]
    state: Mapped[RequestState] = mapped_column(_words(RequestState), default=RequestState.OPEN)
    answer: Mapped[Answer] = mapped_column(_words(Answer), default=Answer.NONE)
    asked_by: Mapped[int | None] = mapped_column(index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def other(self, organization_id: str) -> str:
        """The side that is not ``organization_id``."""
        return self.asked_id if organization_id == self.asker_id else self.asker_id


class Connection(Model):
    """Two organizations that agreed to be in touch; one that lives is the only one of its pair.

    It is shown to the public where both sides say so (``first_shows``, ``second_shows``).
    """

    __tablename__ = "connection"
    __table_args__ = (
        sa.CheckConstraint("first_id < second_id", "ordered_pair"),
        _one_of_each_pair("connection", "state = 'living'"),
        sa.Index("ix_connection_first_id_state_id", "first_id", "state", "id"),
        sa.Index("ix_connection_second_id_state_id", "second_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[str] = mapped_column(_organization())
    second_id: Mapped[str] = mapped_column(_organization())
    request_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("connection_request.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[ConnectionState] = mapped_column(_words(ConnectionState), default=ConnectionState.LIVING)
    first_shows: Mapped[bool] = mapped_column(default=False)
    second_shows: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(sa.String(10))

    @property
    def sides(self) -> tuple[str, str]:
        """The two organizations, by their ids."""
        return self.first_id, self.second_id

    def other(self, organization_id: str) -> str:
        """The side that is not ``organization_id``."""
        return self.second_id if organization_id == self.first_id else self.first_id

    def shows(self, organization_id: str) -> bool:
        """Tell whether this side would have it shown."""
        return self.first_shows if organization_id == self.first_id else self.second_shows


class Block(Model):
    """An organization that wants to hear nothing of another; the other is never told."""

    __tablename__ = "organization_block"

    blocker_id: Mapped[str] = mapped_column(_organization(), primary_key=True)
    blocked_id: Mapped[str] = mapped_column(_organization(), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ContactSetting(Model):
    """Who may ask an organization for a connection, where that is not as its safety mode has it."""

    __tablename__ = "contact_setting"

    organization_id: Mapped[str] = mapped_column(_organization(), primary_key=True)
    askers: Mapped[Askers] = mapped_column(_words(Askers))


class MailButton(Model):
    """A button in one person's mail that answers a request without signing in; gone once it was used."""

    __tablename__ = "mail_button"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[int] = mapped_column(
        sa.ForeignKey("connection_request.id", ondelete="CASCADE"), index=True
    )
    act: Mapped[str] = mapped_column(sa.String(8))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
