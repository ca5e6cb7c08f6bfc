"""Fields of the schemas: what a value may be, cleaned and checked, with reasons a person can act on."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, missing

from hub.directory import vocabularies
from hub.directory.cleaning import clean, refuse
from hub.directory.hosts import is_public_host

UNSAFE = {ord(c): f"%{ord(c):02X}" for c in '<>"\\^`{|}'}
AHEAD = timedelta(days=1)  # of UTC: the earth's first zones, and clocks that go fast
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
ADDRESS_INSIDE = re.compile(r"[a-z]+://|^\s*www\.\S+\s*$", re.IGNORECASE)


class Worded(fields.Field[Any]):
    """A field whose own reasons are lazy texts."""

    default_error_messages = {  # noqa: RUF012 - marshmallow merges these up the class tree
        "required": _l("is missing"),
        "null": _l("must not be empty"),
        "invalid": _l("has the wrong form"),
        "validator_failed": _l("has the wrong form"),
    }

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        """Wrap the reason so that marshmallow keeps it."""
        return refuse(self.error_messages[key])


class Text(Worded, fields.String):
    """A text of at most ``most`` characters; an empty one is None."""

    default_error_messages = {"invalid": _l("must be text")}  # noqa: RUF012

    def __init__(self, most: int, *, is_long: bool = False, **kwargs: Any) -> None:
        self.most = most
        self.is_long = is_long
        kwargs.setdefault("allow_none", not kwargs.get("required"))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = clean(value, is_long=self.is_long)
        if len(text) > self.most:
            raise refuse(_l("is longer than %(most)s characters", most=self.most))
        if not text and self.required:
            raise self.make_error("null")
        return self.check(text) if text else None

    def check(self, text: str) -> Any:
        """Refuse or normalise a text that is not empty."""
        return text


class Name(Text):
    """What an organization is called: something to read, and not a web address."""

    def check(self, text: str) -> str:
        """Refuse addresses and mere punctuation."""
        if ADDRESS_INSIDE.search(text):
            raise refuse(_l("is a web address, not a name"))
        if not any(c.isalnum() for c in text):
            raise refuse(_l("holds no letter or digit"))
        return text


class LanguageTag(Text):
    """A language as BCP 47 writes it, such as ``ar`` or ``zh-Hans``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(12, **kwargs)

    def check(self, text: str) -> str:
        """Refuse what is no tag."""
        if not TAG.fullmatch(text):
            raise refuse(_l("is not a language code such as en or zh-Hans"))
        return text


class Pattern(Text):
    """A text that a regular expression describes."""

    def __init__(self, most: int, pattern: str, reason: Any, **kwargs: Any) -> None:
        super().__init__(most, **kwargs)
        self.pattern = re.compile(pattern)
        self.reason = reason

    def check(self, text: str) -> str:
        """Refuse what the expression does not describe."""
        if not self.pattern.fullmatch(text):
            raise refuse(self.reason)
        return text


class WebAddress(Text):
    """An http or https address with a host that may exist on the public web, normalised."""

    def __init__(self, most: int = 500, **kwargs: Any) -> None:
        super().__init__(most, **kwargs)

    def check(self, text: str) -> str:
        """Refuse other schemes, credentials and hosts that cannot be public; give a bare host its scheme."""
        if re.search(r"\s", text):
            raise refuse(_l("is not one web address"))
        if not re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE):
            text = "https://" + text.removeprefix("//")
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise refuse(_l("is not a web address")) from None
        if parts.scheme not in ("http", "https"):
            raise refuse(_l("must begin with http:// or https://"))
        if parts.username is not None or parts.password is not None:
            raise refuse(_l("must not hold a user name or password"))
        if not is_public_host(host):
            raise refuse(_l("does not name a host on the web"))
        address = _joined(parts, host, port)
        if len(address) > self.most:
            raise refuse(_l("is longer than %(most)s characters", most=self.most))
        return address


def _joined(parts: SplitResult, host: str, port: int | None) -> str:
    is_usual = port in (None, {"http": 80, "https": 443}[parts.scheme])
    place = host.rstrip(".") if is_usual else f"{host.rstrip('.')}:{port}"
    return urlunsplit((parts.scheme, place, parts.path or "/", parts.query, parts.fragment)).translate(UNSAFE)


class Key(Text):
    """A term's key in a vocabulary."""

    def __init__(self, vocabulary: str, *, schemes: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(80, **kwargs)
        self.vocabulary = vocabulary
        self.schemes = schemes

    def check(self, text: str) -> str:
        """Refuse a key that the vocabulary does not hold."""
        key = text.upper() if self.vocabulary == "country" else text
        entry = vocabularies.current().terms.get(self.vocabulary, {}).get(key)
        if entry is None or (self.schemes and entry.extra.get("scheme") not in self.schemes):
            raise refuse(_l("%(key)s is not in the vocabulary %(name)s", key=text[:80], name=self.vocabulary))
        return key


class Choice(Text):
    """One of a few words, given back as the member of ``choices`` it names."""

    def __init__(self, choices: type[StrEnum] | tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(40, **kwargs)
        self.choices = {str(choice): choice for choice in choices}

    def check(self, text: str) -> str:
        """Refuse other words."""
        if text not in self.choices:
            raise refuse(_l("must be one of %(choices)s", choices=", ".join(self.choices)))
        return self.choices[text]


class Whole(Worded, fields.Integer):
    """A whole number within bounds; texts and fractions are not taken for one."""

    def __init__(self, least: int, most: int | None, **kwargs: Any) -> None:
        self.least = least
        self.most = most
        super().__init__(allow_none=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        most = self.most if self.most is not None else datetime.now(UTC).year
        if isinstance(value, bool) or not isinstance(value, int):
            raise refuse(_l("must be a whole number"))
        if not self.least <= value <= most:
            raise refuse(_l("must lie between %(least)s and %(most)s", least=self.least, most=most))
        return value


class Flag(Worded, fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise refuse(_l("must be true or false"))
        return value


class Day(Text):
    """A day that has come already, as ``2026-01-31``; that of the earth's first zones is a day ahead of UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(10, **kwargs)

    def check(self, text: str) -> str:
        """Refuse what the calendar does not hold, and what is still to come."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:
            raise refuse(_l("is not a date such as 2026-01-31"))
        if day > (datetime.now(UTC) + AHEAD).date():
            raise refuse(_l("has not come yet"))
        return text


class Moment(Text):
    """A moment in time with its zone that has come already, kept in UTC to the second."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(40, **kwargs)

    def check(self, text: str) -> Any:
        """Read what ISO 8601 writes."""
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError
            moment = moment.astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError):
            raise refuse(_l("is not a time such as 2026-01-31T12:00:00+00:00")) from None
        if moment > datetime.now(UTC) + AHEAD:
            raise refuse(_l("has not come yet"))
        return moment


class Part(Worded, fields.Nested):
    """A record inside the record."""

    default_error_messages = {  # noqa: RUF012
        "type": _l("must be a record of named values"),
        "unknown": _l("is not a field of this record"),
    }

    def _load(self, value: Any, partial: Any = None) -> dict[str, Any]:
        """Load the inner record field by field: it has no hooks, and marshmallow's way with hooks takes twice as long."""
        if not isinstance(value, Mapping):
            raise self.make_error("type")
        known = self.schema.load_fields
        wrong: dict[str, Any] = {
            name: [self.error_messages["unknown"]] for name in value if name not in known
        }
        made: dict[str, Any] = {}
        for name, inner in known.items():
            try:
                given = inner.deserialize(value.get(name, missing), name, value)
                if given is not missing:
                    made[name] = given
            except ValidationError as error:
                wrong[name] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return made


class Many(Worded, fields.List[Any]):
    """A list of at most ``most`` items, each once; ``by`` names the part of a record that makes it another."""

    default_error_messages = {"invalid": _l("must be a list")}  # noqa: RUF012

    def __init__(self, inner: fields.Field[Any], most: int, *, by: str | None = None, **kwargs: Any) -> None:
        super().__init__(inner, **kwargs)
        self.most = most
        self.by = by

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Take null for an empty list."""
        return super().deserialize([] if value is None else value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise refuse(_l("holds more than %(most)s entries", most=self.most))
        found = super()._deserialize(value, attr, data, **kwargs)
        return (
            list(_each_once(found, self.by))
            if len(found) > 1
            else [item for item in found if item is not None]
        )


def _each_once(items: Iterable[Any], by: str | None) -> Iterable[Any]:
    seen: set[Hashable] = set()
    for item in items:
        key = _hashable(item[by] if by and item else item)
        if item is not None and key not in seen:
            seen.add(key)
            yield item


def _hashable(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple(sorted((name, _hashable(part)) for name, part in value.items()))
    return tuple(value) if isinstance(value, list) else value
