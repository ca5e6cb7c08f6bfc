"""Calls for partners: publishing, deciding about the first, editing, withdrawing, reporting, and closing at the end.

An organization's first call waits for a curator, unless the organization is verified; once a curator has let one
through, later ones are shown at once. Whatever is shown can be reported, and taken down with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy import orm

from hub.database import now
from hub.directory.log import note
from hub.directory.models import Organization
from hub.directory.states import Safety, Trust
from hub.errors import Conflict, Invalid
from hub.network.matching import call_notices
from hub.network.matching.call_models import (
    CALL_STEPS,
    REPORT,
    Call,
    CallAudience,
    CallKey,
    CallReport,
    CallState,
)
from hub.network.matching.call_schemas import ABOUT, LONGEST
from hub.network.matching.permissions import POLICY
from hub.network.notices import Kind, tell
from hub.permissions import Actor, require
from hub.workflow import advance

MOST_OPEN = 5  # calls of one organization at a time
LIVING = (CallState.WAITING, CallState.OPEN)


def publish(
    session: orm.Session, actor: Actor, organization: Organization, values: Mapping[str, Any]
) -> Call:
    """Publish a call from checked ``values``, or have it wait for a curator; the same one twice is one.

    Raises:
        Forbidden: the actor may not, or the organization is not shown.
        Invalid: the organization has too many, or is protected and would show it to everybody.
    """
    require(POLICY, "call:publish", actor, organization)
    _hold(session, organization.id)
    living = _living(session, organization.id)
    for one in living:
        if (one.title, one.text) == (values["title"], values["text"]):
            return one
    if len(living) >= MOST_OPEN:
        raise Invalid({"": [_("Your organization has five calls already. Withdraw one first.")]})
    if organization.safety is Safety.PROTECTED and values["audience"] is CallAudience.PUBLIC:
        raise Invalid({"audience": [_("A protected organization shows its calls to members only.")]})
    is_trusted = organization.trust is Trust.VERIFIED or _was_let_through(session, organization.id)
    call = Call(
        organization_id=organization.id,
        state=CallState.OPEN if is_trusted else CallState.WAITING,
        opened_at=now() if is_trusted else None,
        author_id=actor.id,
        **{name: values[name] for name in ("title", "text", "language", "audience", "deadline")},
        keys=[
            CallKey(kind=kind, value=value, position=place)
            for kind in ABOUT
            for place, value in enumerate(values.get(kind) or ())
        ],
    )
    session.add(call)
    session.flush()
    _note(session, actor, "publish", call, after={"state": call.state, "audience": call.audience})
    return call


def edit(session: orm.Session, actor: Actor, call: Call, values: Mapping[str, Any]) -> None:
    """Change the text and the last day of a call, checked ``values``; one that was let through stays so.

    Raises:
        Forbidden: the actor may not.
        Conflict: it has ended already.
        Invalid: it would run for longer than a call may.
    """
    require(POLICY, "call:edit", actor, call)
    if call.state not in LIVING or call.deadline < now().date():
        raise Conflict("the call has ended")
    changed = {name: values[name] for name in ("text", "deadline") if values[name] != getattr(call, name)}
    if changed.get("deadline", call.deadline) > max(call.deadline, call.created_at.date() + LONGEST):
        raise Invalid({"deadline": [_("A call runs for half a year at most. Publish a new one after it.")]})
    if not changed:
        return
    before = {name: getattr(call, name) for name in changed}
    for name, value in changed.items():
        setattr(call, name, value)
    _note(session, actor, "edit", call, before, changed)


def withdraw(session: orm.Session, actor: Actor, call: Call) -> None:
    """Take a call back.

    Raises:
        Forbidden: the actor may not.
        Conflict: it has ended already.
    """
    require(POLICY, "call:withdraw", actor, call)
    _move(session, actor, call, "withdraw")


def decide(session: orm.Session, actor: Actor, call: Call, step: str, reason: str | None = None) -> None:
    """Let a waiting call through (``open``), or refuse or take down one (``decline``) with a reason that its people read.

    Raises:
        Forbidden: the actor is no curator, or belongs to the organization.
        Invalid: there is no reason, or a very long one.
        Conflict: it has ended, or was let through already.
    """
    require(POLICY, "call:decide", actor, call)
    said = (reason or "").strip()
    if step == "decline" and not said:
        raise Invalid({"reason": [_("Say why: the organization reads it.")]})
    if len(said) > REPORT:
        raise Invalid({"reason": [_("is longer than %(most)s characters", most=REPORT)]})
    _move(session, actor, call, step, said or None)
    call.opened_at = call.opened_at or (now() if step == "open" else None)
    _settle(session, call)
    _tell(session, call_notices.OPENED if step == "open" else call_notices.DECLINED, call)


def report(session: orm.Session, actor: Actor, call: Call, text: str) -> None:
    """Tell the curators that something is wrong with a call; nothing happens the second time.

    Raises:
        Forbidden: the actor has not signed in.
        Invalid: nothing is said, or too much.
    """
    require(POLICY, "call:report", actor, call)
    said = text.strip()
    if not said:
        raise Invalid({"report": [_("Say what is wrong.")]})
    if len(said) > REPORT:
        raise Invalid({"report": [_("is longer than %(most)s characters", most=REPORT)]})
    known = sa.select(CallReport.id).where(CallReport.call_id == call.id, CallReport.reporter == actor.name)
    if session.scalar(known) is None:
        session.add(CallReport(call_id=call.id, reporter=actor.name, text=said))
        _note(session, actor, "report", call)


def settle(session: orm.Session, actor: Actor, call: Call) -> None:
    """Find nothing wrong with a reported call.

    Raises:
        Forbidden: the actor is no curator, or belongs to the organization.
    """
    require(POLICY, "call:decide", actor, call)
    if _settle(session, call):
        _note(session, actor, "settle", call)


def close_ended(session: orm.Session, actor: Actor) -> int:
    """Close the calls whose last day is over, and tell their people; returns how many there were."""
    ended = session.scalars(
        sa.select(Call).where(Call.state.in_(LIVING), Call.deadline < now().date()).with_for_update()
    ).all()
    for call in ended:
        _move(session, actor, call, "close")
        _tell(session, call_notices.CLOSED, call)
    return len(ended)


def _move(session: orm.Session, actor: Actor, call: Call, step: str, reason: str | None = None) -> None:
    held, call.state = call.state, advance(CALL_STEPS, step, call.state)
    call.reason = reason
    if call.state is not CallState.OPEN:
        call.ended_at = now()
    _note(session, actor, step, call, {"state": held}, {"state": call.state}, reason)


def _tell(session: orm.Session, kind: Kind, call: Call) -> None:
    link, group = f"/calls/{call.id}", f"call:{call.id}"
    tell(
        session,
        kind,
        organization_id=call.organization_id,
        about={"call": call.title},
        link=link,
        group=group,
    )


def _hold(session: orm.Session, organization_id: str) -> None:
    """Have two who publish for one organization at the same moment do so one after the other."""
    session.execute(sa.select(Organization.id).where(Organization.id == organization_id).with_for_update())


def _living(session: orm.Session, organization_id: str) -> list[Call]:
    asked = sa.select(Call).where(Call.organization_id == organization_id, Call.state.in_(LIVING))
    return list(session.scalars(asked.where(Call.deadline >= now().date())))


def _was_let_through(session: orm.Session, organization_id: str) -> bool:
    """Tell whether a call of theirs was shown before, and the latest to be decided was not refused."""
    asked = (
        sa.select(Call.state)
        .where(
            Call.organization_id == organization_id,
            sa.or_(Call.opened_at.is_not(None), Call.state == CallState.DECLINED),
        )
        .order_by(Call.id.desc())
        .limit(1)
    )
    latest = session.scalar(asked)
    return latest is not None and latest is not CallState.DECLINED


def _settle(session: orm.Session, call: Call) -> bool:
    moved = session.execute(
        sa.update(CallReport)
        .where(CallReport.call_id == call.id, CallReport.settled_at.is_(None))
        .values(settled_at=now())
        .returning(CallReport.id)
        .execution_options(synchronize_session=False)
    )
    return bool(moved.all())


def _note(
    session: orm.Session,
    actor: Actor,
    action: str,
    call: Call,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    subject = f"call:{call.id}"
    note(
        session,
        actor,
        f"call:{action}",
        call.organization_id,
        subject=subject,
        before=before,
        after=after,
        reason=reason,
    )
