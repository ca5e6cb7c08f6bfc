"""Differences between two states of a profile, in words that a reader understands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _pl

from hub.directory import vocabularies
from hub.directory.states import Audience, Safety
from hub.i18n import speaking

LABELS: Mapping[str, Any] = {
    "name": _l("Name"),
    "name_language": _l("Language of the name"),
    "legal_name": _l("Legal name"),
    "pseudonym": _l("Name shown instead"),
    "names": _l("Other names"),
    "acronyms": _l("Acronyms"),
    "kind": _l("Kind"),
    "subtype": _l("Subtype"),
    "parent_id": _l("Part of"),
    "memberships": _l("Member of"),
    "country": _l("Country"),
    "subdivision": _l("Province or state"),
    "city": _l("City"),
    "countries_of_work": _l("Countries of work"),
    "networks": _l("Areas of networks and offices"),
    "joined": _l("Networks joined"),
    "themes": _l("Themes"),
    "treaties": _l("Conventions"),
    "sectors": _l("Sectors"),
    "offers": _l("Services offered"),
    "seeks": _l("Services sought"),
    "populations": _l("People served"),
    "languages": _l("Working languages"),
    "sdg_targets": _l("Sustainable Development Goals"),
    "texts": _l("Descriptions"),
    "logo": _l("Logo"),
    "website": _l("Website"),
    "links": _l("Other pages"),
    "mailbox": _l("Mailbox"),
    "hotline": _l("Hotline"),
    "founded": _l("Founded"),
    "staff_band": _l("Staff"),
    "budget_band": _l("Yearly budget"),
    "identifiers": _l("Identifiers"),
    "audiences": _l("Who may see what"),
    "safety": _l("Safety mode"),
    "status": _l("State"),
    "trust": _l("Trust"),
    "is_claimable": _l("Open to claims"),
    "last_confirmed_at": _l("Last confirmed"),
}
# field: the vocabulary that names its keys
TERMS = {
    "kind": "kind", "subtype": "kind", "country": "country", "networks": "region", "themes": "theme",
    "treaties": "treaty", "sectors": "sector", "populations": "population", "languages": "language",
    "sdg_targets": "sdg_target", "countries_of_work": "country", "offers": "service", "seeks": "service",
}  # fmt: skip
TEXTS = {"short": _l("Short description"), "long": _l("Long description")}
ROLES = {"origin": _l("place of origin"), "transit": _l("place of transit"), "destination": _l("destination")}


SAFETY: Mapping[str, Any] = {
    Safety.OPEN: _pl("safety mode", "Open"),
    Safety.CAREFUL: _l("Careful"),
    Safety.PROTECTED: _l("Protected"),
}
SHOWN_TO: Mapping[str, Any] = {
    Audience.PUBLIC: _l("Everybody"),
    Audience.MEMBERS: _l("Members of the hub"),
    Audience.PARTNERS: _l("Connected organizations"),
    Audience.OWN: _l("Only your organization and the curators"),
}


class ChangeKind(StrEnum):
    """Whether something came, went, or became something else."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in one field: the words that went and those that came; of lists only the items that differ."""

    field: str
    label: str
    kind: ChangeKind
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def label(field: str) -> str:
    """What a field is called on screen; its own name where it has none."""
    return str(LABELS.get(field, field))


def differences(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Change]:
    """Say field by field how ``after`` differs from ``before``, in a language; order within lists does not count."""
    with speaking(language):
        return [
            change for field in _fields(before, after) for change in _changes(field, before, after, language)
        ]


def words(field: str, value: Any, language: str) -> tuple[str, ...]:
    """The items of a field's value in words, each once."""
    if value in (None, [], {}, ""):
        return ()
    if isinstance(value, Mapping):
        value = [value] if field == "hotline" else sorted(value.items())
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(_word(field, item, language) for item in items))


def described(texts: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """Descriptions, each with the name of its language; those in the reader's language first."""
    return tuple(
        _("%(what)s: %(about)s", what=_language(code, language), about=text)
        for code in sorted(texts, key=lambda code: (code != language, code))
        for part in TEXTS
        if (text := texts[code].get(part))
    )


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    asked = {*before, *after}
    return [field for field in LABELS if field in asked] + sorted(asked - LABELS.keys())


def _changes(
    field: str, before: Mapping[str, Any], after: Mapping[str, Any], language: str
) -> Iterator[Change]:
    if field == "texts":
        yield from _texts(before.get(field) or {}, after.get(field) or {}, language)
    elif change := _change(
        field,
        label(field),
        words(field, before.get(field), language),
        words(field, after.get(field), language),
    ):
        yield change


def _texts(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> Iterator[Change]:
    for code in sorted({*before, *after}):
        for part, title in TEXTS.items():
            old, new = (side.get(code, {}).get(part) for side in (before, after))
            named = f"{title} ({_language(code, language)})"
            if change := _change("texts", named, (old,) if old else (), (new,) if new else ()):
                yield change


def _change(field: str, title: str, before: tuple[str, ...], after: tuple[str, ...]) -> Change | None:
    gone, come = _without(before, after), _without(after, before)
    if not gone and not come:
        return None
    kind = ChangeKind.CHANGED if gone and come else ChangeKind.REMOVED if gone else ChangeKind.ADDED
    return Change(field, title, kind, gone, come)


def _without(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    known = set(others)
    return tuple(one for one in some if one not in known)


def _word(field: str, item: Any, language: str) -> str:
    terms = vocabularies.current()
    if isinstance(item, bool):
        return str(_("yes") if item else _("no"))
    if field == "audiences":
        return f"{label(item[0])}: {SHOWN_TO.get(item[1], item[1])}"
    if field == "safety":
        return str(SAFETY.get(item, item))
    if isinstance(item, Mapping):
        return _record(field, item, language)
    if field in TERMS:
        return terms.label(TERMS[field], str(item), language)
    return str(item)


def _record(field: str, item: Mapping[str, Any], language: str) -> str:
    terms = vocabularies.current()
    if field in ("offers", "seeks"):
        name = terms.label("service", item["service"], language)
        return name if item.get("is_direct", True) else f"{name} ({_('through others')})"
    if field == "countries_of_work":
        name = terms.label("country", item["country"], language)
        roles = ", ".join(str(ROLES[role]) for role in item.get("roles", ()) if role in ROLES)
        return f"{name} ({roles})" if roles else name
    return " · ".join(_part(key, part, language) for key, part in item.items() if part)


def _part(key: str, value: Any, language: str) -> str:
    if key in ("language", "languages"):
        codes = value if isinstance(value, list) else [value]
        return ", ".join(_language(code, language) for code in codes)
    return str(value)


def _language(code: str, language: str) -> str:
    try:
        return str(Locale.parse(code, sep="-").get_display_name(language) or code)
    except (ValueError, UnknownLocaleError):
        return code
