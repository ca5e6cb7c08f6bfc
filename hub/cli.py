"""The ``hub`` command: every verb of the hub for the person who runs it. Commands live with their features."""

from __future__ import annotations

import gc
import sys

import click
import sqlalchemy as sa
from flask import Flask

from hub import create_app
from hub.database import unavailability
from hub.errors import ConfigError, HubError

GARBAGE = 20_000  # objects made and not yet gone, until the cyclic ones among them are looked for


def make_app() -> Flask:
    """Make the app of the settings in force, with its data folder ready.

    What it is made of (a quarter of a million objects) stays: Python need not look through it for rubbish again and
    again. That takes a twentieth of the time of a page.
    """
    from hub.setup import prepare

    app = create_app()
    prepare(app)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    return app


class Commands(click.Group):
    """Says what went wrong in one sentence, without a traceback; ends with 2 where a setting is wrong, else with 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(f"Settings are wrong:\n{error}", err=True)
            sys.exit(2)
        except HubError as error:
            raise click.ClickException(_sentence(str(error))) from error
        except BrokenPipeError:
            raise
        except (OSError, sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            if (reason := _reason(error)) is None:
                raise
            raise click.ClickException(_sentence(reason)) from error


def _reason(error: Exception) -> str | None:
    """What to say of a file, disk or database that cannot be used; None where it is another fault."""
    if away := unavailability(error):
        return f"the database or its disk cannot be used: {away}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return None


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."


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
