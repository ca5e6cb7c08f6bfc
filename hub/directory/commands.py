"""Commands of the directory: import, export, and the steps of a profile."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO

import click
import sqlalchemy as sa
from filelock import FileLock
from flask import Flask

from hub import outbox
from hub.config import Config
from hub.database import db, transaction
from hub.directory import exporting, profiles
from hub.directory.import_report import Summary, broken_line, complaint, printable, report_line
from hub.directory.importing import Import, Result
from hub.directory.models import Organization
from hub.directory.reading import Broken, name_of, read_rows, size_of
from hub.directory.states import STEPS
from hub.errors import NotFound
from hub.i18n import DEFAULT, speaking
from hub.permissions import OPERATOR
from hub.progress import progress

SHOWN = 10  # rejected rows named on the terminal; the report names all


def import_files(
    app: Flask,
    paths: Sequence[Path],
    quiet: bool = False,
    *,
    dry_run: bool = False,
    report: TextIO | None = None,
    source: str | None = None,
) -> Summary:
    """Import files one after the other, then bring the index up to date; never stops at a bad row or file."""
    config: Config = app.config["HUB"]
    summary = Summary()
    began = time.monotonic()
    with app.app_context(), speaking(DEFAULT), FileLock(config.data_dir / "import.lock"):
        run = Import(OPERATOR, dry_run=dry_run)
        for path in paths:
            _import_file(run, path, summary, quiet, report, source or name_of(path))
        summary.parents_missing = run.link()
        db.session.rollback()
        if not dry_run:
            _catch_up(app, quiet)
    summary.seconds = time.monotonic() - began
    return summary


def _import_file(
    run: Import, path: Path, summary: Summary, quiet: bool, report: TextIO | None, source: str
) -> None:
    named = printable(path.name)
    try:
        with progress(f"reading {named}", size_of(path), quiet, in_bytes=True) as advance:
            for outcomes in run.take(read_rows(path, advance), source):
                for outcome in outcomes:
                    summary.add(outcome)
                    if report is not None:
                        report.write(report_line(named, outcome))
                    if (
                        outcome.result is Result.REJECTED
                        and not quiet
                        and summary.results[Result.REJECTED] <= SHOWN
                    ):
                        click.echo(complaint(named, outcome), err=True)
    except Broken as error:
        summary.broken.append((named, str(error)))
        if report is not None:
            report.write(broken_line(named, str(error)))


def _catch_up(app: Flask, quiet: bool) -> None:
    with progress("indexing", outbox.pending(), quiet) as advance:
        outbox.drain(app, advance)


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the sums as JSON.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="A line per row."
)
@click.option("--source", help="Name of the source for rows that give none; else the file's name.")
def import_(
    files: tuple[Path, ...],
    quiet: bool,
    as_json: bool,
    dry_run: bool,
    report: Path | None,
    source: str | None,
) -> None:
    """Take organizations from NDJSON, JSON or CSV files, plain or gzipped (see docs/import-format.md).

    Ends with 0 where all rows were taken, 1 where some were rejected, 2 where a file could not be read to its end.
    """
    from hub.cli import make_app

    if report and report.exists() and any(file.exists() and file.samefile(report) for file in files):
        raise click.UsageError(f"the report would take the place of {report}, which is to be read")
    app = make_app()
    try:
        opened: AbstractContextManager[TextIO | None] = (
            report.open("w", encoding="utf-8") if report else nullcontext()
        )
    except OSError as error:
        raise click.FileError(str(report), error.strerror) from error
    try:
        with opened as lines:
            summary = import_files(
                app, files, quiet or as_json, dry_run=dry_run, report=lines, source=source and source[:60]
            )
    except sa.exc.OperationalError as error:
        click.echo(f"The database cannot be written: {error.orig}. What was taken so far is kept.", err=True)
        sys.exit(2)
    if as_json:
        click.echo(json.dumps(summary.as_dict(), ensure_ascii=True, indent=1))
    elif not quiet:
        click.echo(summary.as_text())
    for file, why in summary.broken if quiet or as_json else ():
        click.echo(f"{file}: {why}", err=True)
    sys.exit(summary.exit_code)


@click.command()
@click.option(
    "--format", "form", type=click.Choice(list(exporting.FORMATS)), default="ndjson", show_default=True
)
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Else standard output."
)
def export(form: str, output: Path | None) -> None:
    """Write what the public may see of all profiles; protected ones are in no export."""
    from hub.cli import make_app

    app = make_app()
    with app.app_context(), speaking(DEFAULT):
        count = exporting.export_to(output, form) if output else exporting.export(sys.stdout.buffer, form)
    click.echo(f"{count} profiles", err=True)


@click.command()
@click.argument("step", type=click.Choice(list(STEPS)))
@click.argument("public_id", metavar="ID")
@click.option("--reason", help="Why; kept in the log.")
def profile(step: str, public_id: str, reason: str | None) -> None:
    """Take a profile one step on: publish, hide, show, archive or restore it."""
    from hub.cli import make_app

    app = make_app()
    with app.app_context():
        with transaction() as session:
            organization = session.get(Organization, public_id)
            if organization is None:
                raise NotFound(f"there is no profile {public_id}")
            profiles.move(session, OPERATOR, organization, step, reason)
            status = organization.status
        outbox.drain(app)
    click.echo(f"{public_id} is {status.value}")


COMMANDS = (import_, export, profile)
