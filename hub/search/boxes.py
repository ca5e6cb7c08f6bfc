"""The check boxes of a facet. There may be hundreds on a page, so they are written here and not in a template."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from hub.i18n import number
from hub.search.queries import FacetValue

END = "</span></label></li>"


def boxes(values: Iterable[FacetValue]) -> Markup:
    """Write a list item with a check box for each value, with its label and count."""
    return Markup("\n".join([_box(one) for one in values]))  # noqa: S704 - all in it is escaped or ours


def _box(one: FacetValue) -> str:
    count = one.count if one.count < 1000 else escape(number(one.count))  # small ones are alike everywhere
    head, tail = _around(one.facet, one.value, one.label)
    return f"{head}{' checked' if one.is_selected else ''}{tail}{count}{END}"


@lru_cache(maxsize=20_000)
def _around(facet: str, value: str, label: str) -> tuple[str, str]:
    """What stands before and after the word that says whether a value is chosen."""
    value = escape(value)
    box = f'<input type="checkbox" form="search" id="{facet}-{value}" name="{facet}" value="{value}"'
    return f'<li><label class="choice">{box}', f'><span>{escape(label)}</span><span class="count">'
