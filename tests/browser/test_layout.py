"""Where things are: nothing sticks out, Arabic is mirrored, paper holds what belongs on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.places import MISSING, NARROW, PATHS, WIDE, path_of
from tests.browser.watching import STICKING_OUT, Visit

Open = Callable[..., Visit]


def test_nothing_sticks_out_when_everything_is_open(visit: Open) -> None:
    page = visit("/en/search?q=university&country=KE&kind=academia", width=320).page
    page.locator("#filters > summary").click()
    for group in page.locator(".facet:not([open]) > summary, .more:not([open]) > summary").all():
        if group.is_visible():
            group.click()
    page.locator("details.menu > summary").click()
    assert page.evaluate(STICKING_OUT) == [0, []]


def test_a_text_twice_as_large_still_fits(visit: Open) -> None:
    page = visit("/en/search?q=trafficking", width=NARROW).page
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    beyond, things = page.evaluate(STICKING_OUT)
    assert beyond <= 0, things


def middle(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box["x"] + box["width"] / 2


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_arabic_is_the_mirror_of_english(visit: Open, profile: str, language: str, direction: str) -> None:
    window = visit(f"/{language}/search?country=KE", width=WIDE)
    page = window.page
    expect(page.locator("html")).to_have_attribute("dir", direction)
    sign = 1 if direction == "ltr" else -1
    for before, after in (
        (".filters-body", ".results-list"), (".brand", ".site-nav"), (".search-field .icon", ".search .button"),
        ("#found", ".results-tools"), (".choice input", ".choice .count"),
    ):  # fmt: skip
        assert sign * (middle(page, after) - middle(page, before)) > 0, f"{before} comes before {after}"
    window.go(f"/{language}{profile}")
    assert sign * (middle(page, ".profile-side") - middle(page, ".profile-main")) > 0


@pytest.mark.parametrize(("language", "width"), [("en", NARROW), ("ar", NARROW), ("en", WIDE), ("ar", WIDE)])
def test_what_can_be_clicked_is_large_enough_and_in_reach(visit: Open, language: str, width: int) -> None:
    page = visit(f"/{language}/search?country=KE", width=width).page
    for selector in (
        ".exit-button",
        "#search button",
        "details.menu > summary",
        ".site-nav a",
        ".tag-removable",
    ):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24, selector
        assert box["x"] >= 0, selector
        assert box["x"] + box["width"] <= width, selector


@pytest.mark.parametrize("language", ["en", "ar"])
def test_paper_holds_the_entry_and_no_navigation(visit: Open, profile: str, language: str) -> None:
    window = visit(f"/{language}{profile}")
    page = window.page
    page.emulate_media(media="print")
    for selector in (
        ".site-header nav",
        ".band",
        ".exit",
        ".site-footer",
        ".profile-related",
        ".exit-limits",
    ):
        expect(page.locator(selector).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".trust-line")).to_be_visible()
    link = page.locator(".sources a").first
    after = link.evaluate("one => getComputedStyle(one, '::after').content")
    assert str(link.get_attribute("href")) in after
    window.go(f"/{language}/search?country=KE")
    for selector in (".filters", ".pages", ".results-tools", ".band"):
        expect(page.locator(selector).first).to_be_hidden()
    hit, main = page.locator(".hit").first.bounding_box(), page.locator("main").bounding_box()
    assert hit
    assert main
    assert hit["width"] > 0.8 * main["width"], "the list fills the page that the filters leave"
    assert page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"


@pytest.mark.parametrize("kind", PATHS)
def test_no_words_are_lost_without_script(visit: Open, profile: str, kind: str) -> None:
    path = f"/en{path_of(kind, profile)}"
    plain = visit(path, script=False, expected=MISSING).page
    quick = visit(path, expected=MISSING).page
    headings = "all => all.map(one => one.textContent.trim())"
    assert plain.locator("h1, h2, h3").evaluate_all(headings) == quick.locator("h1, h2, h3").evaluate_all(
        headings
    )
    assert plain.locator(".with-script:visible").count() == 0
    assert quick.locator(".without-script:visible").count() == 0


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_page_of_results_is_no_wider_than_a_small_window(visit: Open, language: str) -> None:
    """With all its entries in view, and at its end, where the button to leave hangs over the page."""
    page = visit(f"/{language}/search?country=KE", width=NARROW).page
    widths = "() => [document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]"
    assert page.evaluate(widths) == [NARROW] * 3
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert page.evaluate(widths) == [NARROW] * 3
    assert page.evaluate(STICKING_OUT) == [0, []]
