"""A visit of a browser to the hub that notes everything no page may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
)

from tests.browser.places import WIDE

HEIGHTS = {320: 640, 360: 780, 1440: 900}
PATIENCE = 20_000  # milliseconds until what should be seen is seen, on a busy machine
# A violation of the policy is also written to the console, but not when it happens in a worker or is only reported.
NOTE_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error("violated: " + event.violatedDirective + " " + event.blockedURI))"""

# The first things that reach beyond the window, unless something round them scrolls or cuts them off.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const held = (one) => one && (getComputedStyle(one).overflowX !== "visible" || held(one.parentElement));
  const all = [...document.body.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width > 1 && (box.right > width + 1 || box.left < -1) && !held(one) && !one.closest("svg");
  });
  return [document.documentElement.scrollWidth - width, all.slice(0, 3).map((one) => one.outerHTML.slice(0, 120))];
}"""

expect.set_options(timeout=PATIENCE)


class Windows:
    """The windows of a process's browser; opening one costs more than a page, so visits share those that are open."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.shared: dict[bool, BrowserContext] = {}

    def of(self, script: bool, is_new: bool) -> BrowserContext:
        """A window with or without script, nobody else's and with an empty cache if it shall be new."""
        if is_new:
            return self.browser.new_context(java_script_enabled=script, service_workers="block")
        if script not in self.shared:
            self.shared[script] = self.browser.new_context(
                java_script_enabled=script, service_workers="block"
            )
            self.shared[script].new_page()  # keeps the window open between visits
        return self.shared[script]


@dataclass(eq=False)
class Visit:
    """One person's way through the hub; ``expected`` holds words of faults that the test means to happen."""

    windows: Windows
    origin: str
    width: int = WIDE
    script: bool = True
    dark: bool = False
    is_first: bool = False  # with an empty cache that works; elsewhere stopping requests turns it off
    expected: set[str] = field(default_factory=set)
    may_leave: bool = False
    faults: list[str] = field(default_factory=list)
    left_for: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context = self.windows.of(self.script, self.is_first)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.set_viewport_size({"width": self.width, "height": HEIGHTS.get(self.width, 900)})
        self.page.emulate_media(color_scheme="dark" if self.dark else "light", reduced_motion="reduce")
        self.page.add_init_script(NOTE_VIOLATIONS)
        if not self.is_first:
            self.page.route(lambda address: not address.startswith(self.origin), self._stop)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("request", self._note_request)
        self.page.on("requestfailed", self._note_failure)
        self.page.on("crash", lambda _: self.faults.append("the page crashed"))
        self.page.on("dialog", self._note_dialog)

    def devtools(self) -> CDPSession:
        """The protocol beneath Playwright, for what it has no words for."""
        return self.context.new_cdp_session(self.page)

    def go(self, path: str) -> Page:
        """Open an address of the hub."""
        self.page.goto(self.origin + path, wait_until="load")
        return self.page

    @property
    def address(self) -> str:
        """The present address without the origin."""
        return self.page.url.removeprefix(self.origin)

    def until(self, expression: str) -> Any:
        """Wait until an expression is true in the page, and give its value; the policy forbids Playwright's own way.

        Raises:
            AssertionError: it does not come true.
        """
        for _ in range(PATIENCE // 50):
            if value := self.page.evaluate(expression):
                return value
            self.page.wait_for_timeout(50)
        raise AssertionError(f"still false: {expression}")

    def end(self) -> list[str]:
        """Close the page and tell what was wrong."""
        if self.is_first:
            self.context.close()
        else:
            self.page.close()
        wrong = [fault for fault in self.faults if not any(word in fault for word in self.expected)]
        if self.left_for and not self.may_leave:
            wrong.append(f"requests left the origin: {self.left_for}")
        return [f"{fault} (at {self.width} px, last address {self.asked[-1:]})" for fault in wrong]

    def _stop(self, route: Route) -> None:
        self.left_for.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Elsewhere</title>")

    def _note_request(self, request: Request) -> None:
        self.asked.append(request.url)
        if self.is_first and not request.url.startswith(self.origin):
            self.left_for.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text}")

    def _note_failure(self, request: Request) -> None:
        # A request that a newer one takes the place of is meant to end like this.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"request failed: {request.url} {request.failure}")

    def _note_dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()
