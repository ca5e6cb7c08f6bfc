"""Whether the time of an answer tells if an address has an account: known and unknown addresses, asked in turn.

``python -m bench.enumeration [--rounds N]`` prints, for each form, the ratio of the medians (known to unknown) and its
target. Forms that answer after a multiple of a fixed time are measured by the clock, which is what a stranger sees, and
all others by the time of the processor, which other work on the machine does not touch.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from hub import create_app
from hub.accounts import users
from hub.config import Config
from hub.database import transaction
from hub.directory import profiles
from hub.directory.states import Status
from hub.permissions import OPERATOR
from hub.setup import prepare
from tests.accounts.test_enumeration import KNOWN, WAITING, Form, forms, make_known

LEAST, MOST = 0.9, 1.1


def main() -> None:
    """Measure every form and say which misses the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        rates = dict.fromkeys(("sign_in_rate", "reset_rate", "register_rate", "invite_rate"), "off")
        app = create_app(Config(data_dir=Path(folder), log_level="error", **rates))
        prepare(app)
        with app.app_context():
            missed = [name for name, form in _forms(app).items() if not _measure(name, form, rounds)]
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


def _forms(app: Flask) -> dict[str, Form]:
    make_known()
    with transaction() as session:
        made = profiles.create(session, OPERATOR, {"name": "Refugio"}, status=Status.PUBLISHED)
        session.flush()
        organization = made.id
    return forms(app, organization)


def _measure(name: str, form: Form, rounds: int) -> bool:
    clock = time.perf_counter if name in WAITING else time.process_time
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds // 10 if name in WAITING else rounds):
        for which, email in enumerate((_known(name, number), f"{name}-{number}@example.org")):
            took[which].append(_once(form, email, clock))
    known, unknown = (statistics.median(one[1:]) for one in took)
    ratio = known / unknown
    kind = "clock" if name in WAITING else "processor"
    print(
        f"{name:10} {known * 1000:8.2f} ms {unknown * 1000:8.2f} ms ({kind})  ratio {ratio:.3f}  target 0.9 to 1.1"
    )
    return LEAST <= ratio <= MOST


def _known(name: str, number: int) -> str:
    """The address of an account; each is invited once, for nothing is done the second time."""
    if name != "invite":
        return KNOWN[0]
    with transaction() as session:
        return users.create(session, OPERATOR, f"known-{number}@example.org", None).email


def _once(form: Form, email: str, clock: Callable[[], float]) -> float:
    opened = form.opened()
    began = clock()
    form.send(email, opened)
    return clock() - began


if __name__ == "__main__":
    main()
