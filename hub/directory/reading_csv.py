"""Reading CSV: commas, semicolons or tabs, a header, and rows that may go over several lines."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from hub.directory.cells import Unfit, from_cells
from hub.directory.reading import LONGEST, Broken, Line, Row, lines, too_long

DELIMITERS = ",;\t"
MOST_LINES = 200  # of one row; beyond it a quotation mark was never closed

csv.field_size_limit(LONGEST)  # the same bound for a cell as for a row


def csv_rows(chunks: Iterable[bytes]) -> Iterator[Row]:
    """Yield the rows of a CSV file; its first line names the columns.

    Raises:
        Broken: the header cannot be used.
    """
    source = _Lines(lines(chunks))
    header = _header(source)
    if header is None:
        return
    delimiter, columns = header
    while (line := source.next()) is not None:
        if line.is_too_long:
            yield too_long(line.number)
        elif line.content.strip(b" \t\r\n" + delimiter.encode()):
            yield _row(line, source, columns, delimiter)


class _Lines:
    """Lines that can be given back, for a row that turns out not to go on."""

    def __init__(self, source: Iterator[Line]) -> None:
        self.source = source
        self.returned: deque[Line] = deque()

    def next(self) -> Line | None:
        """The next line; None at the end."""
        return self.returned.popleft() if self.returned else next(self.source, None)

    def give_back(self, several: list[Line]) -> None:
        """Have these lines come again."""
        self.returned.extendleft(reversed(several))


def _header(source: _Lines) -> tuple[str, list[str]] | None:
    first = source.next()
    while first is not None and not first.content.strip() and not first.is_too_long:
        first = source.next()
    if first is None:
        return None
    try:
        text = first.content.decode()
        delimiter, columns = _split_header(text)
    except (UnicodeDecodeError, csv.Error):
        raise Broken(_("the first line is no line of column names in UTF-8")) from None
    while columns and not columns[-1]:
        columns.pop()
    twice = [name for name, count in Counter(columns).items() if count > 1 and name]
    if twice:
        raise Broken(_("the column %(name)s appears twice", name=repr(twice[0][:60])))
    if "name" not in columns:
        raise Broken(_("the first line names no column 'name': this is no CSV file of organizations"))
    return delimiter, columns


def _split_header(text: str) -> tuple[str, list[str]]:
    """Tell the delimiter, the one that stands there most and makes a column ``name``, and the names of the columns."""
    read = {
        delimiter: [name.strip() for name in next(csv.reader([text], delimiter=delimiter))]
        for delimiter in sorted(DELIMITERS, key=text.count, reverse=True)
    }
    fitting = [delimiter for delimiter, columns in read.items() if "name" in columns]
    delimiter = next(iter(fitting or read))
    return delimiter, read[delimiter]


def _row(first: Line, source: _Lines, columns: list[str], delimiter: str) -> Row:
    """Read one row from its first line; where it cannot be, only that line is lost and the next is tried on its own."""
    content, extra = _whole(first, source)
    if content is None:
        source.give_back(extra)
        return Row(first.number, fault=_("a quotation mark is opened and not closed"))
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        column = content[: error.start].count(delimiter.encode())
        name = columns[column] if column < len(columns) and b'"' not in content else ""
        return Row(first.number, field=name, fault=_("is not UTF-8 at byte %(at)s", at=error.start + 1))
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        source.give_back(extra)
        return Row(first.number, fault=_("is not CSV: %(why)s", why=error))
    cells = cells[: len(columns)] if not any(cells[len(columns) :]) else cells
    if len(cells) != len(columns):
        source.give_back(extra)
        return Row(
            first.number,
            fault=_("has %(count)s cells for %(wanted)s columns", count=len(cells), wanted=len(columns)),
        )
    try:
        return Row(first.number, from_cells(dict(zip(columns, cells, strict=True))))
    except Unfit as error:
        return Row(first.number, field=error.field, fault=str(error))


def _whole(first: Line, source: _Lines) -> tuple[bytes | None, list[Line]]:
    """Join lines until every quotation mark is closed; gives the lines taken besides the first."""
    content, extra = first.content, list[Line]()
    while content.count(b'"') % 2:
        line = source.next()
        if line is not None:
            extra.append(line)
        if line is None or line.is_too_long or len(extra) >= MOST_LINES or len(content) > LONGEST:
            return None, extra
        content += b"\n" + line.content
    return content, extra
