"""The curators' list of calls that wait or are reported, and what they decide."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts import current_actor
from hub.database import db, transaction
from hub.directory import vocabularies
from hub.directory.desk_views import DESK
from hub.errors import Invalid, NotFound
from hub.network.matching import call_queries, calls
from hub.network.matching.call_models import Call
from hub.network.matching.call_views import pages
from hub.network.matching.permissions import POLICY
from hub.network.matching.views import page_asked
from hub.permissions import allows
from hub.web import show

__all__ = ["pages"]


@pages.get(f"{DESK}/calls")
def desk() -> ResponseReturnValue:
    """List the calls that wait for a curator or were reported; for anybody else there is no such list."""
    return _desk_page()


@pages.post(f"{DESK}/calls/<int(max=2147483647):call_id>/<any(open,decline,settle):decision>")
def decide(call_id: int, decision: str) -> ResponseReturnValue:
    """Let a call through, take it down, or find nothing wrong with it."""
    _curator()
    try:
        with transaction() as session:
            call = session.get(Call, call_id, with_for_update=True)
            if call is None:
                raise NotFound(f"call {call_id}")
            if decision == "settle":
                calls.settle(session, current_actor(), call)
            else:
                calls.decide(session, current_actor(), call, decision, request.form.get("reason"))
    except Invalid as error:
        return _desk_page({f"reason-{call_id}": error.messages["reason"]}, 422)
    flash(_("Decided."))
    return redirect(url_for("calls.desk"), 303)


def _curator() -> None:
    if not allows(POLICY, "call:list", current_actor()):
        raise NotFound("the list of calls")


def _desk_page(messages: dict[str, list[str]] | None = None, status: int = 200) -> ResponseReturnValue:
    _curator()
    found, reports = call_queries.for_curators(db.session, current_actor(), page_asked())
    return show(
        "calls/desk.html",
        status=status,
        found=found,
        reports=reports,
        terms=vocabularies.current(),
        messages=messages or {},
        deciding={one.id for one in found.calls if allows(POLICY, "call:decide", current_actor(), one)},
        address=lambda page: url_for("calls.desk", page=page),
    )
