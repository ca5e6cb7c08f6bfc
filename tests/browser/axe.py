"""What axe-core finds serious on a page.

Its source comes with the Python package axe-playwright-python; nothing else of that package is used, and nothing has
to be allowed for it in the pages' policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}
# Besides what axe looks for by itself; the WCAG 2.2 rule on the size of targets is off there.
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def source() -> str:
    """The script itself.

    Raises:
        ModuleNotFoundError: the package is missing.
    """
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def looked_at(page: Page, options: dict[str, Any] = OPTIONS) -> Iterator[str]:
    """Let axe, whose source the page holds already, look at it, and give what is serious in words."""
    answer = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    for one in answer["violations"]:
        if one["impact"] in SERIOUS:
            nodes = "; ".join(f"{node['target']} {node['failureSummary']}" for node in one["nodes"][:3])
            yield f"{one['id']} ({one['impact']}, {len(one['nodes'])} times): {nodes}"
