"""The logo of a profile: sending one, taking it away, and the pictures themselves."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.accounts.views import person
from hub.database import transaction
from hub.directory import logos, revisions
from hub.directory.models import Organization, Revision
from hub.directory.registration_views import REVISION, frame, own_revision
from hub.directory.states import RevisionState
from hub.errors import Invalid
from hub.web import show

pages = Blueprint("logos", __name__)
FOR_A_WEEK = "public, max-age=604800, immutable"


@pages.route(f"{REVISION}/logo", methods=("GET", "POST"))
def edit(revision_id: int) -> ResponseReturnValue:
    """Show the logo, take another or none."""
    revision, organization = own_revision(revision_id)
    if revision.state is not RevisionState.DRAFT:
        return redirect(url_for("registration.overview", revision_id=revision_id), 303)
    if request.method == "GET":
        return _logo_page(revision, organization)
    try:
        name = None if "remove" in request.form else _kept()
    except Invalid as error:
        return _logo_page(revision, organization, messages=error.messages, status=422)
    with transaction() as session:
        revisions.save_logo(session, person(), revisions.one(session, revision_id), name)
    if name is None:
        return redirect(url_for("logos.edit", revision_id=revision_id, saved=1), 303)
    return redirect(url_for("checking.check", revision_id=revision_id, saved=1), 303)


def _kept() -> str:
    sent = request.files.get("logo")
    content = sent.read(logos.MOST_BYTES + 1) if sent else b""
    config = current_app.config
    return logos.keep(config["HUB"].data_dir, str(config["SECRET_KEY"]), content)


def _logo_page(
    revision: Revision,
    organization: Organization,
    *,
    messages: Mapping[str, list[str]] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    values = revisions.effective(organization, revision)
    return show(
        "registration/logo.html",
        status=status,
        **frame(revision, organization, values),
        held=values,
        task="logo",
        most=logos.MOST_BYTES >> 20,
        messages=messages or {},
    )


@pages.get("/logos/<name>")
def picture(name: str) -> Response:
    """Send a logo; it is what was drawn here, and is never taken for anything but a picture."""
    response = make_response(logos.read(current_app.config["HUB"].data_dir, name))
    response.mimetype = logos.MIMETYPE
    response.headers["Cache-Control"] = FOR_A_WEEK
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
