"""Searching and reading organizations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import abort, current_app, has_request_context, redirect, request

from hub.api import schemas
from hub.api.blueprint import read
from hub.api.parameters import Plain, Searching, criteria_of
from hub.config import Config
from hub.database import db
from hub.directory import merging, queries
from hub.directory.models import ALPHABET, ID_LENGTH
from hub.directory.visibility import Profile
from hub.errors import NotFound
from hub.i18n import language
from hub.search.indexing import engine
from hub.search.queries import Found, Hit, find

ID = re.compile(f"[{ALPHABET}]{{{ID_LENGTH}}}")
ID_PARAMETER = {
    "in": "path",
    "name": "id",
    "required": True,
    "description": "Identifier of the organization",
    "schema": {"type": "string", "pattern": f"^[{ALPHABET}]{{{ID_LENGTH}}}$", "examples": ["7h2k9xq4mt"]},
}


@read("/organizations", schemas.Answer, Searching, tag="organizations")
def search_organizations(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Search the directory.

    Without parameters every organization is found. Values of one facet widen the search (OR), further facets narrow it
    (AND). Every facet comes with its counts, so one call is enough to build a page of results.
    """
    return _answered(find(criteria_of(arguments), engine(), language()), language())


@read(
    "/organizations/<id>",
    schemas.Profile,
    Plain,
    tag="organizations",
    parameters=[ID_PARAMETER],
    also=(404,),
)
def read_organization(arguments: Mapping[str, Any], id: str) -> dict[str, Any]:
    """Read one organization's public profile.

    An identifier that nobody bears and one whose profile is not public are answered alike. That of an entry which was
    merged into another leads on to the other (302).
    """
    if not ID.fullmatch(id):
        raise NotFound(id)
    try:
        profile = queries.profile(id)
    except NotFound:
        _lead_on(id)
        raise
    return {"profile": profile, "url": address_of(profile.slug, language())}


def _lead_on(id: str) -> None:
    """Send who asks for a merged organization to the one that it became; not for ever, as a merge may be undone."""
    kept = queries.profile(merging.kept_for(db.session, id))
    query = request.query_string.decode("latin-1")
    address = request.path.removesuffix(id) + kept.id
    abort(redirect(f"{address}?{query}" if query else address))


def answer(found: Found, shown_in: str | None = None) -> dict[str, Any]:
    """Show a page of results as the API does, for other ways out; ``shown_in`` is the language of page addresses."""
    shown: dict[str, Any] = schemas.Answer().dump(_answered(found, shown_in or language()))
    return shown


def _answered(found: Found, shown_in: str) -> dict[str, Any]:
    return {
        "found": found,
        "notice": found.notice or None,
        "hits": [_hit(hit, shown_in) for hit in found.hits],
        "facets": {group.facet.name: group.values for group in found.groups},
    }


def _hit(hit: Hit, shown_in: str) -> dict[str, Any]:
    return {
        "profile": hit.profile,
        "url": address_of(hit.profile.slug, shown_in),
        "short": _short(hit.profile),
        "highlights": {"name": hit.name, "text": hit.text},
    }


def _short(profile: Profile) -> dict[str, str]:
    return {code: text["short"] for code, text in profile.texts.items() if text.get("short")}


def address_of(slug: str, shown_in: str) -> str:
    """The address of an organization's page: whole where the hub knows its own, else from the root."""
    config: Config = current_app.config["HUB"]
    path = current_app.url_map.bind("").build("directory.profile", {"lang": shown_in, "slug": slug})
    base = config.base_url or (request.host_url.rstrip("/") if has_request_context() else "")
    return base + path
