"""Saying what an import did: a line per row for the report, and the sums."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from hub.directory.importing import Outcome, Result

COLUMNS = 1000  # unknown ones counted by name; a file may invent new ones in every row


@dataclass(slots=True)
class Summary:
    """The sums of an import: rows per result, columns left out, probable duplicates, files that broke off."""

    results: Counter[Result] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    look_at: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    parents_missing: int = 0
    broken: list[tuple[str, str]] = field(default_factory=list)  # (file, why)
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return sum(self.results.values())

    @property
    def exit_code(self) -> int:
        """0: all rows were taken; 1: some were rejected; 2: a file could not be read to its end."""
        return 2 if self.broken else 1 if self.results[Result.REJECTED] else 0

    def add(self, outcome: Outcome) -> None:
        """Count a row."""
        self.results[outcome.result] += 1
        self.left_out.update(outcome.left_out)
        self.look_at.update(outcome.look_at)
        if len(self.unknown) < COLUMNS:
            self.unknown.update(outcome.unknown[:COLUMNS])
        self.duplicates += bool(outcome.duplicates)

    def as_dict(self) -> dict[str, Any]:
        """The sums as JSON."""
        return {
            "rows": self.rows,
            **{result.value: self.results[result] for result in Result},
            "probable_duplicates": self.duplicates,
            "left_out": dict(self.left_out),
            "look_at": dict(self.look_at),
            "unknown_columns": dict(self.unknown),
            "parents_missing": self.parents_missing,
            "broken": [{"file": file, "why": why} for file, why in self.broken],
            "seconds": round(self.seconds, 1),
        }

    def as_text(self) -> str:
        """The sums in words, a line each."""
        counts = ", ".join(
            f"{self.results[result]} {result.value}" for result in Result if self.results[result]
        )
        lines = [f"{self.rows} rows in {self.seconds:.1f} s: {counts or 'nothing to do'}"]
        if self.duplicates:
            lines.append(f"{self.duplicates} probable duplicates, kept and flagged for a curator")
        if self.left_out:
            lines.append("left out as personal, as an address or as unusable: " + _listed(self.left_out))
        if self.look_at:
            lines.append("taken, and worth a look for what may be personal: " + _listed(self.look_at))
        if self.unknown:
            lines.append("columns that the hub does not know, left out: " + _listed(self.unknown))
        if self.parents_missing:
            lines.append(f"{self.parents_missing} parents are not in the directory")
        lines += [f"{printable(file)}: {why}" for file, why in self.broken]
        return printable("\n".join(lines))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name[:60]!r} ({count})" for name, count in counts.most_common(20))


def printable(text: str) -> str:
    """Write what cannot be written in UTF-8 as escapes, so that no terminal or file refuses it."""
    return text.encode("utf-8", "backslashreplace").decode()


def report_line(file: str, outcome: Outcome) -> str:
    """One row of the report as a line of JSON."""
    content: dict[str, Any] = {"file": file, "line": outcome.line, "result": outcome.result.value}
    if outcome.item:
        content["item"] = outcome.item
    if outcome.id:
        content["id"] = outcome.id
    if outcome.reasons:
        content["reasons"] = [{"field": one.field, "why": one.why} for one in outcome.reasons]
    if outcome.duplicates:
        content["probable_duplicate_of"] = [
            {"id": other, "same": list(same)} for other, same in outcome.duplicates
        ]
    if outcome.left_out:
        content["left_out"] = list(outcome.left_out)
    if outcome.look_at:
        content["look_at"] = list(outcome.look_at)
    if outcome.unknown:
        content["unknown_columns"] = list(outcome.unknown)
    return printable(json.dumps(content, ensure_ascii=False)) + "\n"


def broken_line(file: str, why: str) -> str:
    """The report's line for a file that broke off."""
    return printable(json.dumps({"file": file, "result": "broken", "why": why}, ensure_ascii=False)) + "\n"


def complaint(file: str, outcome: Outcome) -> str:
    """A rejected row in words, for a person at a terminal."""
    why = "; ".join(f"{one.field}: {one.why}" if one.field else one.why for one in outcome.reasons)
    if outcome.item:
        return printable(_("%(file)s, item %(item)s: %(why)s", file=file, item=outcome.item, why=why))
    return printable(_("%(file)s, line %(line)s: %(why)s", file=file, line=outcome.line, why=why))
