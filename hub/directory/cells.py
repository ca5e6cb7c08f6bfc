r"""One profile as one row of a table, for CSV and XLSX, and back: how lists and records are written in a cell.

A list's items stand between ``|``; a ``|`` or ``\`` inside an item has a ``\`` before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from hub.directory.fields import TAG
from hub.directory.visibility import Profile
from hub.i18n import LANGUAGES

BETWEEN = re.compile(r"((?:[^|\\]|\\.|\\$)*)(?:\||$)", re.DOTALL)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet calculate a cell
TRUE, FALSE = "true", "false"


class Unfit(Exception):
    """A value has a form that cannot be translated; ``field`` names its column."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def join(items: Sequence[str]) -> str:
    """Write a list in a cell."""
    return "|".join(item.replace("\\", "\\\\").replace("|", "\\|") for item in items)


def split(cell: str) -> list[str]:
    """Read a list from a cell; empty items are left out."""
    items = [re.sub(r"\\([|\\])", r"\1", item).strip() for item in BETWEEN.findall(cell)]
    return [item for item in items if item]


def guard(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return "'" + cell if cell.lstrip("'").startswith(FORMULA) else cell


def unguard(cell: str) -> str:
    """Take the guard off again."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def _named(name: Mapping[str, Any]) -> str:
    """``Name@fr``; an ``@`` at the end says that there is no language, where the name itself could look like one."""
    value, language = str(name["value"]), name.get("language")
    looks_tagged = value.endswith("@") or TAG.fullmatch(value.rpartition("@")[2])
    return f"{value}@{language or ''}" if language or ("@" in value and looks_tagged) else value


def _read_name(text: str) -> dict[str, Any]:
    value, sign, language = text.rpartition("@")
    is_tagged = bool(sign) and (not language or TAG.fullmatch(language))
    return {"value": value, "language": language or None} if is_tagged else {"value": text}


def _workplace(place: Mapping[str, Any]) -> str:
    return str(place["country"]) + (":" + "+".join(place["roles"]) if place.get("roles") else "")


def _read_workplace(text: str) -> dict[str, Any]:
    country, _sign, roles = text.partition(":")
    return {"country": country.strip(), "roles": [role.strip() for role in roles.split("+") if role.strip()]}


def _service(service: Mapping[str, Any]) -> str:
    return str(service["service"]) + ("" if service["is_direct"] else ":indirect")


def _read_service(text: str) -> dict[str, Any]:
    key, _sign, manner = text.partition(":")
    if manner.strip() not in ("", "direct", "indirect"):
        raise ValueError(_("must read like legal-aid or legal-aid:indirect"))
    return {"service": key.strip(), "is_direct": manner.strip() != "indirect"}


def _read_identifier(text: str) -> dict[str, Any]:
    scheme, sign, value = text.partition(":")
    if not sign:
        raise ValueError(_("must read like scheme:value"))
    return {"scheme": scheme.strip().lower(), "value": value.strip()}


def _read_whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(_("must be a whole number"))
    return int(text)


def _read_flag(text: str) -> bool:
    if text.lower() not in (TRUE, FALSE):
        raise ValueError(_("must be true or false"))
    return text.lower() == TRUE


# Columns whose cell is a list: how an item is read.
READ: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        ("acronyms", "networks", "themes", "treaties", "sectors", "populations", "languages", "sdg_targets",
         "themes_found", "themes_derived", "sectors_found", "kind_source", "countries_active", "also_in", "flags"),
        str,
    ),
    "names": _read_name,
    "memberships": lambda text: {"name": text},
    "countries_of_work": _read_workplace,
    "offers": _read_service,
    "seeks": _read_service,
    "links": lambda text: {"url": text},
    "identifiers": _read_identifier,
}  # fmt: skip
PLAIN: Mapping[str, Callable[[str], Any]] = {"founded": _read_whole, "is_claimable": _read_flag}
MAPS = ("texts", "descriptions", "hotline", "xref")


def from_cells(row: Mapping[str, str]) -> dict[str, Any]:
    """Build the record that a row of cells stands for; an empty cell empties its field.

    Raises:
        Unfit: a cell cannot be read.
    """
    made: dict[str, Any] = {}
    for column, raw in row.items():
        cell = unguard(raw)
        head, *path = column.split(".")
        try:
            if head in MAPS and path:
                _put(made.setdefault(head, {}), path, cell)
            elif column in READ:
                made[column] = [READ[column](item) for item in split(cell)]
            else:
                made[column] = PLAIN.get(column, str)(cell) if cell.strip() else None
        except ValueError as error:
            raise Unfit(column, str(error)) from None
    if not any(made.get("hotline", {"": 1}).values()):
        made["hotline"] = None
    return made


def _put(target: dict[str, Any], path: Sequence[str], cell: str) -> None:
    if not cell:
        return
    for part in path[:-1]:
        target = target.setdefault(part, {})
        if not isinstance(target, dict):
            raise ValueError(_("stands beside a column that excludes it"))
    target[path[-1]] = split(cell) if path[-1] == "languages" else cell


def _text(language: str, length: str) -> Callable[[Profile], str]:
    return lambda profile: profile.texts.get(language, {}).get(length, "")


def _hotline(part: str) -> Callable[[Profile], str]:
    def write(profile: Profile) -> str:
        value = (profile.hotline or {}).get(part) or ""
        return value if isinstance(value, str) else join(value)

    return write


def _origin(part: str) -> Callable[[Profile], str]:
    return lambda profile: (profile.sources[0].get(part) or "") if profile.sources else ""


def _plain(field: str) -> Callable[[Profile], str]:
    def write(profile: Profile) -> str:
        value = getattr(profile, field)
        if isinstance(value, bool):
            return TRUE if value else FALSE
        return "" if value is None else str(value)

    return write


def _list(field: str, item: Callable[[Any], str] = str) -> Callable[[Profile], str]:
    return lambda profile: join([item(value) for value in getattr(profile, field)])


# Every column of an exported table, in order: how a profile's cell is written.
WRITE: Mapping[str, Callable[[Profile], str]] = {
    **{field: _plain(field) for field in ("id", "slug", "name", "name_language")},
    "names": _list("names", _named),
    "acronyms": _list("acronyms"),
    **{field: _plain(field) for field in ("kind", "subtype", "country")},
    "regions": _list("regions"),
    "countries_of_work": _list("countries_of_work", _workplace),
    "networks": _list("networks"),
    **{field: _list(field) for field in ("themes", "treaties", "sectors")},
    **{field: _list(field, _service) for field in ("offers", "seeks")},
    **{field: _list(field) for field in ("populations", "languages", "sdg_targets")},
    **{f"texts.{code}.{length}": _text(code, length) for code in LANGUAGES for length in ("short", "long")},
    "website": _plain("website"),
    "links": _list("links", lambda link: link["url"]),
    **{f"hotline.{part}": _hotline(part) for part in ("number", "hours", "languages")},
    "founded": _plain("founded"),
    "identifiers": _list("identifiers", lambda one: f"{one['scheme']}:{one['value']}"),
    "memberships": _list("memberships", lambda one: one["name"]),
    "parent_id": _plain("parent_id"),
    **{field: _plain(field) for field in ("trust", "safety", "is_claimable")},
    "last_confirmed_at": lambda profile: profile.last_confirmed_at.isoformat() if profile.last_confirmed_at else "",
    **{column: _origin(part) for column, part in
       {"source": "source", "source_id": "id", "source_url": "url", "licence": "licence", "source_date": "date"}.items()},
}  # fmt: skip


def to_cells(profile: Profile) -> list[str]:
    """Write a profile as one row of cells, unguarded."""
    return [write(profile) for write in WRITE.values()]
