"""The ``hub`` command: in an empty folder every command just works, and what is wrong is said in one line."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hub.cli import main

ROWS = [
    {"name": "Water for Kenya", "kind": "ngo", "country": "KE", "source": "test", "source_id": "1"},
    {
        "name": "Universidad de Prueba",
        "kind": "academia",
        "country": "MX",
        "source": "test",
        "source_id": "2",
    },
]
Run = Callable[..., Result]


@pytest.fixture
def hub(pattern: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Run:
    """Run a ``hub`` command on a data folder of the test's own."""
    if database != "sqlite":
        pytest.skip("the commands are tried on SQLite; what they call is tested on both databases")
    shutil.copytree(pattern[0], tmp_path / "var")
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HUB_LOG_LEVEL", "error")
    return lambda *words: CliRunner().invoke(main, words, catch_exceptions=False)


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """A file of two organizations."""
    path = tmp_path / "rows.ndjson"
    path.write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    return str(path)


def test_an_empty_folder_is_made_ready_by_the_first_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "new" / "folder"))
    result = CliRunner().invoke(main, ["index", "status"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "0 documents, 0 changes waiting" in result.output


def test_import_search_check_and_export_go_together(hub: Run, rows: str, tmp_path: Path) -> None:
    assert hub("import", "--quiet", rows).exit_code == 0
    assert "1 organizations" in hub("search", "water").output
    assert hub("search", "--country", "MX", "--country", "KE").output.startswith("2 organizations")
    assert hub("index", "check").output.splitlines() == [
        "embedded: 2 documents: 0 missing, 0 stale, 0 too many",
        "embedded-members: 2 documents: 0 missing, 0 stale, 0 too many",
    ]
    out = tmp_path / "out.ndjson"
    assert hub("export", "--format", "ndjson", "--output", str(out)).exit_code == 0
    assert len(out.read_text("utf-8").splitlines()) == 2


def test_search_answers_as_the_api_does(hub: Run, rows: str) -> None:
    hub("import", "--quiet", rows)
    answer = json.loads(hub("search", "prueba", "--json", "--lang", "es").output)
    assert (answer["total"], answer["hits"][0]["country"]) == (1, "MX")
    assert {"value": "MX", "label": "México", "count": 1, "selected": False} in answer["facets"]["country"]


def test_an_unknown_filter_value_is_refused(hub: Run) -> None:
    result = hub("search", "--country", "ZZ")
    assert result.exit_code == 2
    assert "country=ZZ" in result.output


def test_a_profile_can_be_hidden_and_shown_again(hub: Run, rows: str) -> None:
    hub("import", "--quiet", rows)
    public_id = json.loads(hub("search", "water", "--json").output)["hits"][0]["id"]
    assert hub("profile", "hide", public_id).exit_code == 0
    assert hub("search", "water").output.startswith("0 ")
    assert hub("profile", "hide", public_id).exit_code == 1, "it is hidden already"
    assert hub("profile", "show", public_id).exit_code == 0
    assert hub("search", "water").output.startswith("1 ")


def test_a_damaged_index_is_found_and_repaired(hub: Run, rows: str, tmp_path: Path) -> None:
    hub("import", "--quiet", rows)
    shutil.rmtree(tmp_path / "var" / "index")
    assert hub("index", "check").output.count(": 2 documents: 0 missing") == 2, "built anew at start"
    assert hub("index", "rebuild", "--quiet").output.splitlines() == [
        "embedded: 2 documents",
        "embedded-members: 2 documents",
    ]


def test_one_index_can_be_chosen(hub: Run, rows: str, tmp_path: Path) -> None:
    hub("import", "--quiet", rows)
    members = ("--engine", "embedded", "--audience", "members")
    assert hub("index", "rebuild", "--quiet", *members).output == "2 documents\n"
    assert hub("index", "check", "--audience", "public").output.startswith("2 documents: 0 missing")
    assert hub("index", "status", *members).output == (
        "index embedded-members: 2 documents, 0 changes waiting\n"
    )
    assert hub("index", "status", "--engine", "meilisearch").exit_code == 2
    shutil.rmtree(tmp_path / "var" / "index" / "members")
    assert hub("index", "status", *members).output.startswith("index embedded-members: 2 "), "made at start"


def test_loading_the_vocabularies_twice_changes_nothing(hub: Run) -> None:
    assert hub("db", "vocabularies").output.startswith("0 terms changed")


def test_doctor_says_what_to_do(hub: Run) -> None:
    result = hub("doctor")
    assert result.exit_code == 1
    assert "No worker is at work" in result.output
    assert "fine for a demonstration on this machine" in result.output
    assert "unsafe" not in result.output
    assert "HUB_DATA_DIR" in hub("doctor", "--settings").output


NONSENSE = "zzz\udcff"  # a word that is no text, as a terminal can send it
COMMANDS = {
    "demo": ["demo", "--port", "x"], "run": ["run", "--port", "70000"], "doctor": ["doctor", NONSENSE],
    "db": ["db", NONSENSE], "db upgrade": ["db", "upgrade", NONSENSE], "worker": ["worker", "x"],
    "db vocabularies": ["db", "vocabularies", "x"], "jobs": ["jobs", NONSENSE],
    "jobs list": ["jobs", "list", "--limit", "9" * 30], "jobs retry": ["jobs", "retry", "999", "998"],
    "jobs drop": ["jobs", "drop", "999"], "backup": ["backup", "/nowhere/at/all.zip"],
    "restore": ["restore", "/nowhere.zip"], "user": ["user", "x"], "user create": ["user", "create", NONSENSE],
    "user list": ["user", "list", "x"], "user role": ["user", "role", "nobody@example.org", "curator"],
    "import": ["import", "/nowhere.csv"], "export": ["export", "--output", "/nowhere/at/all.csv"],
    "profile": ["profile", "hide", "zzz"], "search": ["search", "--theme", NONSENSE, "--country", "zz"],
    "index": ["index", "x"], "index rebuild": ["index", "rebuild", "--engine", "x"],
    "index check": ["index", "check", "--audience", "x"], "index status": ["index", "status", "--engine", "x"],
}  # fmt: skip


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """The names of all commands, those in groups after the group's."""
    for name, command in group.commands.items():
        yield f"{before}{name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} ")


def test_nonsense_ends_every_command_with_one_plain_sentence(hub: Run) -> None:
    assert sorted(commands(main)) == sorted(COMMANDS), "every command is tried"
    for name, words in COMMANDS.items():
        result = hub(*words)
        assert result.exit_code in (1, 2), (name, result.output)
        assert "Traceback" not in result.output
        last = result.output.strip().splitlines()[-1]
        assert last.startswith("Error: ") or (name == "import" and "cannot be read" in last), (name, last)


def test_what_is_not_there_is_named(hub: Run) -> None:
    assert hub("profile", "hide", "zzz").output == "Error: There is no profile zzz.\n"
    retried = hub("jobs", "retry", "998", "999")
    assert retried.output == (
        "0 jobs will be tried again\n"
        "Error: Left alone, for there is no such job or a worker is at it: 998, 999.\n"
    )
    assert hub("search", "--country", "ke").output.startswith("0 organizations")
    assert "not known: country=zz" in hub("search", "--country", "zz").output


def test_wrong_settings_are_named_without_a_traceback(hub: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_THREADS", "many")
    result = hub("index", "status")
    assert result.exit_code == 2
    assert "HUB_THREADS: should be a whole number" in result.output


@pytest.mark.slow
def test_run_serves_and_follows_changes_made_by_another_process(hub: Run, rows: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from hub.cli import main; main()"]
    server = subprocess.Popen(
        [*command, "run", "--port", str(port)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}/api/v1/organizations?q=water"
        assert wait_for(address, '"total":0'), "it does not serve"
        hub("import", "--quiet", rows)
        assert wait_for(address, '"total":1'), "it does not see what another process indexed"
    finally:
        server.terminate()
        assert server.wait(30) == 0


def wait_for(address: str, text: str, seconds: float = 60) -> bool:
    """Ask until the answer holds ``text``; False when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                if text in answer.read().decode():
                    return True
        except OSError:
            pass
        time.sleep(0.2)
    return False
