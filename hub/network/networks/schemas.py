"""What may be sent for a network and for a post, checked field by field; ``load`` gives columns or says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from hub.directory.cleaning import refuse
from hub.directory.fields import Choice, Key, Many, Pattern, Text, WebAddress
from hub.errors import Invalid
from hub.i18n import DEFAULT, LANGUAGES
from hub.network.networks.models import KEY
from hub.network.networks.states import Joining, Kind, Listing, PostKind

NAME, PURPOSE, RULES = 120, 1500, 5000  # characters
TITLE, WORDS = 150, 8000
MISSING = {"required": _l("is missing"), "null": _l("is missing"), "empty": _l("is missing")}


class Texts(fields.Field[dict[str, dict[str, str]]]):
    """Name, purpose and rules by language; without a name and a purpose a language is not held, English always is."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, dict[str, str]]:
        made: dict[str, dict[str, str]] = {}
        for code, given in value.items():
            held = {
                "name": Text(NAME).deserialize(given.get("name")) or "",
                "purpose": Text(PURPOSE, is_long=True).deserialize(given.get("purpose")) or "",
                "rules": Text(RULES, is_long=True).deserialize(given.get("rules")) or "",
            }
            if any(held.values()):
                if code not in LANGUAGES or not (held["name"] and held["purpose"]):
                    raise refuse(_l("needs a name and a purpose in each language that it is given in"))
                made[code] = held
        if DEFAULT not in made:
            raise refuse(_l("needs a name and a purpose in English"))
        return made


class Strict(Schema):
    """Takes what is declared and leaves out the rest."""

    class Meta:
        """What is not declared is not looked at."""

        unknown = EXCLUDE


class NetworkSchema(Strict):
    """The columns of a network that curators give."""

    kind = Choice(Kind, required=True)
    joining = Choice(Joining, required=True)
    listing = Choice(Listing, required=True)
    texts = Texts(required=True)
    regions = Many(Key("region"), 20)
    themes = Many(Key("theme"), 20)
    sectors = Many(Key("sector"), 20)


class KeySchema(Strict):
    """The key of a new network, the part of its address that never changes."""

    key = Pattern(
        KEY - 20,
        r"[a-z0-9]+(-[a-z0-9]+)*",
        _l("may hold small letters a to z, digits and hyphens"),
        required=True,
    )


class ReplySchema(Strict):
    """A reply in a discussion."""

    text = Text(WORDS, is_long=True, required=True, error_messages=MISSING)


class PostSchema(ReplySchema):
    """An announcement, or what begins a discussion."""

    title = Text(TITLE, required=True, error_messages=MISSING)


class ResourceSchema(Strict):
    """Something shared: what it is called, a link or a text, and its language."""

    title = Text(TITLE, required=True, error_messages=MISSING)
    url = WebAddress(load_default=None, allow_none=True)
    text = Text(WORDS, is_long=True, load_default="", allow_none=True)
    language = Key("language", load_default=None, allow_none=True)


class ReportSchema(Strict):
    """Why somebody reports a post."""

    reason = Text(1000, is_long=True, required=True, error_messages=MISSING)


SCHEMAS: Mapping[PostKind, type[Schema]] = {
    PostKind.ANNOUNCEMENT: PostSchema,
    PostKind.DISCUSSION: PostSchema,
    PostKind.REPLY: ReplySchema,
    PostKind.RESOURCE: ResourceSchema,
}


def load(schema: type[Schema], values: Mapping[str, Any]) -> dict[str, Any]:
    """Check values of a form; what was left empty counts as not given.

    Raises:
        Invalid: something is wrong; the messages name the fields.
    """
    given = {name: value for name, value in values.items() if value not in ("", None)}
    try:
        made: dict[str, Any] = schema().load(given)
    except ValidationError as error:
        said = error.messages if isinstance(error.messages, Mapping) else {"": error.messages}
        raise Invalid({name: _flat(one) for name, one in said.items()}) from None
    if "text" in made:
        made["text"] = made["text"] or ""
    if schema is ResourceSchema and not (made["url"] or made["text"]):
        raise Invalid({"url": [str(_l("Give a link or a text."))]})
    return made


def _flat(said: Any) -> list[str]:
    if isinstance(said, Mapping):
        return [text for part in said.values() for text in _flat(part)]
    return [str(text) for text in said]
