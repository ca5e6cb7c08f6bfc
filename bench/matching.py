"""Are suggested partners good, quick and fairly spread? Precision@5 on a hand-judged set, times, and shares by size.

    python -m bench.matching [organizations.ndjson.gz] [--folder kept-hub] [--database url]

The judged organizations are made up (``bench/partners.txt``) and were judged by what they need before the order was
tuned; they stand among the real ones, which say little of services. For times and shares every real organization is
given services sought and offered, one to four themes, languages and places of work by chance, with a fixed seed.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from hub import create_app, setup
from hub.config import Config
from hub.database import db, transaction
from hub.directory import profiles, vocabularies
from hub.directory import queries as directory
from hub.directory.models import Organization
from hub.directory.states import Audience, Status
from hub.network.matching import keys, queries
from hub.network.matching.models import PartnerKey
from hub.operating import DEMO
from hub.permissions import OPERATOR

JUDGED = Path(__file__).parent / "partners.txt"
COLUMNS = (
    "kind",
    "country",
    "countries_of_work",
    "themes",
    "offers",
    "seeks",
    "populations",
    "sectors",
    "languages",
)
VOCABULARIES = {"themes": "theme", "offers": "service", "populations": "population", "seeks": "service"}
ROLES = {"o": "origin", "t": "transit", "d": "destination"}
LEAST_PRECISION = 0.6
MOST_SECONDS = 0.2
SHOWN = 10
SMALL, LARGE = 14, 30  # facts: who says fewer of itself than the first is small, and from the second on large


def read() -> tuple[dict[str, dict[str, Any]], dict[str, set[str]]]:
    """The made-up organizations by key, as column values, and who was judged to fit whom."""
    made, judged = {}, {}
    for line in JUDGED.read_text("utf-8").splitlines():
        if "|" in line and not line.startswith("#"):
            key, name, *cells = (cell.strip() for cell in line.split("|"))
            made[key] = {"name": name, **dict(_columns(cells))}
        elif " = " in line and not line.startswith("#"):
            key, others = line.split(" = ")
            judged[key] = set(others.split())
    return made, judged


def _columns(cells: Sequence[str]) -> Iterator[tuple[str, Any]]:
    terms = vocabularies.current().terms
    for column, cell in zip(COLUMNS, cells, strict=True):
        words = cell.split()
        if words == ["*"]:
            words = list(terms["country" if column == "countries_of_work" else VOCABULARIES[column]])
        if column in ("kind", "country"):
            yield column, cell
        elif column == "countries_of_work":
            parts = [word.split(":") for word in words]
            yield column, [{"country": code, "roles": [ROLES[one] for one in role]} for code, *role in parts]
        elif column in ("offers", "seeks"):
            yield column, [{"service": word, "is_direct": True} for word in words]
        else:
            yield column, words


def precision(show: bool) -> float:
    """In which part of the first five places the judged ones stand, of as many as could stand there."""
    made, judged = read()
    with transaction() as session:
        ids = {}
        for key, values in made.items():
            ids[key] = profiles.create(session, OPERATOR, values, status=Status.PUBLISHED).id
    keys_of = {public_id: key for key, public_id in ids.items()}
    found = []
    for key, relevant in judged.items():
        ranked = ranked_for(ids[key])[:5]
        names = [keys_of.get(public_id, "(real)") for public_id in ranked]
        found.append(sum(name in relevant for name in names) / min(5, len(relevant)))
        if show:
            print(
                f"    {found[-1]:.2f} {key:10} {' '.join(names)}   missed: {' '.join(relevant - set(names))}"
            )
    return sum(found) / len(found)


def ranked_for(public_id: str) -> list[str]:
    """Whom an organization is suggested, as members see the others."""
    organization = db.session.get_one(Organization, public_id)
    left_out = queries.excluded(db.session, public_id)
    return [other for other, *_rest in queries.rank(db.session, organization, Audience.MEMBERS, left_out)]


def fill(seed: int = 5) -> None:
    """Give every organization more to say, by chance: most little, one in fifty very much. Only for measuring."""
    chance = random.Random(seed)
    terms = vocabularies.current().terms
    vocabulary = {
        "offers": "service",
        "seeks": "service",
        "theme": "theme",
        "language": "language",
        "country": "country",
    }
    words = {kind: [*terms[name]][:60] for kind, name in vocabulary.items()}
    with transaction() as session:
        ids = session.scalars(sa.select(PartnerKey.organization_id).where(PartnerKey.kind == "listed")).all()
        held = {
            (a, b, c)
            for a, b, c in session.execute(
                sa.select(PartnerKey.organization_id, PartnerKey.kind, PartnerKey.value)
            )
        }
        rows = []
        for public_id in sorted(ids):
            most = 20 if chance.random() < 0.02 else 4
            for kind, values in words.items():
                drawn = {
                    values[int(len(values) * chance.random() ** 2)] for _ in range(chance.randint(1, most))
                }
                rows += [
                    (public_id, kind, value)
                    for value in sorted(drawn)
                    if (public_id, kind, value) not in held
                ]
        for start in range(0, len(rows), 50_000):
            session.execute(
                sa.insert(PartnerKey),
                [
                    {"organization_id": one, "kind": kind, "value": value, "is_public": True}
                    for one, kind, value in rows[start : start + 50_000]
                ],
            )


def measure(count: int, seed: int = 6) -> bool:
    """Print how long one organization's matches take, and how often small organizations are among them."""
    held = dict(
        db.session.execute(
            sa.select(PartnerKey.organization_id, sa.func.count()).group_by(PartnerKey.organization_id)
        ).all()
    )
    asking = random.Random(seed).sample(sorted(held), count)
    walls, works, shown = [], [], Counter[str]()
    for public_id in asking:
        organization = _as_filled(public_id)
        began, worked = time.perf_counter(), time.process_time()
        ranked = queries.rank(
            db.session, organization, Audience.MEMBERS, queries.excluded(db.session, public_id)
        )
        first = [other for other, *_rest in ranked[:SHOWN]]
        directory.profiles(first, Audience.MEMBERS)
        walls.append(time.perf_counter() - began)
        works.append(time.process_time() - worked)
        shown.update(first)
        db.session.rollback()
    for what, figures in (("wall", walls), ("computing in this process", works)):
        figures.sort()
        middle, late = figures[len(figures) // 2], figures[int(len(figures) * 0.95)]
        print(
            f"  {what:26} median {middle * 1000:6.0f} ms   p95 {late * 1000:6.0f} ms   at most {MOST_SECONDS * 1000:.0f}"
        )
    _print_shares(held, shown)
    return works[int(len(works) * 0.95)] <= MOST_SECONDS


def _print_shares(held: Mapping[str, int], shown: Counter[str]) -> None:
    """Print for each size the part of all that are of it, of the places they got, and how many were shown at all."""
    total = sum(shown.values()) or 1
    bands = {"small": range(SMALL), "middle": range(SMALL, LARGE), "large": range(LARGE, 10_000)}
    for name, band in bands.items():
        ids = [one for one, number in held.items() if number in band]
        places = sum(shown[one] for one in ids)
        print(f"  {name:7} {len(ids) / len(held):6.1%} of organizations, {places / total:6.1%} of places")
    print(
        f"  {len(shown)} different organizations in {total} places; one at most {max(shown.values(), default=0)} times"
    )


def _as_filled(public_id: str) -> Organization:
    """An organization that says what the table was given for it."""
    organization = db.session.get_one(Organization, public_id)
    rows = db.session.execute(
        sa.select(PartnerKey.kind, PartnerKey.value).where(PartnerKey.organization_id == public_id)
    ).all()
    said: dict[str, list[str]] = {}
    for kind, value in rows:
        said.setdefault(kind, []).append(value)
    db.session.expunge(organization)
    organization.themes, organization.languages = said.get("theme", []), said.get("language", [])
    organization.countries_of_work = [{"country": one, "roles": []} for one in said.get("country", [])]
    for column in ("offers", "seeks"):
        setattr(organization, column, [{"service": one} for one in said.get(column, [])])
    return organization


def prepared(file: Path, folder: Path, database: str) -> Flask:
    """A hub with the organizations of a file, imported unless it has some."""
    app = create_app(Config(data_dir=folder, database_url=database, log_level="error"))
    setup.prepare(app)
    with app.app_context():
        is_empty = not db.session.scalar(sa.select(Organization.id).limit(1))
        db.session.rollback()
        if not is_empty and not db.session.scalar(sa.select(PartnerKey.kind).limit(1)):
            keys.rebuild()
    if is_empty:
        environment = {
            **os.environ,
            "HUB_DATA_DIR": str(folder),
            "HUB_DATABASE_URL": database,
            "HUB_LOG_LEVEL": "error",
        }
        command = [sys.executable, "-c", "from hub.cli import main; main()", "import", "--json", str(file)]
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    return app


def main() -> None:
    """Judge, then measure; everything that is written is taken back where the hub is kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, nargs="?", default=DEMO)
    parser.add_argument(
        "--folder", type=Path, help="a hub that was imported before, or to import into; it is changed"
    )
    parser.add_argument("--database", default="", help="its database, if not the one in the folder")
    parser.add_argument("--count", type=int, default=100, help="organizations that ask")
    parser.add_argument("--show", action="store_true", help="print the first five of each judged one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        app = prepared(args.file, args.folder or Path(name) / "var", args.database)
        with app.app_context():
            reached = precision(args.show)
            total = db.session.scalar(sa.select(sa.func.count()).where(PartnerKey.kind == "listed"))
            print(f"{total} organizations on {db.engine.dialect.name}; load {os.getloadavg()[0]:.1f}")
            db.session.rollback()
            print(f"  precision@5 {reached:.2f}  at least {LEAST_PRECISION}")
            fill()
            is_quick = measure(args.count)
            db.session.rollback()
            db.engine.dispose()
    sys.exit(0 if reached >= LEAST_PRECISION and is_quick else 1)


if __name__ == "__main__":
    main()
