"""The checksums that the embedded engine's library writes at the end of an index's files and never looks at again.

A file of a segment ends with a record in JSON that holds the CRC-32 of all before it, the record's length and a mark
(both in four bytes, little-endian); see the library's ``directory/footer.rs``.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

MARK = 1337
CHUNK = 1 << 20  # bytes read at a time
TRIES = 3  # as files of segments that were just merged go away while one looks


def damaged(folder: Path) -> str | None:
    """Name a file of the index in ``folder`` whose content is not what was written; None where all are whole."""
    found = None
    for _ in range(TRIES):
        meta = (folder / "meta.json").read_bytes()
        found = next((path.name for path in _files(folder, meta) if not _is_whole(path)), None)
        if found is None or meta == (folder / "meta.json").read_bytes():
            break
    return found


def _files(folder: Path, meta: bytes) -> Iterator[Path]:
    """The files of the segments that count; others are just being written, or cleared away."""
    for segment in json.loads(meta)["segments"]:
        name = segment["segment_id"].replace("-", "")
        yield from (path for path in sorted(folder.glob(f"{name}.*")) if path.suffix != ".del")
        if segment["deletes"]:
            yield folder / f"{name}.{segment['deletes']['opstamp']}.del"


def _is_whole(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            end = file.seek(-8, 2)
            length, mark = struct.unpack("<II", file.read(8))
            left = file.seek(end - length)
            told = json.loads(file.read(length))["crc"]
            file.seek(0)
            found = 0
            while piece := file.read(min(left, CHUNK)):
                found, left = zlib.crc32(piece, found), left - len(piece)
    except (OSError, ValueError, TypeError, KeyError):
        return False
    return bool(mark == MARK and found == told)
