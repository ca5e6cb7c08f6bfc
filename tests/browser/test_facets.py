"""Filters beside the results: chosen, counted, removed; with script at once, without it by a button."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.places import EVERY_WAY, NARROW, WITH_AND_WITHOUT
from tests.browser.watching import Visit

Open = Callable[..., Visit]
Ask = Callable[[str], Any]


def choose(window: Visit, *values: str) -> None:
    """Tick boxes as a visitor does, opening what hides them."""
    page = window.page
    for value in values:
        unfold(page)
        group = page.locator(f"#facet-{value.split('-')[0]}")
        if group.get_attribute("open") is None:
            group.locator("> summary").click()
        page.locator(f"#{value}").check()
        if window.script:
            expect(page).to_have_url(re.compile(re.escape(value.replace("-", "=", 1))))
    if not window.script:
        with page.expect_navigation(
            wait_until="load"
        ):  # before its style is there, hidden things look visible
            page.locator(".filters-body button[type=submit]").click()


def unfold(page: Page) -> None:
    """Open the panel of filters where it is closed."""
    button = page.locator("#filters > summary")
    if button.is_visible() and page.locator("#filters").get_attribute("open") is None:
        button.click()


def count_beside(page: Page, value: str) -> Locator:
    return page.locator(f"label:has(#{value}) .count")


def expect_total(page: Page, total: int) -> None:
    expect(page.locator("#found")).to_have_text(re.compile(rf"\b{total}\b"))


@EVERY_WAY
def test_two_values_of_a_group_widen_and_another_group_narrows(
    visit: Open, ask: Ask, language: str, width: int, script: bool
) -> None:
    window = visit(f"/{language}/search", width=width, script=script)
    page = window.page
    both = ask("country=KE&country=MX")
    assert both["total"] == ask("country=KE")["total"] + ask("country=MX")["total"]
    choose(window, "country-KE", "country-MX")
    expect_total(page, both["total"])
    choose(window, "kind-academia")
    narrowed = ask("country=KE&country=MX&kind=academia")
    assert 0 < narrowed["total"] < both["total"]
    expect_total(page, narrowed["total"])
    assert sorted(parse_qs(urlsplit(page.url).query)["country"]) == ["KE", "MX"]
    for one in narrowed["facets"]["country"][:6]:
        expect(count_beside(page, f"country-{one['value']}")).to_have_text(str(one["count"]))
    tags = page.locator(".chosen .tag-removable")
    expect(tags).to_have_count(3)
    page.locator(".chosen .tag-removable[href$='kind=academia&country=MX']").click()
    expect(tags).to_have_count(2)
    expect_total(page, ask("country=MX&kind=academia")["total"])
    page.locator(".chosen .clear").click()
    expect(tags).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/search$"))
    expect_total(page, ask("")["total"])
    unfold(page)
    expect(page.locator("#country-MX")).not_to_be_checked()


def test_counts_tell_what_the_next_choice_finds(visit: Open, ask: Ask) -> None:
    window = visit("/en/search?kind=civil_society")
    for value in ("country-EG", "population-women"):
        group = window.page.locator(f"#facet-{value.split('-')[0]}")
        if group.get_attribute("open") is None:
            group.locator("> summary").click()
        promised = int(count_beside(window.page, value).inner_text())
        assert promised == ask(f"kind=civil_society&{value.replace('-', '=')}")["total"]


def test_a_chosen_value_stays_in_sight_when_it_finds_nothing(visit: Open, ask: Ask) -> None:
    window = visit("/en/search?country=KE&theme=trafficking-in-persons")
    assert ask("country=KE&theme=trafficking-in-persons")["total"] == 0
    expect(window.page.locator("#country-KE")).to_be_checked()
    expect(count_beside(window.page, "country-KE")).to_have_text("0")
    expect(window.page.locator("#country-KE")).to_be_visible()


def test_the_rest_of_a_long_list_is_a_click_away_and_stays_open(visit: Open, ask: Ask) -> None:
    window = visit("/en/search")
    page = window.page
    values = page.locator("#facet-country .choices li")
    assert values.count() > 20
    assert sum(one.is_visible() for one in values.all()) == 8
    page.locator("#more-country > summary").click()
    expect(values.last).to_be_visible()
    last = values.last.locator("input")
    name = last.get_attribute("id")
    last.check()
    expect(page).to_have_url(re.compile(f"country={str(name).removeprefix('country-')}"))
    expect(page.locator("#more-country")).to_have_attribute("open", "")
    expect(page.locator(f"#{name}")).to_be_checked()
    expect(page.locator(f"#{name}")).to_be_visible()


def test_a_long_list_can_be_narrowed_by_typing(visit: Open) -> None:
    window = visit("/en/search")
    page = window.page
    shown = page.locator("#facet-country .choices li:visible")
    page.locator("#narrow-country").fill("méxi")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Mexico")
    shown.locator("input").check()
    expect(page).to_have_url(re.compile("country=MX"))
    expect(page.locator("#narrow-country")).to_have_value("méxi")
    expect(shown).to_have_count(1)
    page.locator("#narrow-country").fill("")
    expect(page.locator("#country-KE")).to_be_visible()


def test_the_focus_stays_on_the_box_that_was_ticked_by_keyboard(visit: Open) -> None:
    page = visit("/en/search").page
    page.locator("#kind-academia").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("kind=academia"))
    expect(page.locator(".chosen .tag-removable")).to_have_count(1)
    expect(page.locator("#kind-academia")).to_be_focused()


def test_the_focus_goes_to_the_number_found_when_its_link_is_gone(visit: Open) -> None:
    page = visit("/en/search?kind=academia").page
    page.locator(".chosen .tag-removable").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chosen")).to_have_count(0)
    expect(page.locator("#found")).to_be_focused()


@WITH_AND_WITHOUT
def test_results_are_sorted_as_asked(visit: Open, ask: Ask, script: bool) -> None:
    page = visit("/en/search?country=KE", script=script).page
    page.locator("#sort").select_option("name")
    if not script:
        page.locator(".results-tools button").click()
    expect(page).to_have_url(re.compile("sort=name"))
    names = [hit["name"] for hit in ask("country=KE&sort=name")["hits"]]
    shown = page.locator(".hit h3").all_inner_texts()
    assert shown == names[: len(shown)]


@WITH_AND_WITHOUT
def test_the_filters_of_a_phone_hide_behind_a_button_with_their_number(visit: Open, script: bool) -> None:
    window = visit("/en/search?country=KE&country=MX&kind=academia", width=NARROW, script=script)
    page = window.page
    button = page.locator("#filters > summary")
    expect(button).to_contain_text("3")
    expect(page.locator("#country-KE")).to_be_hidden()
    expect(page.locator(".hit").first).to_be_visible()
    button.click()
    expect(page.locator("#country-KE")).to_be_checked()
    if script:
        page.locator("#country-KE").uncheck()
        expect(button).to_contain_text("2")
        expect(page.locator("#country-MX")).to_be_visible()
    page.locator("#filters > summary").click()
    expect(page.locator("#country-MX")).to_be_hidden()


def test_what_the_address_says_too_much_is_named(visit: Open) -> None:
    page = visit("/en/search?colour=red&country=KE").page
    expect(page.locator(".notice")).to_contain_text("colour")
    expect(page.locator("#country-KE")).to_be_checked()
