"""Pictures of the pages for the documentation, taken with Chromium.

``python -m bench.screenshots [--url URL] [--to FOLDER] [--all]`` writes ``<page>-<language>-<width>.png``; without
``--url`` it serves the organizations that the project ships from a folder of its own for that long. Without ``--all``
only the pictures that the documentation shows are taken.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from hub import ROOT
from tests.browser.live import ARGUMENTS, DATA, chromium_path, fill, serving

PAGES = {
    "home": "/",
    "results": "",
    "profile": "",
    "zero": "/search?q=trafficking&country=KE",
    "browse": "/browse/countries",
}
RESULTS = {"en": "/search?q=trafficking&theme=trafficking-in-persons", "ar": "/search?q=جامعة&country=EG"}
SIZES = {360: 780, 1440: 1000}
SHOWN = {
    ("results", "en", 1440),
    ("home", "ar", 360),
    ("profile", "en", 1440),
    ("home", "en", 1440),
    ("results", "ar", 360),
}
COLOURS = 128  # text and flat shades need no more, and a picture stays below 100 KB
NAMED = "Human Rights Watch"  # whose profile is shown


def main() -> None:
    """Take the pictures and say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="origin of a running hub")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument(
        "--all", action="store_true", help="every page, language and width, not only what is shown"
    )
    options = parser.parse_args()
    options.to.mkdir(parents=True, exist_ok=True)
    with hub_at(options.url) as origin, browser() as chromium:
        profile = profile_address(origin)
        for page, language, width in product(PAGES, ("en", "ar"), SIZES):
            if options.all or (page, language, width) in SHOWN:
                path = PAGES[page] or (RESULTS[language] if page == "results" else profile)
                picture = small(photograph(chromium, f"{origin}/{language}{path}", width))
                (options.to / f"{page}-{language}-{width}.png").write_bytes(picture)
                print(f"{page}-{language}-{width}.png {len(picture) / 1024:6.1f} KB", flush=True)


@contextmanager
def hub_at(url: str | None) -> Iterator[str]:
    """The origin of the hub at ``url``, or of one made for the occasion."""
    if url:
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), DATA)
        with serving(Path(folder)) as origin:
            yield origin


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium.

    Raises:
        SystemExit: there is none.
    """
    found = chromium_path()
    if found is None:
        raise SystemExit("no chromium on this machine")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=ARGUMENTS)


def profile_address(origin: str) -> str:
    """The address of the profile to be shown, without the language."""
    with urlopen(f"{origin}/api/v1/organizations?page_size=1&q={quote(NAMED)}") as answer:
        return f"/organizations/{json.load(answer)['hits'][0]['slug']}"


def photograph(chromium: Browser, address: str, width: int) -> bytes:
    """What a visitor sees first of a page, as PNG."""
    context = chromium.new_context(viewport={"width": width, "height": SIZES[width]}, color_scheme="light")
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    picture = page.screenshot()
    context.close()
    return picture


def small(picture: bytes) -> bytes:
    """The picture with a palette: a third of the bytes, and the eye sees no difference."""
    written = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        written, "PNG", optimize=True
    )
    return written.getvalue()


if __name__ == "__main__":
    main()
