"""Finding organizations: criteria, facets, the engine, and the pages that search."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from flask import Flask

from hub import outbox
from hub.config import Config
from hub.directory.states import Audience
from hub.search import indexing
from hub.search.boxes import boxes
from hub.search.embedded import EmbeddedEngine
from hub.search.engine import Engine
from hub.search.marking import marked
from hub.search.related import related_to
from hub.search.resilient import ResilientEngine

__all__ = ["init_app", "related_to"]


def init_app(app: Flask, config: Config) -> None:
    """Set up for each audience the engine, or a server with the embedded engine as its reserve; and jobs and pages."""
    from hub.search import views

    engines: dict[str, Engine] = {}
    app.extensions["search-engines"] = engines
    for audience, extension in indexing.AUDIENCES.items():
        embedded = EmbeddedEngine(config.index_dir / audience)
        engines[indexing.index_name(embedded.name, audience)] = embedded
        app.extensions[extension] = embedded
        if config.search_url:
            server = _server(config, audience)
            engines[indexing.index_name(server.name, audience)] = server
            app.extensions[extension] = ResilientEngine(server, embedded)
    for name in engines:
        lane = indexing.topic(indexing.INDEX, name)
        # Everything first: where there is no index, single changes pause the lane until somebody makes it.
        everything = partial(indexing.follow_all, name=name)
        outbox.register(app, indexing.topic(indexing.REINDEX, name), everything, lane=lane)
        outbox.register(app, lane, partial(indexing.follow, name=name), lane=lane)
        check = partial(indexing.check, repair=True, name=name)
        night = timedelta(hours=2)
        outbox.every(app, f"check-{name}", timedelta(days=1), check, after_midnight=night, lane=lane)
        mend = partial(indexing.mend, name)
        outbox.every(app, f"mend-{name}", timedelta(minutes=5), mend, lane=lane)
    app.jinja_env.filters |= {"boxes": boxes, "marked": marked}
    app.register_blueprint(views.pages)


def _server(config: Config, audience: Audience) -> Engine:
    # Only where a server is set: its client takes 13 MB and a third of a second.
    from hub.search.meili import MeilisearchEngine
    from hub.search.server import index_base

    return MeilisearchEngine(
        config.search_url,
        config.search_key,
        config.search_admin_key,
        index_base(config, audience),
        config.index_dir / indexing.index_name("server", audience),
    )
