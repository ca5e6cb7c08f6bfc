"""Every kind of page in every language: nothing sticks out of a narrow window, and axe-core finds nothing serious.

English and Arabic, one for each direction, are looked at by axe wide and narrow, light and dark; the other languages,
which have the same style, wide and dark. Its source comes with the Python package axe-playwright-python; nothing else
of that package is used, and nothing has to be allowed for it in the pages' policy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.places import EVERYWHERE, MISSING, NARROW, path_of
from tests.browser.watching import HEIGHTS, STICKING_OUT, Visit

NARROWEST = 320
SERIOUS = {"serious", "critical"}
THOROUGHLY = {"ar", "en"}
# Besides what axe looks for by itself; the WCAG 2.2 rule on the size of targets is off there.
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}


@pytest.fixture(scope="session")
def axe() -> str:
    try:
        return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    except ModuleNotFoundError:
        pytest.skip(
            "NO AXE: the Python package axe-playwright-python is missing; accessibility was not looked at"
        )


@pytest.mark.parametrize(("language", "kind"), EVERYWHERE)
def test_every_page_fits_and_stands_in_nobodys_way(
    visit: Callable[..., Visit], axe: str, profile: str, language: str, kind: str
) -> None:
    is_thorough = language in THOROUGHLY
    window = visit(f"/{language}{path_of(kind, profile)}", dark=not is_thorough, expected=MISSING)
    window.page.evaluate(axe)
    found = [f"wide: {fault}" for fault in looked_at(window, OPTIONS)]
    if is_thorough:
        window.page.emulate_media(color_scheme="dark")
        found += [f"dark: {fault}" for fault in looked_at(window, COLOURS)]
        resize(window, NARROW)
        found += [f"narrow: {fault}" for fault in looked_at(window, OPTIONS)]
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
    found = list(looked_at(window, options))
    page.locator("#q").press_sequentially("kenya", delay=20)
    page.locator("#suggestions").wait_for()
    page.locator("#q").press("ArrowDown")
    # Results step back while others are on their way.
    expect(page.locator("#results:not(.htmx-request) #found")).to_contain_text("kenya")
    page.wait_for_timeout(500)
    found += list(looked_at(window, options))
    assert not found, "\n".join(found)


def resize(window: Visit, width: int) -> None:
    window.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})


def looked_at(window: Visit, options: dict[str, Any]) -> Iterator[str]:
    """Let axe look, and give what is serious in words."""
    answer = window.page.evaluate(f"axe.run(document, {json.dumps(options)})")
    for one in answer["violations"]:
        if one["impact"] in SERIOUS:
            nodes = "; ".join(f"{node['target']} {node['failureSummary']}" for node in one["nodes"][:3])
            yield f"{one['id']} ({one['impact']}, {len(one['nodes'])} times): {nodes}"
