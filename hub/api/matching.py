"""Matching names: which profile is meant by a name in somebody's list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.api import schemas
from hub.api.blueprint import read
from hub.api.organizations import address_of
from hub.api.parameters import Matching
from hub.i18n import language
from hub.search.indexing import engine
from hub.search.reconciling import reconcile


@read("/match", schemas.Match, Matching, tag="organizations")
def match_name(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Tell which organization is meant by a name.

    For reconciling lists: case, accents, legal forms such as “Ltd” and the order of words do not matter. An answer is
    decided only where exactly one organization bears the name; all others are for a person to judge.
    """
    found = reconcile(arguments["name"], arguments.get("country"), engine())
    return {
        "decided": found.is_decided,
        "candidates": [
            {
                "profile": one.profile,
                "url": address_of(one.profile.slug, language()),
                "score": one.score,
                "reasons": [reason.value for reason in one.reasons],
            }
            for one in found.candidates
        ],
    }
