"""Suggesting an organization that is missing, also without an account: a draft that nobody sees, and a case upon it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from marshmallow import ValidationError
from sqlalchemy import orm

from hub.database import now
from hub.directory import cases, profiles
from hub.directory.claims import HUB, require_address
from hub.directory.models import Case, new_id
from hub.directory.schemas import ProfileSchema
from hub.directory.states import CaseKind
from hub.errors import Invalid
from hub.permissions import Actor

FIELDS = ("name", "country", "website")
SAME = timedelta(minutes=10)  # within which the same suggestion is the same click twice
LOOKED_AT = 100  # suggestions


def suggest(
    session: orm.Session,
    actor: Actor,
    values: Mapping[str, str],
    why: str,
    language: str,
    contact: str | None = None,
) -> Case:
    """Put an organization before the curators; the same again, by a second click, is the first case.

    Raises:
        Invalid: a value is wrong, name, country or reason is missing, or the address is none.
    """
    right = _checked(values, why, contact)
    details = {"text": why.replace("\0", "").strip(), "suggested": right}
    if (held := _same(session, actor, details, contact)) is not None:
        return held
    public_id = new_id()
    made = profiles.create(session, HUB, {**right, "is_claimable": True}, public_id=public_id)
    session.flush()
    return cases.open_case(
        session, actor, CaseKind.SUGGESTION, made, details=details, contact=contact, spoken=language
    )


def _checked(values: Mapping[str, str], why: str, contact: str | None) -> dict[str, Any]:
    given = {name: text for name in FIELDS if (text := values.get(name, "").strip())}
    wrong: dict[str, list[str]] = {
        name: [text] for name, text in (("name", _("Give its name.")), ("country", _("Choose a country.")))
        if name not in given
    }  # fmt: skip
    right: dict[str, Any] = {}
    try:
        right = dict(ProfileSchema().load(given, partial=True))
    except ValidationError as error:
        wrong |= {str(name): [str(one) for one in texts] for name, texts in dict(error.messages_dict).items()}
    for check in (lambda: cases.checked(why), lambda: require_address(contact)):
        try:
            check()
        except Invalid as error:
            wrong |= error.messages
    if wrong:
        raise Invalid(wrong)
    return right


def _same(session: orm.Session, actor: Actor, details: Mapping[str, Any], contact: str | None) -> Case | None:
    asked = (
        sa.select(Case)
        .where(Case.kind == CaseKind.SUGGESTION, Case.opened_at > now() - SAME)
        .order_by(Case.id.desc())
        .limit(LOOKED_AT)
    )
    said = (actor.id, contact, details)
    return next(
        (one for one in session.scalars(asked) if (one.opener_id, one.contact, one.details) == said), None
    )
