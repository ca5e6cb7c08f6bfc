"""What a form, the API or a file may send for a profile, by the names of the columns, checked and normalised.

There is no field for an address: nothing here can put one into the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from hub.directory import vocabularies
from hub.directory.cleaning import clean, refuse
from hub.directory.fields import (
    Choice,
    Day,
    Flag,
    Key,
    LanguageTag,
    Many,
    Moment,
    Name,
    Part,
    Pattern,
    Text,
    WebAddress,
    Whole,
    Worded,
)
from hub.directory.models import ALPHABET, ID_LENGTH
from hub.directory.states import Audience, Safety, Status, Trust
from hub.directory.visibility import AUDIENCES
from hub.i18n import language as spoken

SHELTER = "emergency-shelter"
STAFF_BANDS = ("1-9", "10-49", "50-249", "250+")  # the OECD's size classes of enterprises
BUDGET_BANDS = ("under-10k", "10k-100k", "100k-1m", "1m-10m", "over-10m")  # United States dollars a year
SHORT, LONG = 400, 8000  # characters
ROLES = ("origin", "transit", "destination")
NAME_TYPES = ("alias", "translation", "former")
SCHEME = r"[a-z0-9][a-z0-9_-]*"
SLOT = 300  # most characters of a name, most entries of a long list


class StrictSchema(Schema):
    """Refuses what it does not know."""

    error_messages = {  # noqa: RUF012 - marshmallow's own way
        "unknown": _l("is not a field of this record"),
        "type": _l("must be a record of named values"),
    }

    class Meta:
        """Unknown fields are errors."""

        unknown = RAISE


class NameSchema(StrictSchema):
    """Another name of the organization."""

    value = Name(SLOT, required=True)
    language = LanguageTag()
    type = Choice(NAME_TYPES)


class MembershipSchema(StrictSchema):
    """A body that the organization belongs to."""

    name = Name(SLOT, required=True)


class WorkplaceSchema(StrictSchema):
    """A country of work, and what it is on the routes that the work is about."""

    country = Key("country", required=True)
    roles = Many(Choice(ROLES), len(ROLES), load_default=list)


class ServiceSchema(StrictSchema):
    """A service, given by the organization itself or through others."""

    service = Key("service", required=True)
    is_direct = Flag(load_default=True)


class TextSchema(StrictSchema):
    """The descriptions in one language."""

    short = Text(SHORT)
    long = Text(LONG, is_long=True)


class LinkSchema(StrictSchema):
    """A page about or by the organization."""

    url = WebAddress(required=True)
    label = Text(100)


class HotlineSchema(StrictSchema):
    """A number to call for help."""

    number = Pattern(40, r"\+?[0-9*#][0-9 *#()./-]{1,38}", _l("is not a telephone number"), required=True)
    hours = Text(200)
    languages = Many(Key("language"), 50, load_default=list)


class IdentifierSchema(StrictSchema):
    """A number or code under which a register knows the organization."""

    scheme = Pattern(36, SCHEME, _l("must be of small letters, digits, - and _"), required=True)
    value = Text(200, required=True)


class Mapped(Worded, fields.Dict):
    """A field that maps names to values; null stands for an empty one."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Take null for an empty map."""
        return super().deserialize({} if value is None else value, attr, data, **kwargs)


class PerLanguage(Mapped):
    """Descriptions by language; a language without text is left out."""

    tag = LanguageTag(required=True)
    part = Part(TextSchema)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or len(value) > 200:
            raise refuse(_l("must map languages to texts"))
        found: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for language, texts in sorted(value.items()):
            try:
                tag = self.tag.deserialize(language)
                part: dict[str, str] = self.part.deserialize(texts) or {}
                kept = {name: text for name, text in part.items() if text}
                if kept and tag:
                    found[tag] = kept
            except ValidationError as error:
                wrong[language[:40]] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return found


class Stricter(Mapped):
    """The organization's own wishes: a field's name and the widest audience that may see it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise refuse(_l("must map fields to audiences"))
        found = {}
        for field, audience in sorted(value.items()):
            if field not in AUDIENCES or audience not in list(Audience):
                raise refuse(_l("knows no %(field)s or audience of that name", field=clean(str(field))[:40]))
            if Audience(audience).rank < AUDIENCES[field][0].rank:
                raise refuse(_l("%(field)s may only be shown to fewer, not to more", field=field))
            found[field] = str(audience)
        return found


class ProfileSchema(StrictSchema):
    """A profile. Fields that are left out are not in the result; an empty one empties the column."""

    name = Name(SLOT, required=True)
    name_language = LanguageTag()
    legal_name = Name(SLOT)
    pseudonym = Name(SLOT)
    names = Many(Part(NameSchema), 50)
    acronyms = Many(Text(40), 20)
    kind = Key("kind")
    subtype = Key("kind")
    parent_id = Pattern(ID_LENGTH, f"[{ALPHABET}]{{{ID_LENGTH}}}", _l("is not the id of a profile"))
    memberships = Many(Part(MembershipSchema), 100, by="name")
    country = Key("country")
    subdivision = Text(200)
    city = Text(200)
    countries_of_work = Many(Part(WorkplaceSchema), SLOT, by="country")
    networks = Many(Key("region", schemes=("network", "unodc")), 50)
    themes = Many(Key("theme"), 100)
    treaties = Many(Key("treaty"), 100)
    sectors = Many(Key("sector"), 100)
    offers = Many(Part(ServiceSchema), 100, by="service")
    seeks = Many(Part(ServiceSchema), 100, by="service")
    populations = Many(Key("population"), 100)
    languages = Many(Key("language"), 200)
    sdg_targets = Many(Key("sdg_target"), 100)
    texts = PerLanguage()
    website = WebAddress()
    links = Many(Part(LinkSchema), 50, by="url")
    mailbox = Pattern(254, r"[^@\s<>\"(),:;]{1,64}@[^@\s]+\.[^@\s.]{2,}", _l("is not an e-mail address"))
    hotline = Part(HotlineSchema, allow_none=True)
    founded = Whole(1000, None)
    staff_band = Choice(STAFF_BANDS)
    budget_band = Choice(BUDGET_BANDS)
    identifiers = Many(Part(IdentifierSchema), 50)
    audiences = Stricter()
    safety = Choice(Safety)

    @validates_schema(skip_on_field_errors=True)
    def _kinds_agree(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        held = vocabularies.current()
        terms = held.terms.get("kind", {})
        kind, subtype = data.get("kind"), data.get("subtype")
        if kind and terms[kind].parent is not None:
            raise refuse_field("kind", _l("%(key)s is a subtype; its kind goes here", key=kind))
        if subtype and terms[subtype].parent is None:
            raise refuse_field("subtype", _l("%(key)s is a kind, not a subtype", key=subtype))
        if kind and subtype and terms[subtype].parent != kind:
            named = {key: held.label("kind", key, spoken()) for key in (subtype, kind)}
            raise refuse_field(
                "subtype", _l("%(key)s is not a subtype of %(kind)s", key=named[subtype], kind=named[kind])
            )

    @post_load
    def _finish(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Name the kind of a subtype; where there is a shelter, no field may say in which town it is."""
        if data.get("subtype") and not data.get("kind"):
            data["kind"] = vocabularies.current().terms["kind"][data["subtype"]].parent
        if "safety" in data and data["safety"] is None:
            data["safety"] = Safety.OPEN
        if any(offer["service"] == SHELTER for offer in data.get("offers", ())):
            data.update(city=None, subdivision=None)
        return data


class SourceSchema(StrictSchema):
    """Where an entry came from."""

    source = Text(60, required=True)
    id = Text(SLOT, required=True)
    url = WebAddress(1000)
    licence = Text(SLOT)
    date = Day()
    also_in = Many(Text(SLOT), 100, load_default=list)
    flags = Many(Text(60), 50, load_default=list)


class EntrySchema(StrictSchema):
    """What a file, and only a file, may say of an entry besides the profile."""

    id = Pattern(ID_LENGTH, f"[{ALPHABET}]{{{ID_LENGTH}}}", _l("is not the id of a profile"))
    status = Choice((Status.PUBLISHED, Status.HIDDEN))
    trust = Choice(Trust)
    is_claimable = Flag()
    last_confirmed_at = Moment()
    sources = Many(Part(SourceSchema), 50)


def refuse_field(field: str, reason: Any) -> ValidationError:
    """Make the error that says why one field of several is refused."""
    return ValidationError({field: [reason]})
