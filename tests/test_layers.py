"""Who may import whom: features read downwards, siblings never each other, engines in one file each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from hub import ROOT

FOUNDATION = ("errors", "workflow", "permissions", "database", "outbox", "mail", "letters", "smtp", "i18n", "web",
              "folding", "logs", "config", "progress", "assets", "compressing", "keeping", "receiving", "revalidating")  # fmt: skip
FEATURES = ("accounts", "directory", "search", "network", "learning")
COMPOSITION = ("__init__", "cli", "demo", "operating", "setup", "jobs", "api", "backup", "health", "metrics", "findings",
               "serving", "rates")  # fmt: skip
BELOW = {
    "accounts": set(),
    "directory": {"accounts"},
    "search": {"accounts", "directory"},
    "network": {"accounts", "directory"},
    "learning": {"accounts", "directory"},
}
INSIDE = ("views", "queries", "models")  # upper to lower: models import neither, queries no views
ONLY_IN = {
    "tantivy": {"hub/search/embedded.py", "hub/search/ranking.py"},
    "meilisearch": {"hub/search/server.py"},
}


def sources() -> Iterator[tuple[str, str, ast.Module]]:
    """Yield (path from the root, part of the hub, tree) of every module."""
    for path in sorted((ROOT / "hub").rglob("*.py")):
        inside = path.relative_to(ROOT / "hub")
        part = inside.parts[0].removesuffix(".py")
        yield path.relative_to(ROOT).as_posix(), part, ast.parse(path.read_text("utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names that a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def parts_imported(tree: ast.Module) -> set[str]:
    """The parts of the hub that a module imports."""
    return {name.split(".")[1] for name in imports(tree) if name.startswith("hub.")} & {
        *FOUNDATION,
        *FEATURES,
        *COMPOSITION,
    }


def test_every_part_has_its_place() -> None:
    assert {part for _, part, _ in sources()} <= {*FOUNDATION, *FEATURES, *COMPOSITION}


def test_the_foundation_imports_no_feature() -> None:
    found = [(path, p) for path, part, tree in sources() if part in FOUNDATION for p in parts_imported(tree)]
    assert [pair for pair in found if pair[1] in (*FEATURES, "api", "cli", "operating", "setup")] == []


def test_features_import_only_what_lies_below_them() -> None:
    lazily = {"cli"}  # commands make the app; the command group imports them
    wrong = [
        (path, other)
        for path, part, tree in sources()
        if part in FEATURES
        for other in parts_imported(tree) & {*FEATURES, *COMPOSITION}
        if other != part
        and other not in BELOW[part]
        and not (path.endswith("commands.py") and other in {*lazily, "api"})
    ]
    assert wrong == []


def test_models_import_no_queries_or_views_and_queries_no_views() -> None:
    wrong = []
    for path, part, tree in sources():
        level = Path(path).stem
        if part in FEATURES and level in INSIDE:
            upper = {f"hub.{part}.{name}" for name in INSIDE[: INSIDE.index(level)]}
            wrong += [(path, name) for name in imports(tree) if name in upper]
    assert wrong == []


def test_each_engine_is_imported_where_it_is_wrapped_and_nowhere_else() -> None:
    wrong = [
        (path, library)
        for path, _, tree in sources()
        for library, places in ONLY_IN.items()
        if any(name.split(".")[0] == library for name in imports(tree)) and path not in places
    ]
    assert wrong == []


def test_only_the_skin_touches_requests() -> None:
    allowed = ("views", "web", "i18n", "assets", "compressing", "metrics", "receiving", "revalidating")
    wrong = [
        path
        for path, part, tree in sources()
        if part not in ("api", "accounts") and Path(path).stem.split("_")[-1] not in allowed
        and not path.endswith("_views.py")
        and any(name in ("flask.request", "flask.session", "flask.flash") for name in imports(tree))
    ]  # fmt: skip
    assert wrong == []
