"""The calls, the answers to calls and what was put aside of an entry that is merged into another."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm

from hub.network.matching.call_models import Call, CallAnswer
from hub.network.matching.models import Dismissal
from hub.network.moved import Moved


def move(session: orm.Session, moved: Moved, kept_id: str, merged_id: str) -> None:
    """Give the one kept the other's calls, and its answers where it has not answered itself."""
    for call in session.scalars(sa.select(Call).where(Call.organization_id == merged_id)).all():
        moved.change(call, organization_id=kept_id)
    own = sa.select(Call.id).where(Call.organization_id == kept_id)
    answered = sa.select(CallAnswer.call_id).where(CallAnswer.organization_id == kept_id)
    answers = sa.select(CallAnswer).where(
        CallAnswer.organization_id == merged_id,
        CallAnswer.call_id.not_in(own),
        CallAnswer.call_id.not_in(answered),
    )
    for answer in session.scalars(answers).all():
        moved.change(answer, organization_id=kept_id)
    either = sa.or_(Dismissal.organization_id == merged_id, Dismissal.other_id == merged_id)
    for one in session.scalars(sa.select(Dismissal).where(either)).all():
        sides = tuple(kept_id if side == merged_id else side for side in (one.organization_id, one.other_id))
        if sides[0] == sides[1] or session.get(Dismissal, sides) is not None:
            moved.remove(one)
        else:
            moved.change(one, organization_id=sides[0], other_id=sides[1])
