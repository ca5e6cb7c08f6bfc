"""Reading JSON strictly, row by row: one object a line, or a list whose items are found without reading it whole."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from hub.directory.reading import BLANK, LONGEST, Broken, Row, lines, too_long

# Inside a list: strings, their escapes, brackets, commas and line breaks; nothing else decides where an item ends.
TOKEN = re.compile(rb'\\.|["{}\[\],\n]', re.DOTALL)
OPENER = {b"}": b"{", b"]": b"["}
DEEPEST = (
    10_000_000  # open brackets; a row with more than some hundreds is refused, a file with more than these is
)
DIGITS = 18  # of a whole number; no field of ours needs more


class _Fault(Exception):
    """What is wrong with a row, in words."""


def parse(content: bytes) -> dict[str, Any]:
    """Read one JSON object; refuses NaN, keys that appear twice, numbers without bounds, and what is no object."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise _Fault(_("is not UTF-8 at byte %(at)s", at=error.start + 1)) from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
        )
    except json.JSONDecodeError as error:
        raise _Fault(_("is not JSON: %(why)s at character %(at)s", why=error.msg, at=error.pos + 1)) from None
    except RecursionError:
        raise _Fault(_("is nested too deeply")) from None
    if not isinstance(value, dict):
        raise _Fault(_("is not an object with named values"))
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _value in pairs).most_common(1)[0][0]
        raise _Fault(_("names %(key)s twice", key=repr(twice[:60])))
    return found


def _constant(text: str) -> float:
    raise _Fault(_("holds %(text)s, which is no number", text=text))


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        raise _Fault(_("holds a number of %(count)s digits", count=len(text)))
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Fault(_("holds a number beyond all bounds"))
    return number


def row_of(line: int, content: bytes) -> Row:
    """Make a row of one JSON object's text."""
    try:
        return Row(line, parse(content))
    except _Fault as fault:
        return Row(line, fault=str(fault))


def ndjson_rows(chunks: Iterable[bytes]) -> Iterator[Row]:
    """Yield the rows of a file with one JSON object a line; empty lines are passed over.

    Raises:
        Broken: the last line has no end and is no whole object.
    """
    for line in lines(chunks):
        content = line.content.strip(BLANK)
        if line.is_too_long:
            yield too_long(line.number)
        elif content:
            row = row_of(line.number, content)
            if row.fault and not line.is_whole:
                raise Broken(_("the file breaks off in line %(line)s", line=line.number))
            yield row


def list_rows(chunks: Iterable[bytes]) -> Iterator[Row]:
    """Yield the rows of a file that is one JSON list.

    Raises:
        Broken: the list does not end, or something follows it.
    """
    for number, (line, content) in enumerate(_items(chunks), 1):
        yield replace(too_long(line) if content is None else row_of(line, content), item=number)


class _Splitter:
    """Where we are in a JSON list: the open brackets, the text of the item at hand and the line it began in."""

    def __init__(self) -> None:
        self.line = 1
        self.open = bytearray()
        self.objects = 0  # of the open brackets, so that none is looked for in vain among millions
        self.in_string = False
        self.is_over = False
        self.item = bytearray()
        self.item_line = 1
        self.is_too_long = False

    def add(self, piece: bytes) -> None:
        """Keep a piece of the item at hand; of one that is too long nothing is kept."""
        if not self.item:
            self.item_line = self.line
            piece = piece.lstrip(BLANK)
        if not self.is_too_long:
            self.item += piece
        if len(self.item) > LONGEST:
            self.is_too_long = True
            del self.item[1:]

    def take(self) -> tuple[int, bytes | None]:
        """Give the item at hand and begin the next."""
        found = (self.item_line, None if self.is_too_long else bytes(self.item).rstrip(BLANK))
        self.item.clear()
        self.item_line, self.is_too_long = self.line, False
        return found

    def enter(self, bracket: bytes) -> None:
        """Open a bracket.

        Raises:
            Broken: more are open than can be remembered.
        """
        self.open += bracket
        self.objects += bracket == b"{"
        if len(self.open) > DEEPEST:
            raise Broken(_("the list is nested too deeply in line %(line)s", line=self.line))

    def close(self, bracket: bytes) -> None:
        """Close the bracket and, where one was forgotten inside an object, those in between."""
        opener = OPENER[bracket]
        if self.open.endswith(opener):
            self.open.pop()
        elif opener == b"{" and self.objects:
            del self.open[self.open.rindex(opener) :]
        else:
            return
        self.objects -= opener == b"{"

    def give_up(self) -> None:
        """Forget what is open inside the item at hand."""
        self.in_string, self.objects = False, 0
        del self.open[1:]


def _items(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line, text) of each item, None for the text of one that is too long."""
    state = _Splitter()
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        # A backslash at the very end belongs with what comes next.
        cut = len(text) - 1 if (len(text) - len(text.rstrip(b"\\"))) % 2 else len(text)
        text, rest = text[:cut], text[cut:]
        yield from _scan(state, text)
    if not state.is_over:
        raise Broken(_("the list breaks off in line %(line)s", line=state.line))


def _scan(state: _Splitter, text: bytes) -> Iterator[tuple[int, bytes | None]]:
    at = 0
    for match in TOKEN.finditer(text):
        token = match.group()
        if token == b"\n":
            state.add(text[at : match.end()])
            at = match.end()
            if state.in_string and state.open:
                # No JSON string goes over a line break: this item is lost, and the next begins here at the earliest.
                yield state.take()
                state.give_up()
            state.line += 1
        elif token == b'"':
            state.in_string = not state.in_string
        elif state.in_string or token.startswith(b"\\"):
            continue
        elif state.is_over:
            break
        elif token in (b"{", b"["):
            state.enter(token)
            if len(state.open) == 1:
                at = match.end()
        elif len(state.open) == 1 and token in (b",", b"]"):
            state.add(text[at : match.start()])
            at = match.end()
            if state.item or token == b",":
                yield state.take()
            if token == b"]":
                state.open.pop()
                state.is_over = True
        elif token in OPENER:
            state.close(token)
    if state.is_over:
        if text[at:].strip(BLANK):
            raise Broken(_("something follows the end of the list in line %(line)s", line=state.line))
    else:
        state.add(text[at:])
