"""Translating rows of open data, and of anybody's table, into the hub's own form.

What is left out on purpose: anything that could be personal, and every street address.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from flask_babel import gettext as _

from hub.directory.cells import Unfit
from hub.directory.fields import ADDRESS_INSIDE
from hub.directory.models import ID_LENGTH
from hub.directory.schemas import SHORT, SLOT, EntrySchema, ProfileSchema, SourceSchema
from hub.folding import fold

# Columns that hold people or places where people can be found; their content goes nowhere, not even into the report.
PERSONAL = frozenset(
    """
    address addresses address1 address2 address_line address_line_1 address_line_2 address_line1 address_line2 addr
    street street_address street_name house_number postcode post_code postal_code postal_address zip zip_code zipcode
    po_box mailing_address registered_address registered_office location_address geo geolocation coordinates lat
    latitude lon lng long longitude point map_url plus_code what3words
    phone phones phone_number telephone telephone_number tel mobile mobile_number cell fax fax_number whatsapp signal
    telegram skype viber email emails e_mail email_address mail contact contacts contact_person contact_people
    contact_name contact_email contact_phone contact_details contact_point focal_point focal_points person people
    representative director directors executive_director president chair chairman chairperson chairwoman ceo cfo
    founder founders secretary secretary_general trustee trustees board board_members officer officers leader leaders
    manager staff staff_names team members_names owner owners beneficial_owner beneficial_owners first_name firstname
    last_name lastname surname family_name given_name full_name date_of_birth birth_date passport passport_number
    national_id gender_of_contact photo
    """.split()  # noqa: SIM905 - a hundred quoted names read worse
)
PROFILE = frozenset(ProfileSchema().fields)
ENTRY = frozenset(EntrySchema().fields)
DERIVED = frozenset({"slug", "regions"})  # of the hub's own form: made from other fields
LABELS = frozenset({"source", "source_id", "source_url", "source_date", "licence", "also_in", "flags"})
KINDS = {"ngo": "civil_society", "other": None}  # of the open data, where they are named otherwise
# What a record of the open data speaks of: there, a field left out is an empty one.
COVERED = ("name_language", "names", "acronyms", "kind", "subtype", "country", "subdivision", "city",
           "countries_of_work", "themes", "sectors", "offers", "populations", "sdg_targets", "languages", "texts",
           "website", "founded", "identifiers")  # fmt: skip
LISTS = frozenset(COVERED) - {"name_language", "kind", "subtype", "country", "subdivision", "city", "texts", "website",
                              "founded"}  # fmt: skip


@dataclass(slots=True)
class Translated:
    """A row in the hub's own form.

    ``profile`` is for ProfileSchema, ``entry`` for EntrySchema; ``left_out`` and ``unknown`` are columns; ``emptied`` are
    the fields that are empty where the row does not have them.
    """

    profile: dict[str, Any] = field(default_factory=dict)
    entry: dict[str, Any] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    emptied: Collection[str] = ()


@cache
def crosswalk() -> Mapping[str, Mapping[str, Any]]:
    """Foreign tag -> our terms (themes, sectors, offers, populations, sdg_targets, subtype) and when they hold."""
    path = files("hub.directory") / "data" / "crosswalk.json"
    found: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def translate(row: Mapping[str, Any], default_source: str) -> Translated:
    """Bring a row into the hub's own form.

    Raises:
        Unfit: a field of the open data's form has another form here.
    """
    made = Translated()
    is_own = _is_own(row)
    foreign = {}
    for column, value in row.items():
        name = column.strip().lower().replace(" ", "_").replace("-", "_")
        if name in PERSONAL:
            if value not in (None, "", [], {}):
                made.left_out.append(column)
        elif column in PROFILE:
            made.profile[column] = value
        elif column in ENTRY and (is_own or column == "sources"):
            made.entry[column] = value
        elif column in FOREIGN or column in TAGS:
            foreign[column] = value
        elif column not in LABELS and column not in DERIVED and column != "id":
            made.unknown.append(column)
    _rename(made)
    if foreign:
        for column, value in foreign.items():
            if column in FOREIGN:
                FOREIGN[column](made.profile, value, row)
        _add_terms(made.profile, row)
        made.emptied = COVERED
    if not made.entry.get("sources") and (not is_own or row.get("source")):
        made.entry["sources"] = [_source(row, default_source)]
    return made


def _is_own(row: Mapping[str, Any]) -> bool:
    """Tell a profile that the hub exported, which keeps its id, from a row whose id is somebody else's."""
    own, slug = row.get("id"), row.get("slug")
    return isinstance(own, str) and len(own) == ID_LENGTH and isinstance(slug, str) and slug.endswith(own)


def _source(row: Mapping[str, Any], default_source: str) -> dict[str, Any]:
    named = {name: row[column] for column, name in SOURCE.items() if row.get(column) not in (None, "", [])}
    named.setdefault("source", default_source)
    if "id" not in named and row.get("id") not in (None, ""):
        named["id"] = row["id"]
    if "id" not in named and isinstance(row.get("name"), str):
        named["id"] = f"name:{row.get('country') or '--'}:{fold(row['name'])}"[:SLOT]
    return named


SOURCE = {"source": "source", "source_id": "id", "source_url": "url", "source_date": "date", "licence": "licence",
          "also_in": "also_in", "flags": "flags"}  # fmt: skip
assert set(SOURCE.values()) == set(SourceSchema().fields)


def _rename(made: Translated) -> None:
    kind = made.profile.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        made.profile["kind"] = KINDS[kind]
    names = made.profile.get("names")
    if isinstance(names, list) and any(isinstance(name, dict) and "v" in name for name in names):
        made.profile["names"] = [_name(name) for name in names if not _is_address(name)]
        made.left_out += ["names"] * any(map(_is_address, names))


def _name(name: Any) -> Any:
    """Translate one of the open data's names: v, lang, type."""
    if not isinstance(name, dict) or "v" not in name:
        return name
    return {"value": name["v"], "language": name.get("lang"), "type": name.get("type")}


def _is_address(name: Any) -> bool:
    """Tell a web address among the other names, of which open data has a few; the organization is taken without it."""
    value = name.get("v") if isinstance(name, dict) else None
    return isinstance(value, str) and bool(ADDRESS_INSIDE.search(value))


def _strings(column: str, value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unfit(column, _("must be a list of texts"))
    return value


def _extend(profile: dict[str, Any], column: str, items: list[Any]) -> None:
    """Add items to a list; where there is something else, the schema will say so."""
    present = profile.get(column) or []
    if isinstance(present, list):
        profile[column] = [*present, *items]


def _map(column: str, value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise Unfit(column, _("must map names to texts"))
    return value


def _take_language(profile: dict[str, Any], value: Any, row: Mapping[str, Any]) -> None:
    profile.setdefault("name_language", value)


def _take_descriptions(profile: dict[str, Any], value: Any, row: Mapping[str, Any]) -> None:
    texts = {}
    for language, text in _map("descriptions", value).items():
        texts[language] = {"short" if len(text) <= SHORT else "long": text}
    profile.setdefault("texts", texts)


def _take_countries(profile: dict[str, Any], value: Any, row: Mapping[str, Any]) -> None:
    codes = _strings("countries_active", value)
    profile.setdefault("countries_of_work", [{"country": code} for code in codes])


def _take_identifiers(profile: dict[str, Any], value: Any, row: Mapping[str, Any]) -> None:
    found = [{"scheme": scheme, "value": text} for scheme, text in _map("xref", value).items()]
    _extend(profile, "identifiers", [*_registered(row), *found])


def _registered(row: Mapping[str, Any]) -> list[dict[str, str]]:
    record = row.get("source_id")
    is_ror = row.get("source") == "ror" and isinstance(record, str)
    return [{"scheme": "ror", "value": str(record).rsplit("/", 1)[-1]}] if is_ror else []


def _add_terms(profile: dict[str, Any], row: Mapping[str, Any]) -> None:
    """Add the terms that the tags of all tag columns stand for."""
    tags = [tag for column in TAGS for tag in _strings(column, row.get(column))]
    for column in ("themes", "sectors", "populations", "sdg_targets"):
        if terms := _terms(tags, column, profile.get("kind")):
            _extend(profile, column, terms)
    if services := _terms(tags, "offers", profile.get("kind")):
        _extend(profile, "offers", [{"service": term} for term in services])
    subtypes = _terms(tags, "subtype", profile.get("kind"))
    if subtypes and not profile.get("subtype"):
        profile["subtype"] = subtypes[0]


def _terms(tags: Iterable[str], column: str, kind: Any) -> list[str]:
    found: dict[str, None] = {}
    given = set(tags)
    for tag in tags:
        entry = crosswalk().get(tag, {})
        is_of_kind = kind in entry.get("kinds", (kind,))
        if is_of_kind and (not entry.get("only_with") or given & set(entry["only_with"])):
            terms = entry.get(column, ())
            found.update(dict.fromkeys((terms,) if isinstance(terms, str) else terms))
    return list(found)


TAGS = ("themes_found", "themes_derived", "sectors_found", "kind_source")
FOREIGN: dict[str, Callable[[dict[str, Any], Any, Mapping[str, Any]], None]] = {
    "name_lang": _take_language,
    "descriptions": _take_descriptions,
    "countries_active": _take_countries,
    "xref": _take_identifiers,
}
