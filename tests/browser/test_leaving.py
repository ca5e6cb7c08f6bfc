"""Exit this page: by the button, by the first hidden link, by Shift three times; nothing in these tests goes anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.places import EVERY_WAY
from tests.browser.watching import Visit

Open = Callable[..., Visit]
NEUTRAL = re.compile(r"https://www\.wikipedia\.org/")


def expect_gone(window: Visit) -> None:
    expect(window.page).to_have_url(NEUTRAL)
    assert len(window.left_for) == 1, window.left_for


@EVERY_WAY
def test_the_button_is_always_in_sight_and_leaves(
    visit: Open, profile: str, language: str, width: int, script: bool
) -> None:
    window = visit(f"/{language}{profile}", width=width, script=script, may_leave=True)
    button = window.page.locator(".exit-button")
    expect(button).to_be_in_viewport()
    window.page.mouse.wheel(0, 2000)
    expect(button).to_be_in_viewport(ratio=0.99)
    button.click()
    expect_gone(window)


def test_leaving_takes_the_page_out_of_the_history(visit: Open, profile: str) -> None:
    window = visit("/en/about", may_leave=True)
    window.go(f"/en{profile}")
    window.page.locator(".exit-button").click()
    expect_gone(window)
    window.page.go_back()
    expect(window.page).not_to_have_url(re.compile("/organizations/"))


def test_shift_three_times_leaves(visit: Open) -> None:
    window = visit("/en/search?q=trafficking", may_leave=True)
    for _ in range(3):
        window.page.keyboard.press("Shift")
    expect_gone(window)


def test_capitals_and_slow_shifts_do_not_leave(visit: Open) -> None:
    window = visit("/en/search")
    page = window.page
    page.locator("#q").focus()
    for letter in "NGO":
        page.keyboard.press(f"Shift+{letter}")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.wait_for_timeout(300)
    assert "/en/search" in page.url


def test_the_first_links_of_the_keyboard_include_leaving(visit: Open, profile: str) -> None:
    window = visit(f"/en{profile}", may_leave=True)
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Tab")
    expect(window.page.locator(".exit-hidden")).to_be_focused()
    expect(window.page.locator(".exit-hidden")).to_be_in_viewport()
    window.page.keyboard.press("Enter")
    expect_gone(window)


def test_the_neutral_page_is_not_told_where_the_visitor_was(visit: Open, profile: str) -> None:
    window = visit(f"/en{profile}", may_leave=True)
    with window.page.expect_request(NEUTRAL) as left:
        window.page.locator(".exit-button").click()
    assert "referer" not in left.value.all_headers()
