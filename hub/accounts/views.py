"""The pages of one's own account; those of signing in and of second factors are Flask-Security's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, abort, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import verify_password

from hub.accounts import failures, limits, signing_in, users
from hub.accounts.models import User
from hub.accounts.signing_in import current_actor, current_sign_in
from hub.database import db, transaction
from hub.errors import Conflict
from hub.i18n import LANGUAGES, PREFIX
from hub.i18n import language as spoken
from hub.permissions import Actor
from hub.web import show

pages = Blueprint("accounts", __name__)
NAME_MOST = 200


def person() -> Actor:
    """Who is signed in; anybody else is sent to sign in and comes back to this page."""
    actor = current_actor()
    if not actor.is_signed_in:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        abort(redirect(url_for("security.login", next=back)))
    return actor


def user() -> User:
    """The row of the person signed in."""
    return db.session.get_one(User, person().id)


@pages.get(f"{PREFIX}/account")
def home() -> ResponseReturnValue:
    """Show one's account."""
    actor = person()
    here = current_sign_in()
    found = user()
    return show(
        "account/home.html",
        user=found,
        names=names(actor.organizations),
        sign_ins=signing_in.living(db.session, found.id),
        here=here.id if here else None,
        has_roles=bool({"curator", "administrator"} & actor.roles),
        needs_factor=signing_in.lacks_factor(),
        messages={},
    )


@pages.post(f"{PREFIX}/account")
def change() -> ResponseReturnValue:
    """Change one's name and language."""
    actor = person()
    language = request.form.get("language", "")
    with transaction() as session:
        found = session.get_one(User, actor.id)
        found.name = " ".join(request.form.get("name", "").split())[:NAME_MOST] or None
        found.language = language if language in LANGUAGES else found.language
    flash(_("Saved."))
    return redirect(url_for("accounts.home", lang=language if language in LANGUAGES else spoken()), 303)


@pages.post(f"{PREFIX}/account/sign-ins/end")
def end_sign_ins() -> ResponseReturnValue:
    """End one sign-in, or all but this."""
    actor = person()
    here = current_sign_in()
    chosen = request.form.get("sign-in", type=int)
    with transaction() as session:
        if chosen is None:
            signing_in.end_all(session, actor.id or 0, here.id if here else None)
        else:
            signing_in.end_one(session, actor.id or 0, chosen)
    flash(_("Ended."))
    return redirect(url_for("accounts.home"), 303)


@pages.get(f"{PREFIX}/account/data")
def data() -> Response:
    """Give out everything kept about oneself."""
    found = user()
    kept = users.export(db.session, found)
    for more in current_app.extensions["account-data"]:
        kept |= more(db.session, found.id)
    text = json.dumps(kept, ensure_ascii=False, indent=2)
    response = make_response(text + "\n")
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="whatson-hub-account.json"'
    return response


@pages.route(f"{PREFIX}/account/delete", methods=("GET", "POST"))
def delete() -> ResponseReturnValue:
    """Delete one's account, after the password was given once more; who has none shows a passkey just before."""
    actor, password = person(), user().password
    if not password and not signing_in.is_recent():
        return redirect(url_for("security.verify", next=url_for("accounts.delete")), 303)
    if request.method == "GET":
        return _delete_page()
    limits.spend("sign-in", current_app.config["HUB"].sign_in_rate, f"person {actor.name}")
    if password and not verify_password(request.form.get("password", ""), password):
        failures.note_check()
        return _delete_page({"password": [_("The password is not right.")]})
    try:
        with transaction() as session:
            users.erase(session, session.get_one(User, actor.id))
    except Conflict:
        text = _("Others belong to an organization that only you look after. Hand it over first.")
        return _delete_page({"": [text]})
    signing_in.forget()
    flash(_("Your account is deleted."))
    return redirect(url_for("security.login"), 303)


def _delete_page(messages: Mapping[str, Sequence[str]] | None = None) -> ResponseReturnValue:
    return show(
        "account/delete.html",
        status=422 if messages else 200,
        messages=messages or {},
        has_password=bool(user().password),
    )


def names(organizations: object) -> dict[str, str]:
    """The names of organizations by their public ids; asked of whoever knows organizations."""
    found: dict[str, str] = current_app.extensions["organization_names"](organizations)
    return found
