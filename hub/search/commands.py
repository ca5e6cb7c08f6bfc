"""Commands that search and look after the index."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import click
from werkzeug.datastructures import MultiDict

from hub.directory.states import Audience
from hub.i18n import DEFAULT, LANGUAGES
from hub.search.criteria import Sort
from hub.search.facets import FACETS


def _facet_options(command: click.Command) -> click.Command:
    for facet in FACETS:
        command.params.append(
            click.Option(
                [f"--{facet.name}"],
                multiple=True,
                help=f"A key of /api/v1/vocabularies/{facet.vocabulary}; may be repeated.",
            )
        )
    return command


@click.command()
@click.argument("query", default="")
@click.option("--sort", type=click.Choice([sort.value for sort in Sort]), default=Sort.BEST.value)
@click.option("--page", type=click.IntRange(1), default=1)
@click.option("--page-size", type=click.IntRange(1, 100), default=20)
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT, help="Language of labels.")
@click.option("--json", "as_json", is_flag=True, help="Answer as the API does.")
def search(
    query: str, sort: str, page: int, page_size: int, lang: str, as_json: bool, **chosen: tuple[str, ...]
) -> None:
    """Search the directory, with the facets of the page as options (a value may be repeated: OR)."""
    from hub.api.organizations import answer
    from hub.cli import make_app
    from hub.directory import vocabularies
    from hub.search.indexing import engine
    from hub.search.queries import find
    from hub.search.reading import as_written, read_criteria

    args = MultiDict([("q", query), ("sort", sort), ("page", str(page)), ("page_size", str(page_size))])
    for name, values in chosen.items():
        args.setlist(name, list(values))
    app = make_app()
    with app.app_context():
        criteria, dropped = read_criteria(args, vocabularies.current())
        if dropped:
            raise click.UsageError(f"not known: {', '.join(as_written(dropped))} (see `hub search --help`)")
        found = find(criteria, engine(), lang)
        if as_json:
            click.echo(json.dumps(answer(found, lang), ensure_ascii=False, indent=1))
            return
        click.echo(f"{found.total} organizations ({found.took_ms} ms)")
        for hit in found.hits:
            click.echo(f"{hit.profile.id}  {hit.profile.country or '--'}  {hit.profile.name}")


@click.group()
def index() -> None:
    """Look after the search indexes, for public and members: the embedded engine's, and a server's where one is set."""


def _index_options(command: Callable[..., None]) -> Callable[..., None]:
    engine = click.option("--engine", "only", help="Only this engine: embedded or meilisearch.")
    audiences = click.Choice([Audience.PUBLIC.value, Audience.MEMBERS.value])
    return engine(
        click.option("--audience", type=audiences, help="Only what this audience searches.")(command)
    )


def _label(name: str, names: list[str]) -> str:
    """The index's name before a line, where there are several."""
    return f"{name}: " if len(names) > 1 else ""


def _names(only: str | None, audience: str | None) -> list[str]:
    """The names of the indexes that the options leave."""
    from hub.search.indexing import engine_of, engines, indexed_for

    used = dict.fromkeys(map(engine_of, engines()))
    if only and only not in used:
        raise click.BadParameter(f"{only} is not in use; in use: {', '.join(used)}")
    return [
        name
        for name in engines()
        if (not only or engine_of(name) == only) and (not audience or indexed_for(name) == audience)
    ]


@index.command()
@click.option("--quiet", is_flag=True)
@_index_options
def rebuild(quiet: bool, only: str | None, audience: str | None) -> None:
    """Make each index anew beside the old one, then swap them."""
    from hub.cli import make_app
    from hub.directory import queries
    from hub.progress import progress
    from hub.search import indexing

    app = make_app()
    with app.app_context():
        names = _names(only, audience)
        for name in names:
            with progress("indexing", queries.count_published(), quiet) as advance:
                total = indexing.rebuild(advance, name)
            click.echo(f"{_label(name, names)}{total} documents")


@index.command()
@click.option("--repair", is_flag=True, help="Make the indexes agree.")
@_index_options
def check(repair: bool, only: str | None, audience: str | None) -> None:
    """Compare each index with the database; exit 1 where they differ and nothing was repaired."""
    from hub.cli import make_app
    from hub.search import indexing

    app = make_app()
    with app.app_context():
        names = _names(only, audience)
        found = {name: indexing.check(repair, name) for name in names}
    for name, one in found.items():
        click.echo(
            f"{_label(name, names)}{one.held} documents: "
            f"{len(one.missing)} missing, {len(one.stale)} stale, {len(one.surplus)} too many"
        )
    if not all(one.is_clean for one in found.values()):
        click.echo("repaired" if repair else "run `hub index check --repair`")
        sys.exit(0 if repair else 1)


@index.command()
@_index_options
def status(only: str | None, audience: str | None) -> None:
    """Say what each index holds and what waits to be done."""
    from hub.cli import make_app
    from hub.errors import SearchUnavailable
    from hub.search import indexing
    from hub.search.criteria import Criteria

    app = make_app()
    with app.app_context():
        for name in _names(only, audience):
            try:
                total = indexing.engines()[name].search(Criteria(page_size=1), counts=False).total
                held = f"{total} documents"
            except SearchUnavailable as error:
                held = str(error)
            click.echo(f"index {name}: {held}, {indexing.waiting(name)} changes waiting")


COMMANDS = (_facet_options(search), index)
