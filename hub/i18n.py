"""Languages: which one a request speaks, its direction, the catalogs, and the names of cities in them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, format_date, format_time, get_locale
from markupsafe import Markup

from hub.folding import fold

LANGUAGES = {
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ru": "Русский",
    "zh": "中文",
}
DEFAULT = "en"
COMMAS = {"ar": "، ", "zh": "、"}  # elsewhere a comma and a space
PREFIX = "/<any({}):lang>".format(",".join(LANGUAGES))
CATALOGS = Path(__file__).parent / "translations"


class Catalogs(Domain):  # type: ignore[misc]
    """Gettext catalogs read from their sources, compiled in memory on first use: there is nothing to build or forget."""

    def get_translations(self) -> NullTranslations:
        """The catalog of the language in force."""
        return catalog(language())


class HubBabel(Babel):  # type: ignore[misc]
    """Flask-Babel with our catalogs as its one domain."""

    @cached_property
    def domain_instance(self) -> Catalogs:
        """The domain that all texts are looked up in."""
        return Catalogs()


def _text(text: str, **variables: Any) -> Markup:
    """Translate a text of a template and put escaped variables in."""
    found = Markup(catalog(language()).gettext(text))  # noqa: S704 - a text of ours, not a visitor's
    return found % variables if variables or "%" in found else found


def _in_context(context: str, text: str, **variables: Any) -> Markup:
    """Translate a text of a template that means different things in different places, and put escaped variables in."""
    found = Markup(catalog(language()).pgettext(context, text))  # noqa: S704 - as above
    return found % variables if variables or "%" in found else found


def _plural(one: str, many: str, number: int, **variables: Any) -> Markup:
    """Translate a text in the form that goes with the number and put escaped variables in."""
    variables.setdefault("num", number)
    return Markup(catalog(language()).ngettext(one, many, number)) % variables  # noqa: S704 - as above


@cache
def catalog(code: str) -> NullTranslations:
    """Read and compile the catalog of one language; without one, the texts of the code are shown."""
    path = CATALOGS / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        source = read_po(file, locale=code, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, source)
    compiled.seek(0)
    return Translations(fp=compiled)


def enumerated(items: Iterable[object]) -> str:
    """Several in one line, with the comma of the language."""
    return COMMAS.get(language(), ", ").join(str(item) for item in items)


def moment(at: datetime) -> str:
    """A moment to the minute, with the clock that tells it: the readers of one page live in all time zones."""
    pattern = get_locale().datetime_formats["medium"]
    return str(pattern).format(format_time(at, "short"), format_date(at, "medium")) + " UTC"


def init_app(app: Flask) -> None:
    """Set up Flask-Babel, the ``<lang>`` part of addresses, and what templates need."""
    HubBabel(app, default_locale=DEFAULT, locale_selector=choose, default_timezone="UTC")
    # Those of Flask-Babel and Jinja take as long for a page's hundred texts as all the rest of its rendering.
    app.jinja_env.filters.update(enumerated=enumerated, moment=moment, numberformat=number)
    app.jinja_env.globals.update(_=_text, gettext=_text, ngettext=_plural, pgettext=_in_context)
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_give_language)
    app.context_processor(
        lambda: {
            "lang": language(),
            "dir": direction(language()),
            "languages": LANGUAGES,
            "direction": direction,
            "in_languages": in_languages,
        }
    )


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.lang = values.pop("lang")


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = language()


def in_languages() -> dict[str, str]:
    """Give the page's address in every language; that of the start page where its address names no language."""
    if "lang" not in g:
        return {code: f"/{code}/" for code in LANGUAGES}
    rest = quote(request.path[len(g.lang) + 1 :])
    query = request.query_string.decode("latin-1")
    return {code: f"/{code}{rest}" + (f"?{query}" if query else "") for code in LANGUAGES}


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language for a while, as in a mail to somebody else."""
    before = g.get("lang")
    g.lang = code
    try:
        with force_locale(code):
            yield
    finally:
        if before is None:
            g.pop("lang")
        else:
            g.lang = before


def choose() -> str:
    """Pick the request's language: the address says it, else what the browser asks for, else English."""
    if not has_request_context():
        return DEFAULT
    if "lang" in g:
        return str(g.lang)
    if (
        first := request.path.split("/")[1]
    ) in LANGUAGES:  # an address that leads nowhere still says its language
        return first
    asked = (tag.split("-")[0].lower() for tag in request.accept_languages.values())
    return next((code for code in asked if code in LANGUAGES), DEFAULT)


def language() -> str:
    """The code of the language in force."""
    if held := g.get("lang"):
        return str(held)
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else DEFAULT


def number(value: int) -> str:
    """Write a number as the language in force does."""
    return _number(value, language())


@lru_cache(maxsize=10_000)
def _number(value: int, code: str) -> str:
    return format_decimal(value, locale=code)


@cache
def direction(code: str | None) -> str:
    """``rtl`` for languages written from right to left, else ``ltr``."""
    try:
        return str(Locale.parse(code or DEFAULT, sep="-").text_direction)
    except (ValueError, UnknownLocaleError):
        return "ltr"


@cache
def cities() -> Mapping[str, str]:
    """Map the folded name of a city, in any language of the hub, to its country's code.

    They are those by which CLDR names the world's time zones: capitals and other large ones, some four hundred.
    """
    countries: Mapping[str, str] = get_global("zone_territories")
    found: dict[str, str] = {}
    for zone, country in countries.items():
        if zone.startswith("Etc/") or len(country) != 2:
            continue
        names = {zone.rpartition("/")[2].replace("_", " ")}
        names |= {Locale(language).time_zones.get(zone, {}).get("city", "") for language in LANGUAGES}
        found.update((fold(name), country) for name in names if name)
    return found


# What stands for letters that an alphabet counts as letters of their own (they follow the one that they look like), and
# for characters of names of countries that GB 18030 does not hold in the order of their sound.
_OWN_LETTERS = {
    "es": str.maketrans({"ñ": "nʒ"}),
    "ru": str.maketrans({"й": "иӿ"}),
    "zh": str.maketrans({"斐": "肥", "瑙": "闹"}),
}


@lru_cache(maxsize=20_000)
def order(text: str, code: str) -> tuple[str, str]:
    """The key by which names stand where readers of a language look for them.

    Accents and the Arabic article do not count. Chinese names are in the order of their sound, as far as GB 18030 has
    it: that of its 3,755 most common characters.
    """
    own = normalize("NFC", text).casefold().translate(_OWN_LETTERS.get(code, {}))
    return own.encode("gb18030", "replace").hex() if code == "zh" else fold(own), text
