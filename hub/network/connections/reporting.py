"""Reporting to the curators what an organization wrote, with the words themselves as they stand at that moment."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from hub.directory import cases
from hub.directory.models import Case, Organization
from hub.directory.states import CaseKind, CaseState
from hub.i18n import language
from hub.network.connections.models import ConnectionRequest
from hub.network.connections.permissions import POLICY
from hub.network.connections.wording import PURPOSES
from hub.permissions import Actor, require

Quoted = dict[str, str]
MOST_LOOKED_AT = 200  # reports of one person about one organization


def report_request(session: orm.Session, actor: Actor, request: ConnectionRequest, text: str) -> Case:
    """Report a request; the one who asked is not told.

    Raises:
        Forbidden: the actor is not of the asked side.
        Invalid: the text is empty or too long.
    """
    require(POLICY, "request:report", actor, request)
    said = f"{PURPOSES[request.purpose]}\n{request.note}".strip()
    quoted = quote(session, request.asker_id, request.asked_at.isoformat(), said)
    return put_before_curators(session, actor, request.asker_id, text, [quoted])


def quote(session: orm.Session, organization_id: str, at: str, text: str) -> Quoted:
    """Words of an organization as a case holds them: who, when, what."""
    return {"by": session.get_one(Organization, organization_id).name, "at": at, "text": text}


def _reported(quoted: Sequence[Quoted]) -> list[tuple[str | None, str | None]]:
    """What is reported of what is quoted: what stands around it grows while people write on."""
    marked = [one for one in quoted if one.get("is_reported")]
    return [(one.get("at"), one.get("text")) for one in marked or quoted]


def put_before_curators(
    session: orm.Session, actor: Actor, about_id: str, text: str, quoted: Sequence[Quoted]
) -> Case:
    """Open a case about an organization, with what is reported of it; the same again is the case that waits.

    Raises:
        Invalid: the text is empty or too long.
    """
    organization = session.get_one(Organization, about_id)
    details = {"text": cases.checked(text), "quoted": list(quoted)}
    asked = sa.select(Case).where(
        Case.kind == CaseKind.REPORT,
        Case.organization_id == about_id,
        Case.opener_id == actor.id,
        Case.state != CaseState.DECIDED,
    )
    for held in session.scalars(asked.order_by(Case.id.desc()).limit(MOST_LOOKED_AT)):
        if _reported(held.details.get("quoted", ())) == _reported(quoted):
            return held
    return cases.open_case(session, actor, CaseKind.REPORT, organization, details=details, spoken=language())
