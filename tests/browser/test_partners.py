"""Two organizations that fit: one is suggested the other, publishes a call, and reads the answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.places import NARROW, WIDE
from tests.browser.town import Town, town
from tests.browser.watching import STICKING_OUT, Visit, Windows
from tests.people import Person

PICTURES = os.environ.get("HUB_TEST_PICTURES")  # a folder for what the pages look like


@pytest.fixture(scope="module")
def place(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A hub with nobody in it."""
    with town(tmp_path_factory.mktemp("partners") / "var") as made:
        yield made


def window(chromium: Browser, place: Town, person: Person, width: int, script: bool) -> Visit:
    """A window in which this person is signed in."""
    made = Visit(Windows(chromium), place.origin, width, script, is_first=True)
    held = person.get_cookie("hub")
    assert held is not None
    made.context.add_cookies([{"name": "hub", "value": held.value, "url": place.origin}])
    return made


def fits(page: Page, name: str) -> None:
    """Nothing reaches beyond the window."""
    over, what = page.evaluate(STICKING_OUT)
    assert over <= 0, what
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "width", "script"), [("en", WIDE, True), ("ar", NARROW, False)])
def test_a_suggestion_a_call_and_an_answer(
    chromium: Browser, place: Town, language: str, width: int, script: bool
) -> None:
    ours = place.add(
        f"Casa Sur {language}", country="PA", kind="civil_society", languages=["es"], trust="verified",
        seeks=[{"service": "legal-aid", "is_direct": True}],
    )  # fmt: skip
    theirs = place.add(
        f"Abogadas {language}",
        country="PA",
        languages=["es"],
        offers=[{"service": "legal-aid", "is_direct": True}],
    )
    asking, lawyer = (
        window(chromium, place, place.signed_in(organization=one, language=language), width, script)
        for one in (ours, theirs)
    )
    here = f"/{language}/my-organizations/{ours}"
    page = asking.go(f"{here}/partners")
    first = page.locator(".match", has=page.locator("h2", has_text=f"Abogadas {language}"))
    expect(first.locator(".reason-offers")).to_contain_text(place.word("service", "legal-aid", language))
    fits(page, f"partners-{language}")
    first.locator("form button").click()
    expect(page.locator(".form-notice")).to_contain_text(f"Abogadas {language}")
    fits(page, f"put-aside-{language}")
    page.locator(".form-notice form button").click()
    expect(page.locator(".match h2", has_text=f"Abogadas {language}")).to_have_count(1)

    page = asking.go(f"{here}/calls/new")
    page.locator("[name=title]").fill("Abogada para sobrevivientes")
    page.locator("[name=text]").fill("Abrimos una casa.\n\nBuscamos asesoría jurídica.")
    page.locator("[name=seeks][value=legal-aid]").check()
    page.locator("[name=country][value=PA]").check()
    page.locator("[name=deadline]").fill((datetime.now(UTC) + timedelta(days=30)).date().isoformat())
    page.locator("[name=audience][value=public]").check()
    fits(page, f"new-call-{language}")
    page.locator("#call .actions button").click()
    expect(page.locator(".form-notice-good")).to_have_count(1)
    address = page.url.removeprefix(place.origin).partition("?")[0]

    page = lawyer.go(f"/{language}/calls?service=legal-aid&country=PA")
    fits(page, f"calls-{language}")
    page.locator(f'.call-item a[href="{address}"]').click()
    page.locator("[name=answer]").fill("Somos dos abogadas.")
    fits(page, f"answer-{language}")
    page.locator("#answer-form .actions button").click()
    expect(page.locator(".form-notice-good")).to_have_count(1)

    page = asking.go(address)
    expect(page.locator(".answers")).to_contain_text("Somos dos abogadas.")
    fits(page, f"answers-{language}")
    faults = [*asking.end(), *lawyer.end()]
    assert not faults, "\n".join(faults)
