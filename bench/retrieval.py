"""Does who is meant come first? Hit rates of an engine on questions made from real names with a fixed seed.

    python -m bench.retrieval [organizations.ndjson.gz]

Prints hit@1 and hit@10 for each way of asking, with the least they should be.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bench.corpus import documents
from bench.questions import Names, Question
from hub.operating import DEMO
from hub.search.criteria import Criteria
from hub.search.embedded import EmbeddedEngine
from hub.search.engine import Engine
from hub.search.meili import MeilisearchEngine
from tests.search.servers import meilisearch

TARGETS = {  # way of asking: least hit@1 and hit@10
    "typed prefixes": (0.90, 1.0),
    "one typo": (0.97, 1.0),
    "two typos": (0.76, 0.84),
    "accents dropped": (0.96, 1.0),
    "not Latin": (0.96, 1.0),
    "acronyms": (None, 1.0),
}


def questions(names: Names, count: int) -> dict[str, list[Question]]:
    """Make the same questions each time, by way of asking."""
    return {
        "typed prefixes": names.questions(names.own, count, names.prefix),
        "one typo": names.questions(names.own, count, partial(names.fragment, typos=1)),
        "two typos": names.questions(names.own, count, partial(names.fragment, typos=2)),
        "accents dropped": names.questions(names.all, count, names.unaccented),
        "not Latin": names.questions(names.all, count, names.foreign),
        "acronyms": names.questions(names.acronyms, count, names.acronym),
    }


def engines(folder: Path) -> Iterator[Engine]:
    """The embedded engine, then a Meilisearch server where one is to be had."""
    yield EmbeddedEngine(folder / "embedded")
    if server := meilisearch():
        yield MeilisearchEngine(server.url, server.key, server.key, "bench", folder / "server")
    else:
        print("NO MEILISEARCH: neither on the PATH nor named by HUB_TEST_MEILI_URL; not asked")


def rates(engine: Engine, asked: Sequence[Question], show: bool) -> tuple[float, float]:
    """Tell in which part of the questions one who is meant comes first, and in the first ten."""
    first = ten = 0
    for question in asked:
        ids = engine.search(Criteria(q=question.q, page_size=10), counts=False).ids
        found = [key in question.meant for key in ids]
        first += any(found[:1])
        ten += any(found)
        if show and not any(found[:1]):
            print(f"    {'later' if any(found) else 'no hit'}: {question.q!r} {sorted(question.meant)[:3]}")
    return first / len(asked), ten / len(asked)


def main() -> None:
    """Build the index and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, nargs="?", default=DEMO)
    parser.add_argument("--count", type=int, default=300, help="questions of each kind")
    parser.add_argument("--show", action="store_true", help="print the questions that missed")
    args = parser.parse_args()
    held = list(documents(args.file))
    asked = questions(Names(held), args.count)
    with tempfile.TemporaryDirectory() as folder:
        for engine in engines(Path(folder)):
            with engine.rebuilding() as writer:
                writer.put(held)
            print(f"{engine.name}, {len(held)} documents")
            print(f"{'':18} asked   hit@1  least   hit@10  least")
            for way, some in asked.items():
                first, ten = rates(engine, some, args.show)
                least, least_of_ten = (f"{target:.2f}" if target else "   -" for target in TARGETS[way])
                print(
                    f"{way:18} {len(some):5}   {first:5.3f}   {least}    {ten:5.3f}   {least_of_ten}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
