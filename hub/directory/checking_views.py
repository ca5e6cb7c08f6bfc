"""Looking over what was entered, sending it to the curators, and settling what two people changed at once."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.accounts.views import person
from hub.database import transaction
from hub.directory import answers, own_queries, registration, revisions, tasks
from hub.directory.models import Organization, Revision
from hub.directory.permissions import POLICY, is_trusted
from hub.directory.registration_views import REVISION, frame, own_revision
from hub.directory.revisions import Collision
from hub.directory.states import RevisionState, Status
from hub.directory.wording import differences, label
from hub.errors import Invalid
from hub.i18n import language
from hub.permissions import allows
from hub.web import show

pages = Blueprint("checking", __name__)


@pages.get(f"{REVISION}/check")
def check(revision_id: int) -> ResponseReturnValue:
    """Show all that was entered, each with a way to change it, and the declaration."""
    return _check_page(*own_revision(revision_id, "revision:read"))


@pages.post(f"{REVISION}/check")
def submit(revision_id: int) -> ResponseReturnValue:
    """Send a draft to the curators; a second click leads to what the first one did."""
    _revision, organization = own_revision(revision_id, "revision:submit")
    is_new = organization.status is Status.DRAFT
    try:
        with transaction() as session:
            held = revisions.one(session, revision_id)
            if held.state is not RevisionState.DRAFT:
                case = own_queries.latest_case(session, held)
            elif is_new:
                case = registration.submit(session, person(), held, request.form.get("terms"))
            else:
                case = revisions.submit(session, person(), held)
            case_id = case.id if case else None
    except Collision:
        return redirect(url_for("checking.settle", revision_id=revision_id), 303)
    except Invalid as error:
        messages = answers.wrong_by_input(error.messages, _named)
        return _check_page(*own_revision(revision_id), messages=messages, status=422)
    if case_id is None:
        return redirect(url_for("registration.overview", revision_id=revision_id), 303)
    return redirect(url_for("own.case", case_id=case_id, sent=1), 303)


def _named(field: str) -> str:
    return str(tasks.DECLARATION) if field == "terms" else label(field)


def _check_page(
    revision: Revision,
    organization: Organization,
    *,
    messages: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    values = revisions.effective(organization, revision)
    is_draft = revision.state is RevisionState.DRAFT
    groups = [(one, tasks.answers_of(one, values, language())) for one in registration.tasks(values)]
    return show(
        "registration/check.html",
        status=status,
        **frame(revision, organization, values),
        groups=groups,
        changes=differences(revision.base, values, language()),
        required=registration.REQUIRED,
        terms_version=registration.TERMS_VERSION,
        is_trusted=is_trusted(organization),
        may_save=is_draft and allows(POLICY, "revision:submit", person(), revision),
        messages=messages or {},
    )


@pages.route(f"{REVISION}/settle", methods=("GET", "POST"))
def settle(revision_id: int) -> ResponseReturnValue:
    """Show side by side what two people changed, and let one of them decide field by field."""
    revision, organization = own_revision(revision_id)
    if revision.state is not RevisionState.DRAFT:
        return redirect(url_for("registration.overview", revision_id=revision_id), 303)
    if request.method == "POST":
        with transaction() as session:
            held = revisions.one(session, revision_id)
            keep = [one.removeprefix("keep-") for one, side in request.form.items() if side == "ours"]
            revisions.rebase(session, person(), held, keep)
        return redirect(url_for("checking.check", revision_id=revision_id), 303)
    values = revisions.effective(organization, revision)
    return show(
        "registration/settle.html",
        **frame(revision, organization, values),
        collisions=revisions.collisions(organization, revision),
    )
