"""The tables of those who sign in: users and their roles, passkeys, sign-ins, memberships, invitations, and a log.

An organization is known here by its public id alone. Whatever lets somebody in is kept as a digest or encrypted.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import event, orm
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Json, Model, UtcDateTime, now

EMAIL = sa.String(254)  # the longest address that mail can be sent to: RFC 5321, 4.5.3.1.3
DIGEST = sa.String(64)


class Standing(StrEnum):
    """The roles of a person in the hub as a whole; who has signed in at all is a member."""

    MEMBER = "member"
    GUEST = "guest"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"


IN_NEED = frozenset({Standing.CURATOR, Standing.ADMINISTRATOR})  # may do nothing without a second factor


class Part(StrEnum):
    """The part somebody plays in an organization."""

    FOCAL_POINT = "focal_point"
    EDITOR = "editor"
    READER = "reader"


PART = sa.Enum(Part, native_enum=False, length=12, values_callable=list)


class Role(RoleMixin, Model):
    """A role that a person may be granted."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20), unique=True)


class RoleGrant(Model):
    """A role granted to a person; ``label`` says for whom a guest speaks."""

    __tablename__ = "role_grant"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(
        sa.ForeignKey("role.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    label: Mapped[str | None] = mapped_column(sa.String(200))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class User(UserMixin, Model):
    """A person who may sign in; ``fs_uniquifier`` changes whenever all that was handed out must lose its force."""

    __tablename__ = "user"
    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", "email_lower"),
        {"sqlite_autoincrement": True},  # a handle in the log never comes to mean somebody else
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(EMAIL, unique=True)
    name: Mapped[str | None] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    tf_totp_counter: Mapped[int | None]
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(sa.String(64), unique=True)  # type: ignore[assignment]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(Json.copy()))

    grants: Mapped[list[RoleGrant]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="select"
    )
    roles: Mapped[list[Role]] = relationship(secondary="role_grant", viewonly=True)  # type: ignore[assignment]
    webauthn: Mapped[list[WebAuthn]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def handle(self) -> str:
        """The name under which logs know this person, also when the account is gone."""
        return f"user:{self.id}"

    def check_tf_required_setup(self) -> bool:
        """True for those who may not do without a second factor (asked by Flask-Security)."""
        return any(role.name in IN_NEED for role in self.roles)

    @property
    def has_second_factor(self) -> bool:
        """True once something beside the password is asked for at sign-in."""
        return bool(self.tf_primary_method) or bool(self.webauthn)


class WebAuthn(WebAuthnMixin, Model):
    """A passkey or security key of a person; ``usage`` tells whether it stands for the password or comes second."""

    __tablename__ = "webauthn"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(Json)
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(sa.String(64))
    extensions: Mapped[str | None] = mapped_column(sa.String(255))
    lastuse_datetime: Mapped[datetime] = mapped_column(UtcDateTime)
    usage: Mapped[str] = mapped_column(sa.String(20))

    user: Mapped[User] = relationship(back_populates="webauthn")


class SignIn(Model):
    """A browser in which somebody is signed in; the cookie's token is worth nothing once its row is gone."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    is_strong: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    user: Mapped[User] = relationship()


class Membership(Model):
    """The part a person plays in an organization."""

    __tablename__ = "membership"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[Part] = mapped_column(PART)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    user: Mapped[User] = relationship(back_populates="memberships")


class Invitation(Model):
    """A part in an organization, offered by mail; gone once accepted."""

    __tablename__ = "invitation"
    __table_args__ = (sa.UniqueConstraint("organization_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(EMAIL, index=True)
    role: Mapped[Part] = mapped_column(PART)
    digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    invited_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Attempt(Model):
    """A try at something that is limited, by a digest of who tried."""

    __tablename__ = "attempt"
    __table_args__ = (sa.Index("ix_attempt_kind_digest_at", "kind", "digest", "at"),)

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    digest: Mapped[str] = mapped_column(DIGEST)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class AccountEntry(Model):
    """What was done to an account or a membership, by whom, when and why; written with the change, never altered.

    Persons stand in it by their handle only, so it outlives them.
    """

    __tablename__ = "account_entry"

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    actor: Mapped[str] = mapped_column(sa.String(120), index=True)
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(120), index=True)
    organization_id: Mapped[str | None] = mapped_column(sa.String(10), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(sa.Text)


@event.listens_for(AccountEntry, "before_update")
@event.listens_for(AccountEntry, "before_delete")
def _refuse(mapper: orm.Mapper[AccountEntry], connection: sa.Connection, entry: AccountEntry) -> None:
    raise RuntimeError("the log is only ever added to")
