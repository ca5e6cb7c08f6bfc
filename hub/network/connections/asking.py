"""Asking another organization for a connection, and taking that back; who may be asked, by whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory.log import note as log
from hub.directory.models import Organization
from hub.directory.states import Audience
from hub.directory.visibility import is_shown
from hub.errors import Invalid, NotFound
from hub.network.connections import connecting, first_contact, notices, queries
from hub.network.connections.hurdles import Hindered, hurdle
from hub.network.connections.models import Block, ConnectionRequest, ContactSetting, pair
from hub.network.connections.permissions import POLICY
from hub.network.connections.states import (
    ANSWER_STEPS,
    REQUEST_STEPS,
    Answer,
    Askers,
    Purpose,
    RequestState,
)
from hub.permissions import Actor, require
from hub.workflow import advance

OPEN_FOR = timedelta(days=30)  # unless a date was given by which an answer is hoped for
LONGEST = timedelta(days=90)


def ask(
    session: orm.Session,
    actor: Actor,
    asker_id: str,
    asked_id: str,
    purpose: str,
    note: str = "",
    reply_by: date | None = None,
) -> ConnectionRequest:
    """Ask for a connection; where the other side asks already, the two are connected.

    A second click gets the request of the first. One that a block keeps from arriving looks to its asker like any.

    Raises:
        Forbidden: the actor is no focal point of the organization that asks.
        NotFound: there is no such organization, or it is not shown.
        Invalid: the purpose, the note or the date is none.
        Hindered: something that its people may know keeps it from asking.
    """
    require(POLICY, "connection:ask", actor, asker_id)
    made = _draft(asker_id, asked_id, purpose, note, reply_by)
    asker, asked = connecting.hold(session, asker_id, asked_id)
    if not is_shown(asked, Audience.MEMBERS):
        raise NotFound(asked_id)
    held = queries.open_request(session, asker_id, asked_id)
    if held is not None and held.expires_at <= now():  # the worker has not come yet
        connecting.run_out(session, held)
        held = None
    if held is not None and held.asker_id == asker_id:
        return held
    if held is not None and not queries.has_blocked(session, asker_id, asked_id):
        return _cross(session, actor, made, held)
    if (found := hurdle(session, actor, asker, asked)) is not None:
        raise Hindered(found)
    return _send(session, actor, made)


def _draft(asker_id: str, asked_id: str, purpose: str, note: str, reply_by: date | None) -> ConnectionRequest:
    if purpose not in list(Purpose):
        raise Invalid({"purpose": [_("Choose one of these.")]})
    today = now().date()
    if reply_by is not None and not today < reply_by <= today + LONGEST:
        raise Invalid({"reply_by": [_("Choose a day within the next three months.")]})
    ends = datetime.combine(reply_by, time(), UTC) + timedelta(days=1) if reply_by else now() + OPEN_FOR
    if asker_id == asked_id:
        raise NotFound(asked_id)
    return ConnectionRequest(
        asker_id=asker_id,
        asked_id=asked_id,
        **pair((asker_id, asked_id)),
        purpose=Purpose(purpose),
        note=first_contact.checked_note(note),
        reply_by=reply_by,
        state=RequestState.OPEN,
        answer=Answer.NONE,
        expires_at=ends,
    )


def _cross(
    session: orm.Session, actor: Actor, made: ConnectionRequest, held: ConnectionRequest
) -> ConnectionRequest:
    """Let two requests that meet be each other's answer."""
    _keep(session, actor, made, advance(REQUEST_STEPS, "accept", made.state))
    made.ended_at = now()
    connecting.connect(session, actor, held)
    return made


def _send(session: orm.Session, actor: Actor, made: ConnectionRequest) -> ConnectionRequest:
    if is_unwelcome(session, actor, made.asker_id, made.asked_id):
        made.answer = advance(ANSWER_STEPS, "keep_back", made.answer)
    _keep(session, actor, made, made.state)
    if made.answer is not Answer.KEPT_BACK:
        notices.asked(session, made)
    return made


def _keep(session: orm.Session, actor: Actor, made: ConnectionRequest, state: RequestState) -> None:
    made.state, made.asked_by = state, actor.id
    session.add(made)
    session.flush()
    log(
        session,
        actor,
        "connection:ask",
        made.asker_id,
        subject=connecting.subject(made),
        after={"asked": made.asked_id, "purpose": made.purpose, "state": made.state},
    )


def is_unwelcome(session: orm.Session, actor: Actor, asker_id: str, asked_id: str) -> bool:
    """Tell whether the asked side blocked the asker, or another organization that this person acts or asked for."""
    asked_for = sa.select(ConnectionRequest.asker_id).where(
        ConnectionRequest.asked_id == asked_id,
        ConnectionRequest.asked_by == actor.id,
        ConnectionRequest.asked_by.is_not(None),
    )
    asked = sa.select(Block.blocked_id).where(
        Block.blocker_id == asked_id,
        sa.or_(
            Block.blocked_id.in_(sorted({asker_id, *actor.organizations})), Block.blocked_id.in_(asked_for)
        ),
    )
    return session.scalar(asked.limit(1)) is not None


def choose_askers(session: orm.Session, actor: Actor, organization_id: str, askers: str) -> None:
    """Choose who may ask an organization for a connection.

    Raises:
        Forbidden: the actor is no focal point of it.
        Invalid: there is no such choice.
    """
    require(POLICY, "connection:choose_askers", actor, organization_id)
    if askers not in list(Askers):
        raise Invalid({"askers": [_("Choose one of these.")]})
    organization = session.get_one(Organization, organization_id, with_for_update={"key_share": True})
    before = queries.askers_of(session, organization)
    held = session.get(ContactSetting, organization_id)
    if held is None:
        session.add(ContactSetting(organization_id=organization_id, askers=Askers(askers)))
    else:
        held.askers = Askers(askers)
    subject = f"contact-setting:{organization_id}"
    log(
        session, actor, "connection:choose_askers", organization_id,
        subject=subject, before={"askers": before}, after={"askers": askers},
    )  # fmt: skip
