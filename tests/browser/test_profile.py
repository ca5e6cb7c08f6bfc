"""A profile as its readers meet it: languages of its texts, ways on, links that lead out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.places import EVERY_WAY
from tests.browser.watching import Visit

Open = Callable[..., Visit]


@EVERY_WAY
def test_texts_in_other_languages_unfold_and_say_their_language(
    visit: Open, profile: str, language: str, width: int, script: bool
) -> None:
    page = visit(f"/{language}{profile}", width=width, script=script).page
    others = page.locator(".also-in")
    expect(others).to_have_count(2)
    spanish = others.filter(has=page.locator("summary [lang=es]"))
    expect(spanish.locator(".prose")).to_be_hidden()
    spanish.locator("summary").click()
    expect(spanish.locator(".prose")).to_be_visible()
    expect(spanish.locator(".prose")).to_have_attribute("lang", "es")
    expect(spanish.locator(".prose")).to_contain_text("derechos humanos")


@pytest.mark.parametrize(("language", "shown"), [("es", "es"), ("zh", "zh"), ("ar", "en")])
def test_the_text_in_the_readers_language_comes_first(
    visit: Open, profile: str, language: str, shown: str
) -> None:
    page = visit(f"/{language}{profile}").page
    first = page.locator(".profile-main .prose").first
    assert (first.get_attribute("lang") or language) == shown
    if language == "ar":
        expect(first).to_have_attribute("dir", "ltr")


def test_it_says_what_is_known_and_from_where(visit: Open, profile: str) -> None:
    page = visit(f"/en{profile}").page
    expect(page.locator("h1")).to_have_text("Human Rights Watch")
    expect(page.locator(".profile-names")).to_contain_text("HRW")
    expect(page.locator(".trust-line")).to_contain_text("Research Organization Registry")
    expect(page.locator("#sources + ul")).to_contain_text("Licence")
    expect(page.locator(".map-locator svg")).to_be_visible()


def test_what_it_says_leads_to_searches_and_to_related_profiles(visit: Open, profile: str) -> None:
    window = visit(f"/en{profile}")
    page = window.page
    searches = page.locator(".profile-main a.tag").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    assert searches
    related = page.locator(".related li")
    assert related.count() >= 3
    assert all(reason.strip() for reason in related.locator(".reason").all_inner_texts())
    name = related.locator("a").first.inner_text()
    related.locator("a").first.click()
    expect(page.locator("h1")).to_have_text(name)
    window.go(searches[0])
    expect(page.locator(".chosen .tag-removable")).to_have_count(1)
    expect(page.locator(".hit").first).to_be_visible()


def test_links_that_lead_out_give_nothing_away(visit: Open, profile: str, origin: str) -> None:
    page = visit(f"/en{profile}").page
    out: list[dict[str, Any]] = page.locator("a[href^='http']").evaluate_all(
        "all => all.map(one => ({href: one.href, rel: one.rel.split(' ')}))"
    )
    foreign = [link for link in out if not link["href"].startswith(origin)]
    assert foreign
    for link in foreign:
        assert {"noopener", "noreferrer"} <= set(link["rel"]), link


@pytest.mark.parametrize("step", ["claim", "report", "correct", "remove"])
def test_whoever_wants_something_changed_is_told_how(visit: Open, profile: str, step: str) -> None:
    page = visit(f"/en{profile}").page
    page.locator(f".profile a[href$='/{step}']").last.click()
    expect(page).to_have_url(re.compile(rf"/en/organizations/[^/]+-[0-9a-z]{{10}}/{step}$"))
    expect(page.locator("h1")).to_be_visible()


def test_the_same_profile_in_another_language_is_a_click_away(visit: Open, profile: str) -> None:
    page = visit(f"/en{profile}").page
    page.locator("details.menu > summary").click()
    page.locator(".menu-items a[lang=ar]").click()
    expect(page).to_have_url(re.compile(r"/ar/organizations/human-rights-watch-"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("h1")).to_have_text("Human Rights Watch")
