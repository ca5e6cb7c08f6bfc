"""What takes memory in every process of the hub: what it loads, and what its connections keep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SPARED = ("meilisearch", "pydantic", "requests", "qrcode", "xlsxwriter")
# A statement of another length each time, as every batch of an import asks about another number of keys.
LOOK = f"""
import sys
from hub import create_app
from hub.database import db

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4 // 1024

app = create_app()
print(*[name for name in {SPARED} if name in sys.modules])
with app.app_context(), db.engine.connect() as connection:
    connection.exec_driver_sql("CREATE TABLE k (s, v, PRIMARY KEY (s, v))")
    before = held()
    for count in range(1200, 1300):
        keys = ",".join(["(?,?)"] * count)
        connection.exec_driver_sql(f"SELECT s FROM k WHERE (s, v) IN (VALUES {{keys}})", ("x",) * 2 * count).all()
    print(held() - before)
"""


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a process of its own says: the modules that it loaded, and the megabytes that it grew by."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("tells what a process holds on Linux only")
    folder = tmp_path_factory.mktemp("memory")
    settings = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**settings, "HUB_DATA_DIR": str(folder), "HUB_LOG_LEVEL": "error"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split("\n")


def test_a_process_loads_no_library_that_only_a_few_commands_and_settings_need(looked: list[str]) -> None:
    assert looked[0] == ""


def test_a_connection_forgets_long_statements_that_do_not_come_again(looked: list[str]) -> None:
    assert int(looked[1]) < 25, "megabytes; with all hundred statements kept it is more than forty"
