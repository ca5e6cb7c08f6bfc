"""Values proposed for a profile, field by field: what is right is kept also where something else is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from hub.directory.schemas import ProfileSchema

TOGETHER = ("kind", "subtype")  # checked against each other


def check(before: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part what is right, as columns, from what is wrong, as reasons."""
    asked = dict(values)
    if any(name in asked for name in TOGETHER):
        asked = {**{name: before.get(name) for name in TOGETHER}, **asked}
    wrong: dict[str, Any] = {}
    while True:
        try:
            return dict(ProfileSchema().load(asked, partial=True)), wrong
        except ValidationError as error:
            found = {str(name): texts for name, texts in dict(error.normalized_messages()).items()}  # type: ignore[no-untyped-call]
            wrong |= found
            asked = {name: value for name, value in asked.items() if name not in found}
            if (
                not found.keys() & values.keys()
            ):  # a kind that was right before and goes no more with the rest
                asked = {name: value for name, value in asked.items() if name not in TOGETHER}
