"""Reading the rows of a file: NDJSON, a JSON list or CSV, plain or gzipped, told apart by what is inside.

A row that cannot be read comes as a row with its fault; only a file that breaks off ends the reading, with ``Broken``.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask_babel import gettext as _

LONGEST = 1_000_000  # bytes of one row
MOST_GROWTH = 100  # times that a file may grow by unpacking; lists of organizations grow 5 to 20 times
GENEROUS = 64 * 1024 * 1024  # bytes from which on that is looked at
CHUNK = 1 << 16
BOM = b"\xef\xbb\xbf"
BLANK = b" \t\r\n"
FOREIGN = {  # what files begin with that look like none of ours
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "ZIP or XLSX",
    b"%PDF": "PDF",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}


class Broken(Exception):
    """The file cannot be read to its end; the message says in words why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the number of its first line, from 1, and either its values or what is wrong with it.

    ``item`` is its number in a list, from 1, where the file is one: all of a list may stand on one line.
    """

    line: int
    values: dict[str, Any] | None = None
    field: str = ""
    fault: str = ""
    item: int | None = None


def read_rows(path: Path, advance: Callable[[int], None] = lambda done: None) -> Iterator[Row]:
    """Yield every row of a file in bounded memory; ``advance`` hears how many bytes of the file were read.

    Raises:
        Broken: after the rows that could be read, when the file breaks off or is no such file.
    """
    from hub.directory.reading_csv import csv_rows
    from hub.directory.reading_json import list_rows, ndjson_rows

    try:
        with path.open("rb") as file:
            chunks = _without_bom(_chunks(file, advance))
            first = next(chunks, b"")
            while first and not first.strip(BLANK) and (more := next(chunks, b"")):
                first += more
            rest = _plain_ends(_joined(first, chunks))
            match _format(first, path.name):
                case "list":
                    yield from list_rows(rest)
                case "ndjson":
                    yield from ndjson_rows(rest)
                case _:
                    yield from csv_rows(rest)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Broken(_("the compressed file is damaged or breaks off: %(why)s", why=error)) from None
    except OSError as error:
        raise Broken(_("the file cannot be read: %(why)s", why=error.strerror or error)) from None


def size_of(path: Path) -> int | None:
    """The bytes that reading a file will go through; None for what has no size, such as a pipe."""
    try:
        return path.stat().st_size or None
    except OSError:
        return None


def _chunks(file: BinaryIO, advance: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the content, decompressed if need be; unlike a whole read, each piece is out before an error comes."""
    start = file.read(2)
    raw = cast(BinaryIO, _Again(start, file))
    source: Any = gzip.GzipFile(fileobj=raw) if start == b"\x1f\x8b" else raw
    reported = unpacked = 0
    while chunk := source.read1(CHUNK):
        unpacked += len(chunk)
        if unpacked > max(GENEROUS, MOST_GROWTH * raw.tell()):
            raise Broken(_("the file unpacks to more than %(times)s times its size", times=MOST_GROWTH))
        yield chunk
        advance(raw.tell() - reported)
        reported = raw.tell()


class _Again:
    """A file of which the first bytes were looked at; also for pipes, which cannot go back."""

    def __init__(self, start: bytes, file: BinaryIO) -> None:
        self.start = start
        self.file = file
        self.taken = 0

    def read(self, size: int = CHUNK) -> bytes:
        """Read the first bytes again, then on."""
        piece, self.start = (self.start, b"") if self.start else (self.file.read(size), b"")
        self.taken += len(piece)
        return piece

    read1 = read

    def tell(self) -> int:
        """The number of bytes read."""
        return self.taken

    def seekable(self) -> bool:
        """Never."""
        return False


def _without_bom(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = b""
    while len(first) < 8 and (more := next(chunks, b"")):
        first += more
    for mark, name in FOREIGN.items():
        if first.startswith(mark):
            raise Broken(_("this is a %(name)s file; save it as UTF-8 text (CSV, JSON or NDJSON)", name=name))
    yield from _joined(first.removeprefix(BOM), chunks)


def _joined(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _plain_ends(chunks: Iterable[bytes]) -> Iterator[bytes]:
    r"""Write every line's end as ``\n``: some tables end their lines with ``\r`` alone, or do so here and there."""
    held = b""
    for chunk in chunks:
        text = held + chunk
        held = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if held:
        yield b"\n"


def _format(first: bytes, name: str) -> str:
    start = first.lstrip(BLANK)[:1]
    if start == b"[":
        return "list"
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    is_json = any(suffix in suffixes for suffix in (".ndjson", ".jsonl", ".json"))
    return "ndjson" if start == b"{" or (is_json and ".csv" not in suffixes) else "csv"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file with its number; ``is_whole`` tells whether a line break ended it."""

    number: int
    content: bytes
    is_whole: bool
    is_too_long: bool = False


def lines(chunks: Iterable[bytes]) -> Iterator[Line]:
    """Split the content into lines; of one that is too long nothing is kept but its number."""
    number, rest, is_too_long = 1, b"", False
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for content in whole:
            is_too_long = is_too_long or len(content) > LONGEST
            yield Line(number, b"" if is_too_long else content, True, is_too_long)
            number, is_too_long = number + 1, False
        if len(rest) > LONGEST:
            rest, is_too_long = b"", True
    if rest or is_too_long:
        yield Line(number, b"" if is_too_long else rest, False, is_too_long)


def too_long(line: int) -> Row:
    """The row that stands for one beyond the limit."""
    return Row(line, fault=_("the row is longer than %(most)s bytes", most=LONGEST))


def name_of(path: Path) -> str:
    """A file's name without folder and endings, as the name of a source for rows that give none.

    A name in another encoding than UTF-8 is read as far as it goes.
    """
    name = os.path.basename(path).encode("utf-8", "replace").decode()
    return name.split(".")[0][:60] or "file"
