"""Finding a PostgreSQL server for the tests: from the environment, else on loopback."""

from __future__ import annotations

import os
from functools import cache

import sqlalchemy as sa

LOOPBACK = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@cache
def postgresql_url() -> sa.URL | None:
    """The address of a server that answers and lets us make databases; None where there is none."""
    url = sa.make_url(os.environ.get("HUB_TEST_POSTGRESQL_URL", LOOPBACK))
    engine = sa.create_engine(url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except sa.exc.OperationalError:
        return None
    finally:
        engine.dispose()
    return url
