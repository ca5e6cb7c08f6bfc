"""Plain text as pages show it: paragraphs, and addresses of the web as links that tell nobody where one comes from."""

from __future__ import annotations

import re

from flask import Flask
from markupsafe import Markup, escape

ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}»”’،؛]")
LINK = Markup('<a href="%s" rel="nofollow noopener noreferrer external"><bdi dir="ltr">%s</bdi></a>')


def init_app(app: Flask) -> None:
    """Give the filter to the templates."""
    app.jinja_env.filters["linked"] = linked


def linked(text: str) -> Markup:
    """Turn plain text into harmless HTML: a paragraph for each block, and links for http and https addresses alone."""
    blocks = [block for block in re.split(r"\n{2,}", text.strip()) if block]
    return Markup("").join(Markup('<p dir="auto">%s</p>') % _line(block) for block in blocks)


def _line(block: str) -> Markup:
    made, at = Markup(""), 0
    for found in ADDRESS.finditer(block):
        made += escape(block[at : found.start()]) + LINK % (found[0], found[0])
        at = found.end()
    return Markup("<br>").join((made + escape(block[at:])).split("\n"))
