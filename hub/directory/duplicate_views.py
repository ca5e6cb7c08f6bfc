"""Duplicates on the curators' desk: pairs with their reasons, merging field by field, and taking apart again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hub.accounts import current_actor
from hub.database import db, transaction
from hub.directory import curators, merging, naming, pairs, vocabularies
from hub.directory.desk_views import DESK, LAST_PAGE, desk, page_asked
from hub.directory.models import Merge, Organization
from hub.directory.permissions import POLICY
from hub.directory.wording import label, words
from hub.errors import Conflict, Invalid, NotFound
from hub.i18n import language
from hub.permissions import allows, require
from hub.web import show

PAIR = f"{DESK}/duplicates/<first>/<second>"


@desk.get(f"{DESK}/duplicates")
def duplicates() -> ResponseReturnValue:
    """List the pairs of entries that may be one organization."""
    pages = min(max(1, -(-pairs.count_candidates(db.session) // pairs.PAGE)), LAST_PAGE)
    page = min(page_asked(), pages)
    return show(
        "desk/duplicates.html",
        pairs=pairs.candidates(db.session, current_actor(), page),
        total=pairs.count_candidates(db.session),
        number=page,
        pages=pages,
        page_address=lambda number: url_for("desk.duplicates", page=number),
        terms=vocabularies.current(),
    )


@desk.post(f"{DESK}/duplicates/dismiss")
def dismiss() -> ResponseReturnValue:
    """Say that a pair are two organizations."""
    with transaction() as session:
        pairs.dismiss(session, current_actor(), request.form.get("first", ""), request.form.get("second", ""))
    flash(_("They stay two entries and are not shown here again."))
    return redirect(url_for("desk.duplicates"))


@desk.get(PAIR)
def merge(first: str, second: str) -> ResponseReturnValue:
    """Show two entries side by side, the first of them to be kept."""
    return _compare(first, second)


@desk.post(PAIR)
def merge_pair(first: str, second: str) -> ResponseReturnValue:
    """Show what would come of a merge, or merge."""
    if request.form.get("act") != "merge":
        return _compare(first, second, is_preview=True)
    try:
        with transaction() as session:
            kept, merged = (_organization(one) for one in (first, second))
            merging.merge(session, current_actor(), kept, merged, _chosen())
            name = kept.name
    except Invalid as error:
        return _compare(first, second, 422, errors=error.messages)
    except Conflict as error:
        return _compare(first, second, 409, late=str(error))
    flash(_("Merged into %(name)s. It can be undone for 30 days.", name=name))
    return redirect(url_for("desk.merges"))


@desk.get(f"{DESK}/merges")
def merges() -> ResponseReturnValue:
    """List the merges that can still be undone."""
    return _merges()


@desk.post(f"{DESK}/merges/<int(max=2147483647):merge_id>/undo")
def undo(merge_id: int) -> ResponseReturnValue:
    """Take two entries apart again."""
    try:
        with transaction() as session:
            record = session.get(Merge, merge_id)
            if record is None:
                raise NotFound(f"merge {merge_id}")
            left = merging.undo(session, current_actor(), record)
    except Conflict:
        return _merges(409)
    flash(_("They are two entries again."))
    if left:
        fields = ", ".join(label(field) for field in left)
        flash(_("These fields were changed since and stay as they are: %(fields)s", fields=fields))
    return redirect(url_for("desk.merges"))


def _merges(status: int = 200) -> ResponseReturnValue:
    found = merging.merges(db.session, current_actor())
    return show(
        "desk/merges.html",
        status=status,
        merges=found,
        names=naming.names({public_id for one in found for public_id in (one.kept_id, one.merged_id)}),
        people=curators.names(db.session, (one.merged_by for one in found)),
        within=merging.UNDONE_WITHIN,
        is_late=status == 409,
    )


def _compare(
    first: str,
    second: str,
    status: int = 200,
    errors: Mapping[str, Sequence[str]] | None = None,
    late: str | None = None,
    is_preview: bool = False,
) -> ResponseReturnValue:
    require(POLICY, "duplicate:list", current_actor())
    kept, merged = (_organization(one) for one in (first, second))
    if kept.id == merged.id:
        raise NotFound("a pair of one")
    chosen = _chosen() if request.method == "POST" else {}
    return show(
        "desk/merge.html",
        status=status,
        stays=kept,
        goes=merged,
        choices=merging.choices(kept, merged, language()),
        chosen=chosen,
        result=_result(kept, merged, chosen) if is_preview else [],
        errors=errors or {},
        late=late,
        terms=vocabularies.current(),
        may=all(allows(POLICY, "duplicate:merge", current_actor(), one) for one in (kept, merged)),
    )


def _result(
    kept: Organization, merged: Organization, chosen: Mapping[str, str]
) -> list[tuple[str, tuple[str, ...]]]:
    """The entry that would come of it, field by field in words; empty fields left out."""
    values = merging.result(kept, merged, chosen)
    found = [(label(field), words(field, value, language())) for field, value in values.items()]
    return [(called, items) for called, items in found if items]


def _chosen() -> dict[str, str]:
    known = {
        name.removeprefix("side-"): side for name, side in request.form.items() if name.startswith("side-")
    }
    return {field: side for field, side in known.items() if field in merging.FIELDS and side in merging.SIDES}


def _organization(public_id: str) -> Organization:
    found = db.session.get(Organization, public_id)
    if found is None:
        raise NotFound(public_id)
    return found
