"""Registering an organization and editing its profile: a list of tasks upon a revision, each task a page and a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts.models import User
from hub.accounts.views import person
from hub.database import db, transaction
from hub.directory import amending, answers, notices, own_queries, registration, revisions, tasks
from hub.directory.models import Organization, Revision
from hub.directory.permissions import POLICY
from hub.directory.states import RevisionState, Status
from hub.directory.wording import label
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import PREFIX, language
from hub.permissions import allows, require
from hub.web import limiter, rate, show

pages = Blueprint("registration", __name__)
REVISION = f"{PREFIX}/revisions/<int(max=2147483647):revision_id>"  # as large as the column


def own_revision(revision_id: int, action: str = "revision:save") -> tuple[Revision, Organization]:
    """A revision that the person signed in may see, and its organization.

    Raises:
        NotFound: there is none, or it is of an organization that the person has no part in: the two look the same.
        Forbidden: the person may look, but not do ``action``.
    """
    actor = person()
    revision = db.session.get(Revision, revision_id)
    if revision is None or not allows(POLICY, "revision:read", actor, revision):
        raise NotFound(f"revision {revision_id}")
    require(POLICY, action, actor, revision)
    return revision, db.session.get_one(Organization, revision.organization_id)


@pages.get(f"{PREFIX}/organizations/new")
@limiter.limit(rate("suggest_rate"))
def start() -> ResponseReturnValue:
    """Ask for the name, and show entries that may be the same organization."""
    person()
    return _start_page(request.args.get("name", ""))


@pages.post(f"{PREFIX}/organizations/new")
def begin() -> ResponseReturnValue:
    """Begin a registration, unless the name is known and nobody said that it is another organization."""
    actor = person()
    name = request.form.get("name", "")
    if "anyway" not in request.form and registration.possible_duplicates(db.session, name):
        return _start_page(name, is_asked=True)
    try:
        with transaction() as session:
            session.get(User, actor.id, with_for_update=True)  # two clicks at once come one after the other
            held = registration.mine(session, actor)
            same = [one for one in held if _name_of(one) == " ".join(name.split())]
            revision = same[0] if same else registration.start(session, actor, name, language())
            revision_id = revision.id
    except Invalid as error:
        return _start_page(name, messages=answers.wrong_by_input(error.messages, label), status=422)
    except Conflict:
        text = _("You have begun several registrations already. Finish or withdraw one of them first.")
        return _start_page(name, messages={"": [text]}, status=422)
    return redirect(url_for("registration.task", revision_id=revision_id, name="kind"), 303)


def _name_of(revision: Revision) -> str:
    return str(revision.values.get("name") or revision.base.get("name") or "")


def _start_page(
    name: str, *, is_asked: bool = False, messages: Mapping[str, list[str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    similar = registration.possible_duplicates(db.session, name) if name.strip() and len(name) <= 300 else []
    return show(
        "registration/start.html",
        "registration/_similar.html",
        status,
        name=name,
        similar=similar,
        is_asked=is_asked,
        messages=messages or {},
        terms=tasks.terms(),
    )


@pages.get(REVISION)
def overview(revision_id: int) -> ResponseReturnValue:
    """Show the list of tasks, how complete the profile is, and where the revision stands."""
    revision, organization = own_revision(revision_id, "revision:read")
    values = revisions.effective(organization, revision)
    is_draft = revision.state is RevisionState.DRAFT
    others = revisions.others(db.session, revision)
    case = own_queries.latest_case(db.session, revision)
    return show(
        "registration/overview.html",
        **frame(revision, organization, values),
        case=case,
        why=notices.why(case) if case else "",
        list=registration.tasks(values),
        completeness=registration.completeness(values),
        others=others,
        others_fields=sorted({label(field) for other in others for field in other.values}),
        collisions=revisions.collisions(organization, revision) if is_draft else [],
        amends=amending.last_declined(db.session, organization, revision) if is_draft else None,
        may_save=is_draft and allows(POLICY, "revision:save", person(), revision),
        may_withdraw=allows(POLICY, "revision:withdraw", person(), revision),
        label=label,
        mode=tasks.said("safety", values.get("safety"), language())[0],
    )


def frame(revision: Revision, organization: Organization, values: Mapping[str, Any]) -> dict[str, Any]:
    """What every page about a revision shows."""
    return {
        "revision": revision,
        "organization": organization,
        "values": values,
        "is_new": organization.status is Status.DRAFT,
        "titles": tasks.TITLES,
        "states": tasks.STATES,
        "task_of": tasks.task_of,
    }


@pages.post(f"{REVISION}/withdraw")
def withdraw(revision_id: int) -> ResponseReturnValue:
    """Take a revision back."""
    own_revision(revision_id, "revision:read")
    with transaction() as session:
        revision = revisions.one(session, revision_id)
        if revision.state is not RevisionState.WITHDRAWN:  # the second of two clicks
            revisions.withdraw(session, person(), revision)
    return redirect(url_for("own.organizations", withdrawn=1), 303)


@pages.post(f"{PREFIX}/organizations/<slug>/edit")
def edit(slug: str) -> ResponseReturnValue:
    """Begin to edit a profile, or go on with what was begun."""
    actor = person()
    organization = db.session.get(Organization, slug[-10:])
    if organization is None or not allows(POLICY, "revision:begin", actor, organization):
        abort(404)
    with transaction() as session:
        held = session.get_one(Organization, organization.id, with_for_update=True)
        revision_id = revisions.begin(session, actor, held, language()).id
    return redirect(url_for("registration.overview", revision_id=revision_id), 303)
