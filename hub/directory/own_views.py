"""What a person has to do with: the list of their organizations, and each case as those see it who opened it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import orm

from hub.accounts.membership_views import part_names
from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import amending, case_words, cases, extending, notices, own_queries, profiles
from hub.directory.models import Case, Organization, slug_of
from hub.directory.permissions import POLICY
from hub.directory.states import CaseState, Decision, Status
from hub.directory.visibility import is_hotline_current
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import PREFIX
from hub.permissions import Actor, allows
from hub.web import show

pages = Blueprint("own", __name__)
CASE = f"{PREFIX}/cases/<int(max=2147483647):case_id>"  # as large as the column
Act = Callable[[orm.Session, Actor, Case, str], object]


@pages.get(f"{PREFIX}/my-organizations")
def organizations() -> ResponseReturnValue:
    """List one's organizations, each with where it stands and what comes next, and one's other cases."""
    actor = person()
    owned, others = own_queries.own(db.session, actor)
    return show(
        "own/organizations.html",
        owned=owned,
        others=others,
        parts=part_names(),
        words=case_words,
        places=extending.places,
        slug_of=slug_of,
        may_begin={
            one.organization.id for one in owned if allows(POLICY, "revision:begin", actor, one.organization)
        },
        may_confirm={
            one.organization.id
            for one in owned
            if one.organization.status is Status.PUBLISHED
            and allows(POLICY, "profile:confirm", actor, one.organization)
        },
        is_hotline_current=is_hotline_current,
        withdrawn="withdrawn" in request.args,
        confirmed="confirmed" in request.args,
    )


@pages.post(f"{PREFIX}/my-organizations/<organization_id>/confirm")
def confirm(organization_id: str) -> ResponseReturnValue:
    """Note that everything in one's entry is still correct."""
    actor = person()
    with transaction() as session:
        organization = session.get(Organization, organization_id, with_for_update=True)
        if organization is None or not allows(POLICY, "profile:confirm", actor, organization):
            raise NotFound(organization_id)
        profiles.confirm(session, actor, organization)
    return redirect(url_for("own.organizations", confirmed=1), 303)


@pages.get(CASE)
def case(case_id: int) -> ResponseReturnValue:
    """Show a case to those who opened it."""
    return _case_page(case_id)


@pages.post(f"{CASE}/reply")
def reply(case_id: int) -> ResponseReturnValue:
    """Answer the curators."""
    return _say(case_id, "reply", _reply_once)


@pages.post(f"{CASE}/appeal")
def appeal(case_id: int) -> ResponseReturnValue:
    """Ask that another curator look at a decision."""
    return _say(case_id, "appeal", _appeal_once)


def _reply_once(session: orm.Session, actor: Actor, held: Case, text: str) -> Case:
    """Say it unless the same was said last: the second of two clicks."""
    last = cases.thread(session, actor, held)[-1:]
    if not last or (last[0].author_id, last[0].text) != (actor.id, text.strip()):
        cases.reply(session, actor, held, text)
    return held


def _appeal_once(session: orm.Session, actor: Actor, held: Case, text: str) -> Case:
    return own_queries.appeal_of(session, held) or cases.appeal(session, actor, held, text)


def _say(
    case_id: int, field: str, act: Callable[[orm.Session, Actor, Case, str], Case]
) -> ResponseReturnValue:
    actor = person()
    text = request.form.get(field, "")
    _own_case(case_id)
    try:
        with transaction() as session:
            reached = act(session, actor, cases.one(session, case_id), text).id
    except Invalid as error:
        reasons = {field: [reason for reasons in error.messages.values() for reason in reasons]}
        return _case_page(case_id, messages=reasons, typed={field: text}, status=422)
    except Conflict:
        return _case_page(case_id, is_late=True, typed={field: text}, status=409)
    return redirect(url_for("own.case", case_id=reached, said=1), 303)


def _own_case(case_id: int) -> Case:
    """A case that the person signed in may follow; any other looks as if there were none."""
    found = db.session.get(Case, case_id)
    if found is None or not allows(POLICY, "case:follow", person(), found):
        raise NotFound(f"case {case_id}")
    return found


def _may_amend(case: Case, organization: Organization) -> bool:
    """Tell whether what was declined can be changed and sent again."""
    last = amending.last_declined(db.session, organization)
    return (
        case.decision is Decision.DECLINE
        and organization.status is not Status.ARCHIVED
        and last is not None
        and last.id == case.revision_id
        and allows(POLICY, "revision:begin", person(), organization)
        and not own_queries.is_underway(db.session, organization.id)
    )


def _case_page(
    case_id: int,
    *,
    messages: Mapping[str, list[str]] | None = None,
    typed: Mapping[str, str] | None = None,
    is_late: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    actor = person()
    found = _own_case(case_id)
    organization = db.session.get_one(Organization, found.organization_id)
    appealed = own_queries.appeal_of(db.session, found)
    is_open = found.state is not CaseState.DECIDED
    return show(
        "own/case.html",
        status=status,
        case=found,
        name=organization.name if found.organization_id in actor.organizations else None,
        shown=organization,
        appealed=appealed,
        notes=[one for one in cases.thread(db.session, actor, found) if not one.is_internal],
        words=case_words,
        why=notices.why(found),
        me=actor.id,
        own_people=found.organization_id in actor.organizations,
        places=extending.places(actor.organizations.get(found.organization_id, "")),
        may_reply=is_open and allows(POLICY, "case:reply", actor, found),
        may_amend=_may_amend(found, organization),
        may_appeal=appealed is None and allows(POLICY, "case:appeal", actor, found),
        messages=messages or {},
        typed=typed or {},
        is_late=is_late,
        sent="sent" in request.args,
        said="said" in request.args,
    )
