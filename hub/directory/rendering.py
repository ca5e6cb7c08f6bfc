"""Filters of the templates that show profiles: sanitised Markdown, dates kept as text, names of sites and schemes."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import nh3
from flask import Flask
from flask_babel import format_date
from markdown_it import MarkdownIt
from markupsafe import Markup

from hub.directory.wording import label

# Headings, images and tables are left as text: a profile's words must not change the page's outline or fetch anything.
READER = MarkdownIt("js-default", {"html": False, "breaks": True}).disable(
    ["heading", "lheading", "image", "table", "html_block", "html_inline", "fence", "code", "hr"]
)
# Proper names of schemes of identifiers; any other is shown by its key
SCHEMES = {
    "ror": "ROR",
    "grid": "GRID",
    "isni": "ISNI",
    "fundref": "Crossref Funder ID",
    "wikidata": "Wikidata",
    "lei": "LEI",
    "org_id": "org-id.guide",
}
TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a", "blockquote", "code", "s"}


def init_app(app: Flask) -> None:
    """Give the filters to the templates."""
    app.jinja_env.filters.update(
        markdown=markdown, day=day, host=host, scheme_name=scheme_name, field_name=label
    )


def markdown(text: str) -> Markup:
    """Turn Markdown into harmless HTML: no images, no headings, links to the web and mailboxes only."""
    made = READER.render(text)
    clean = nh3.clean(
        made,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer external",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just sanitised it


def day(text: str) -> str:
    """Write a date such as 2026-03-12 as the reader's language does; anything else as it is."""
    try:
        return str(format_date(date.fromisoformat(text), "long"))
    except ValueError:
        return text


def host(address: str) -> str:
    """The part of a web address that a person knows a site by."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def scheme_name(key: str) -> str:
    """The proper name of a scheme of identifiers."""
    return SCHEMES.get(key, key)
