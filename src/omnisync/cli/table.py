"""Aligned columns in plain text that fit the terminal, whatever letters stand in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omnisync.cli.output import Piece
from omnisync.model.clean import clean

_GAP = 2

Row = Sequence[str | Piece]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``least``: it may be cut down to so many cells of the screen when room is short (0: never)."""

    title: str
    right: bool = False
    least: int = 0


def lines(columns: Sequence[Column], rows: Sequence[Row], width: int) -> Iterator[list[Piece]]:
    """The heading and the rows as lines of at most ``width`` cells, as far as the columns can be cut."""
    cells = [[_piece(cell) for cell in row] for row in rows]
    widths = _fitted(columns, _wanted(columns, cells), width)
    yield _line(columns, [Piece(column.title) for column in columns], widths)
    for row in cells:
        yield _line(columns, row, widths)


def smallest(columns: Sequence[Column], rows: Sequence[Row]) -> int:
    """How many cells the table needs when every column is cut down as far as it may be."""
    wanted = _wanted(columns, [[_piece(cell) for cell in row] for row in rows])
    sizes = [min(size, column.least) if column.least else size for column, size in zip(columns, wanted, strict=True)]
    return sum(sizes) + _GAP * (len(sizes) - 1)


def cells_of(text: str) -> int:
    """How many cells of the screen the text takes: wide letters two, marks that sit on a letter none."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def fitted(text: str, size: int, *, right: bool = False) -> str:
    """The text in exactly so many cells: cut with an ellipsis, or filled with spaces."""
    if cells_of(text) > size:
        kept, used = "", 1
        for char in text:
            used += _cells(char)
            if used > size:
                break
            kept += char
        text = kept + "…" if size else ""
    padding = " " * (size - cells_of(text))
    return padding + text if right else text + padding


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _piece(cell: str | Piece) -> Piece:
    text, colour = (cell, "") if isinstance(cell, str) else cell
    return Piece(clean(text), colour)


def _wanted(columns: Sequence[Column], rows: Sequence[Sequence[Piece]]) -> list[int]:
    widths = [cells_of(column.title) for column in columns]
    for row in rows:
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], cells_of(cell.text))
    return widths


def _fitted(columns: Sequence[Column], widths: list[int], width: int) -> list[int]:
    """The widest of the columns that may be cut gives up a cell, until all fit or none can give any more."""
    widths = [*widths]
    over = sum(widths) + _GAP * (len(widths) - 1) - width
    while over > 0:
        soft = [place for place, column in enumerate(columns) if column.least and widths[place] > column.least]
        if not soft:
            break
        widths[max(soft, key=widths.__getitem__)] -= 1
        over -= 1
    return widths


def _line(columns: Sequence[Column], row: Sequence[Piece], widths: Sequence[int]) -> list[Piece]:
    line: list[Piece] = []
    for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
        last = place == len(columns) - 1
        text = fitted(cell.text, widths[place], right=column.right)
        line.append(Piece(text.rstrip() if last and not column.right else text, cell.colour))
        if not last:
            line.append(Piece(" " * _GAP))
    return line
