"""Two organizations find each other, connect and exchange a message: one on a desk with script, one on a phone without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_security import hash_password
from playwright.sync_api import Page, expect

from hub import create_app, outbox, setup
from hub.accounts import memberships, users
from hub.accounts.models import Membership, Part
from hub.config import Config
from hub.database import db, now, transaction
from hub.directory import profiles
from hub.directory.models import slug_of
from hub.directory.states import Status
from hub.permissions import OPERATOR
from tests.browser import live
from tests.browser.watching import STICKING_OUT, Visit, Windows

PASSWORD = "quiet-lantern-orchard-47"
Open = Callable[..., Page]
HOUSES = {"ana": "Casa de Ana", "basma": "بيت بسمة"}


@pytest.fixture
def as_(windows: Windows, tmp_path: Path) -> Iterator[Open]:
    """Open a window in which the focal point of one of two houses is signed in: ``as_("ana", width=360)``."""
    slugs = _fill(tmp_path / "var")
    visits: list[Visit] = []
    with live.serving(tmp_path / "var") as origin:

        def begin(who: str, language: str, **options: object) -> Page:
            meant = {"status of 422"}  # a form that is to be corrected
            visit = Visit(windows, origin, is_first=True, expected=meant, **options)  # type: ignore[arg-type]
            visits.append(visit)
            page = visit.go(f"/{language}/account/sign-in?next=/{language}/my-organizations")
            page.locator("input[name=email]").fill(f"{who}@example.org")
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("main .button").first.click()
            expect(page.locator("h2").first).to_contain_text(HOUSES[who])
            return page

        begin.slugs = slugs  # type: ignore[attr-defined]
        yield begin
        faults = [fault for one in visits for fault in one.end()]
    assert not faults, "\n".join(faults)


def _fill(folder: Path) -> dict[str, str]:
    """Make a hub with two houses and who acts for each; returns the parts of addresses that stand for the houses."""
    app = create_app(Config(data_dir=folder, log_level="error"))
    setup.prepare(app)
    slugs = {}
    with app.app_context():
        for who, name in HOUSES.items():
            values = {"name": name, "country": "KE", "mailbox": f"office@{who}.example.org"}
            with transaction() as session:
                made = profiles.create(session, OPERATOR, values, status=Status.PUBLISHED)
                session.flush()
                user = users.create(session, OPERATOR, f"{who}@example.org", hash_password(PASSWORD))
                memberships.join(session, OPERATOR, user.id, made.id, Part.FOCAL_POINT)
                session.flush()
                session.execute(sa.update(Membership).values(since=now() - timedelta(days=2)))
                slugs[who] = slug_of(name, made.id)
        outbox.drain(app)
        db.engine.dispose()
    return slugs


def fits(page: Page) -> None:
    """Nothing sticks out of the page."""
    assert page.evaluate(STICKING_OUT) == [0, []], page.url


def test_two_organizations_connect_and_write_in_two_languages_with_and_without_script(as_: Open) -> None:
    ana = as_("ana", "en")
    basma = as_("basma", "ar", width=360, script=False)
    origin = ana.url.split("/en/")[0]
    ana.goto(f"{origin}/en/organizations/{as_.slugs['basma']}")  # type: ignore[attr-defined]
    fits(ana)
    ana.get_by_role("link", name="Ask for a connection").click()
    ana.get_by_label("Working together on a project").check()
    ana.locator("#f-note").fill("See www.example.org")
    ana.get_by_role("button", name="Send the request").click()
    expect(ana.locator(".error-summary")).to_contain_text("Leave out web addresses")
    ana.locator("#f-note").fill("We met in Nairobi.")
    ana.get_by_role("button", name="Send the request").click()
    expect(ana.locator("main")).to_contain_text("No answer yet")
    fits(ana)

    basma.locator("article.own a[href$='/connections']").click()
    basma.locator(".list-tabs a[href*='received']").click()
    fits(basma)
    basma.locator(".connection-list a[href*='/requests/']").click()
    expect(basma.locator("main")).to_contain_text("We met in Nairobi.")
    fits(basma)
    basma.locator("form:has(input[value=accept]) button").click()
    expect(basma.locator(".form-notice-good")).to_be_visible()
    fits(basma)
    basma.locator("main a[href$='/messages']").click()
    basma.locator("#f-subject").fill("مشروع مشترك")
    basma.locator("#f-text").fill("أهلا وسهلا")
    basma.locator(".form button").click()
    expect(basma.locator("ol.thread")).to_contain_text("أهلا وسهلا")
    fits(basma)

    ana.goto(f"{origin}/en/organizations/{as_.slugs['basma']}")  # type: ignore[attr-defined]
    expect(ana.locator(".partner-facts")).to_contain_text("office@basma.example.org")
    ana.locator(".connect-panel a[href$='/messages']").click()
    ana.get_by_role("link", name="مشروع مشترك").click()
    ana.locator("#f-text").fill("Welcome! Let us begin.")
    ana.get_by_role("button", name="Send", exact=True).click()
    expect(ana.locator(".note-mine")).to_contain_text("Let us begin.")
    fits(ana)
    basma.reload()
    expect(basma.locator("ol.thread")).to_contain_text("Let us begin.")
