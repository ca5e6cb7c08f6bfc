"""A person at a browser: clicks, fills in and reads by role and label, in the words of one language.

Wherever a step leads, the page must fit its window; each kind of page is looked at by axe once where scripts run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from hub.i18n import catalog
from tests.browser.axe import looked_at
from tests.browser.places import NARROW, WIDE
from tests.browser.watching import STICKING_OUT, Visit

Role = Literal["link", "button"]
IDS = re.compile(r"/\d+(?=/|$)|-[0-9a-z]{10}$|/[0-9a-z]{10}(?=/|$)")


class Way(NamedTuple):
    """The circumstances in which somebody comes."""

    language: str
    width: int
    script: bool


def there_and_back(width: int, script: bool) -> pytest.MarkDecorator:
    """Once in English like this, once in Arabic with everything the other way round."""
    other = NARROW if width == WIDE else WIDE
    ways = [Way("en", width, script), Way("ar", other, not script)]
    ids = [f"{way.language}-{way.width}-{'script' if way.script else 'plain'}" for way in ways]
    return pytest.mark.parametrize("way", ways, ids=ids)


class Walk:
    """One person's steps. ``axe`` is its source, ``seen`` the kinds of page that it was shown already."""

    def __init__(self, visit: Visit, way: Way, axe: str, seen: set[str]) -> None:
        self.visit, self.way, self.axe, self.seen = visit, way, axe, seen
        self.page: Page = visit.page
        self.clicks = self.fields = self.pages = 0

    def says(self, text: str, context: str = "", **values: object) -> str:
        """A text of the hub in this person's language."""
        words = catalog(self.way.language)
        said = words.pgettext(context, text) if context else words.gettext(text)
        return said % values if values else said

    def go(self, path: str) -> Walk:
        """Open an address, given without its language."""
        self.visit.go(f"/{self.way.language}{path}")
        return self._arrived()

    def open(self, address: str) -> Walk:
        """Open a whole address, such as one from a mail."""
        self.page.goto(address, wait_until="load")
        return self._arrived()

    def follow(self, text: str, about: str = "", within: Locator | None = None) -> Walk:
        """Click a link, and wait for where it leads."""
        return self._leave(self._named("link", self.says(text), within, about))

    def press(self, text: str, within: Locator | None = None, context: str = "") -> Walk:
        """Click a button, and wait for the page that it brings."""
        return self._leave(self._named("button", self.says(text, context), within))

    def follow_name(self, name: str) -> Walk:
        """Click what is called by a name that needs no translation."""
        return self._leave(self._named("link", name, self.page.get_by_role("main")))

    def menu(self, text: str) -> Walk:
        """Choose from the account's menu, on the start page if nothing was opened yet."""
        if self.page.url == "about:blank":
            self.go("/about")
        menu = self.page.locator("header details.menu").filter(
            has=self.page.locator("summary", has_text=self.says("Account"))
        )
        self._click(menu.locator("summary"))
        return self._leave(menu.get_by_text(self.says(text), exact=True))

    def fill(self, text: str, value: str) -> Walk:
        """Type into the field with this label."""
        self.fields += 1
        self.field(text).fill(value)
        return self

    def field(self, text: str) -> Locator:
        """The first field with this label, whether or not it is optional."""
        label = re.compile(rf"^\s*{re.escape(self.says(text))}(\s*\(.*\))?\s*$")
        return self.page.get_by_label(label).first

    def choose(self, text: str, option: str) -> Walk:
        """Choose from the list with this label."""
        self.fields += 1
        self.field(text).select_option(label=option)
        return self

    def tick(self, name: str, group: str = "") -> Walk:
        """Tick a box or choose one of several; ``group`` is the question above them."""
        self.clicks += 1
        inside = self.page.get_by_role("group", name=self.says(group)) if group else self.page
        either = inside.get_by_role("checkbox", name=_begins_so(name)).or_(
            inside.get_by_role("radio", name=_begins_so(name))
        )
        either.first.check()
        return self

    def reads(self, text: str, **values: object) -> Walk:
        """See a text of the hub on the page."""
        return self.reads_name(self.says(text, **values))

    def reads_name(self, words: str) -> Walk:
        """See words on the page as they are."""
        expect(self.page.get_by_role("main")).to_contain_text(words)
        return self

    def misses(self, *words: str) -> Walk:
        """Look in vain for words."""
        for one in words:
            expect(self.page.get_by_role("main")).not_to_contain_text(one)
        return self

    def finds(self, name: str, path: str = "/search?q=") -> Walk:
        """Find an entry by the public search, as soon as the index knows of it."""
        return self._searches(name, lambda: self._hits(name).count() > 0)

    def finds_nothing(self, name: str) -> Walk:
        """Look for an entry in vain."""
        return self._searches(name, lambda: self._hits(name).count() == 0)

    def _searches(self, name: str, is_so: Callable[[], bool]) -> Walk:
        for _ in range(60):
            self.go(f"/search?q={name}")
            if is_so():
                return self
            self.page.wait_for_timeout(150)
        raise AssertionError(f"the search says otherwise of {name}")

    def _hits(self, name: str) -> Locator:
        return self.page.locator(".hit h3").get_by_text(name, exact=True)

    def _named(self, role: Role, name: str, within: Locator | None, about: str = "") -> Locator:
        return (within or self.page).get_by_role(role, name=_named_so(name, about)).first

    def _click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def _leave(self, what: Locator) -> Walk:
        with self.page.expect_navigation(wait_until="load"):
            self._click(what)
        return self._arrived()

    def _arrived(self) -> Walk:
        self.pages += 1
        over, what = self.page.evaluate(STICKING_OUT)
        assert (over, what) == (0, []), f"{self.visit.address} at {self.way.width} px"
        kind = IDS.sub("", self.visit.address.partition("?")[0])[3:]
        if self.way.script and kind not in self.seen:
            self.seen.add(kind)
            self.page.evaluate(self.axe)
            found = list(looked_at(self.page))
            assert not found, "\n".join([self.visit.address, *found])
        return self


def _named_so(name: str, about: str = "") -> re.Pattern[str]:
    """The name, with what it is about behind a colon; with anything, or nothing, where that is not said."""
    behind = rf":\s*{re.escape(about)}\s*" if about else "(:.*)?"
    return re.compile(rf"^\s*{re.escape(name)}\s*{behind}$", re.S)


def _begins_so(name: str) -> re.Pattern[str]:
    """The name, perhaps with a hint behind it."""
    return re.compile(rf"^\s*{re.escape(name)}(\s|$)")
