"""What the browser tests stand on: a live hub with a few hundred real organizations, and visits that are watched.

Each process of pytest-xdist serves a hub of its own; the data in it are imported once.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from filelock import FileLock

from tests.browser import axe as accessibility
from tests.browser import live
from tests.browser.places import ACCOUNT
from tests.browser.watching import Visit, Windows

HERE = Path(__file__).parent
COUNTRIES = {"CN", "EG", "ES", "KE", "MX"}
THEME = "trafficking-in-persons"
KNOWN = {"name": "Known Relief", "kind": "civil_society", "country": "KE", "source": "test", "source_id": "1"}
ONE_IN = 37  # of all others: so that many countries and regions occur

try:
    from playwright.sync_api import Browser, expect, sync_playwright
except ImportError:  # the tests then skip, loudly
    sync_playwright = None  # type: ignore[assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser, the same for all visits of a process."""
    found = live.chromium_path()
    if found is None:
        pytest.skip(
            f"NO CHROMIUM: none of {', '.join(live.BROWSERS)} is installed; no page was seen by a browser"
        )
    if sync_playwright is None:
        pytest.skip("NO PLAYWRIGHT: the Python package is missing; no page was seen by a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=live.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for what stands in somebody's way."""
    try:
        return accessibility.source()
    except ModuleNotFoundError:
        pytest.skip(
            "NO AXE: the Python package axe-playwright-python is missing; accessibility was not looked at"
        )


@pytest.fixture(scope="session")
def origin(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the live hub, without a slash at its end."""
    own = tmp_path_factory.mktemp("hub") / "var"
    base = tmp_path_factory.getbasetemp()
    common = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with FileLock(common / "browser.lock"):
        ready = common / "browser-hub"
        if not ready.exists():
            making = common / "browser-hub-making"
            live.fill(making, _some_organizations(common / "some.ndjson"))
            making.rename(ready)
    shutil.copytree(ready, own)
    with live.serving(own) as address:
        yield address


def _some_organizations(file: Path) -> Path:
    """Write the real organizations of a few countries and one theme, those described in two languages, and some others."""
    with gzip.open(live.DATA, "rt", encoding="utf-8") as lines, file.open("w", encoding="utf-8") as kept:
        for number, line in enumerate(lines):
            row = json.loads(line)
            if (
                row.get("country") in COUNTRIES
                or THEME in row.get("themes_derived", ())
                or len(row.get("descriptions", ())) > 1
                or number % ONE_IN == 0
            ):
                kept.write(line)
    return file


@pytest.fixture(scope="session")
def ask(origin: str) -> Callable[[str], Any]:
    """What the API says to a query: ``ask("q=kenya")["total"]``."""

    def answer(query: str) -> Any:
        with urlopen(f"{origin}/api/v1/organizations?page_size=100&{quote(query, safe='=&+')}") as response:
            return json.load(response)

    return answer


@pytest.fixture(scope="session")
def profile(ask: Callable[[str], Any]) -> str:
    """The address, without the language, of a full profile: texts and names in several languages, themes, languages."""
    hits = ask("q=human+rights+watch")["hits"]
    return f"/organizations/{next(hit['slug'] for hit in hits if hit['name'] == 'Human Rights Watch')}"


@pytest.fixture(scope="session")
def windows(chromium: Browser) -> Windows:
    """The windows that visits share."""
    return Windows(chromium)


@pytest.fixture
def visit(windows: Windows, origin: str) -> Iterator[Callable[..., Visit]]:
    """Open a page: ``visit("/en/search", width=360, script=False, dark=True)``; whatever it does wrong fails the test."""
    visits: list[Visit] = []

    def begin(path: str | None, **options: object) -> Visit:
        visits.append(Visit(windows, origin, **options))  # type: ignore[arg-type]
        if path is not None:
            visits[-1].go(path)
        return visits[-1]

    yield begin
    faults = [fault for one in visits for fault in one.end()]
    assert not faults, "\n".join(faults)


@pytest.fixture
def member(chromium: Browser, tmp_path: Path) -> Iterator[Visit]:
    """A window in which somebody is signed in at a hub of their own, under the one name at which passkeys need no TLS."""
    known = tmp_path / "known.ndjson"
    known.write_text(json.dumps(KNOWN) + "\n", "utf-8")
    live.fill(tmp_path / "var", known)
    with live.serving(tmp_path / "var") as address:
        made = Visit(Windows(chromium), address.replace("127.0.0.1", "localhost"), is_first=True)
        email, password = "ana@example.org", "quiet-lantern-orchard-47"
        page = made.go(live.account(tmp_path / "var", email))
        page.locator("#f-password").fill(password)
        page.locator("main .button").click()
        page = made.go("/en/account/sign-in")
        page.locator("#f-email").fill(email)
        page.locator("#f-password").fill(password)
        page.locator("main .button").click()
        expect(page).to_have_url(ACCOUNT)
        yield made
        faults = made.end()
    assert not faults, "\n".join(faults)
