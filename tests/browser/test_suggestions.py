"""Suggestions below the search box, by keyboard and mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.places import NARROW, WIDE
from tests.browser.watching import Visit

Open = Callable[..., Visit]


def offered(page: Page, words: str) -> Locator:
    """Give the words at once, so that one list comes and no later one takes its place; give its options."""
    page.locator("#q").fill(words)
    expect(page.locator("#suggestions")).to_be_visible()
    return page.locator("#suggestions [role=option]:visible")


@pytest.mark.parametrize(
    ("language", "width", "words"),
    [("en", WIDE, "kenya"), ("ar", NARROW, "كينيا")],
    ids=["English", "Arabic"],
)
def test_arrows_choose_and_enter_follows(visit: Open, language: str, width: int, words: str) -> None:
    page = visit(f"/{language}/", width=width).page
    box, options = page.locator("#q"), offered(page, words)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    expect(box).to_be_focused()
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "false")
    box.press("ArrowUp")
    box.press("ArrowUp")
    expect(page.locator("#suggestions [aria-selected=true]")).to_have_count(0)
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile(rf"/{language}/search\?country=KE$"))
    expect(page.locator(".chosen .tag-removable")).to_have_count(1)


def test_words_for_a_theme_and_a_country_are_offered_as_filters(visit: Open) -> None:
    page = visit("/en/").page
    options = offered(page, "trafficking serbia")
    both = options.filter(has=page.locator(".tag + .tag")).first
    both.click()
    expect(page).to_have_url(re.compile(r"/en/search\?(?=.*country=RS)(?=.*theme=trafficking-in-persons)"))


def test_escape_closes_the_list_and_keeps_the_words(visit: Open) -> None:
    page = visit("/en/").page
    offered(page, "kenya")
    page.locator("#q").press("ArrowDown")
    page.locator("#q").press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("kenya")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#q")).to_have_attribute("aria-activedescendant", "")
    page.locator("#q").press("ArrowDown")
    expect(page.locator("#suggestions")).to_be_visible()


def test_enter_without_a_choice_searches_for_the_words(visit: Open) -> None:
    page = visit("/en/").page
    offered(page, "kenya")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"/en/search\?q=kenya"))


def test_a_click_on_an_organization_opens_its_profile(visit: Open) -> None:
    page = visit("/en/").page
    option = offered(page, "human rights watch").filter(has_text="Human Rights Watch").first
    option.click()
    expect(page.locator("h1")).to_have_text("Human Rights Watch")


def test_the_list_closes_when_the_focus_leaves(visit: Open) -> None:
    page = visit("/en/").page
    offered(page, "kenya")
    page.locator("#q").press("Tab")
    expect(page.locator("#suggestions")).to_be_hidden()


def test_beside_live_results_only_filters_are_offered(visit: Open) -> None:
    page = visit("/en/search").page
    options = offered(page, "kenya")
    expect(options).to_have_count(1)
    page.locator("#q").press("ArrowDown")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"country=KE"))
    expect(page.locator("#country-KE")).to_be_checked()


def test_a_slow_answer_does_not_open_the_list_after_the_visitor_went_on(visit: Open) -> None:
    page = visit("/en/").page
    held = []
    page.route(re.compile("/suggestions"), lambda route: held.append(route))
    with page.expect_request(re.compile("/suggestions")):
        page.locator("#q").fill("kenya")
    page.locator("#q").press("Escape")
    page.locator("#q").blur()
    for route in held:
        route.continue_()
    page.wait_for_timeout(700)
    expect(page.locator("#suggestions")).to_be_hidden()


def test_a_failing_answer_leaves_the_box_usable(visit: Open) -> None:
    page = visit("/en/", expected={"status of 503"}).page
    page.route(re.compile("/suggestions"), lambda route: route.fulfill(status=503, body="<p>Not now</p>"))
    with page.expect_response(re.compile("/suggestions")):
        page.locator("#q").fill("kenya")
    expect(page.locator("#suggestions")).to_be_hidden()
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"/en/search\?q=kenya"))
