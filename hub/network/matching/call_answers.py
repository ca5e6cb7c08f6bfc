"""Answering a call inside the hub: a few sentences of an organization, read by those who act for the caller."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory.log import note
from hub.directory.models import Organization
from hub.errors import Conflict, Invalid
from hub.network.connections.asking import is_unwelcome
from hub.network.connections.first_contact import leads_elsewhere, plain
from hub.network.connections.hurdles import Why, is_spent
from hub.network.connections.queries import are_connected, has_blocked
from hub.network.connections.wording import HURDLES
from hub.network.matching import call_notices
from hub.network.matching.call_models import ANSWER, Call, CallAnswer, CallState
from hub.network.matching.permissions import POLICY
from hub.network.notices import tell
from hub.network.safety import pauses
from hub.permissions import Actor, require


def answer(
    session: orm.Session, actor: Actor, call: Call, organization: Organization, text: str
) -> CallAnswer:
    """Answer a call for an organization, once; a second answer is the first.

    Where one of both has blocked the other, the answer is kept and reaches nobody; so is it where the caller blocked
    another organization of this person's. It is a first word to a stranger, and kept within the same bounds.

    Raises:
        Forbidden: the actor may not answer for this organization, or it is the caller's own.
        Conflict: the call takes no answers any more.
        Invalid: nothing is said, or too much, or it leads elsewhere though the two are not connected; or the
            organization has answered as many calls as it may, or was paused.
    """
    require(POLICY, "call:answer", actor, organization)
    if call.state is not CallState.OPEN or call.deadline < now().date():
        raise Conflict("the call takes no answers any more")
    if organization.id == call.organization_id:
        raise Conflict("it is the organization's own call")
    known = sa.select(CallAnswer).where(
        CallAnswer.call_id == call.id, CallAnswer.organization_id == organization.id
    )
    if (held := session.scalar(known)) is not None:
        return held
    said = _checked(session, call, organization, text)
    made = CallAnswer(call_id=call.id, organization_id=organization.id, author_id=actor.id, text=said)
    session.add(made)
    session.flush()
    note(session, actor, "call:answer", organization.id, subject=f"call:{call.id}")
    caller_id = call.organization_id
    is_barred = has_blocked(session, organization.id, caller_id)
    if not is_barred and not is_unwelcome(session, actor, organization.id, caller_id):
        tell(
            session,
            call_notices.ANSWERED,
            organization_id=call.organization_id,
            about={"organization": {"organization": organization.id}, "call": call.title},
            link=f"/calls/{call.id}",
            group=f"answer:{made.id}",
        )
    return made


def _checked(session: orm.Session, call: Call, organization: Organization, text: str) -> str:
    said = plain(text)
    if not said or len(said) > ANSWER:
        raise Invalid({"answer": [_("Write up to %(most)s characters.", most=ANSWER)]})
    if are_connected(session, call.organization_id, organization.id):
        return said
    if leads_elsewhere(said):
        raise Invalid({"answer": [_("Leave out web addresses, e-mail addresses and phone numbers.")]})
    if pauses.until(session, organization.id) is not None:
        raise Invalid({"answer": [str(HURDLES[Why.STOPPED])]})
    answers = sa.select(sa.func.count()).where(CallAnswer.organization_id == organization.id)
    if is_spent(session, answers, CallAnswer.at):
        raise Invalid({"answer": [_("Your organization has answered as many calls as it may in a day.")]})
    return said
