"""What profiles say is shown without harm, and dates and addresses as people write them."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.directory.rendering import day, host, markdown, scheme_name
from hub.i18n import speaking


def test_markdown_keeps_paragraphs_lists_emphasis_and_links() -> None:
    made = markdown("One *two* **three**\n\n- four\n- [five](https://example.org/x)")
    assert "<p>One <em>two</em> <strong>three</strong></p>" in made
    assert '<a href="https://example.org/x" rel="nofollow noopener noreferrer external">five</a>' in made
    assert made.count("<li>") == 2


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        '<a href="https://example.org" onclick="x">y</a>',
        "<style>*{}</style>",
        "<iframe src=x></iframe>",
    ],
)
def test_markdown_lets_nothing_harmful_through(text: str) -> None:
    made = markdown(text).lower()
    for harm in (
        "<script",
        "<img",
        "<style",
        "<iframe",
        'href="javascript',
        'href="data',
        "<a onclick",
    ):
        assert harm not in made


@pytest.mark.parametrize("text", ["# Title", "Title\n=====", "| a |\n|---|\n| b |", "    code", "---"])
def test_markdown_cannot_change_the_outline_of_the_page(text: str) -> None:
    made = markdown(text)
    for tag in ("<h1", "<h2", "<table", "<pre", "<hr"):
        assert tag not in made


def test_dates_are_written_as_the_language_does(app: Flask) -> None:
    for language, written in (("en", "March 12, 2026"), ("fr", "12 mars 2026"), ("zh", "2026年3月12日")):
        with speaking(language):
            assert day("2026-03-12") == written


def test_what_is_no_date_is_shown_as_it_is(app: Flask) -> None:
    assert day("about 2020") == "about 2020"


def test_sites_and_schemes_are_called_as_people_call_them() -> None:
    assert host("https://www.example.org/a/b?c") == "example.org"
    assert host("example") == "example"
    assert scheme_name("ror") == "ROR"
    assert scheme_name("x-register") == "x-register"
