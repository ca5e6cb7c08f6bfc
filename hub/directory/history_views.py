"""The past of a profile: its states, each as it was, and bringing one back; for its own people and for curators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts import memberships
from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import curators, history, own_queries, registration, revisions, showing_again, tasks
from hub.directory.history import Begun
from hub.directory.models import LogEntry, Organization
from hub.directory.permissions import POLICY, is_trusted
from hub.directory.states import Status
from hub.directory.wording import differences
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import PREFIX, language
from hub.permissions import Actor, allows, require
from hub.web import show

pages = Blueprint("history", __name__)
HISTORY = f"{PREFIX}/organizations/<organization_id>/history"
STATE = f"{HISTORY}/<int(max=2147483647):entry_id>"


@pages.get(HISTORY)
def entries(organization_id: str) -> ResponseReturnValue:
    """List what became of a profile, newest first."""
    organization = _own(organization_id)
    found = history.history(db.session, person(), organization, _before(request.args.get("before", "")))
    return show(
        "own/history.html",
        organization=organization,
        entries=found,
        done=history.DONE,
        changes={one.id: history.changes(organization, one, language()) for one in found},
        who=_who(person(), organization, found),
        is_own=organization.id in person().organizations,
        taken_down_by=showing_again.reversible_case(db.session, person(), organization),
        older=found[-1].id if len(found) == history.PAGE else None,
    )


@pages.get(STATE)
def state(organization_id: str, entry_id: int) -> ResponseReturnValue:
    """Show a profile as it was."""
    return _state_page(_own(organization_id), entry_id)


@pages.post(f"{STATE}/restore")
def restore(organization_id: str, entry_id: int) -> ResponseReturnValue:
    """Bring a state back, as an edit; a second click leads to what the first one did."""
    actor = person()
    organization = _own(organization_id, "revision:restore")
    try:
        with transaction() as session:
            held = session.get_one(Organization, organization.id, with_for_update=True)
            revision = history.restore(session, actor, held, entry_id, language())
            case = own_queries.latest_case(session, revision)
            case_id = case.id if case else None
    except Begun as error:
        return _state_page(organization, entry_id, begun=error.revision_id, status=409)
    except Conflict:
        return _state_page(organization, entry_id, is_late=True, status=409)
    except Invalid as error:
        return _state_page(organization, entry_id, messages=error.messages, status=422)
    return redirect(url_for("own.case", case_id=case_id, sent=1), 303)


def _own(organization_id: str, action: str = "revision:read") -> Organization:
    """An organization whose past the person signed in may see; any other looks as if there were none."""
    actor = person()
    found = db.session.get(Organization, organization_id)
    if found is None or not allows(POLICY, "revision:read", actor, found):
        raise NotFound(organization_id)
    require(POLICY, action, actor, found)
    return found


def _state_page(
    organization: Organization,
    entry_id: int,
    *,
    messages: dict[str, list[str]] | None = None,
    begun: int | None = None,
    is_late: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    actor = person()
    entry, values = history.state_after(db.session, actor, organization, entry_id)
    back = history.brought_back(organization, values)
    live = revisions.snapshot(organization)
    may_restore = organization.status in (Status.PUBLISHED, Status.HIDDEN)
    return show(
        "own/state.html",
        status=status,
        organization=organization,
        entry=entry,
        done=history.DONE,
        values=values,
        groups=[(one.name, tasks.answers_of(one, values, language())) for one in registration.tasks(values)],
        titles=tasks.TITLES,
        changes=differences({name: live[name] for name in back}, back, language()),
        who=_who(actor, organization, [entry]),
        is_own=organization.id in actor.organizations,
        is_trusted=is_trusted(organization),
        may_restore=may_restore and allows(POLICY, "revision:restore", actor, organization),
        messages=messages or {},
        begun=begun,
        is_late=is_late,
    )


def _who(actor: Actor, organization: Organization, found: Iterable[LogEntry]) -> Mapping[str, str]:
    """Who did what, by handle, as this reader may know it: curators know persons, its people one another."""
    handles = {one.actor for one in found}
    said = {handle: _("The hub itself") for handle in handles}
    persons = [handle for handle in handles if curators.number_of(handle) is not None]
    if organization.id in actor.organizations:
        names = {
            f"{curators.HANDLE}{one.user_id}": one.user.name or _("Your colleague")
            for one in memberships.members(db.session, organization.id)
        }
        said |= {handle: names.get(handle, _("A curator or a former colleague")) for handle in persons}
    else:
        said |= curators.names(db.session, persons)
    return said | {actor.name: _("You")}


def _before(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
