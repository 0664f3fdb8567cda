"""A file's bytes into a heading and rows of cells: delimiter, heading row, line numbers, torn rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat

from omnisync.connect.erp import RowProblem
from omnisync.errors import SourceProblem

from .encoding import decode

Cell = Hashable
"""A text in a CSV file; in a spreadsheet also a float, bool, date or the like."""
Score = Callable[[Sequence[Cell]], int]
"""How many of a row's cells are known headings."""

_DELIMITERS = ";\t,|"
_LOOKED_AT = 12
"""Rows at the top among which the headings are looked for: reports put titles and dates above them."""
BESIDE = "+"
"""Begins the name of a cell that has no heading."""
_LONGEST_CELL = 1_000_000
"""Characters; a longer cell is the trace of a quotation mark that is never closed."""


@dataclass(slots=True)
class Table:
    """The heading and the whole rows of one file, column by column.

    ``lines`` gives each row's line in the file. ``problems`` are the rows that were torn, ``torn``
    says that there were some. ``delimiter`` and ``encoding`` are "" for a spreadsheet.
    """

    source: str
    header: list[str] = field(default_factory=list)
    columns: list[Sequence[Cell]] = field(default_factory=list)
    lines: Sequence[int] = ()
    problems: list[RowProblem] = field(default_factory=list)
    torn: bool = False
    delimiter: str = ""
    encoding: str = ""


def read_csv(data: bytes, source: str, encoding: str, score: Score) -> Table:
    """The table in the bytes of a CSV file; an empty one when there is nothing in it.

    Raises SourceProblem when the file ends in the middle of a row or has a quotation mark that never closes.
    """
    decoded = decode(data, encoding, source)
    text, skipped, delimiter = _without_hint(decoded.text)
    delimiter = delimiter or _delimiter(text, score)
    table = _even(text, delimiter, source, skipped, score) or _uneven(text, delimiter, source, skipped, score)
    table.delimiter, table.encoding = delimiter, decoded.encoding
    if decoded.bad_line:
        table.problems.append(
            RowProblem(source, decoded.bad_line, f"A letter here can't be read as {decoded.encoding}; it became �.")
        )
    return table


def from_cells(rows: list[Sequence[Cell]], source: str, score: Score) -> Table:
    """The table in the rows of a spreadsheet, which are all of one width."""
    at = _heading(rows, score)
    if at is None:
        return Table(source)
    filled = [index for index in range(at + 1, len(rows)) if any(cell != "" for cell in rows[index])]
    header = [str(cell).strip() for cell in rows[at]]
    return Table(source, header, _columns([rows[index] for index in filled], header), [index + 1 for index in filled])


def _without_hint(text: str) -> tuple[str, int, str]:
    """The text without Excel's first line ``sep=;``, how many lines that took away, and its delimiter."""
    if text[:4].lower() == "sep=" and text[4:5] not in ("", "\r", "\n", '"'):
        return text.partition("\n")[2], 1, text[4]
    return text, 0, ""


def _delimiter(text: str, score: Score) -> str:
    """The delimiter with which a row at the top has the most known headings, else the most frequent one."""
    top = list(islice(io.StringIO(text, newline=""), _LOOKED_AT))
    best = max(_DELIMITERS, key=lambda each: max(map(score, _rows(top, each)), default=0))
    if any(score(row) for row in _rows(top, best)):
        return best
    return max(_DELIMITERS, key="".join(top).count)


def _rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from islice(csv.reader(lines, delimiter=delimiter), _LOOKED_AT)
    except csv.Error:
        # A line without an end is told of when the rows themselves are read.
        return


def _heading(rows: Sequence[Sequence[Cell]], score: Score) -> int | None:
    """Which row holds the headings: the one with the most that are known, of several the first."""
    filled = (index for index, row in enumerate(rows[:_LOOKED_AT]) if any(str(cell).strip() for cell in row))
    scores = {index: score(rows[index]) for index in filled}
    return max(scores, key=lambda index: scores[index]) if scores else None


def _columns(rows: Sequence[Sequence[Cell]], header: Sequence[str]) -> list[Sequence[Cell]]:
    return list(zip(*rows, strict=True)) if rows else [() for _ in header]


def _even(text: str, delimiter: str, source: str, skipped: int, score: Score) -> Table | None:
    """The table of a text without quotation marks whose rows are all of one width, else None.

    Most exports are like that, and cutting the whole text at once is three times faster than row by row.
    """
    if '"' in text:
        return None
    text = text.replace("\r\n", "\n").rstrip("\n")
    lines = text.split("\n")
    if not text or "\r" in text or len(set(map(str.count, lines, repeat(delimiter)))) > 1:
        return None
    top = [line.split(delimiter) for line in lines[:_LOOKED_AT]]
    at = _heading(top, score)
    if at is None:
        return None
    header, width = [cell.strip() for cell in top[at]], len(top[at])
    cells = text.split("\n", at + 1)[-1].replace("\n", delimiter).split(delimiter) if len(lines) > at + 1 else []
    numbers = range(at + 2 + skipped, len(lines) + 1 + skipped)
    return Table(source, header, [cells[place::width] for place in range(width)], numbers)


def _uneven(text: str, delimiter: str, source: str, skipped: int, score: Score) -> Table:
    """The table of any text; rows of another width than the heading are taken out and reported."""
    rows, lines = _parse(text, delimiter, source, skipped)
    at = _heading(rows, score)
    if at is None:
        return Table(source)
    table = Table(source, [str(cell).strip() for cell in rows[at]])
    rows, table.lines = rows[at + 1 :], lines[at + 1 :]
    rows = _without_torn(table, rows, ends_whole=text.endswith(("\n", "\r")))
    table.columns = _columns(rows, table.header)
    return table


def _parse(text: str, delimiter: str, source: str, skipped: int) -> tuple[list[list[str]], list[int]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows: list[list[str]] = []
        # A cell with line breaks makes its row longer than one line.
        lines, line = [], 1 + skipped
        for row in reader:
            rows.append(row)
            lines.append(line)
            line = reader.line_num + 1 + skipped
        return rows, lines
    except csv.Error as error:
        raise SourceProblem(
            f"{source} can't be taken apart into columns ({error}): a quotation mark may be missing somewhere."
        ) from error


def _without_torn(table: Table, rows: list[list[str]], *, ends_whole: bool) -> list[list[str]]:
    """The rows as wide as the heading; the others are reported unless they are empty."""
    width = len(table.header)
    if set(map(len, rows)) <= {width}:
        return rows
    if not ends_whole and 0 < len(rows[-1]) < width:
        raise SourceProblem(
            f"{table.source} ends in the middle of line {table.lines[-1]}: it is still being written. "
            "It is read again shortly."
        )
    kept: list[int] = []
    for index, row in enumerate(rows):
        if len(row) == width or (len(row) > width and not any(row[width:])):
            kept.append(index)
        elif any(row):
            table.torn = True
            table.problems.append(
                RowProblem(table.source, table.lines[index], _torn_text(row, width), row_text(table.header, row))
            )
    table.lines = [table.lines[index] for index in kept]
    return [rows[index] if len(rows[index]) == width else rows[index][:width] for index in kept]


def row_text(header: Sequence[str], cells: Sequence[str]) -> str:
    """A row as a person may mend it: its cells by their headings, as JSON; what has no heading of its own is numbered."""
    told: dict[str, str] = {}
    for place, cell in enumerate(cells):
        heading = header[place] if place < len(header) else ""
        if heading or cell:
            heading = heading or f"{BESIDE}{place + 1}"
            told[f"{heading} ({place + 1})" if heading in told else heading] = cell
    told.update((heading, "") for heading in header[len(cells) :] if heading)
    return json.dumps(told, ensure_ascii=False)


def from_row(row: str, source: str) -> Table:
    """The table of that one row again, on line 1. Raises ValueError when it is no such row."""
    told = json.loads(row)
    if not isinstance(told, dict) or not all(isinstance(cell, str) for cell in told.values()):
        raise ValueError("It is no row of this file.")
    named = {heading: cell for heading, cell in told.items() if not heading.startswith(BESIDE)}
    return Table(source, [*named], [(cell,) for cell in named.values()], [1])


def _torn_text(row: Sequence[str], width: int) -> str:
    if any("\n" in cell for cell in row):
        return "A quotation mark in this row isn't closed, so that it runs on over the next lines; it was not read."
    if len(row) > width:
        return f"The row has {len(row)} columns, the heading {width}: a text with the delimiter in it needs quotes."
    return f"The row has only {len(row)} of {width} columns; it was not read."
