"""WhatsOn hub: a directory of those who work against organized crime and corruption, and a network of them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from hub.config import Config, prepare_data_dir

ROOT = Path(__file__).resolve().parent.parent


def create_app(config: Config | None = None) -> Flask:
    """Compose the hub from its parts.

    Raises:
        ConfigError: a setting is wrong; the message names it.
    """
    from hub import (
        accounts,
        api,
        assets,
        compressing,
        database,
        directory,
        i18n,
        keeping,
        logs,
        mail,
        network,
        outbox,
        receiving,
        revalidating,
        search,
        web,
    )
    from hub.directory.naming import names
    from hub.search import saved

    config = config or Config.from_environment()
    logs.configure(config.log_format, config.log_level)
    app = Flask(__name__, root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.config.from_mapping(
        HUB=config,
        SECRET_KEY=prepare_data_dir(config),
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        TRUSTED_HOSTS=list(config.trusted_hosts) or None,
        SESSION_COOKIE_SECURE=config.base_url.startswith("https"),
        SESSION_COOKIE_SAMESITE="Lax",
        RATELIMIT_STORAGE_URI=config.rate_store,
        RATELIMIT_STORAGE_OPTIONS=web.patience(config.rate_store),
        RATELIMIT_ENABLED=True,
    )
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxies, config.proxies, config.proxies)  # type: ignore[method-assign]
    for part in (receiving, keeping, i18n, web, assets, compressing, revalidating, outbox, mail):
        part.init_app(app)
    database.init_app(app, config.database, config.threads)
    accounts.init_app(app, config, named=names)
    search.init_app(app, config)
    directory.init_app(app, related=search.related_to)
    network.init_app(app, searches=saved)
    api.init_app(app)
    web.limiter.init_app(app)
    return app
