"""Suggestions while typing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.api import schemas
from hub.api.blueprint import read
from hub.api.organizations import address_of
from hub.api.parameters import Typing
from hub.i18n import language
from hub.search.indexing import engine
from hub.search.phrases import phrases
from hub.search.suggestions import suggest


@read("/suggestions", schemas.Suggestions, Typing, tag="organizations")
def suggest_while_typing(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Suggest filters and organizations while somebody types.

    Words that name a theme, a country, a service and the like are offered as filters; organizations are offered by name.
    """
    found = suggest(arguments["q"], engine(), phrases(), language())
    return {
        "filters": [
            {
                "parts": one.parts,
                "criteria": one.criteria,
                "query": one.criteria.query_string(),
                "total": one.total,
            }
            for one in found.filters
        ],
        "organizations": [
            {
                "id": one.id,
                "slug": one.slug,
                "url": address_of(one.slug, language()),
                "name": one.name,
                "kind": one.kind,
                "country": one.country,
                "highlights": {"name": one.name},
            }
            for one in found.organizations
        ],
    }
