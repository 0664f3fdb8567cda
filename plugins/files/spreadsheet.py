"""The first filled sheet of an Excel or OpenDocument file as rows of cells."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from omnisync.errors import SourceProblem

from .table import Cell, Score, Table, from_cells

MOST_ROWS = 1_000_000
LARGEST_UNPACKED = 1_000_000_000
"""Bytes; a small file that unpacks to more is broken, or was made to fill the memory."""

_READER = Path(__file__).with_name("sheet_reader.py")
_NO_SPREADSHEET = 3
"""Its exit code for a file that is none."""

_PATIENCE = 120.0
"""Seconds."""


def read_spreadsheet(data: bytes, source: str, score: Score) -> Table:
    """The table in the first sheet that has rows. Raises SourceProblem when it can't be opened or is too large."""
    if not data:
        return Table(source)
    _refuse_bomb(data, source)
    rows, too_many = _apart(data, source)
    if too_many:
        raise SourceProblem(
            f"{source} has {too_many:,} rows; spreadsheets are read up to {MOST_ROWS:,}. Export it as CSV instead."
        )
    return Table(source) if rows is None else from_cells(rows, source, score)


def _apart(data: bytes, source: str) -> tuple[list[Sequence[Cell]] | None, int]:
    """What sheet_reader.py finds, in a process of its own."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the file as its input
            [sys.executable, "-P", str(_READER), str(MOST_ROWS)], input=data, capture_output=True, check=False,
            timeout=_PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise SourceProblem(f"{source} takes too long to read. Export it as CSV instead.") from error
    if done.returncode == _NO_SPREADSHEET:
        raise SourceProblem(
            f"{source} can't be opened as a spreadsheet: it is still being written, is protected by a password, "
            "or is no spreadsheet."
        )
    if done.returncode:
        raise SourceProblem(
            f"{source} is damaged, or so large that it does not fit the memory of a spreadsheet. Export it as CSV."
        )
    found: tuple[list[Sequence[Cell]] | None, int] = pickle.loads(done.stdout)  # noqa: S301 - from our own process
    return found


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
