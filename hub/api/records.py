"""The small records of which answers are made."""

from __future__ import annotations

from marshmallow import fields

from hub.api.fields import Shown, flag, one, text, text_or_none, texts, told


class Name(Shown):
    """Another name of an organization."""

    value = text("The name", "Southern Refuge")
    language = text_or_none("Its language (BCP 47)", "en")
    type = text_or_none("What it is: alias, translation or former name", "translation")


class Place(Shown):
    """A country in which an organization works."""

    country = text("Country (ISO 3166-1 alpha-2)", "GT")
    roles = texts("What the country is on the routes concerned: origin, transit, destination", ["origin"])


class Service(Shown):
    """A service offered or sought."""

    service = text("Key of the vocabulary `service`", "emergency-shelter")
    direct = flag(
        "Given by the organization itself, not through others", True, attribute="is_direct", dump_default=True
    )


class Source(Shown):
    """Where an entry, or a part of it, came from."""

    id = text("The record's identifier in the source", "12345")
    source = text("The source", "national-register")
    url = text_or_none("The record's address", "https://www.example.org/register/12345")
    licence = text_or_none("The licence under which the source gives its data", "CC0-1.0")
    date = text_or_none("The day on which it was read (ISO 8601)", "2026-03-01")


class Marked(Shown):
    """A text and what in it answers the query."""

    text = text("The text", "Refugio del Sur abre una casa")
    ranges = fields.List(
        fields.List(fields.Integer(), metadata={"minItems": 2, "maxItems": 2}),
        required=True,
        metadata=told(
            "Start and end of what answers the query, counted in Unicode characters from 0", [[0, 7]]
        ),
    )
    language = text_or_none("The text's language (BCP 47)", "es")


class Highlights(Shown):
    """Why a hit was found."""

    name = one(Marked, "The name")
    text = one(Marked, "The most telling piece of its text; null where it has none", allow_none=True)


class Membership(Shown):
    """A body of which an organization is a member."""

    name = text("The body's name", "Alliance of Shelters")


class Description(Shown):
    """What an organization says of itself in one language."""

    short = text_or_none("Short description, plain text", "Shelter and legal aid for girls.")
    long = text_or_none("Long description, Markdown", "## What we do …")


class Link(Shown):
    """A page of an organization elsewhere."""

    url = text("Address", "https://www.example.org/report")
    label = text_or_none("What it is", "Annual report")


class Hotline(Shown):
    """A telephone line for people in need."""

    number = text("Number as it is dialled", "+52 55 0000 0000")
    hours = text_or_none("When it is answered", "24/7")
    languages = texts("Languages spoken", ["es"])


class Identifier(Shown):
    """A number under which a register knows an organization."""

    scheme = text("The register", "national-register")
    value = text("The number", "12345")
