"""The vocabularies: which keys there are, what they mean in six languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from hub.api import schemas
from hub.api.blueprint import read
from hub.api.parameters import Plain
from hub.directory import vocabularies
from hub.errors import NotFound
from hub.i18n import language
from hub.search.facets import FACETS

NAMES = vocabularies.NAMES
NAME_PARAMETER = {
    "in": "path",
    "name": "name",
    "required": True,
    "description": "Name of the vocabulary",
    "schema": {"type": "string", "enum": list(NAMES), "examples": ["theme"]},
}


@read("/vocabularies", schemas.VocabularyList, Plain, tag="vocabularies")
def list_vocabularies(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """List the vocabularies.

    Entries name themes, services and so on by key. Keys never change; their names may.
    """
    terms = vocabularies.current().terms
    return {
        "vocabularies": [
            {
                "name": name,
                "url": url_for("api.read_vocabulary", name=name),
                "terms": len(terms.get(name, {})),
                "parameters": [facet.name for facet in FACETS if facet.vocabulary == name],
            }
            for name in NAMES
        ]
    }


@read(
    "/vocabularies/<name>",
    schemas.Vocabulary,
    Plain,
    tag="vocabularies",
    parameters=[NAME_PARAMETER],
    also=(404,),
)
def read_vocabulary(arguments: Mapping[str, Any], name: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Read a vocabulary's terms.

    Terms come in display order, a wider term before its narrower ones. A retired term stays, so that every key that an
    entry names can be read.
    """
    if name not in NAMES:
        raise NotFound(name)
    held = vocabularies.current()
    shown_in = language()
    terms = [
        {
            "key": entry.key,
            "parent": entry.parent,
            "label": entry.label(shown_in),
            "labels": entry.labels,
            "synonyms": entry.synonyms,
            "is_retired": entry.is_retired,
            "extra": entry.extra,
        }
        for entry in held.terms[name].values()
    ]
    return {"name": name, "terms": terms}, 200, {"ETag": f'"{held.stamp[:24]}-{name}-{shown_in}"'}
