"""Every kind of page in every language: nothing sticks out of a narrow window, and axe-core finds nothing serious.

English and Arabic, one for each direction, are looked at by axe wide and narrow, light and dark; the other languages,
which have the same style, wide and dark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import OPTIONS, looked_at
from tests.browser.places import EVERYWHERE, MISSING, NARROW, path_of
from tests.browser.watching import HEIGHTS, STICKING_OUT, Visit

NARROWEST = 320
THOROUGHLY = {"ar", "en"}
COLOURS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}


@pytest.mark.parametrize(("language", "kind"), EVERYWHERE)
def test_every_page_fits_and_stands_in_nobodys_way(
    visit: Callable[..., Visit], axe: str, profile: str, language: str, kind: str
) -> None:
    is_thorough = language in THOROUGHLY
    window = visit(f"/{language}{path_of(kind, profile)}", dark=not is_thorough, expected=MISSING)
    window.page.evaluate(axe)
    found = [f"wide: {fault}" for fault in looked_at(window.page, OPTIONS)]
    if is_thorough:
        window.page.emulate_media(color_scheme="dark")
        found += [f"dark: {fault}" for fault in looked_at(window.page, COLOURS)]
        resize(window, NARROW)
        found += [f"narrow: {fault}" for fault in looked_at(window.page, OPTIONS)]
    for width in (NARROW, NARROWEST):
        resize(window, width)
        beyond, things = window.page.evaluate(STICKING_OUT)
        if beyond > 0 or things:
            found.append(f"{beyond} px wider than {width} px: {things}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_serious_hides_in_what_opens(visit: Callable[..., Visit], axe: str, dark: bool) -> None:
    window = visit("/en/search?country=KE&colour=red", width=NARROW, dark=dark)
    page = window.page
    page.evaluate(axe)
    # What an open list covers for the moment is no target.
    options = {**OPTIONS, "rules": {}}
    page.locator("#filters > summary").click()
    for group in page.locator(".facet:not([open]) > summary").all():
        group.click()
    page.locator("details.menu > summary").click()
    found = list(looked_at(window.page, options))
    page.locator("#q").press_sequentially("kenya", delay=20)
    page.locator("#suggestions").wait_for()
    page.locator("#q").press("ArrowDown")
    # Results step back while others are on their way.
    expect(page.locator("#results:not(.htmx-request) #found")).to_contain_text("kenya")
    page.wait_for_timeout(500)
    found += list(looked_at(window.page, options))
    assert not found, "\n".join(found)


def resize(window: Visit, width: int) -> None:
    window.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
