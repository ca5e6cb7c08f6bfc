"""The kinds of page a visitor can come to, and the circumstances in which one does."""

from __future__ import annotations

import re

import pytest

from hub.i18n import LANGUAGES

NARROW, WIDE = 360, 1440
# language, width, script: any two of them occur in each combination
EVERY_WAY = pytest.mark.parametrize(
    ("language", "width", "script"),
    [("en", WIDE, True), ("en", NARROW, False), ("ar", NARROW, True), ("ar", WIDE, False)],
    ids=["English-wide-script", "English-narrow-plain", "Arabic-narrow-script", "Arabic-wide-plain"],
)
WITH_AND_WITHOUT = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])

PROFILE = "profile"
PATHS = {
    "home": "/",
    "results": "/search?q=trafficking&country=GB",
    "zero": "/search?q=zzzzqqqq&country=KE",
    PROFILE: "",  # known only when the hub is filled
    "countries": "/browse/countries",
    "regions": "/browse/regions",
    "themes": "/browse/themes",
    "sectors": "/browse/sectors",
    "about": "/about",
    "curation": "/curation",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "api": "/api",
    "missing": "/nothing-is-here",
}
EVERYWHERE = [(language, kind) for language in LANGUAGES for kind in PATHS]
ACCOUNT = re.compile(r"/en/account$")  # where signing in leads
MISSING = {"status of 404"}  # what the console says of the page that is missing


def path_of(kind: str, profile: str) -> str:
    """The address of a kind of page, without the language."""
    return PATHS[kind] or profile
