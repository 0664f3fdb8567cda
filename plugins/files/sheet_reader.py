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
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

MEMORY = 1024 * 1024 * 1024
"""Bytes. Half a million rows of ten columns fit."""

NO_SPREADSHEET = 3
"""The exit code for a file that can't be opened as one."""

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_MAYBE = re.compile(rb">\s*(?:#[^\s<]|Err:[0-9])")
_SHOWN = re.compile(r"#\S+|Err:\d+")
_WORD = re.compile(rb"v>\s*(#[^<]{1,20})<")


def read(data: bytes, most_rows: int) -> tuple[list[Any] | None, int]:
    """The first sheet that has rows."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for index, name in enumerate(workbook.sheet_names):
        sheet = workbook.get_sheet_by_index(index)
        if sheet.height > most_rows:
            return None, sheet.height
        rows: list[Any] = sheet.to_python(skip_empty_area=False)
        if any(cell != "" for row in rows for cell in row):
            for line, column, word in errors(data, name):
                if line < len(rows) and column < len(rows[line]):
                    rows[line][column] = word
            return rows, 0
    return None, 0


def errors(data: bytes, sheet: str) -> Iterator[tuple[int, int, str]]:
    """The cells of an .xlsx or .ods which hold an error such as #N/A: row and column from 0, and the error's word.

    The library gives an empty text for them, or 0, which no reader could tell from a figure. In .xls and .xlsb that
    stays so.
    """
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        path, names = _path(archive, sheet), archive.namelist()
        cells = archive.read(path) if path in names else b""
        content = archive.read("content.xml") if "content.xml" in names else b""
    if _MAYBE.search(content):
        yield from _errors_of_ods(content, sheet)
    for found in _ERROR.finditer(cells):
        place, word = _PLACE.search(found[1]), _WORD.search(found[2])
        if place is not None:
            column = 0
            for letter in place[1]:
                column = 26 * column + letter - ord("A") + 1
            yield int(place[2]) - 1, column - 1, word[1].decode("utf-8", "replace").strip() if word else "#N/A"


def _errors_of_ods(content: bytes, sheet: str) -> Iterator[tuple[int, int, str]]:
    tables = (each for each in ET.fromstring(content).iter(f"{_TABLE}table") if each.get(f"{_TABLE}name") == sheet)  # noqa: S314 - bounded
    line = 0
    for row in (row for table in tables for row in table.iter(f"{_TABLE}table-row")):
        column = 0
        for cell in row:
            text = "".join(cell.itertext()).strip()
            if cell.get(f"{_TABLE}formula") and _SHOWN.fullmatch(text):
                yield line, column, text
            column += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        line += int(row.get(f"{_TABLE}number-rows-repeated", "1"))


def _path(archive: zipfile.ZipFile, sheet: str) -> str:
    """Where the sheet of that name stands in the archive of an .xlsx, "" in any other."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - bounded: see above
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError):
        return ""
    ids = [each.get(_RELATION) for each in book.iter() if each.tag.endswith("}sheet") and each.get("name") == sheet]
    targets = [each.get("Target", "") for each in links if each.get("Id") in ids]
    if not targets:
        return ""
    return targets[0].lstrip("/") if targets[0].startswith("/") else f"xl/{targets[0]}"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = read(sys.stdin.buffer.read(), int(sys.argv[1]))
    except CalamineError:
        sys.exit(NO_SPREADSHEET)
    pickle.dump(found, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
