"""What a process makes once for the apps of all its tests: each test has one of its own, and making it took most of the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Templates compiled once."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, Any]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._codes.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = (bucket.checksum, bucket.code)


TEMPLATES = Compiled()


def compile_rules_once() -> None:
    """Have the functions that write addresses, which depend on a rule's text alone, compiled once for each text."""
    compiled: dict[object, Callable[..., Any]] = {}
    compile_builder = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


STATEMENTS: dict[str, LRUCache[Any, Any]] = {}


def compile_statements_once(engine: sa.Engine) -> None:
    """Let this engine and all others of its kind that are given here share what their statements were compiled to."""
    for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        kind.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[assignment,method-assign]
        kind.__hash__ = lambda self: hash(type(self))  # type: ignore[assignment,method-assign]
    engine._compiled_cache = STATEMENTS.setdefault(engine.dialect.name, LRUCache(2000))
