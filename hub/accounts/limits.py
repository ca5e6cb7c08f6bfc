"""How often something may be tried, counted in the database: a restart forgives nobody.

Counted are digests, keyed with the hub's secret; whoever reads the table learns no address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from hub.accounts.models import Attempt
from hub.database import now, transaction
from hub.errors import TooMany

RATE = re.compile(r"(\d+) */ *(\d+)? *(second|minute|hour|day)s?")
KEPT = timedelta(days=31)


def spend(kind: str, rate: str, *keys: str) -> None:
    """Count a try at ``kind`` by each of ``keys``, all of which have the ``rate``.

    Raises:
        TooMany: one of them has tried as often as it may; the error says when to come back.
    """
    if rate == "off":
        return
    most, window = parse(rate)
    digests = [digest(kind, key) for key in keys]
    with transaction() as session:
        for counted in digests:
            tries = sa.select(Attempt.at).where(
                Attempt.kind == kind, Attempt.digest == counted, Attempt.at > now() - window
            )
            found = session.scalars(tries.order_by(Attempt.at.desc()).limit(most)).all()
            if len(found) == most:
                raise TooMany(kind, max(1, int((found[-1] + window - now()).total_seconds())))
        session.add_all(Attempt(kind=kind, digest=counted) for counted in digests)


def parse(rate: str) -> tuple[int, timedelta]:
    """Read a rate such as ``10/5 minutes``.

    Raises:
        ValueError: it is none.
    """
    if not (found := RATE.fullmatch(rate)):
        raise ValueError(rate)
    return int(found[1]), timedelta(**{f"{found[3]}s": int(found[2] or 1)})


def clear() -> None:
    """Forget tries so old that no rate looks at them."""
    with transaction() as session:
        session.execute(
            sa.delete(Attempt).where(Attempt.at < now() - KEPT).execution_options(synchronize_session=False)
        )


def digest(kind: str, key: str) -> str:
    """What is kept of a key: it tells the same from another, and nothing more to who lacks the hub's secret."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"{kind}\0{key}".encode(), hashlib.sha256).hexdigest()
