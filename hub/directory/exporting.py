"""Writing profiles for other programs: CSV, XLSX, the hub's own NDJSON and JSON-LD, a profile at a time.

Only what the public may see is written, and nothing of protected profiles. The writers take profiles from anywhere, so
results of a search are written the same way.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from hub.directory import queries
from hub.directory.cells import WRITE, guard, to_cells
from hub.directory.jsonld import as_jsonld
from hub.directory.states import Safety
from hub.directory.visibility import Profile
from hub.i18n import DEFAULT

CELL = 32767  # most characters of a cell in XLSX

# The hub's own form: fields of a profile in the order in which they are written. What is derived from others (regions)
# or means nothing elsewhere (logo, a file of ours) is not among them.
FIELDS = (
    "name", "name_language", "names", "acronyms", "kind", "subtype", "parent_id", "memberships", "country",
    "countries_of_work", "networks", "themes", "treaties", "sectors", "offers", "seeks", "populations", "languages",
    "sdg_targets", "texts", "website", "links", "hotline", "founded", "identifiers",
)  # fmt: skip


def exported(profiles: Iterable[Profile]) -> Iterator[Profile]:
    """Leave out whom no export may hold."""
    return (profile for profile in profiles if not profile.is_protected)


def as_row(profile: Profile) -> dict[str, Any]:
    """Write a profile in the hub's own form; empty fields are left out."""
    row: dict[str, Any] = {"id": profile.id, "slug": profile.slug, "trust": profile.trust.value}
    if profile.safety is not Safety.OPEN:
        row["safety"] = profile.safety.value
    row["is_claimable"] = profile.is_claimable
    if profile.last_confirmed_at:
        row["last_confirmed_at"] = profile.last_confirmed_at.isoformat()
    for field in FIELDS:
        value = getattr(profile, field)
        if value not in (None, (), {}):
            row[field] = _ordered(value)
    if profile.sources:
        row["sources"] = [
            _ordered({name: value for name, value in one.items() if value}) for one in profile.sources
        ]
    return row


def _ordered(value: Any) -> Any:
    """Sort the keys of records: PostgreSQL keeps them in an order of its own."""
    if isinstance(value, Mapping):
        return {name: _ordered(value[name]) for name in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, (list, tuple)) else value


def rows(profiles: Iterable[Profile]) -> Iterator[list[str]]:
    """Write profiles as rows of cells, the names of the columns first."""
    yield list(WRITE)
    for profile in exported(profiles):
        yield to_cells(profile)


def write_csv(file: BinaryIO, profiles: Iterable[Profile]) -> int:
    """Write CSV as spreadsheets read it (UTF-8 with its mark), no cell of which can be a formula; gives the count."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    count = -1
    for count, cells in enumerate(rows(profiles)):  # noqa: B007 - used after the loop
        writer.writerow([guard(cell) for cell in cells])
    text.detach()
    return count


def write_xlsx(file: BinaryIO, profiles: Iterable[Profile]) -> int:
    """Write a workbook of one sheet, every cell of which is text; gives the count."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with tempfile.TemporaryFile() as whole:
        with xlsxwriter.Workbook(whole, options) as book:
            sheet = book.add_worksheet("organizations")
            bold = book.add_format({"bold": True})
            sheet.freeze_panes(1, 0)
            count = -1
            for count, cells in enumerate(rows(profiles)):
                for column, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(count, column, cell[:CELL], None if count else bold)
        whole.seek(0)
        while piece := whole.read(1 << 16):
            file.write(piece)
    return count


def write_ndjson(file: BinaryIO, profiles: Iterable[Profile]) -> int:
    """Write the hub's own form, one profile a line, which importing reads back to the same; gives the count."""
    count = 0
    for count, profile in enumerate(exported(profiles), 1):  # noqa: B007 - used after the loop
        file.write(json.dumps(as_row(profile), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return count


def write_jsonld(file: BinaryIO, profiles: Iterable[Profile], language: str = DEFAULT) -> int:
    """Write one JSON-LD document with a graph of all profiles; gives the count."""
    file.write(b'{"@context":"https://schema.org","@graph":[')
    count = 0
    for count, profile in enumerate(exported(profiles), 1):
        described = as_jsonld(profile, language)
        described.pop("@context", None)
        file.write((b",\n" if count > 1 else b"\n") + json.dumps(described, ensure_ascii=False).encode())
    file.write(b"\n]}\n")
    return count


FORMATS: Mapping[str, Callable[[BinaryIO, Iterable[Profile]], int]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "ndjson": write_ndjson,
    "jsonld": write_jsonld,
}


def everyone() -> Iterator[Profile]:
    """Go through all profiles the public may see, by id."""
    for batch in queries.every_profile():
        yield from batch


def export(file: BinaryIO, form: str) -> int:
    """Write all public profiles in one of FORMATS; gives the count."""
    return FORMATS[form](file, everyone())


def export_to(path: Path, form: str) -> int:
    """Write all public profiles to a file that appears, or changes, only when it is whole; gives the count."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            count = export(file, form)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return count
