"""How fast is the embedded engine? Its figures, each as a share of what it may be at most.

    python -m bench.search [organizations-8k.ndjson.gz organizations-75k.ndjson.gz ...]

Every figure is measured in this one run: the best of several tries of each question, then p50 and p95 over a mix of
typed prefixes, one and two typos, two words with two filters, phrases, Chinese and Arabic words. A question is a search
with the counts of all facets and the highlights of twenty hits. Memory and visibility are those of another process.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from bench.corpus import documents
from bench.questions import with_typos
from hub.folding import is_single, words
from hub.operating import DEMO
from hub.search.criteria import Criteria
from hub.search.embedded import EmbeddedEngine
from hub.search.engine import Document, Engine
from hub.search.text import excerpt, highlight, parse

LARGE = 20_000  # documents from which on an index is a large one
P95 = {False: 8.0, True: 25.0}  # ms, of a small and a large index
BUILD = 30.0  # s, of a large index
VISIBLE = 100.0  # ms
MEMORY = 200.0  # MB
EACH = 60  # questions of each kind
READER = "--reader"


def mix(held: Sequence[Document], chance: random.Random, each: int = EACH) -> dict[str, list[Criteria]]:
    """Make questions of each kind from what the documents say."""
    kinds: dict[str, Callable[[Document], Criteria | None]] = {
        "typed prefix": lambda one: _prefix(one, chance),
        "one typo": lambda one: _mistyped(one, 1, 5, chance),
        "two typos": lambda one: _mistyped(one, 2, 9, chance),
        "two words, two filters": lambda one: _filtered(one, chance),
        "phrase": lambda one: _phrase(one, chance),
        "Chinese": lambda one: _foreign(one, "\u4e00", "\u9fff", chance),
        "Arabic": lambda one: _foreign(one, "\u0600", "\u06ff", chance),
    }
    return {kind: list(islice(_asked(held, make, chance), each)) for kind, make in kinds.items()}


def _asked(
    held: Sequence[Document], make: Callable[[Document], Criteria | None], chance: random.Random
) -> Iterator[Criteria]:
    for one in chance.sample(held, len(held)):
        if criteria := make(one):
            yield criteria


def _prefix(one: Document, chance: random.Random) -> Criteria:
    name = one.texts["name"][0]
    return Criteria(q=name[: chance.randrange(1, min(len(name), 20) + 1)].lstrip())


def _mistyped(one: Document, typos: int, letters: int, chance: random.Random) -> Criteria | None:
    long = [
        word
        for word in one.texts["name"][0].split()
        if len(word) >= letters and word.isascii() and word.isalpha()
    ]
    wrong = with_typos(chance.choice(long), typos, chance) if long else None
    return Criteria(q=wrong) if wrong else None


def _filtered(one: Document, chance: random.Random) -> Criteria | None:
    held = [word.text for field in ("name", "short") for text in one.texts[field] for word in words(text)]
    if len(held) < 2 or not one.facets["country"] or not one.facets["kind"]:
        return None
    chosen = {"country": (*one.facets["country"][:1], "GB", "KE"), "kind": tuple(one.facets["kind"])}
    return Criteria(q=" ".join(chance.sample(held, 2)), chosen=chosen)


def _phrase(one: Document, chance: random.Random) -> Criteria | None:
    held = one.texts["name"][0].replace('"', " ").split()
    at = chance.randrange(max(len(held) - 1, 1))
    return Criteria(q=f'"{" ".join(held[at : at + 2])}"') if len(held) > 1 else None


def _foreign(one: Document, first: str, last: str, chance: random.Random) -> Criteria | None:
    names = (*one.texts["name"], *one.texts["other_names"])
    held = [
        word
        for name in names
        for word in name.split()
        if word and all(first <= char <= last for char in word)
    ]
    if not held:
        return None
    word = chance.choice(held)
    at = chance.randrange(max(len(word) - 3, 1))
    return Criteria(q=word[at : at + chance.randrange(2, 5)] if is_single(word[0]) else word)


def timed(
    engine: Engine, asked: Sequence[Criteria], texts: dict[str, tuple[str, str]], tries: int
) -> list[float]:
    """Measure each question in milliseconds, the best of so many tries."""
    best = [float("inf")] * len(asked)
    for _ in range(tries):
        for at, criteria in enumerate(asked):
            started = time.perf_counter()
            answer = engine.search(criteria)
            query = parse(criteria.q)
            for key in answer.ids:
                name, text = texts[key]
                highlight(name, query)
                excerpt(text, query)
            best[at] = min(best[at], (time.perf_counter() - started) * 1000)
    return best


def percentile(values: Sequence[float], share: int) -> float:
    """The value that so many in a hundred do not exceed."""
    return statistics.quantiles(values, n=100)[share - 1] if len(values) > 1 else values[0]


def row(what: str, measured: float, unit: str, most: float | None = None) -> None:
    """Print a line of the table."""
    share = f"{measured / most:6.2f} of {most:g} {unit}" if most else ""
    print(f"  {what:34} {measured:9.2f} {unit:3} {share}")


def ask_another_process(folder: Path, held: Sequence[Document], asked: Sequence[Criteria]) -> None:
    """Let another process ask everything, tell its memory, and see how soon it knows of a change."""
    command = [sys.executable, "-m", "bench.search", READER, str(folder)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    for criteria in asked:
        print(criteria.q.replace("\n", " "), file=child.stdin)
    print(file=child.stdin, flush=True)
    held_by_reader = float(child.stdout.readline())
    engine = EmbeddedEngine(folder)
    waits, commits = [], []
    for number in range(5):
        texts = {**held[number].texts, "name": (f"zebrafish{number}",)}
        started = time.monotonic()
        with engine.writing() as writer:
            writer.put([replace(held[number], texts=texts)])
        ended = time.monotonic()
        commits.append((ended - started) * 1000)
        print(f"zebrafish{number} ", file=child.stdin, flush=True)
        waits.append((float(child.stdout.readline()) - ended) * 1000)
    child.stdin.close()
    child.wait()
    row("memory of a reader", held_by_reader, "MB", MEMORY)
    row("a change seen by another process", max(waits), "ms", VISIBLE)
    row("a batch of one change", min(commits), "ms")


def read(folder: Path) -> None:
    """Be the other process: ask each line until an empty one, tell the memory, then wait for what is asked next."""
    engine = EmbeddedEngine(folder)
    while q := sys.stdin.readline().rstrip("\n"):
        engine.search(Criteria(q=q))
    print(memory(), flush=True)
    for line in sys.stdin:
        while not engine.search(Criteria(q=line.rstrip("\n")), counts=False).total:
            time.sleep(0.0005)
        print(time.monotonic(), flush=True)


def memory() -> float:
    """Tell the most memory this process ever held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # what the other way tells on Linux began with the size of the parent
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(path: Path, tries: int) -> None:
    """Build one index and print its figures."""
    held = list(documents(path))
    is_large = len(held) >= LARGE
    print(f"{len(held)} documents")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = EmbeddedEngine(folder)
        started = time.perf_counter()
        with engine.rebuilding() as writer:
            writer.put(held)
        row("build", time.perf_counter() - started, "s", BUILD if is_large else None)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        row("size", size / 1e6, "MB")
        texts = {
            one.id: (one.texts["name"][0], " ".join(one.texts["short"] or one.texts["long"])[:400])
            for one in held
        }
        everything: list[Criteria] = []
        times: list[float] = []
        for kind, asked in mix(held, random.Random(7)).items():
            taken = timed(engine, asked, texts, tries)
            row(f"{kind}: p50", percentile(taken, 50), "ms")
            row(f"{kind}: p95", percentile(taken, 95), "ms")
            everything += asked
            times += taken
        row("all: p50", percentile(times, 50), "ms")
        row("all: p95", percentile(times, 95), "ms", P95[is_large])
        ask_another_process(folder, held, everything)


def main() -> None:
    """Measure each file, or be the other process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="*", default=[DEMO])
    parser.add_argument("--tries", type=int, default=5, help="of each question")
    parser.add_argument(READER, type=Path, metavar="FOLDER", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.reader:
        read(args.reader)
    for path in () if args.reader else args.files:
        measure(path, args.tries)


if __name__ == "__main__":
    main()
