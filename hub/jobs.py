"""Commands for the outbox: doing its work, and looking after what failed."""

from __future__ import annotations

import json
import signal
from types import FrameType

import click

from hub import outbox
from hub.database import transaction
from hub.errors import Conflict

NUMBER = click.IntRange(1, 2**63 - 1)  # as large as the databases count


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, then end.")
def worker(once: bool) -> None:
    """Do the work that waits in the outbox; any number of workers share it. SIGTERM or Ctrl-C ends one in good order."""
    from hub.cli import make_app

    app = make_app()
    if once:
        with app.app_context():
            outbox.tick(app)
        click.echo(f"{outbox.drain(app)} jobs done")
        return
    running = outbox.Worker(app)

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)  # a second one ends it at once
        running.ask_to_stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    running.start()
    running.join()


@click.group()
def jobs() -> None:
    """Look after the work that waits or failed for good."""


@jobs.command(name="list")
@click.option("--dead", is_flag=True, help="Only what failed for good and waits for you.")
@click.option("--limit", type=NUMBER, default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(dead: bool, limit: int, as_json: bool) -> None:
    """List the oldest jobs: number, what, attempts, when next, last error."""
    from hub.cli import make_app

    with make_app().app_context():
        for job in outbox.listed(only_dead=dead, limit=limit):
            click.echo(_as_json(job) if as_json else _line(job))
        click.echo(f"{outbox.pending()} waiting, {outbox.dead()} dead", err=as_json)


@jobs.command()
@click.argument("ids", nargs=-1, type=NUMBER)
@click.option("--all", "all_dead", is_flag=True, help="Everything that failed for good.")
def retry(ids: tuple[int, ...], all_dead: bool) -> None:
    """Have jobs tried anew, from now on and with a fresh count."""
    from hub.cli import make_app

    if bool(ids) == all_dead:
        raise click.UsageError("name the numbers of jobs, or give --all")
    with make_app().app_context(), transaction() as session:
        found = outbox.retry(session, None if all_dead else ids)
    click.echo(f"{len(found)} jobs will be tried again")
    _end({*ids} - {*found})


@jobs.command()
@click.argument("ids", nargs=-1, type=NUMBER, required=True)
def drop(ids: tuple[int, ...]) -> None:
    """Take jobs out undone; those a worker is at stay."""
    from hub.cli import make_app

    with make_app().app_context(), transaction() as session:
        found = outbox.drop(session, ids)
    click.echo(f"{len(found)} jobs dropped")
    _end({*ids} - {*found})


def _end(left: set[int]) -> None:
    """End with 1 and the reason where jobs that were named stay as they are."""
    if left:
        numbers = ", ".join(map(str, sorted(left)))
        raise Conflict(f"left alone, for there is no such job or a worker is at it: {numbers}")


def _state(job: outbox.Job) -> str:
    if job.dead_at:
        return f"dead since {job.dead_at:%Y-%m-%d %H:%M:%S}"
    if job.claimed_until and job.claimed_until > outbox.now():
        return f"at work: {job.claimed_by}"
    return f"due {job.due_at:%Y-%m-%d %H:%M:%S}"


def _line(job: outbox.Job) -> str:
    return f"{job.id:>8}  {job.topic} {job.key}  {job.attempts} attempts, {_state(job)}  {job.error or ''}".rstrip()


def _as_json(job: outbox.Job) -> str:
    return json.dumps(
        {
            "id": job.id,
            "topic": job.topic,
            "key": job.key,
            "attempts": job.attempts,
            "state": _state(job),
            "error": job.error,
        }
    )


COMMANDS = (worker, jobs)
