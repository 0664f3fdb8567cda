"""Reads a spreadsheet in a process of its own: ``python sheet_reader.py``, the file on stdin, the rows on stdout.

A file of one kilobyte with a cell in the far corner makes the reader ask for hundreds of gigabytes, and it then
ends the whole process it is in. So that must not be the daemon's: here the memory is bounded, and whatever
happens is only the end of this process. (``-P`` keeps this folder's modules from standing in for Python's own.)
What is printed is a pickled pair: the rows (None when no sheet has
any), and how many rows a sheet has that is too long (0: none is).
"""

from __future__ import annotations

import io
import pickle
import resource
import sys
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MEMORY = 1024 * 1024 * 1024
"""Bytes. Half a million rows of ten columns fit."""

NO_SPREADSHEET = 3
"""The exit code for a file that can't be opened as one."""


def read(data: bytes, most_rows: int) -> tuple[list[Any] | None, int]:
    """The first sheet that has rows."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for index in range(len(workbook.sheet_names)):
        sheet = workbook.get_sheet_by_index(index)
        if sheet.height > most_rows:
            return None, sheet.height
        rows = sheet.to_python(skip_empty_area=False)
        if any(cell != "" for row in rows for cell in row):
            return rows, 0
    return None, 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = read(sys.stdin.buffer.read(), int(sys.argv[1]))
    except CalamineError:
        sys.exit(NO_SPREADSHEET)
    pickle.dump(found, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
