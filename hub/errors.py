"""What can go wrong, in the domain's words.

Verbs and queries raise these; ``web.py`` turns them into a page, a fragment or problem details, once, for all features.
"""

from __future__ import annotations


class HubError(Exception):
    """Base of every error the hub raises on purpose; ``status`` is the HTTP status it maps to."""

    status = 500


class NotFound(HubError):
    """There is no such thing, or whoever asks may not know that there is: the two look the same."""

    status = 404


class Forbidden(HubError):
    """The actor may not do this; never raised where it would tell that a hidden thing exists."""

    status = 403


class Conflict(HubError):
    """The thing is not in a state from which this step leads on."""

    status = 409


class Invalid(HubError):
    """The input breaks a rule; ``messages`` maps a field's name to what is wrong with it."""

    status = 422

    def __init__(self, messages: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(texts)}" for field, texts in messages.items()))
        self.messages = messages


class TooMany(HubError):
    """Something was tried too often; it may be tried again in ``retry_after`` seconds."""

    status = 429

    def __init__(self, what: str, retry_after: int) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class Unavailable(HubError):
    """What is needed for an answer is away for now; asking again in ``retry_after`` seconds may help."""

    status = 503
    retry_after = 10


class SearchUnavailable(Unavailable):
    """The search engine cannot answer now; nothing is wrong with the question."""

    retry_after = 5


class IndexMissing(SearchUnavailable):
    """The engine is there and its index is not, or is damaged: it has to be made anew."""


class DatabaseUnavailable(Unavailable):
    """The database is gone, locked for too long, or cannot be written; nothing is half done."""


class DiskFull(DatabaseUnavailable):
    """There is no room left, or nothing may be written; reading goes on, and a person must make room."""

    retry_after = 60


class Refused(HubError):
    """Another system will not take this, now or later: trying again is of no use."""

    status = 502


class ConfigError(HubError):
    """One or more settings are wrong; the message names each with what it should be."""
