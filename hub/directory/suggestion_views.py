"""The page on which anybody suggests an organization that the directory does not know yet."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from hub.accounts import limits
from hub.accounts.signing_in import current_actor
from hub.database import transaction
from hub.directory import answers, suggesting, vocabularies
from hub.directory.claim_views import SENT, pages
from hub.errors import Invalid
from hub.i18n import PREFIX, language
from hub.web import show

__all__ = ["pages"]
PLACE = f"{PREFIX}/suggest"
FIELDS = {
    "name": _l("Name of the organization"),
    "country": _l("Country"),
    "website": _l("Website"),
    "text": _l("Why does it belong here?"),
    "contact": _l("E-mail address"),
}


@pages.get(PLACE)
def suggest() -> ResponseReturnValue:
    """Show the form."""
    return _page({"name": request.args.get("name", "")[:300]})


@pages.post(PLACE)
def make_suggestion() -> ResponseReturnValue:
    """Put an organization before the curators."""
    actor = current_actor()
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    contact = typed["contact"] if not actor.is_signed_in else ""
    limits.spend("request", current_app.config["HUB"].request_rate, f"network {request.remote_addr}")
    try:
        with transaction() as writing:
            case = suggesting.suggest(writing, actor, typed, typed["text"], language(), contact or None)
            session[SENT] = case.id
    except Invalid as error:
        messages = answers.wrong_by_input(error.messages, lambda field: str(FIELDS.get(field, field)))
        return _page(typed, messages, 422)
    return redirect(url_for("claims.sent"), 303)


def _page(
    typed: Mapping[str, str], messages: Mapping[str, list[str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    countries = vocabularies.current().labels("country", language())
    return show(
        "claims/suggest.html",
        status=status,
        fields=FIELDS,
        countries=sorted(countries.items(), key=lambda one: one[1].casefold()),
        typed=typed,
        messages=messages or {},
    )
