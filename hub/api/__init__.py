"""The public REST API: the directory as JSON, described by OpenAPI. It has no rules of its own."""

from __future__ import annotations

from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the operations, their description, the page about them, and what every answer carries."""
    from hub.api import blueprint, matching, openapi, organizations, page, problems, suggestions, vocabularies  # noqa: F401

    _write_plainly(app.json)
    app.extensions["problem"] = problems.problem
    app.before_request(blueprint.take_language)
    app.after_request(blueprint.open_to_all)
    openapi.init_app(app)
    app.register_blueprint(page.pages)


def _write_plainly(provider: Any) -> None:
    """Write JSON in UTF-8, its fields in the order in which they were declared."""
    provider.ensure_ascii = provider.sort_keys = False
