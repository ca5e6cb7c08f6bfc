"""The pages of the tasks of a registration or an edit: each a form, kept in the draft when it is sent.

What is right is kept also where something else is wrong. A page that somebody else saved meanwhile is not overwritten
before both were shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.accounts.views import person
from hub.database import transaction
from hub.directory import answers, registration, revisions, tasks
from hub.directory.models import Organization, Revision
from hub.directory.registration_views import REVISION, frame, own_revision, pages
from hub.directory.states import Audience, RevisionState, Safety
from hub.directory.wording import label
from hub.i18n import language
from hub.web import show

__all__ = ["pages"]


class _Meanwhile(Exception):
    """Somebody else changed what this form shows."""


@pages.route(f"{REVISION}/<any(name,kind,where,what,texts,contact,safety):name>", methods=("GET", "POST"))
def task(revision_id: int, name: str) -> ResponseReturnValue:
    """Show the form of a task, or keep what it sends."""
    revision, organization = own_revision(revision_id)
    if revision.state is not RevisionState.DRAFT:
        return redirect(url_for("registration.overview", revision_id=revision_id), 303)
    values = revisions.effective(organization, revision)
    if request.method == "POST":
        return _save_task(revision, organization, name, values)
    if name == "safety" and request.args.get("safety") in [*Safety]:
        values = {**values, "safety": request.args["safety"], "pseudonym": request.args.get("pseudonym")}
    return _task_page(revision, organization, name, values)


def _save_task(
    revision: Revision, organization: Organization, name: str, values: dict[str, Any]
) -> ResponseReturnValue:
    fields = tasks.fields_of(name, values)
    typed = answers.read(request.form, fields, values)
    if request.form.keys() & {"add", "remove", "preview"}:
        return _task_page(revision, organization, name, {**values, **typed, **_rows_changed(fields)})
    revision_id, seen = revision.id, request.form.get("seen", "")
    try:
        with transaction() as session:
            held = revisions.one(session, revision_id)
            before = revisions.effective(session.get_one(Organization, held.organization_id), held)
            wrong = revisions.save(session, person(), held, typed)
            after = {**held.base, **held.values}
            is_stale = bool(seen) and seen != tasks.stamp(before, fields)
            if is_stale and tasks.stamp(before, fields) != tasks.stamp(after, fields):
                raise _Meanwhile
    except _Meanwhile:
        return _meanwhile_page(revision_id, name, typed)
    if wrong:
        revision, organization = own_revision(revision_id)
        shown = {**revisions.effective(organization, revision), **typed}
        messages = answers.wrong_by_input(wrong, label)
        return _task_page(revision, organization, name, shown, messages=messages, status=422)
    following = tasks.next_task(name) if "then" not in request.form else None
    return redirect(_address(revision_id, following), 303)


def _address(revision_id: int, name: str | None) -> str:
    """The page of a task, or the list of tasks where none follows; it says that something was saved."""
    if name is None:
        return url_for("registration.overview", revision_id=revision_id, saved=1)
    if name == "logo":
        return url_for("logos.edit", revision_id=revision_id, saved=1)
    return url_for("registration.task", revision_id=revision_id, name=name, saved=1)


def _meanwhile_page(revision_id: int, name: str, typed: dict[str, Any]) -> ResponseReturnValue:
    """Show the form as it was typed, and beside it what somebody else saved in its fields meanwhile."""
    revision, organization = own_revision(revision_id)
    values = revisions.effective(organization, revision)
    theirs = [
        (label(field), tasks.said(field, values.get(field), language()))
        for field in typed
        if tasks.stamp(values, [field]) != tasks.stamp(typed, [field])
    ]
    return _task_page(
        revision, organization, name, {**values, **typed}, theirs=theirs, held=values, status=409
    )


def _rows_changed(fields: tuple[str, ...]) -> dict[str, Any]:
    """The rows of a form after a button for one more, or for one less, was pressed."""
    added, (removed, __, number) = request.form.get("add"), request.form.get("remove", "").rpartition("-")
    changed: dict[str, Any] = {}
    for field in set(fields) & answers.ROWS.keys():
        rows = answers.typed_rows(request.form, field, answers.ROWS[field])
        if field == removed and number.isdecimal() and int(number) < len(rows):
            del rows[int(number)]
        changed[field] = [*rows, {}] if field == added else rows
    return changed


def _task_page(
    revision: Revision,
    organization: Organization,
    name: str,
    values: Mapping[str, Any],
    *,
    messages: Mapping[str, list[str]] | None = None,
    theirs: list[tuple[str, tuple[str, ...]]] | None = None,
    held: Mapping[str, Any] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    held = held if held is not None else revisions.effective(organization, revision)
    fields = tasks.fields_of(name, held)
    previewed = {**held, **values} if values.get("safety") in [*Safety] else held
    added = request.form.get("texts-new") if request.form.get("add") == "texts" else None
    known = answers.text_codes(request.form) + (
        [added] if added and ("language", added) in tasks.terms() else []
    )
    return show(
        "registration/task.html",
        "registration/_preview.html" if name == "safety" else None,
        status,
        **{**frame(revision, organization, values), "held": held},
        task=name,
        fields=fields,
        seen=tasks.stamp(held, fields),
        messages=messages or {},
        theirs=theirs or [],
        said=tasks,
        terms=tasks.terms(),
        codes=tasks.text_languages([*(values.get("texts") or {}), *known], language()),
        added=added,
        previewed=previewed,
        preview=tasks.seen_by(organization, previewed, language()) if name == "safety" else [],
        public=registration.preview(organization, previewed, Audience.PUBLIC) if name == "safety" else None,
    )
