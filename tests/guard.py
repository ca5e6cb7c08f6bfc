"""The guarded client: asks for a page and refuses it unless everything every page must be holds."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.i18n import LANGUAGES, direction

RESOURCES = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "use": "href"}
NO_REQUEST = {"alternate", "canonical", "search", "license", "author", "next", "prev", "help"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page that passed."""

    response: TestResponse
    root: Element

    @property
    def text(self) -> str:
        """All its text, with single blanks."""
        return " ".join("".join(self.root.find("body").itertext()).split())  # type: ignore[union-attr]

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """All elements of a tag with these attributes (``class_`` for class, ``_`` for a hyphen)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            one
            for one in self.root.iter(tag)
            if all(
                value in one.get(name, "").split() or one.get(name) == value for name, value in wanted.items()
            )
        ]

    def links(self) -> list[str]:
        """The addresses all links lead to."""
        return [one.get("href", "") for one in self.root.iter("a") if one.get("href")]


class Guard:
    """Asks for pages as a browser without JavaScript would."""

    def __init__(self, client: FlaskClient, *, may_set_cookies: bool = False) -> None:
        self.client = client
        self.may_set_cookies = may_set_cookies

    def get(self, path: str, status: int = 200, **headers: str) -> Page:
        """Ask for a page and check it.

        Raises:
            AssertionError: the page is not what every page must be; the message says what is wrong.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.check(self.client.get(path, headers=named), path, status)

    def check(self, response: TestResponse, path: str, status: int = 200) -> Page:
        """Check a page that came by other ways, as the answer to a form.

        Raises:
            AssertionError: the page is not what every page must be; the message says what is wrong.
        """
        assert response.status_code == status, f"{path}: {response.status_code}"
        assert response.mimetype == "text/html", path
        root = parse(response.get_data(as_text=True), path)
        faults = list(_faults(response, root, path))
        if response.headers.get("Set-Cookie") and not self.may_set_cookies:
            faults.append("sets a cookie")
        assert not faults, f"{path}: " + "; ".join(faults)
        return Page(response, root)

    def fragment(self, path: str) -> str:
        """Ask for a part of a page as htmx does; it must not be a whole page."""
        response = self.client.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
        text = response.get_data(as_text=True)
        assert response.status_code == 200, path
        assert "<html" not in text, path
        assert "HX-Request" in response.headers["Vary"], path
        return text


def parse(text: str, path: str) -> Element:
    """Parse strictly: anything the HTML standard calls a parse error fails."""
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=False, namespaceHTMLElements=False)
    root: Element = parser.parse(text)
    # html5lib does not know that SVG links and htmx attributes are fine; nothing else is let through
    errors = [(at, code, data) for at, code, data in parser.errors]
    assert not errors, (
        f"{path}: HTML errors {errors[:3]} near {text[max(0, errors[0][0][0] - 60) : errors[0][0][0] + 60]!r}"
    )
    return root


def _faults(response: TestResponse, root: Element, path: str) -> list[str]:
    return [*_shape(root, path), *_names(root), *_labels(root), *_policy(response, root)]


def _shape(root: Element, path: str) -> list[str]:
    found = []
    headings = list(root.iter("h1"))
    if len(headings) != 1:
        found.append(f"{len(headings)} h1")
    levels = [
        int(one.tag[1]) for one in root.iter() if isinstance(one.tag, str) and re.fullmatch("h[1-6]", one.tag)
    ]
    found += [
        f"h{low} is followed by h{high}"
        for low, high in zip(levels, levels[1:], strict=False)
        if high > low + 1
    ]
    language = path.split("/")[1]
    if language in LANGUAGES and (root.get("lang"), root.get("dir")) != (language, direction(language)):
        found.append(f"lang={root.get('lang')} dir={root.get('dir')}")
    title = root.find("head/title")
    if title is None or not (title.text or "").strip():
        found.append("no title")
    if len(list(root.iter("main"))) != 1:
        found.append("not one main")
    return found


def _names(root: Element) -> list[str]:
    ids = Counter(one.get("id") for one in root.iter() if one.get("id") is not None)
    found = [
        f"id {name!r} {count} times" for name, count in ids.items() if count > 1 or not name or " " in name
    ]
    for one in root.iter():
        for attribute in ("aria-controls", "aria-labelledby", "aria-describedby", "for", "list"):
            found += [
                f"{attribute} points to no {name}"
                for name in (one.get(attribute) or "").split()
                if name not in ids
            ]
        href = one.get("href", "")
        if one.tag == "a" and href.startswith("#") and href[1:] not in ids:
            found.append(f"{href} leads nowhere")
    return found


def _labels(root: Element) -> list[str]:
    labelled = {one.get("for") for one in root.iter("label")}
    wrapped = {id(inner) for label in root.iter("label") for inner in label.iter()}
    found = []
    for one in root.iter():
        if one.tag in ("input", "select", "textarea") and one.get("type") not in (
            "hidden",
            "submit",
            "button",
        ):
            named = one.get("aria-label") or one.get("aria-labelledby")
            if not (named or one.get("id") in labelled or id(one) in wrapped):
                found.append(f"<{one.tag} name={one.get('name')}> has no label")
        if one.tag in ("a", "button") and not ("".join(one.itertext()).strip() or one.get("aria-label")):
            if not any(inner.get("aria-label") or inner.get("alt") for inner in one.iter()):
                found.append(f"<{one.tag} {one.attrib}> says nothing")
        if one.tag == "img" and one.get("alt") is None:
            found.append(f"no alt: {one.get('src')}")
    return found


def _policy(response: TestResponse, root: Element) -> list[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    nonce = re.search(r"script-src 'nonce-([\w-]+)'(;|$)", policy)
    found = [] if nonce else ["no nonce policy"]
    found += [
        f"policy has {word}"
        for word in ("unsafe-inline", "unsafe-eval", "http:", "https:", "*")
        if word in policy
    ]
    for one in root.iter():
        found += [f"{name} in <{one.tag}>" for name in one.attrib if name == "style" or name.startswith("on")]
        if one.tag == "style":
            found.append("a style element")
        if (
            one.tag == "script"
            and one.get("type") != "application/ld+json"
            and nonce
            and one.get("nonce") != nonce[1]
        ):
            found.append("a script without the nonce")
        address = one.get(RESOURCES.get(str(one.tag), ""), "")
        if urlsplit(address).netloc and not (
            one.tag == "link" and NO_REQUEST & set(one.get("rel", "").split())
        ):
            found.append(f"leaves the origin: {address}")
        if one.tag == "a" and one.get("href", "").lower().startswith(("javascript:", "data:", "vbscript:")):
            found.append(f"unsafe link {one.get('href')}")
    for name in ("X-Content-Type-Options", "Referrer-Policy", "X-Request-ID"):
        if name not in response.headers:
            found.append(f"no {name}")
    return found
