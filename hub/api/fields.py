"""Short ways to declare what an answer shows: every field always there, with its meaning and an example."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields


class Shown(Schema):
    """Base of everything shown. Later versions may add fields, so none is ruled out."""

    class Meta:
        """Leave room for fields to come."""

        unknown = EXCLUDE


def told(meaning: str, example: Any = None, **more: Any) -> dict[str, Any]:
    """The documentation of a field."""
    return {"description": meaning, **({} if example is None else {"examples": [example]}), **more}


def text(meaning: str, example: str, **options: Any) -> fields.String:
    """A text that is always filled."""
    return fields.String(required=True, metadata=told(meaning, example), **options)


def text_or_none(meaning: str, example: str, **options: Any) -> fields.String:
    """A text, null where there is none to show."""
    return fields.String(
        required=True, allow_none=True, dump_default=None, metadata=told(meaning, example), **options
    )


def texts(meaning: str, example: list[str], **options: Any) -> fields.List[Any]:
    """A list of texts, perhaps empty."""
    return fields.List(
        fields.String(), required=True, dump_default=list, metadata=told(meaning, example), **options
    )


def keys(vocabulary: str, meaning: str, example: list[str], **options: Any) -> fields.List[Any]:
    """A list of keys of a vocabulary, perhaps empty."""
    return texts(f"{meaning}: keys of the vocabulary `{vocabulary}`", example, **options)


def whole(meaning: str, example: int, **options: Any) -> fields.Integer:
    """A whole number."""
    return fields.Integer(required=True, metadata=told(meaning, example), **options)


def flag(meaning: str, example: bool, **options: Any) -> fields.Boolean:
    """Yes or no."""
    return fields.Boolean(required=True, metadata=told(meaning, example), **options)


def moment(meaning: str, example: str, **options: Any) -> fields.AwareDateTime:
    """A time in UTC (ISO 8601), null where there is none to show."""
    return fields.AwareDateTime(required=True, allow_none=True, metadata=told(meaning, example), **options)


def one(schema: type[Schema], meaning: str, **options: Any) -> fields.Nested:
    """A record."""
    return fields.Nested(schema, required=True, metadata=told(meaning), **options)


def many(schema: type[Schema], meaning: str, **options: Any) -> fields.List[Any]:
    """A list of records, perhaps empty."""
    return fields.List(fields.Nested(schema), required=True, metadata=told(meaning), **options)


def by_language(schema: type[Schema] | None, meaning: str, **options: Any) -> fields.Dict:
    """A record, or a text, for each language that has one."""
    values: fields.Field[Any] = fields.Nested(schema) if schema else fields.String()
    return fields.Dict(keys=fields.String(), values=values, required=True, metadata=told(meaning), **options)
