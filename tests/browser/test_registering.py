"""A company registers in a browser, from nothing to the curators' desk, with and without JavaScript."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import live
from tests.browser.places import EVERY_WAY, NARROW
from tests.browser.watching import STICKING_OUT, Visit, Windows

KNOWN = {"name": "Known Relief", "kind": "civil_society", "country": "KE", "source": "test", "source_id": "1"}
Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def place(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a hub with one organization and the folder of its data."""
    folder = tmp_path_factory.mktemp("registering") / "var"
    known = folder.with_name("known.ndjson")
    known.write_text(json.dumps(KNOWN) + "\n", "utf-8")
    live.fill(folder, known)
    with live.serving(folder) as address:
        yield address, folder


@pytest.fixture
def visit(chromium: Browser, place: tuple[str, Path]) -> Iterator[Open]:
    """Open a page in a window of its own, so that nobody is signed in by an earlier visit."""
    visits: list[Visit] = []

    def begin(path: str, **options: object) -> Visit:
        visits.append(Visit(Windows(chromium), place[0], **{"is_first": True, **options}))  # type: ignore[arg-type]
        visits[-1].go(path)
        return visits[-1]

    yield begin
    faults = [fault for one in visits for fault in one.end()]
    assert not faults, "\n".join(faults)


def sign_in(window: Visit, folder: Path, language: str) -> None:
    """Set the password of a new account under the link that an operator gets, and sign in with it."""
    email, password = f"ana-{os.urandom(4).hex()}@example.org", "quiet-lantern-orchard-47"
    page = window.go(live.account(folder, email))
    page.locator("main input[type=password]").fill(password)
    page.locator("main form .button").click()
    expect(page.locator("main input[type=password]")).to_have_value("")
    page = window.go(f"/{language}/account/sign-in")
    page.locator("main input[name=email]").fill(email)
    page.locator("main input[type=password]").fill(password)
    page.locator("main form .button").first.click()
    expect(page.locator("main input[type=password]")).to_have_count(0)


def fits(page: Page) -> None:
    """Nothing reaches beyond the window."""
    over, what = page.evaluate(STICKING_OUT)
    assert over <= 0, what
    assert not what


@EVERY_WAY
def test_a_company_registers_to_submission(
    visit: Open, place: tuple[str, Path], language: str, width: int, script: bool
) -> None:
    # 422: the console says it of the answer to a form that was sent with a fault, on purpose
    window = visit(f"/{language}/about", width=width, script=script, expected={"status of 422"})
    sign_in(window, place[1], language)
    page = window.go(f"/{language}/organizations/new")
    fits(page)
    name = f"Acme Fair Supply {width}"
    page.locator("#f-name").fill(name)
    page.locator("main form .actions button").click()

    expect(page).to_have_url(re.compile(r"/revisions/\d+/kind$"))
    page.locator("input[name=kind][value=private_sector]").check()
    page.locator("#f-subtype").select_option("company")
    go_on(page, "where")
    page.locator("#f-country").select_option("MX")
    page.locator("input[name=countries_of_work][value=GT]").check()
    go_on(page, "what")
    if script:  # the box above a long list narrows it
        page.locator("#f-themes-narrow").fill("zzz")
        expect(page.locator("input[name=themes]").first).to_be_hidden()
        page.locator("#f-themes-narrow").fill("")
    page.locator("input[name=themes][value=forced-labour]").check()
    go_on(page, "texts")
    page.locator(f"#f-texts-{language}-short").fill("We look where things come from.")
    go_on(page, "contact")

    page.locator("#f-website").fill("ftp://acme")
    page.locator("#task .actions button").first.click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#f-website")).to_be_focused()
    expect(page.locator("#f-website")).to_have_value("ftp://acme")
    page.locator("#f-website").fill("acme.example.com")
    page.locator("button[value=links]").click()
    expect(page.locator("input[name=links-1-url]")).to_be_visible()
    go_on(page, "safety")

    page.locator("input[name=safety][value=careful]").check()
    if not script:
        page.locator("button[name=preview]").click()
    expect(page.locator("#preview .unseen").first).to_be_visible()
    fits(page)

    window.go(f"/{language}/my-organizations")  # leave, and come back
    page.locator(".own", has_text=name).locator(".own-open a").first.click()
    expect(page.locator(".task-done")).to_have_count(6)  # not safety, which has a mode in any case
    fits(page)
    page.locator("main .actions a.button").click()
    fits(page)
    page.locator("main form .actions button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("#f-terms").check()
    page.locator("main form .actions button").click()
    expect(page).to_have_url(re.compile(rf"/{language}/cases/\d+"))
    expect(page.locator(".form-notice-good")).to_be_visible()
    fits(page)


def go_on(page: Page, following: str) -> None:
    """Save a task and come to the one that follows."""
    page.locator("#task .actions button").first.click()
    expect(page).to_have_url(re.compile(rf"/{following}\?saved=1"))
    expect(page.locator(".saved")).to_be_visible()


def test_known_names_are_shown_while_typing(visit: Open, place: tuple[str, Path]) -> None:
    window = visit("/en/about", width=NARROW)
    sign_in(window, place[1], "en")
    page = window.go("/en/organizations/new")
    page.locator("#f-name").press_sequentially("Known Relief")
    expect(page.locator("#similar h2")).to_be_visible()
    expect(page.locator("#similar a").first).to_have_text("Known Relief")
    expect(page.locator("#f-name")).to_be_focused()
    fits(page)
