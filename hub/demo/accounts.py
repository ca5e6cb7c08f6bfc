"""The accounts of the demonstration: a focal point, a curator, an administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask
from flask_security import hash_password
from sqlalchemy import orm

from hub.accounts import signing_in, users
from hub.accounts.models import SignIn, Standing, User
from hub.database import db, transaction
from hub.directory.models import ALPHABET
from hub.permissions import OPERATOR

DOMAIN = "@demo.example.org"  # RFC 2606: nobody gets mail there
FOCAL_POINT, CURATOR, ADMINISTRATOR = (
    f"{who}{DOMAIN}" for who in ("focal-point", "curator", "administrator")
)
APPLICANT, COLLEAGUE = (
    f"applicant{DOMAIN}",
    f"colleague{DOMAIN}",
)  # these open and decide cases; nobody signs in as them
ROLES: dict[str, tuple[Standing, ...]] = {
    FOCAL_POINT: (),
    CURATOR: (Standing.CURATOR,),
    ADMINISTRATOR: (Standing.ADMINISTRATOR,),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one signs in with."""

    email: str
    password: str


def renew() -> list[Credentials]:
    """Make the accounts, or open them again, each with a new password; earlier sign-ins end."""
    made = [Credentials(email, _password()) for email in ROLES]
    with transaction() as session:
        for one in made:
            user = account(session, one.email)
            user.password = hash_password(one.password)
            user.active = True
            signing_in.end_all(session, user.id)
            for role in ROLES[one.email]:
                users.grant(session, OPERATOR, user, role)
    return made


def account(session: orm.Session, email: str) -> User:
    """The account of this address; made where there is none, without a password."""
    found = session.scalar(sa.select(User).where(User.email == email))
    return found or users.create(session, OPERATOR, email, None)


def close() -> int:
    """Close the accounts of a demonstration that ran on these data; returns how many were open."""
    with transaction() as session:
        found = session.scalars(sa.select(User).where(User.email.endswith(DOMAIN), User.active)).all()
        for user in found:
            user.active = False
            user.password = None
            user.fs_uniquifier = secrets.token_hex(32)
            signing_in.end_all(session, user.id)
    return len(found)


def let_in(app: Flask) -> None:
    """Count a sign-in to an account of the demonstration as one with a second factor."""

    def strengthen() -> None:
        found: SignIn | None = signing_in.current_sign_in()
        if found is None or found.is_strong or not found.user.email.endswith(DOMAIN):
            return
        with transaction() as session:
            session.execute(
                sa.update(SignIn)
                .where(SignIn.id == found.id)
                .values(is_strong=True)
                .execution_options(synchronize_session=False)
            )
        db.session.expire_all()
        signing_in.look_anew()

    app.before_request(strengthen)


def _password() -> str:
    """Sixteen characters, eighty random bits, that are read and typed without doubt."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
