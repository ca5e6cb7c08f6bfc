"""What was found in a text, marked. There are dozens on a page, so they are written here and not in a template."""

from __future__ import annotations

from markupsafe import Markup, escape

from hub.search.queries import Marked


def marked(found: Marked) -> Markup:
    """Write the text, piece by piece escaped, with a mark around what answers the query."""
    pieces = []
    seen = 0
    for start, end in found.ranges:
        pieces.append(f"{escape(found.text[seen:start])}<mark>{escape(found.text[start:end])}</mark>")
        seen = end
    return Markup("".join([*pieces, escape(found.text[seen:])]))  # noqa: S704 - all in it is escaped or ours
