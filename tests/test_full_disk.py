"""A disk that is really full: reads go on, writes are refused plainly, and nothing is to be mended when there is room again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hub.database import db
from tests.conftest import hub_in
from tests.directory.test_registering import begin, fill, held
from tests.people import sign_in

SIZE = 20  # megabytes


@pytest.fixture
def disk(tmp_path: Path, database: str) -> Iterator[Path]:
    """A small disk of its own."""
    if database != "sqlite":
        pytest.skip("PostgreSQL keeps its data where it wants")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(folder)], check=False)
    if made.returncode:
        pytest.skip("NO DISK COULD BE MOUNTED: that takes root; a disk that is full was not tried")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def small(disk: Path, pattern: tuple[Path, str]) -> Iterator[Flask]:
    """A hub whose data lie on the small disk."""
    with hub_in(disk, pattern) as made:
        yield made


def test_a_full_disk_stops_writing_and_nothing_else(small: Flask, disk: Path) -> None:
    person = sign_in(small)
    base = begin(person)
    with (disk / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space left"):
        while True:
            filler.write(b"\0" * 4096)
    person.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    refused = [
        person.submit(f"{base}/texts", **{"texts-en-short": "x" * 390, "texts-en-long": "y " * 3000})
        for _ in range(40)
    ]
    assert {one.status_code for one in refused} <= {303, 503}
    assert refused[-1].status_code == 503
    assert "not available at the moment" in refused[-1].text
    assert "x" * 390 in refused[-1].text
    assert "y " * 2999 in refused[-1].text
    assert person.get("/en/search?q=x").status_code == 200
    (disk / "filler").unlink()
    fill(person, base)
    db.session.rollback()
    assert held(base).values["texts"]["en"]["short"] == "We check supply chains."
    assert db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
