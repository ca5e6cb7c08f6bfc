"""Persons as curators see them: by name where they gave one, else by their number; never by an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.accounts.models import Role, RoleGrant, Standing, User
from hub.directory.models import Case
from hub.i18n import DEFAULT, LANGUAGES

HANDLE = "user:"  # before the number of a person in logs and decisions


def names(session: orm.Session, handles: Iterable[str | int | None]) -> Mapping[str, str]:
    """Map handles (``user:17``, or the number alone) to what these persons are called; in one statement."""
    numbers = {number for one in handles if (number := number_of(one)) is not None}
    known: dict[int, str | None] = {}
    if numbers:
        known = dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(numbers))).all())
    return {f"{HANDLE}{n}": known.get(n) or _("Person %(number)s", number=n) for n in sorted(numbers)}


def number_of(handle: str | int | None) -> int | None:
    """The number of a person; None for what is no person, such as the operator."""
    text = str(handle or "").removeprefix(HANDLE)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def everyone(session: orm.Session) -> Mapping[int, str]:
    """The curators, by name: to whom a case may be given."""
    rows = session.execute(
        sa.select(User.id, User.name)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(Role.name == Standing.CURATOR.value, User.active)
    )
    found = {number: name or _("Person %(number)s", number=number) for number, name in rows}
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


def language_of(session: orm.Session, case: Case) -> str:
    """The language in which who opened a case reads what is decided."""
    user = session.get(User, case.opener_id) if case.opener_id is not None else None
    code = user.language if user is not None else case.language
    return code if code in LANGUAGES else DEFAULT
