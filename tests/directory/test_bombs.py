"""Files made to exhaust: refused or passed over in words, within bounded memory and time."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hub.directory.reading import Broken, read_rows

MEGABYTE = 1024 * 1024
ROOM = 200  # megabytes of address space beyond what the program itself takes
GROWS = "refused: the file unpacks to more than 100 times its size"
# Reads every row of each file within ROOM and says how many rows and faults there were, or why the file was refused.
READER = """
import resource, sys
from hub.directory.reading import Broken, read_rows
from pathlib import Path
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {room} * 1024 * 1024,) * 2)
for name in sys.argv[1:]:
    rows = faults = 0
    try:
        for row in read_rows(Path(name)):
            rows += 1
            faults += bool(row.fault)
        print(rows, "rows", faults, "faults")
    except Broken as error:
        print("refused:", error)
"""


def bomb(path: Path, before: bytes, piece: bytes) -> None:
    """Write ten megabytes that unpack to ten gigabytes."""
    packed = gzip.compress(piece * MEGABYTE, 9)
    path.write_bytes(gzip.compress(before) + packed * (10 * MEGABYTE // len(packed)))


def test_what_would_exhaust_is_refused_in_words_within_bounds(tmp_path: Path) -> None:
    bomb(tmp_path / "line.ndjson.gz", b'{"name": "', b"a")
    bomb(tmp_path / "list.json.gz", b'[{"name": "', b"a")
    bomb(tmp_path / "nested.json.gz", b"[", b"[")
    bomb(tmp_path / "cells.csv.gz", b'name,country\n"', b"a")
    (tmp_path / "long.ndjson").write_bytes(b'{"name": "' + b"a" * (60 * MEGABYTE) + b'"}\n{"name": "Casa"}\n')
    deep = "[" * 100_000 + "]" * 100_000
    deeper = '{"a":' * 50_000 + "1" + "}" * 50_000
    (tmp_path / "deep.ndjson").write_text(f'{{"name": {deep}}}\n{{"name": "Casa"}}\n{deeper}\n')
    # brackets that close nothing must not be looked for again and again among those that are open
    (tmp_path / "crossed.json").write_text("[" * 90_000 + "}" * 900_000)
    numbers = (
        '{"name": "A", "founded": ' + "9" * 5000 + "}",
        '{"name": 1e99999}',
        '{"name": "A", "founded": -Infinity}',
    )
    many = json.dumps({f"key{number}": number for number in range(50_000)})
    (tmp_path / "numbers.ndjson").write_text("\n".join((*numbers, many)))
    said = {
        "line.ndjson.gz": GROWS, "list.json.gz": GROWS, "nested.json.gz": "refused: the list is nested too deeply in line 1", "cells.csv.gz": GROWS,
        "long.ndjson": "2 rows 1 faults", "deep.ndjson": "3 rows 2 faults", "numbers.ndjson": "4 rows 3 faults",
        "crossed.json": "refused: the list breaks off in line 1",
    }  # fmt: skip
    command = [sys.executable, "-c", READER.format(room=ROOM), *(str(tmp_path / name) for name in said)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.splitlines() == list(said.values()), done.stderr[-2000:]


@pytest.mark.parametrize("name", ["organizations.xlsx", "organizations.zip", "organizations.csv"])
def test_archives_and_workbooks_are_no_tables(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/../../../../etc/passwd", b"\0" * MEGABYTE)
        archive.writestr("[Content_Types].xml", b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>")
    with pytest.raises(Broken):
        list(read_rows(path))
