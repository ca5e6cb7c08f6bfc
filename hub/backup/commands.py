"""Commands that save a hub and bring it back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask

from hub.config import Config
from hub.progress import progress

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
quiet_option = click.option("--quiet", is_flag=True, help="Say nothing but errors.")


@click.command()
@file_argument
@click.option(
    "--with-secret", is_flag=True, help="Put the secret key in, too: sessions go on, and the file is a key."
)
@quiet_option
def backup(file: Path, with_secret: bool, quiet: bool) -> None:
    """Save all of the hub, as it is at this moment, in FILE (zip); the hub goes on working.

    The file holds everything, also what the public may not see: keep it as you keep the database.
    """
    from hub import create_app
    from hub.backup.saving import save

    config = Config.from_environment()
    with _leaving_no_new(config.data_dir):
        app = create_app(config)  # and nothing made ready: saving changes nothing, not even an older form
        with app.app_context(), progress("saving", None, quiet) as advance:
            rows = save(config, file, with_secret=with_secret, progress=advance)
    if not quiet:
        click.echo(f"{rows} rows, {file.stat().st_size:,} bytes: {file}")


@click.command()
@file_argument
@click.option("--replace", is_flag=True, help="Overwrite what this hub holds.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@quiet_option
def restore(file: Path, replace: bool, yes: bool, quiet: bool) -> None:
    """Bring back what `hub backup` saved, into an empty hub on SQLite or PostgreSQL; stop web and worker first.

    FILE is checked to its last byte before anything is changed; then all of it is put in place, or nothing.
    """
    from hub import create_app
    from hub.backup.archive import reading
    from hub.backup.restoring import is_empty
    from hub.backup.restoring import restore as put
    from hub.setup import prepare

    config = Config.from_environment()
    with reading(file) as found, _leaving_no_new(config.data_dir):
        manifest = found.manifest
        app = create_app(config)
        with app.app_context():
            if replace and not yes and not is_empty():
                click.confirm(f"Overwrite this hub with what it was at {manifest.made_at}?", abort=True)
            with progress("restoring", manifest.rows, quiet) as advance:
                put(config, found, replace=replace, progress=advance)
    _rebuild(app, quiet)
    prepare(app)
    if not quiet:
        click.echo(f"{manifest.rows} rows, as they were at {manifest.made_at}")


@contextmanager
def _leaving_no_new(folder: Path) -> Iterator[None]:
    """Take the folder away again when the block fails, where there was none, or what came into an empty one."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    was_empty = folder.is_dir() and not any(folder.iterdir())
    try:
        yield
    except BaseException:
        for path in missing[-1:] or (folder.iterdir() if was_empty else ()):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        raise


def _rebuild(app: Flask, quiet: bool) -> None:
    from hub import outbox
    from hub.database import transaction
    from hub.directory import queries
    from hub.errors import SearchUnavailable
    from hub.search import indexing

    with app.app_context():
        for name in indexing.engines():
            try:
                with progress(f"indexing, {name}", queries.count_published(), quiet) as advance:
                    indexing.rebuild(advance, name)
            except SearchUnavailable as error:
                click.echo(f"{name}: {error}; the worker will index when it is back", err=True)
                with transaction() as session:
                    outbox.enqueue(session, indexing.topic(indexing.REINDEX, name), "all")


COMMANDS = (backup, restore)
