"""What a first visit costs: bytes and requests to the byte, times with patience for a machine that has more to do.

Times are those of Chromium at a quarter of the machine's speed behind what Lighthouse calls a slow 4G line. On an idle
machine a test fails at twice the target, on a busy one later; run with ``-rP`` to see the figures.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.browser.places import NARROW, WIDE
from tests.browser.watching import Visit

Open = Callable[..., Visit]
PAGES = {"home": "/en/", "results": "/en/search?q=trafficking", "Arabic results": "/ar/search?country=EG"}
KB = 1024
TOTAL, SCRIPT, STYLE, REQUESTS = 60 * KB, 20 * KB, 12 * KB, 8
PAINT, SHIFT, BLOCKED = 1500, 0.02, 50
PATIENCE = 2
ATTEMPTS = 3
SLOW_4G = {
    "offline": False, "latency": 562.5, "downloadThroughput": 1474.56 * KB / 8, "uploadThroughput": 675 * KB / 8,
}  # fmt: skip
WATCH = """window.seen = {paint: 0, shift: 0, blocked: 0};
  const watch = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act))
    .observe({type, buffered: true});
  watch("largest-contentful-paint", (entry) => { seen.paint = entry.startTime });
  watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value });
  watch("longtask", (entry) => { seen.blocked += Math.max(0, entry.duration - 50) });"""


@dataclass
class Cost:
    """What came over the line, by kind."""

    kinds: dict[str, str] = field(default_factory=dict)
    sizes: Counter[str] = field(default_factory=Counter)

    def listen(self, window: Visit) -> None:
        devtools = window.devtools()
        devtools.send("Network.enable")
        devtools.on(
            "Network.responseReceived", lambda event: self.kinds.update({event["requestId"]: event["type"]})
        )
        devtools.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.sizes[self.kinds[event["requestId"]]] += event["encodedDataLength"]


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("page", PAGES)
def test_a_first_visit_stays_small(visit: Open, page: str, width: int) -> None:
    window = visit(None, width=width, is_first=True)
    cost = Cost()
    cost.listen(window)
    window.go(PAGES[page])
    window.page.wait_for_load_state("networkidle")
    total = cost.sizes.total()
    print(f"\n{page} at {width} px: {total / KB:.1f} KB, {len(cost.kinds)} requests", dict(cost.sizes))
    assert total <= TOTAL
    assert cost.sizes["Script"] <= SCRIPT
    assert cost.sizes["Stylesheet"] <= STYLE
    assert len(cost.kinds) <= REQUESTS


def test_a_second_page_costs_only_itself(visit: Open) -> None:
    window = visit("/en/", is_first=True)
    cost = Cost()
    cost.listen(window)
    window.go("/en/about")
    assert set(cost.kinds.values()) <= {"Document", "Stylesheet", "Script", "Other"}
    assert cost.sizes["Script"] + cost.sizes["Stylesheet"] == 0
    assert cost.sizes.total() < 10 * KB


@pytest.mark.parametrize("page", PAGES)
def test_a_first_visit_is_quick_on_a_slow_phone(visit: Open, page: str) -> None:
    tries = []
    for _ in range(ATTEMPTS):
        tries.append(measured(visit(None, width=NARROW, is_first=True), PAGES[page]))
        if tries[-1]["paint"] <= PAINT and tries[-1]["blocked"] <= BLOCKED:
            break
    best = {name: min(one[name] for one in tries) for name in ("paint", "blocked")}
    shift = max(one["shift"] for one in tries)
    print(
        f"\n{page}: LCP {best['paint']:.0f} ms, blocked {best['blocked']:.0f} ms, CLS {shift:.3f}; all tries: {tries}"
    )
    assert shift <= SHIFT
    patience = PATIENCE * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert 0 < best["paint"] <= PAINT * patience
    assert best["blocked"] <= BLOCKED * patience


def measured(window: Visit, path: str) -> dict[str, float]:
    """Visit a page for the first time, slowly, and give milliseconds and shifts."""
    window.page.add_init_script(WATCH)
    devtools = window.devtools()
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    window.go(path)
    window.page.wait_for_timeout(1000)
    seen: dict[str, float] = window.page.evaluate("window.seen")
    window.page.close()
    return seen
