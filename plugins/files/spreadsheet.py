"""The first filled sheet of an Excel or OpenDocument file as rows of cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from omnisync.errors import SourceProblem

from .table import Cell, Score, Table, from_cells

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_ROWS = 1_000_000
LARGEST_UNPACKED = 1_000_000_000
"""Bytes; a small file that unpacks to more is broken, or was made to fill the memory."""


def read_spreadsheet(data: bytes, source: str, score: Score) -> Table:
    """The table in the first sheet that has rows. Raises SourceProblem when it can't be opened or is too large."""
    if not data:
        return Table(source)
    _refuse_bomb(data, source)
    workbook = _open(data, source)
    try:
        for index in range(len(workbook.sheet_names)):
            rows = _cells(workbook.get_sheet_by_index(index), source)
            if any(any(cell != "" for cell in row) for row in rows):
                return from_cells(rows, source, score)
    finally:
        workbook.close()
    return Table(source)


def _open(data: bytes, source: str) -> CalamineWorkbook:
    # Imported here because most shops export CSV, and start-up is felt.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except CalamineError as error:
        raise SourceProblem(
            f"{source} can't be opened as a spreadsheet: it is still being written, is protected by a password, "
            "or is no spreadsheet."
        ) from error


def _cells(sheet: CalamineSheet, source: str) -> list[Sequence[Cell]]:
    if sheet.height > MOST_ROWS:
        raise SourceProblem(
            f"{source} has {sheet.height:,} rows; spreadsheets are read up to {MOST_ROWS:,}. Export it as CSV instead."
        )
    return list(sheet.to_python(skip_empty_area=False))


def _refuse_bomb(data: bytes, source: str) -> None:
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise SourceProblem(f"{source} is not a whole spreadsheet: it is still being written, or damaged.") from error
    if unpacked > LARGEST_UNPACKED:
        raise SourceProblem(f"{source} unpacks to {unpacked // 1_000_000} MB; that is too large. Export it as CSV.")
