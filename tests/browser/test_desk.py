"""Ten cases decided at the curators' desk: by keyboard alone, and without script; the pages fit at both widths."""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hub import ROOT
from tests.browser import live
from tests.browser.watching import STICKING_OUT, Visit, Windows

Open = Callable[..., Page]
CURATOR = re.compile(r"(curator@demo\.example\.org)\s+(\S+)")
CASES = 11


@pytest.fixture
def desk(windows: Windows, tmp_path: Path) -> Iterator[Open]:
    """Open the desk of a demonstration of its own as its curator: ``desk(script=False, width=360)``."""
    some = tmp_path / "some.ndjson"
    with gzip.open(live.DATA, "rt", encoding="utf-8") as lines, some.open("w", encoding="utf-8") as kept:
        kept.writelines(line for number, line in enumerate(lines) if number % 5 == 0)
    live.fill(tmp_path / "var", some)
    port = live._free_port()
    origin = f"http://127.0.0.1:{port}"
    command = [*live.HUB, "demo", "--port", str(port)]
    settings = {**live._settings(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}
    visits: list[Visit] = []
    with subprocess.Popen(command, env=settings, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            email, password = next(
                found.groups() for line in process.stdout if (found := CURATOR.search(line))
            )
            live._await(process, f"{origin}/en/about")  # type: ignore[arg-type]

            def begin(**options: object) -> Page:
                visit = Visit(windows, origin, is_first=True, **options)  # type: ignore[arg-type]
                visits.append(visit)
                page = visit.go("/en/account/sign-in?next=/en/desk")
                page.locator("input[name=email]").fill(email)
                page.locator("input[name=password]").fill(password)
                page.keyboard.press("Enter")
                expect(page.locator("h1")).to_have_text("Curators' desk")
                return page

            yield begin
            faults = [fault for one in visits for fault in one.end()]
        finally:
            process.terminate()
            process.wait(20)
    assert not faults, "\n".join(faults)


def test_eleven_cases_are_decided_by_keyboard_alone(desk: Open) -> None:
    page = desk()
    for left in range(CASES, 0, -1):
        expect(page.locator("#cases")).to_contain_text(f"{left} case")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator(".case-head")).to_be_visible()
        page.keyboard.press("c")
        expect(page.locator(".case-state")).to_contain_text("taken by you")
        page.keyboard.press("q")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator(".form-notice-good")).to_contain_text("The answers are kept.")
        _say_no(page) if left % 3 == 0 else _say_yes(page)
    expect(page.locator("#cases")).to_contain_text("0 cases")


def _say_yes(page: Page) -> None:
    """Take the first decision; that of a removal request needs a reason too."""
    page.keyboard.press("1")
    if page.locator("input[name=decision]:checked").get_attribute("value") == "hide":
        _choose_reason(page)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Curators' desk")


def _say_no(page: Page) -> None:
    """Choose to decline by arrow keys, with a prepared reason, of which a word is added."""
    page.keyboard.press("d")
    page.keyboard.press("1")
    while page.locator("input[name=decision]:checked").get_attribute("value") != "decline":
        page.keyboard.press("ArrowDown")
    _choose_reason(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Curators' desk")


def _choose_reason(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator("#f-template")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#f-reason")).not_to_have_value("")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.type(" cdjk1")  # letters in a box are letters


def test_eleven_cases_are_decided_without_script_on_a_phone(desk: Open) -> None:
    page = desk(script=False, width=360)
    for left in range(CASES, 0, -1):
        expect(page.locator("#cases")).to_contain_text(f"{left} case")
        page.locator("[data-row]").first.click()
        page.get_by_role("button", name="Take the case").click()
        page.locator("input[name=decision]").last.check()
        page.locator("#f-template").select_option("unfounded")
        page.get_by_role("button", name="Show the words of the prepared reason").click()
        expect(page.locator("#f-reason")).not_to_have_value("")
        page.get_by_role("button", name="Decide", exact=True).click()
        expect(page.locator("h1")).to_have_text("Curators' desk")
    expect(page.locator("#cases")).to_contain_text("0 cases")


def test_the_desk_fits_and_its_keys_can_be_switched_off(desk: Open) -> None:
    for language in ("en", "ar"):
        for width in (1440, 360):
            page = desk(width=width)
            origin = page.url.split("/en/")[0]
            for path in ("desk", "desk/cases/1", "desk/cases/4", "desk/duplicates", "desk/merges"):
                page.goto(f"{origin}/{language}/{path}")
                excess, culprits = page.evaluate(STICKING_OUT)
                assert (excess, culprits) == (0, []), f"{path} at {width} px in {language}"
            page.context.clear_cookies()
    page = desk()
    page.locator(".key-help > summary").click()
    page.get_by_role("button", name="Switch the shortcuts off").click()
    page.keyboard.press("j")
    expect(page.locator("[data-row]:focus")).to_have_count(0)
