"""The embedded engine's folder: other processes, crashes, damage and versions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import hub
from hub.errors import SearchUnavailable
from hub.search import embedded
from hub.search.criteria import Criteria
from hub.search.embedded import EmbeddedEngine
from tests.search.engines import doc, fill, ids

ROOT = Path(hub.__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> EmbeddedEngine:
    made = EmbeddedEngine(folder)
    fill(made, *(doc(str(number), "old word", country="KE") for number in range(5)))
    return made


@contextmanager
def process(code: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run Python code in another process, with ``engine`` and ``doc`` at hand; it is killed at the end."""
    head = (
        "import sys, time; from pathlib import Path\n"
        "from hub.search.criteria import Criteria\n"
        "from hub.search.embedded import EmbeddedEngine\n"
        "from tests.search.engines import doc\n"
        "engine = EmbeddedEngine(Path(sys.argv[1]))\n"
        "def say(what): print(what, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", head + code, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def heard(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def test_a_crash_in_a_rebuild_leaves_the_old_index_answering(engine: EmbeddedEngine, folder: Path) -> None:
    code = """
with engine.rebuilding() as writer:
    writer.put(doc(str(number), "new word") for number in range(2000))
    say("filled")
    time.sleep(60)
"""
    with process(code, folder) as child:
        assert heard(child) == "filled"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert len(list(folder.glob("generation-*"))) == 2
    for reader in (engine, EmbeddedEngine(folder)):
        assert reader.search(Criteria(q="old ")).total == 5
    with engine.writing() as writer:
        writer.put([doc("5", "old word")])
    assert engine.search(Criteria(q="old ")).total == 6
    fill(engine, doc("a", "new word"))
    assert ids(engine) == ["a"]


def test_a_crash_at_any_moment_leaves_one_whole_index(engine: EmbeddedEngine, folder: Path) -> None:
    code = """
say("ready")
for round in range(10_000):
    with engine.rebuilding() as writer:
        writer.put(doc(str(number), f"round{round} word") for number in range(50))
    with engine.writing() as writer:
        writer.put(doc(str(number), f"again{round} word") for number in range(50))
"""
    with process(code, folder) as child:
        assert heard(child) == "ready"
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            assert engine.search(Criteria(q="word ")).total in (5, 50)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    answer = EmbeddedEngine(folder).search(Criteria(q="word "))
    assert answer.total == 50
    fill(engine, doc("a", "word"))
    with engine.writing() as writer:
        writer.put([doc("b", "word")])
    assert set(ids(EmbeddedEngine(folder))) == {"a", "b"}


def test_another_process_sees_a_commit_at_once(engine: EmbeddedEngine, folder: Path) -> None:
    code = """
for line in sys.stdin:
    say(",".join(sorted(engine.search(Criteria(q=line.strip() + " ")).ids)))
"""
    with process(code, folder) as child:
        assert child.stdin is not None

        def ask(q: str) -> str:
            print(q, file=child.stdin, flush=True)
            return heard(child)

        assert ask("fresh") == ""
        with engine.writing() as writer:
            writer.put([doc("9", "fresh")])
        assert ask("fresh") == "9"
        fill(engine, doc("8", "fresh"))
        assert ask("fresh") == "8"
        with engine.writing() as writer:
            writer.delete(["8"])
        assert ask("fresh") == ""


def test_batches_of_processes_wait_for_each_other(engine: EmbeddedEngine, folder: Path) -> None:
    code = """
with engine.writing() as writer:
    writer.put([doc("theirs", "word")])
    say("open")
    time.sleep(0.4)
say("closed")
"""
    with process(code, folder) as child:
        assert heard(child) == "open"
        with engine.writing() as writer:
            assert heard(child) == "closed"
            writer.put([doc("ours", "word")])
    assert {"theirs", "ours"} <= set(ids(engine))


def test_a_rebuild_clears_away_all_but_the_last_generation(engine: EmbeddedEngine, folder: Path) -> None:
    for number in range(4):
        fill(engine, doc("a", f"round{number}"))
    assert len(list(folder.glob("generation-*"))) == 2
    (folder / "generation-99").mkdir()
    fill(engine, doc("a", "last"))
    assert len(list(folder.glob("generation-*"))) == 2
    assert ids(engine, "last ") == ["a"]


def test_a_failed_rebuild_leaves_nothing_behind(engine: EmbeddedEngine, folder: Path) -> None:
    before = sorted(folder.glob("generation-*"))
    with pytest.raises(ZeroDivisionError), engine.rebuilding():
        raise ZeroDivisionError
    assert sorted(folder.glob("generation-*")) == before
    assert engine.search(Criteria()).total == 5


def test_many_batches_leave_few_files(engine: EmbeddedEngine, folder: Path) -> None:
    for number in range(25):
        with engine.writing() as writer:
            writer.put([doc(str(number % 7), f"word{number}")])
        engine.search(Criteria())
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) < 100
    assert engine.search(Criteria()).total == 7


def test_an_index_of_another_version_is_unavailable_until_rebuilt(
    engine: EmbeddedEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "SCHEMA", embedded.SCHEMA + 1)
    newer = EmbeddedEngine(folder)
    with pytest.raises(SearchUnavailable):
        newer.search(Criteria())
    with pytest.raises(SearchUnavailable), newer.writing():
        pass
    fill(newer, doc("a", "new"))
    assert ids(newer) == ["a"]
    with pytest.raises(SearchUnavailable):
        engine.search(Criteria())


@pytest.mark.parametrize(
    "content", ["", "1", "1 nowhere", "1 ../../etc", "1 generation-x/..", "\0", "é", "1 generation-999"]
)
def test_a_damaged_pointer_is_unavailable_until_rebuilt(
    engine: EmbeddedEngine, folder: Path, content: str
) -> None:
    (folder / "current").write_text(content, "utf-8")
    with pytest.raises(SearchUnavailable):
        engine.search(Criteria())
    fill(engine, doc("a", "new"))
    assert ids(engine) == ["a"]


@pytest.mark.parametrize("damage", ["gone", "empty", "short", "noise"])
def test_a_damaged_index_is_unavailable_until_rebuilt(
    engine: EmbeddedEngine, folder: Path, damage: str
) -> None:
    for path in next(folder.glob("generation-*")).iterdir():
        content = path.read_bytes()
        path.unlink()
        if damage != "gone":
            kept = {"empty": b"", "short": content[: len(content) // 2], "noise": os.urandom(len(content))}
            path.write_bytes(kept[damage])
    damaged = EmbeddedEngine(folder)
    with pytest.raises(SearchUnavailable):
        damaged.search(Criteria(q="old"))
    with pytest.raises(SearchUnavailable):
        damaged.versions()
    with pytest.raises(SearchUnavailable):
        damaged.spelling("olf")
    with pytest.raises(SearchUnavailable), damaged.writing():
        pass
    fill(engine, doc("a", "new"))
    assert ids(engine) == ["a"]


@pytest.mark.parametrize("suffix", [".idx", ".pos", ".term", ".fast", ".store", ".fieldnorm"])
def test_one_byte_that_changed_in_any_file_is_seen(engine: EmbeddedEngine, folder: Path, suffix: str) -> None:
    (path,) = next(folder.glob("generation-*")).glob(f"*{suffix}")
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    with pytest.raises(SearchUnavailable, match=r"damaged|cannot be used"):
        EmbeddedEngine(folder).versions()


def test_deletions_and_several_segments_are_whole(engine: EmbeddedEngine, folder: Path) -> None:
    with engine.writing() as writer:
        writer.put([doc("b", "beta")])
    with engine.writing() as writer:
        writer.delete(["0", "b"])
        writer.put([doc("c", "gamma")])
    assert set(engine.versions()) == {"1", "2", "3", "4", "c"}


def test_a_batch_that_waits_too_long_is_refused(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "WAIT", 0.05)
    refused: list[SearchUnavailable] = []

    def write() -> None:
        try:
            with engine.writing():
                pass
        except SearchUnavailable as error:
            refused.append(error)

    with engine.writing():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert len(refused) == 1


def test_two_indexes_in_two_folders_know_nothing_of_each_other(tmp_path: Path) -> None:
    public, members = (
        EmbeddedEngine(tmp_path / "public"),
        EmbeddedEngine(tmp_path / "members", name="members"),
    )
    fill(public, doc("a", "one"))
    fill(members, doc("b", "two"))
    assert (ids(public), ids(members)) == (["a"], ["b"])
    assert members.search(Criteria()).engine == "members"
