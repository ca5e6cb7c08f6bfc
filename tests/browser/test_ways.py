"""Ways through the hub: languages, pages of results, skip links, nothing found, the map, what is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.places import EVERY_WAY, MISSING, NARROW, WIDE, WITH_AND_WITHOUT
from tests.browser.watching import Visit

Open = Callable[..., Visit]
Ask = Callable[[str], Any]


@EVERY_WAY
def test_another_language_keeps_the_place(
    visit: Open, ask: Ask, language: str, width: int, script: bool
) -> None:
    page = visit(f"/{language}/search?q=university&country=KE", width=width, script=script).page
    page.locator("details.menu > summary").click()
    other = "ar" if language == "en" else "en"
    page.locator(f".menu-items a[lang={other}]").click()
    expect(page).to_have_url(re.compile(rf"/{other}/search\?q=university&country=KE"))
    expect(page.locator("html")).to_have_attribute("lang", other)
    expect(page.locator("#q")).to_have_value("university")
    expect(page.locator("#found")).to_have_text(re.compile(rf"\b{ask('q=university&country=KE')['total']}\b"))


def test_another_language_keeps_what_was_chosen_since(visit: Open) -> None:
    page = visit("/en/search").page
    page.locator("#kind-academia").check()
    expect(page).to_have_url(re.compile("kind=academia"))
    page.locator("details.menu > summary").click()
    page.locator(".menu-items a[lang=fr]").click()
    expect(page).to_have_url(re.compile(r"/fr/search\?(.*&)?kind=academia"))


def test_the_menu_of_languages_closes_by_escape_and_by_a_click_elsewhere(visit: Open) -> None:
    page = visit("/en/").page
    menu, summary = page.locator(".menu-items"), page.locator("details.menu > summary")
    expect(menu).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(menu.locator("a")).to_have_count(6)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.locator("h1").click()
    expect(menu).to_be_hidden()


@EVERY_WAY
def test_pages_of_results_follow_each_other(visit: Open, language: str, width: int, script: bool) -> None:
    window = visit(f"/{language}/search?kind=civil_society", width=width, script=script)
    page = window.page
    first = page.locator(".hit h3").first.inner_text()
    page.locator(".pages a[rel=next]").click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator(".pages [aria-current=page]")).to_contain_text("2")
    expect(page.locator(".hit h3").first).not_to_have_text(first)
    expect(page.locator("#found")).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".hit h3").first).to_have_text(first)
    expect(page.locator(".pages a[rel=prev]")).to_have_count(0)


def test_every_page_of_results_brings_others(visit: Open, ask: Ask) -> None:
    window = visit("/en/search?country=CN")
    seen: list[str] = []
    while True:
        seen += window.page.locator(".hit h3 a").evaluate_all("all => all.map(one => one.pathname)")
        onward = window.page.locator(".pages a[rel=next]")
        if not onward.count():
            break
        window.go(str(onward.get_attribute("href")))
    assert len(seen) == len(set(seen)) == ask("country=CN")["total"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_skip_links_come_first_and_lead_there(visit: Open, language: str) -> None:
    page = visit(f"/{language}/search?q=kenya", width=WIDE).page
    for target in ("found", "filters-title"):
        page.keyboard.press("Tab")
        link = page.locator(f".skip a[href='#{target}']")
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        assert link.bounding_box()["height"] > 20  # type: ignore[index]
    page.keyboard.press("Enter")
    expect(page.locator("#filters-title")).to_be_focused()


def test_the_filters_can_be_skipped_to_on_a_phone(visit: Open) -> None:
    page = visit("/en/search", width=NARROW).page
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#filters")).to_be_in_viewport()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#filters').contains(document.activeElement)")


@pytest.mark.parametrize(("language", "script"), [("en", True), ("ar", False)], ids=["script", "plain"])
@pytest.mark.parametrize(
    "query",
    ["q=zzzzqqqq", "q=university&country=KE&theme=gender", "country=KE&theme=gender", "q=unversty+zzzzqqqq"],
)
def test_nothing_found_still_leads_on(visit: Open, ask: Ask, language: str, query: str, script: bool) -> None:
    assert ask(query)["total"] == 0
    window = visit(f"/{language}/search?{query}", script=script)
    page = window.page
    if "q=" in query:
        expect(page.locator("#q")).not_to_have_value("")
        expect(page.locator(".zero h2")).to_contain_text(page.locator("#q").input_value())
    offers = page.locator(".ways-on a")
    assert offers.count()
    for address, words in offers.evaluate_all(
        "all => all.map(one => [one.getAttribute('href'), one.innerText])"
    ):
        window.go(address)
        expect(page.locator(".hit").first).to_be_visible()
        total = re.sub(r"\D", "", page.locator("#found").inner_text().split("“")[0])
        assert total in re.sub(r"[,.\s٬]", "", words)


def test_a_slip_of_the_pen_is_put_right(visit: Open) -> None:
    page = visit("/en/search?q=kenyata+univercity").page
    expect(page.locator("body")).to_contain_text("Kenyatta University")


@EVERY_WAY
@pytest.mark.parametrize("path", ["/", "/browse/countries"])
def test_a_country_on_the_map_leads_to_its_organizations(
    visit: Open, ask: Ask, path: str, language: str, width: int, script: bool
) -> None:
    page = visit(f"/{language}{path}", width=width, script=script).page
    page.locator(".map a[href$='country=CN']").click()
    expect(page).to_have_url(re.compile(rf"/{language}/search\?country=CN"))
    expect(page.locator("#found")).to_have_text(re.compile(rf"\b{ask('country=CN')['total']}\b"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_map_can_be_walked_by_keyboard_or_skipped(visit: Open, ask: Ask, language: str) -> None:
    page = visit(f"/{language}/browse/countries").page
    page.locator(".map-skip").focus()
    expect(page.locator(".map-skip")).to_be_in_viewport()
    page.keyboard.press("Tab")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    code = page.evaluate("new URL(document.activeElement.href.baseVal, location).searchParams.get('country')")
    total = ask(f"country={code}")["total"]
    # Arabic has a form of the word for one and for two.
    assert str(total) in label or (language == "ar" and 0 < total < 3), label
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"country={code}$"))
    page.go_back()
    page.locator(".map-skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-end")).to_be_focused()


def test_every_country_of_the_table_is_on_the_map_but_antarctica(visit: Open) -> None:
    page = visit("/en/browse/countries").page
    addresses = "all => all.map(one => one.getAttribute('href'))"
    drawn, listed = (
        set(page.locator(where).evaluate_all(addresses)) for where in (".map svg a", "main table a")
    )
    assert drawn <= listed
    assert listed - drawn <= {"/en/search?country=AQ"}


@WITH_AND_WITHOUT
@pytest.mark.parametrize("path", ["/en/nothing", "/ar/organizations/nobody-0123456789"])
def test_what_is_not_there_leads_back_to_the_search(visit: Open, path: str, script: bool) -> None:
    page = visit(path, script=script, expected=MISSING).page
    expect(page.locator("h1")).to_be_visible()
    page.locator("main a[href$='/search']").click()
    expect(page.locator(".hit").first).to_be_visible()
