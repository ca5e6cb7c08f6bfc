"""Results that come while typing: what the address, the history and the focus do meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.places import NARROW, WIDE
from tests.browser.watching import Visit

Open = Callable[..., Visit]
Ask = Callable[[str], Any]


def type_slowly(page: Page, words: str) -> None:
    page.locator("#q").press_sequentially(words, delay=25)


def expect_found(page: Page, ask: Ask, query: str) -> None:
    expect(page.locator("#found")).to_have_text(re.compile(rf"\b{ask(query)['total']}\b"))


@pytest.mark.parametrize(
    ("language", "width", "words"),
    [("en", WIDE, "trafficking"), ("ar", NARROW, "جامعة")],
    ids=["English", "Arabic"],
)
def test_results_follow_what_is_typed_and_the_focus_stays(
    visit: Open, ask: Ask, language: str, width: int, words: str
) -> None:
    window = visit(f"/{language}/search", width=width)
    page = window.page
    title, entries = page.title(), page.evaluate("history.length")
    page.locator("#q").focus()
    type_slowly(page, words)
    expect(page.locator("#found")).to_contain_text(words)
    expect_found(page, ask, f"q={words}")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value(words)
    assert page.evaluate("document.querySelector('#q').selectionStart") == len(words)
    assert page.title() != title
    assert page.evaluate("history.length") == entries, "typing must add nothing to the history"
    asked = [address for address in window.asked if "/search?" in address]
    assert len(asked) <= len(words) // 2, "results come when typing stops, not with every letter"


def test_results_come_shortly_after_typing_stops(visit: Open) -> None:
    window = visit("/en/search")
    window.page.evaluate(
        """document.addEventListener("input", () => { window.typed = performance.now() });
           document.addEventListener("htmx:before:request", (event) => {
             if (event.detail.ctx.target.id === "results") window.asked ??= performance.now() })"""
    )
    window.page.locator("#q").fill("kenya")
    delay = window.until("window.asked && window.asked - window.typed")
    assert 140 <= delay <= 600, f"{delay:.0f} ms"


def test_what_was_sent_can_be_gone_back_to_and_forward_again(visit: Open, ask: Ask) -> None:
    window = visit("/en/search?q=kenya")
    page = window.page
    entries = page.evaluate("history.length")
    page.locator("#q").fill("university")
    page.locator("#q").press("Enter")
    expect_found(page, ask, "q=university")
    window.until(f"history.length > {entries}")
    page.locator("#kind-academia").check()
    expect(page).to_have_url(re.compile("kind=academia"))
    for step, address, words, is_checked in (
        (page.go_back, r"q=university$", "university", False),
        (page.go_forward, r"q=university&kind=academia$", "university", True),
    ):
        step()
        expect(page).to_have_url(re.compile(address))
        expect(page.locator("#q")).to_have_value(words)
        expect(page.locator("#kind-academia")).to_be_checked(checked=is_checked)
        expect_found(page, ask, "q=university" + ("&kind=academia" if is_checked else ""))


def test_sending_what_is_shown_already_adds_nothing_to_go_back_through(visit: Open, ask: Ask) -> None:
    page = visit("/en/search").page
    entries = page.evaluate("history.length")
    page.locator("#q").fill("university")
    expect_found(page, ask, "q=university")
    with page.expect_response(re.compile("/search")):
        page.locator("#q").press("Enter")
    page.wait_for_timeout(300)
    assert page.evaluate("history.length") == entries
    expect(page).to_have_url(re.compile("q=university$"))


def test_back_from_a_profile_shows_the_same_results_again(visit: Open, ask: Ask) -> None:
    page = visit("/en/search").page
    page.locator("#q").fill("kenya")
    expect_found(page, ask, "q=kenya")
    first = page.locator(".hit h3 a").first
    name = first.inner_text()
    first.click()
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()
    expect(page.locator("#q")).to_have_value("kenya")
    expect_found(page, ask, "q=kenya")
    expect(page.locator(".hit h3 a").first).to_have_text(name)


def test_a_late_answer_does_not_take_the_place_of_a_newer_one(visit: Open, ask: Ask) -> None:
    page = visit("/en/search").page
    held: list[Route] = []
    page.route(re.compile(r"/en/search\?q=kenya"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"/en/search\?q=kenya")):
        page.locator("#q").fill("kenya")
    page.locator("#q").fill("university")
    expect_found(page, ask, "q=university")
    for route in held:
        with suppress(Error):  # the browser has given it up already
            route.continue_()
    page.wait_for_timeout(500)
    expect(page.locator("#found")).to_contain_text("university")
    expect(page).to_have_url(re.compile("q=university"))


def test_words_that_are_taken_away_leave_the_whole_directory(visit: Open, ask: Ask) -> None:
    page = visit("/en/search?q=kenya").page
    page.locator("#q").fill("")
    expect_found(page, ask, "")
    expect(page).to_have_url(re.compile(r"/en/search$"))


def test_an_error_is_said_in_place_and_typing_goes_on(visit: Open, ask: Ask) -> None:
    window = visit("/en/search", expected={"status of 503"})
    page = window.page
    body = '<title>Not now</title><div class="notice" role="alert"><h2 id="found" tabindex="-1">Not now</h2></div>'
    page.route(
        re.compile(r"/en/search\?q=kenya"),
        lambda route: route.fulfill(status=503, content_type="text/html", body=body),
    )
    page.locator("#q").fill("kenya")
    expect(page.get_by_role("alert")).to_contain_text("Not now")
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").fill("university")
    expect_found(page, ask, "q=university")


@pytest.mark.parametrize(
    ("language", "width", "words"),
    [("en", NARROW, "trafficking"), ("ar", WIDE, "جامعة")],
    ids=["English", "Arabic"],
)
def test_the_box_works_without_script(visit: Open, ask: Ask, language: str, width: int, words: str) -> None:
    page = visit(f"/{language}/", width=width, script=False).page
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(rf"/{language}/search\?q="))
    expect_found(page, ask, f"q={words}")
    expect(page.locator("#q")).to_have_value(words)
    page.locator("#q").fill(f"{words} x")
    page.locator("#search button").click()
    expect(page).to_have_url(re.compile(r"(\+|%20)x"))


def test_slash_goes_to_the_box_and_is_not_written_into_it(visit: Open) -> None:
    page = visit("/en/search?q=kenya").page
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("kenya")
    page.keyboard.type("a/b")
    expect(page.locator("#q")).to_have_value("a/b")
