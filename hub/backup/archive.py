"""The file of a backup: a zip archive whose manifest names every member with its size and digest.

    manifest.json           format, revision, when, and for every other member: bytes, sha256, rows
    tables/NAME.ndjson      a row a line, in the order of the primary key
    files/FOLDER/NAME       files that belong to the data
    secret-key              only where it was asked for

A backup is checked to its last byte before anything is done with it, whoever made it: the digests find damage, the
limits below find files made to do harm.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.errors import HubError

FORMAT = 1
MANIFEST = "manifest.json"
SECRET = "secret-key"  # noqa: S105 - the name of a member
NAMES = re.compile(
    r"tables/[a-z_]{1,60}\.ndjson|files/[a-z]{1,20}/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,100}|secret-key"
)
PIECE = 1 << 20  # bytes read at a time
LONGEST_ROW = 16 << 20  # bytes
LARGEST_MANIFEST = 8 << 20  # bytes: room for some ten thousand files
TIGHTEST = (
    250  # times a member of more than a few megabytes may grow when unpacked; rows grow ten- to fiftyfold
)
SMALL = 32 << 20  # bytes below which that does not matter


class Damaged(HubError):
    """The file is no whole backup; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the manifest says of a member; ``rows`` is None for what is no table."""

    bytes: int
    sha256: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, the migration its tables have, and when it was made (ISO 8601)."""

    revision: str
    made_at: str
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, Member]:
        """The members that are tables, by the table's name."""
        return {
            name.removeprefix("tables/").removesuffix(".ndjson"): one
            for name, one in self.members.items()
            if name.startswith("tables/")
        }

    @property
    def rows(self) -> int:
        """Rows of all tables together."""
        return sum(one.rows or 0 for one in self.members.values())


class Writing:
    """A backup that is being written, member by member."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, counts: bool = False) -> int:
        """Write a member from its pieces; with ``counts`` each is a row. Returns the number of pieces."""
        digest, size, number = hashlib.sha256(), 0, 0
        with self._archive.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
                number += 1
        rows = number if counts else None
        self._members[name] = {"bytes": size, "sha256": digest.hexdigest(), "rows": rows}
        return number

    def finish(self, revision: str, made_at: str) -> None:
        """Write the manifest: the last member, so that a backup without an end has none."""
        manifest = {"format": FORMAT, "revision": revision, "made_at": made_at, "members": self._members}
        self._archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """Write a backup beside ``path``, for this user's eyes only, and give it its name once it is safely on the disk."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield Writing(archive)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # the new name, too
    finally:
        os.close(handle)


class Reading:
    """A backup that was found whole."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._archive = archive

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a table as they were written."""
        with _explained(), self._archive.open(f"tables/{table}.ndjson") as member:
            while line := member.readline(LONGEST_ROW + 1):
                yield _row(line, table)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give a member that is no table, piece by piece."""
        with _explained():
            yield from _pieces(self._archive, name, self.manifest.members[name].bytes)


@contextmanager
def reading(path: Path) -> Iterator[Reading]:
    """Open a backup and check all of it.

    Raises:
        Damaged: it is not whole, not a backup, or made to do harm; the message says what was found.
    """
    with _explained(), zipfile.ZipFile(path) as archive:
        manifest = _manifest(archive)
        for name, member in manifest.members.items():
            _check(archive, name, member)
        yield Reading(archive, manifest)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Damaged(f"the file is damaged, or no backup: {error}") from error
    except FileNotFoundError as error:
        raise Damaged(f"there is no file {error.filename}") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    held = archive.namelist()
    if MANIFEST not in held or len(held) != len(set(held)):
        raise Damaged("it has no manifest, or a member twice: it is no backup, or not whole")
    try:
        said = json.loads(b"".join(_pieces(archive, MANIFEST, LARGEST_MANIFEST, is_limit=True)))
        if said["format"] != FORMAT:
            raise Damaged(f"it is of format {said['format']!r}; this version reads format {FORMAT}")
        members = {name: Member(**one) for name, one in said["members"].items()}
        manifest = Manifest(str(said["revision"]), str(said["made_at"]), members)
        sound = all(
            isinstance(one.bytes, int) and isinstance(one.rows, int | None) for one in members.values()
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"its manifest cannot be read: {error!r}") from error
    if not sound or {MANIFEST, *members} != set(held):
        raise Damaged("its manifest does not name what it holds: a member is missing, or one too many")
    return manifest


def _check(archive: zipfile.ZipFile, name: str, member: Member) -> None:
    info = archive.getinfo(name)
    if not NAMES.fullmatch(name) or info.is_dir():
        raise Damaged(f"it holds {name!r}, which is no part of a backup")
    if info.file_size != member.bytes:
        raise Damaged(f"{name} is {info.file_size} bytes long, not {member.bytes}")
    if member.bytes > max(SMALL, TIGHTEST * info.compress_size):
        raise Damaged(
            f"{name} would grow {member.bytes // max(1, info.compress_size)}-fold: it was made to do harm"
        )
    digest, ends, last = hashlib.sha256(), 0, b"\n"
    for piece in _pieces(archive, name, member.bytes):
        digest.update(piece)
        ends += piece.count(b"\n")
        last = piece[-1:]
    if digest.hexdigest() != member.sha256:
        raise Damaged(f"{name} is not what was saved: its digest differs")
    if member.rows is not None and (ends != member.rows or last != b"\n"):
        raise Damaged(f"{name} holds {ends} rows, not {member.rows}")


def _pieces(archive: zipfile.ZipFile, name: str, size: int, is_limit: bool = False) -> Iterator[bytes]:
    """Unpack a member piece by piece, never more than ``size`` bytes of it."""
    left = size
    if archive.getinfo(name).flag_bits & 1:
        raise Damaged(f"{name} is encrypted")
    with archive.open(name) as member:
        while piece := member.read(min(PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise Damaged(f"{name} is longer than {size} bytes")
            yield piece
    if left and not is_limit:
        raise Damaged(f"{name} is {left} bytes too short")


def _row(line: bytes, table: str) -> dict[str, Any]:
    if len(line) > LONGEST_ROW:
        raise Damaged(f"a row of {table} is longer than {LONGEST_ROW} bytes")
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Damaged(f"a row of {table} cannot be read: {error}") from error
    if not isinstance(row, dict):
        raise Damaged(f"a row of {table} is no object")
    return row
