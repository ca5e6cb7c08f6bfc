"""Commands that start and look after a hub: demo, run, db, doctor."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from typing import Any

import click
from flask import Flask

from hub import ROOT
from hub.config import Config, describe, strays
from hub.database import bound_statements, db
from hub.health import Probes
from hub.serving import Server

LOOPBACK = ("127.0.0.1", "localhost", "::1")
DEMO = ROOT / "data" / "organizations-8k.ndjson.gz"


def _serve(app: Flask, host: str, port: int) -> None:
    config: Config = app.config["HUB"]
    addresses = [f"{host}:{port}"]
    if config.metrics_port:
        addresses.append(f"{config.metrics_host}:{config.metrics_port}")
        _measure(app, config)
    app.wsgi_app = Probes(app, app.wsgi_app)  # type: ignore[method-assign]
    if config.metrics_port:
        app.wsgi_app = _inside(app, config.metrics_port)  # type: ignore[method-assign]
    if (
        config.is_for_this_machine and host in LOOPBACK
    ):  # letters that no request asks for need an address too
        app.config["HUB"] = replace(config, base_url=f"http://{f'[{host}]' if ':' in host else host}:{port}")
    with app.app_context():
        bound_statements(db.engine)  # and connections must not cross a fork
    for name in strays():
        click.echo(f"Note: {name} is not a setting of the hub and is ignored.", err=True)
    if config.is_for_this_machine and host not in LOOPBACK:
        click.echo(
            "Note: others may reach this hub, but it is set up for this machine alone (see docs/operations.md).",
            err=True,
        )
    click.echo(f"WhatsOn hub is ready: http://{host}:{port}/  (Ctrl-C ends it)")
    Server(app, *addresses).run()


def _measure(app: Flask, config: Config) -> None:
    """Have the figures of all processes meet in a folder; the library looks for it when it is first imported."""
    folder = (
        config.data_dir / "metrics" / str(config.metrics_port)
    )  # another server may share the data folder
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    from hub import metrics

    metrics.init_app(app)


def _inside(app: Flask, port: int) -> Any:
    from hub.metrics import InternalPort

    return InternalPort(app, app.wsgi_app, port)


host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
port_option = click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))


@click.command()
@host_option
@port_option
def run(host: str, port: int) -> None:
    """Serve what is there."""
    from hub import demo
    from hub.cli import make_app

    app = make_app()
    with app.app_context():
        demo.close()
    _serve(app, host, port)


@click.command()
@host_option
@port_option
@click.pass_context
def demo(ctx: click.Context, host: str, port: int) -> None:
    """Load the real organizations that the project ships, where the hub is empty, make accounts to try, and serve."""
    from hub import demo as demonstration
    from hub.cli import make_app
    from hub.directory import queries
    from hub.directory.commands import import_files

    app = make_app()
    with app.app_context():
        is_empty = not queries.count_published()
        db.session.rollback()
    if is_empty:
        import_files(app, [DEMO])
    made = demonstration.prepare(app)
    click.echo(
        "Accounts of the demonstration; the passwords are new at each start, for signing in at /en/account/sign-in:"
    )
    for one in made:
        click.echo(f"  {one.email:34} {one.password}")
    _serve(app, host, port)


@click.group(name="db")
def database() -> None:
    """Look after the database and the vocabularies."""


@database.command()
def upgrade() -> None:
    """Bring the database to its newest form."""
    from hub.cli import make_app

    make_app()
    click.echo("The database is at its newest form.")


@database.command()
def vocabularies() -> None:
    """Load the vocabularies that the project ships again; repeating it changes nothing."""
    from hub.cli import make_app
    from hub.setup import catch_up, load_vocabularies

    app = make_app()
    with app.app_context():
        changed = load_vocabularies()
    catch_up(app)
    click.echo(f"{changed} terms changed")


@click.command()
@click.option("--settings", is_flag=True, help="List every setting with its default and meaning.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(settings: bool, as_json: bool) -> None:
    """Say what is unsafe or broken, and what mends it; ends with 1 where anything is, changes nothing."""
    if settings:
        for variable, default, meaning in describe():
            click.echo(f"{variable:24} {meaning} [{default}]")
        return
    from hub import create_app
    from hub.findings import Severity, findings

    app = create_app()
    with app.app_context():
        found = findings(app.config["HUB"])
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in found], indent=1))
    else:
        for one in sorted(found, key=lambda one: list(Severity).index(one.severity)):
            click.echo(f"{one.severity}: {one.words}\n        {one.mend}")
        if not found:
            click.echo("Nothing found.")
    sys.exit(any(one.severity is not Severity.HINT for one in found))


COMMANDS = (demo, run, database, doctor)
