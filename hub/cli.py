"""The ``hub`` command: every verb of the hub for the person who runs it. Commands live with their features."""

from __future__ import annotations

import sys

import click
from flask import Flask

from hub import create_app
from hub.errors import ConfigError, HubError


def make_app() -> Flask:
    """Make the app of the settings in force, with its data folder ready; ends with a plain message where it cannot."""
    from hub.setup import prepare

    try:
        app = create_app()
        prepare(app)
    except ConfigError as error:
        click.echo(f"Settings are wrong:\n{error}", err=True)
        sys.exit(2)
    return app


class Commands(click.Group):
    """Shows the hub's own errors as one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except HubError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """WhatsOn hub: the directory of those who work against organized crime and corruption."""


def _add_commands() -> None:
    from hub import jobs, operating
    from hub.accounts import commands as accounts
    from hub.backup import commands as backup
    from hub.directory import commands as directory
    from hub.search import commands as search

    for module in (operating, jobs, backup, accounts, directory, search):
        for command in module.COMMANDS:
            main.add_command(command)


_add_commands()
