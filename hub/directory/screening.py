"""What in an imported row could lead to a person or a shelter: taken out of it, or named for somebody to look at.

What surely leads there is taken out: addresses of persons, numbers that are given as numbers, the street of a shelter.
What only may be one, as a year may look like a number, stays and is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.directory.checks import public_texts
from hub.directory.schemas import SHELTER
from hub.directory.sensitive import (
    ADDRESS,
    EMAIL,
    HOTLINE_WORDS,
    PHONE,
    PHONE_WORDS,
    POSTCODE,
    SHELTER_WORDS,
    is_role,
)

MASK = "…"
BEFORE = 40  # characters before a number that may say what it is

Said = dict[str, None]  # "field: what was found", each once, never the content


class Screening:
    """The values without what was taken out, and what is to be said of both.

    Out of texts that ``is_published`` says were shown to the public already nothing is taken.
    """

    def __init__(self, values: Mapping[str, Any], *, is_published: bool = False) -> None:
        self._is_published = is_published
        self.values = dict(values)
        self._left_out: Said = {}
        self._look_at: Said = {}
        texts = [text for _field, text in public_texts(values)]
        offers = {offer["service"] for offer in values.get("offers") or ()}
        self._is_shelter = SHELTER in offers or any(SHELTER_WORDS.search(text) for text in texts)
        self._screen()

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was taken out."""
        return tuple(self._left_out)

    @property
    def look_at(self) -> tuple[str, ...]:
        """What stayed and should be looked at."""
        return tuple(self._look_at)

    def _screen(self) -> None:
        mailbox = self.values.get("mailbox")
        if mailbox and not is_role(mailbox):
            del self.values["mailbox"]
            self._left_out["mailbox"] = None
        if texts := self.values.get("texts"):
            self.values["texts"] = {
                language: {
                    length: self._clean(f"texts.{language}.{length}", text) for length, text in parts.items()
                }
                for language, parts in texts.items()
            }
        for field, text in (*public_texts({**self.values, "texts": {}}), *_more_names(self.values)):
            for what, pattern, _goes in self._rules():
                if pattern.search(text):
                    self._look_at[f"{field}: {what}"] = None
        for field, address in _addresses(self.values):
            if EMAIL.search(address):
                self._look_at[f"{field}: e-mail address"] = None

    def _clean(self, field: str, text: str | None) -> str | None:
        for what, pattern, goes in self._rules() if text else ():

            def settle(match: re.Match[str], what: str = what, goes: Callable[..., bool] = goes) -> str:
                is_gone = goes(match) and not self._is_published
                (self._left_out if is_gone else self._look_at)[f"{field}: {what}"] = None
                return MASK if is_gone else match.group()

            text = pattern.sub(settle, text or "")
        return text

    def _rules(self) -> tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]], ...]:
        """What may be found, by which pattern, and whether it surely is such a thing and has to go."""
        return (
            ("e-mail address", EMAIL, lambda match: not is_role(match.group())),
            ("telephone number", PHONE, _is_given_as_number),
            ("street address", ADDRESS, lambda match: self._is_shelter),
            ("postal code", POSTCODE, lambda match: self._is_shelter),
        )


def _more_names(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names that are no prose: in a careless table a person's address stands there."""
    if values.get("legal_name"):
        yield "legal_name", values["legal_name"]
    yield from (("memberships", one["name"]) for one in values.get("memberships") or ())


def _addresses(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if values.get("website"):
        yield "website", values["website"]
    yield from (("links", link["url"]) for link in values.get("links") or ())


def _is_given_as_number(match: re.Match[str]) -> bool:
    """Tell a number to call from a year or a register's number; that of a hotline is meant for everybody."""
    before = match.string[max(0, match.start() - BEFORE) : match.start()]
    if HOTLINE_WORDS.search(before):
        return False
    return match.group().startswith(("+", "00")) or bool(PHONE_WORDS.search(before))
