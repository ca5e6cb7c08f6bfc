"""Whether rates can be counted: pages count in memory when the store is away, and do not say so."""

from __future__ import annotations

from limits import RateLimitItemPerSecond
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from hub.web import patience


def problem(rate_store: str) -> str:
    """Count once in the store, for a second; gives the kind of what went wrong, nothing where all is well.

    A store that answers may still refuse to count: one that is full, a copy that may not be written, a wrong password.
    """
    store = storage_from_string(rate_store, wrap_exceptions=False, **patience(rate_store))
    try:
        MovingWindowRateLimiter(store).hit(RateLimitItemPerSecond(1000), "hub-doctor")
    except (
        Exception
    ) as error:  # each kind of store has errors of its own; a text of theirs may hold the password
        return type(error).__name__
    return ""
