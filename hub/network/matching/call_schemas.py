"""What a form may send for a call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from hub.database import now
from hub.directory.cleaning import refuse
from hub.directory.fields import Choice, Key, LanguageTag, Many, Text
from hub.directory.schemas import StrictSchema
from hub.errors import Invalid
from hub.network.matching.call_models import TEXT, TITLE, CallAudience

LONGEST = timedelta(days=180)
# kind of key -> its vocabulary and how many a call may name
ABOUT: Mapping[str, tuple[str, int]] = {
    "seeks": ("service", 10),
    "offers": ("service", 10),
    "theme": ("theme", 10),
    "country": ("country", 60),
    "language": ("language", 10),
}


class Day(Text):
    """A day to come, at most half a year ahead."""

    def check(self, text: str) -> date:
        """Refuse what is no day, is over, or lies too far ahead."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise refuse(_l("is not a date such as 2026-01-31")) from None
        if not now().date() < day <= now().date() + LONGEST:
            raise refuse(_l("must lie after today and within half a year"))
        return day


class CallSchema(StrictSchema):
    """A call for partners."""

    title = Text(TITLE, required=True)
    text = Text(TEXT, is_long=True, required=True)
    language = LanguageTag(required=True)
    audience = Choice(CallAudience, required=True)
    deadline = Day(10, required=True)
    seeks = Many(Key("service"), ABOUT["seeks"][1])
    offers = Many(Key("service"), ABOUT["offers"][1])
    theme = Many(Key("theme"), ABOUT["theme"][1])
    country = Many(Key("country"), ABOUT["country"][1])


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Check what was sent for a call.

    Raises:
        Invalid: something is missing or wrong; nothing is about nothing.
    """
    loaded = _loaded(CallSchema(), values)
    if not any(loaded.get(kind) for kind in ("seeks", "offers", "theme")):
        raise Invalid({"seeks": [_("Choose at least one service or theme.")]})
    return loaded


def checked_change(values: Mapping[str, Any], deadline: date) -> dict[str, Any]:
    """Check a call's new text and last day; the last day that it has, ``deadline``, may stay.

    Raises:
        Invalid: something is missing or wrong.
    """
    is_kept = values.get("deadline") == deadline.isoformat()
    names = ("text",) if is_kept else ("text", "deadline")
    loaded = _loaded(CallSchema(only=names), {name: values.get(name, "") for name in names})
    return {"deadline": deadline, **loaded}


def _loaded(schema: StrictSchema, values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        raise Invalid(
            {name: [str(one) for one in _flat(texts)] for name, texts in error.messages_dict.items()}
        ) from error
    return loaded


def _flat(texts: Any) -> list[Any]:
    if isinstance(texts, Mapping):
        return [one for inner in texts.values() for one in _flat(inner)]
    return list(texts)
