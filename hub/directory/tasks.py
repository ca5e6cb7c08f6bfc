"""What the pages of a registration say: titles and hints of tasks, and the choices that fields offer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from hub.directory import vocabularies
from hub.directory.answers import NARROWED, audience_choices, default_audience
from hub.directory.models import Organization
from hub.directory.registration import TASKS, Task, preview
from hub.directory.schemas import SHELTER
from hub.directory.states import Audience, Safety
from hub.directory.wording import SAFETY, SHOWN_TO, described, label, words
from hub.i18n import LANGUAGES, order

TITLES: Mapping[str, Any] = {
    "name": _l("Name"),
    "kind": _l("Kind and size"),
    "where": _l("Where you are and work"),
    "what": _l("What you do"),
    "texts": _l("In your own words"),
    "contact": _l("Contact"),
    "safety": _l("Safety"),
    "logo": _l("Logo"),
}
DECLARATION = _l("Declaration")
STATES: Mapping[str, Any] = {"todo": _l("Not started"), "begun": _l("In progress"), "done": _l("Done")}
MODES: Mapping[Safety, tuple[Any, Any]] = {
    Safety.OPEN: (
        SAFETY[Safety.OPEN],
        _l("Everybody sees the entry. E-mail addresses are never printed."),
    ),
    Safety.CAREFUL: (
        SAFETY[Safety.CAREFUL],
        _l(
            "Everybody sees the name, the themes and the descriptions; only members see where you are and what you offer."
        ),
    ),
    Safety.PROTECTED: (
        SAFETY[Safety.PROTECTED],
        _l(
            "Everybody sees only a name, the kind, the region and the themes. Search engines and exports get nothing."
        ),
    ),
}
STAFF: Mapping[str, str] = {"1-9": "1–9", "10-49": "10–49", "50-249": "50–249", "250+": "250+"}
BUDGETS: Mapping[str, Any] = {
    "under-10k": _l("less than 10,000 US dollars"),
    "10k-100k": _l("10,000 to 100,000 US dollars"),
    "100k-1m": _l("100,000 to 1 million US dollars"),
    "1m-10m": _l("1 to 10 million US dollars"),
    "over-10m": _l("more than 10 million US dollars"),
}
NAME_KINDS: Mapping[str, Any] = {
    "alias": _l("also used"),
    "translation": _l("translation"),
    "former": _l("used before"),
}
PREVIEWED = (Audience.PUBLIC, Audience.MEMBERS, Audience.PARTNERS)
TREES = (
    "theme",
    "kind",
    "population",
    "service",
    "sector",
    "treaty",
)  # shown in the order of their vocabulary
PLACED = ("city", "subdivision")  # what would say in which town a shelter is


class Option(NamedTuple):
    """A choice of a list: its key, label, a hint (none) and how deep it stands below others."""

    key: str
    label: str
    hint: str = ""
    depth: int = 0


def options(vocabulary: str, language: str, chosen: Collection[str] = ()) -> list[Option]:
    """The terms that a form offers: those in use or chosen before, by name where they have no order of their own."""
    entries = terms().terms.get(vocabulary, {})
    found = [
        Option(key, entry.label(language), "", 0 if entry.parent is None else 1)
        for key, entry in entries.items()
        if (not entry.is_retired or key in chosen) and _is_offered(vocabulary, entry)
    ]
    if vocabulary in TREES or vocabulary == "sdg_target":
        return found
    return sorted((one._replace(depth=0) for one in found), key=lambda one: order(one.label, language))


def _is_offered(vocabulary: str, entry: vocabularies.Entry) -> bool:
    return vocabulary != "region" or entry.extra.get("scheme") in ("network", "unodc")


def terms() -> vocabularies.Vocabularies:
    """The vocabularies as they are now, for asking whether they hold a key."""
    return vocabularies.current()


def kinds(language: str) -> list[Option]:
    """The kinds themselves, without their subtypes."""
    return [one for one in options("kind", language) if one.depth == 0]


def subtypes(language: str) -> list[tuple[str, list[Option]]]:
    """The subtypes under the name of their kind."""
    held = terms().terms["kind"]
    every = options("kind", language)
    return [
        (kind.label, [one for one in every if held[one.key].parent == kind.key]) for kind in kinds(language)
    ]


def modes() -> list[Option]:
    """The safety modes, each with what it means."""
    return [Option(str(mode), str(title), str(hint)) for mode, (title, hint) in MODES.items()]


def audience_options(field: str) -> list[Option]:
    """The audiences to which a field may be narrowed."""
    return [Option(str(one), str(SHOWN_TO[one])) for one in audience_choices(field)]


def usual(field: str, safety: Any) -> str:
    """Who sees a field where the organization wishes nothing else."""
    return str(SHOWN_TO[default_audience(field, safety)])


def text_languages(used: Iterable[str], language: str) -> list[str]:
    """The languages in which a form asks for descriptions: the reader's first, those of the hub, those used already."""
    return list(dict.fromkeys([language, *used, *LANGUAGES]))


def fields_of(task: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a task; one who runs a shelter is not asked in which town."""
    is_shelter = has_shelter(values)
    return tuple(field for field in TASKS[task] if not (is_shelter and field in PLACED))


def has_shelter(values: Mapping[str, Any]) -> bool:
    """Tell whether there is a shelter among the services offered."""
    return any(one.get("service") == SHELTER for one in values.get("offers") or ())


def next_task(task: str) -> str | None:
    """The task that follows, None after the last."""
    names = [*TITLES]
    after = names[names.index(task) + 1 :]
    return after[0] if after else None


def task_of(field: str) -> str:
    """The task in which a field is asked for."""
    return next((task for task, fields in TASKS.items() if field in fields), "logo")


def answers_of(
    task: Task, values: Mapping[str, Any], language: str
) -> list[tuple[str, str, tuple[str, ...]]]:
    """What was answered in a task: field, what it is called, and the words of its value."""
    return [
        (field, label(field), said(field, values.get(field), language))
        for field in fields_of(task.name, values)
    ]


def said(field: str, value: Any, language: str) -> tuple[str, ...]:
    """A value in words, also where its key is none of a vocabulary."""
    if field == "safety":
        return (str(MODES[Safety(value or Safety.OPEN)][0]),)
    if field == "audiences":
        return tuple(
            f"{label(name)}: {SHOWN_TO[Audience(wish)]}" for name, wish in sorted((value or {}).items())
        )
    if field == "staff_band" and value:
        return (STAFF.get(value, value),)
    if field == "budget_band" and value:
        return (str(BUDGETS.get(value, value)),)
    if field == "texts":
        return described(value or {}, language)
    return words(field, value, language)


def stamp(values: Mapping[str, Any], fields: Iterable[str]) -> str:
    """A short sign of what some fields hold, to notice that somebody else changed them meanwhile."""
    text = json.dumps({field: values.get(field) for field in fields}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def seen_by(
    organization: Organization, values: Mapping[str, Any], language: str
) -> list[tuple[str, str, dict[Audience, bool], tuple[str, ...]]]:
    """Who would see what: field, its name, whether each audience sees it, and its words; empty fields are left out."""
    shown = {audience: preview(organization, values, audience) for audience in PREVIEWED}
    rows = []
    for field in (*(one for task in TASKS.values() for one in task), "logo"):
        what = (
            said(field, values.get(field), language)
            if field not in ("audiences", "safety", "pseudonym")
            else ()
        )
        if what:
            sees = {audience: bool(getattr(profile, field, None)) for audience, profile in shown.items()}
            rows.append((field, label(field), sees, what))
    return rows


def narrowed() -> list[tuple[str, str]]:
    """The fields whose audience may be narrowed, and what they are called."""
    return [(field, label(field)) for field in NARROWED]
