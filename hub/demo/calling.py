"""Two calls for partners in the demonstration: the focal point's own, with an answer, and one to be answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from hub.database import db, now, transaction
from hub.demo.accounts import CURATOR, FOCAL_POINT
from hub.demo.meeting import acting, look_after, nobodys, organization_of
from hub.directory.models import Organization
from hub.network.matching import call_answers, calls
from hub.network.matching.call_models import Call, CallAudience, CallState
from hub.permissions import Actor

OURS: dict[str, Any] = {
    "title": "A lawyer who speaks Amharic",
    "text": "Demonstration: we open a second house for survivors in spring.\n\n"
    "A partner would see them twice a month. We pay the way.",
    "audience": CallAudience.PUBLIC,
    "seeks": ["legal-aid", "interpretation"],
    "theme": ["trafficking-in-persons"],
}
THEIRS: dict[str, Any] = {
    "title": "Who checks suppliers with us?",
    "text": "Demonstration: we look for somebody with whom to write down how we ask suppliers about forced labour.",
    "audience": CallAudience.MEMBERS,
    "offers": ["research"],
    "theme": ["forced-labour"],
}


def call() -> None:
    """Publish two calls and answer the focal point's; nothing where there is any call."""
    with transaction() as session:
        mine = organization_of(session, FOCAL_POINT)
        others = nobodys(session, 1)
        if mine is None or not others or session.scalar(sa.select(Call.id).limit(1)) is not None:
            return
        other = look_after(session, others)
        ours = _publish(session, acting(session, FOCAL_POINT), mine, OURS)
        _publish(session, other, others[0], THEIRS)
        organization = session.get_one(Organization, others[0])
        call_answers.answer(session, other, ours, organization, "Demonstration: two of our lawyers could.")
    db.session.expire_all()


def _publish(session: orm.Session, actor: Actor, organization_id: str, values: dict[str, Any]) -> Call:
    """Publish a call; a curator lets it through."""
    organization = session.get_one(Organization, organization_id)
    later = {"language": "en", "deadline": now().date() + timedelta(days=60)}
    made = calls.publish(session, actor, organization, {**values, **later})
    if made.state is CallState.WAITING:
        calls.decide(session, acting(session, CURATOR), made, "open")
    return made
