"""What a form sends for a profile, in the shape of its columns: nothing is checked here, and nothing else is taken.

Each field has one reader. What is not one of the fields asked for is not looked at, whatever its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from hub.directory.states import Audience, Safety
from hub.directory.visibility import AUDIENCES

Form = MultiDict[str, str]
Reader = Callable[[Form, Mapping[str, Any]], Any]
MOST_ROWS = 60  # of one kind in one form; schemas allow fewer
# fields whose audience an organization may narrow; the others are what makes it findable at all
NARROWED = ("website", "links", "mailbox", "hotline", "country", "city", "countries_of_work", "themes", "offers", "texts",
            "logo", "founded", "staff_band", "identifiers", "memberships", "joined")  # fmt: skip


def read(form: Form, fields: Iterable[str], before: Mapping[str, Any]) -> dict[str, Any]:
    """Read ``fields`` from a form; ``before`` are the values that the form was filled with."""
    return {field: READERS[field](form, before) for field in fields}


def _text(field: str) -> Reader:
    return lambda form, before: form.get(field, "").strip() or None


def _required(field: str) -> Reader:
    """An empty name is wrong, and not the wish to have none."""
    return lambda form, before: form.get(field, "").strip()


def _keys(field: str) -> Reader:
    return lambda form, before: list(dict.fromkeys(key for key in form.getlist(field) if key))


def _whole(field: str) -> Reader:
    def read_whole(form: Form, before: Mapping[str, Any]) -> Any:
        text = form.get(field, "").strip()
        return int(text) if text.isdecimal() and len(text) < 10 else text or None

    return read_whole


def _identifiers(form: Form, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Registers are kept in small letters without spaces, and typed as people write them."""
    rows = _rows("identifiers", "scheme", "value")(form, before)
    return [{**row, "scheme": "-".join((row["scheme"] or "").lower().split()) or None} for row in rows]


def _acronyms(form: Form, before: Mapping[str, Any]) -> list[str]:
    parts = re.split(r"[,;،、\n]", form.get("acronyms", ""))
    return [part.strip() for part in parts if part.strip()]


def _rows(field: str, *parts: str) -> Reader:
    """Rows named ``field-0-part``; one in which nothing was typed is no row."""

    def read_rows(form: Form, before: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [row for row in typed_rows(form, field, parts) if any(row.values())]

    return read_rows


def typed_rows(form: Form, field: str, parts: Iterable[str]) -> list[dict[str, Any]]:
    """All rows of a form as they were typed, the empty ones too."""
    pattern = re.compile(rf"{field}-(\d{{1,3}})-")
    numbers = sorted({int(found[1]) for key in form if (found := pattern.match(key))})[:MOST_ROWS]
    return [{part: form.get(f"{field}-{n}-{part}", "").strip() or None for part in parts} for n in numbers]


def _countries(form: Form, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"country": code, "roles": form.getlist(f"roles-{code}")}
        for code in dict.fromkeys(form.getlist("countries_of_work"))
    ]


def _offers(form: Form, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    through = form.getlist("offers-through")
    chosen = dict.fromkeys(form.getlist("offers"))
    return [{"service": service, "is_direct": service not in through} for service in chosen]


def _seeks(form: Form, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The form does not ask whether a service is sought directly: what was said elsewhere stays."""
    held = {one["service"]: one.get("is_direct", True) for one in before.get("seeks") or ()}
    return [
        {"service": key, "is_direct": held.get(key, True)} for key in dict.fromkeys(form.getlist("seeks"))
    ]


def _texts(form: Form, before: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    parts = ("short", "long")
    return {code: {part: form.get(f"texts-{code}-{part}", "") for part in parts} for code in text_codes(form)}


def text_codes(form: Form) -> list[str]:
    """The languages in which a form holds descriptions."""
    found = (re.fullmatch(r"texts-([A-Za-z0-9-]{1,12})-(?:short|long)", key) for key in form)
    return list(dict.fromkeys(one[1] for one in found if one))


def _hotline(form: Form, before: Mapping[str, Any]) -> dict[str, Any] | None:
    given = {part: form.get(f"hotline-{part}", "").strip() or None for part in ("number", "hours")}
    languages = form.getlist("hotline-languages")
    return {**given, "languages": languages} if any(given.values()) or languages else None


def _audiences(form: Form, before: Mapping[str, Any]) -> dict[str, str]:
    """Wishes for the fields that were asked for; for others they stay. What is the default already is no wish."""
    asked = {field: form[f"audiences-{field}"] for field in NARROWED if f"audiences-{field}" in form}
    kept = {field: wish for field, wish in (before.get("audiences") or {}).items() if field not in asked}
    return kept | {field: wish for field, wish in asked.items() if wish}


def audience_choices(field: str) -> list[Audience]:
    """The audiences to which an organization may narrow a field, the widest first."""
    return [one for one in Audience if one.rank >= AUDIENCES[field][0].rank and one is not Audience.CURATORS]


def default_audience(field: str, safety: Any) -> Audience:
    """Who sees a field in a safety mode where the organization wishes nothing else."""
    return AUDIENCES[field][list(Safety).index(Safety(safety or Safety.OPEN))]


READERS: Mapping[str, Reader] = {
    "name": _required("name"),
    **{
        field: _text(field)
        for field in ("name_language", "legal_name", "pseudonym", "kind", "subtype", "country", "subdivision", "city",
                      "website", "mailbox", "staff_band", "budget_band", "safety")
    },
    **{
        field: _keys(field)
        for field in ("networks", "themes", "treaties", "sectors", "populations", "languages", "sdg_targets")
    },
    "founded": _whole("founded"),
    "acronyms": _acronyms,
    "names": _rows("names", "value", "language", "type"),
    "memberships": _rows("memberships", "name"),
    "links": _rows("links", "url", "label"),
    "identifiers": _identifiers,
    "countries_of_work": _countries,
    "offers": _offers,
    "seeks": _seeks,
    "texts": _texts,
    "hotline": _hotline,
    "audiences": _audiences,
}  # fmt: skip
ROWS = {
    "names": ("value", "language", "type"),
    "memberships": ("name",),
    "links": ("url", "label"),
    "identifiers": ("scheme", "value"),
}
BOXES = frozenset({
    "networks", "themes", "treaties", "sectors", "populations", "languages", "sdg_targets", "countries_of_work", "offers",
    "seeks",
})  # fmt: skip


def wrong_by_input(wrong: Mapping[str, Any], label: Callable[[str], str]) -> dict[str, list[str]]:
    """Name the inputs that hold what is wrong, each with its reasons, which begin with what the field is called."""
    found: dict[str, list[str]] = {}
    for field, reasons in wrong.items():
        for path, reason in _reasons(reasons):
            name = field if field in BOXES else "-".join((field, *path))
            found.setdefault(name, []).append(f"{label(field)}: {reason}")
    return found


def _reasons(reasons: Any, path: tuple[str, ...] = ()) -> Iterable[tuple[tuple[str, ...], str]]:
    if isinstance(reasons, Mapping):
        for key, inner in reasons.items():
            yield from _reasons(inner, (*path, str(key)))
    else:
        yield from ((path, str(reason)) for reason in reasons)
