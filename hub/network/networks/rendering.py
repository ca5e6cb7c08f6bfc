"""Plain text as pages of networks show it: a paragraph for each block, addresses of the web as links."""

from __future__ import annotations

import re

from flask import Flask
from markupsafe import Markup

from hub.network.messages import links


def init_app(app: Flask) -> None:
    """Give the filter to the templates."""
    app.jinja_env.filters["linked"] = linked


def linked(text: str) -> Markup:
    """Turn plain text into harmless HTML; line breaks are kept by the style of the page."""
    blocks = [block for block in re.split(r"\n{2,}", text.strip()) if block]
    return Markup("").join(Markup('<p dir="auto">%s</p>') % links.linked(block, True) for block in blocks)
