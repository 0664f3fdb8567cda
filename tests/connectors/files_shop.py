"""A folder of files with the connector on it, and a spreadsheet writer small enough for tests."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from xml.sax.saxutils import escape

from omnisync.connect.context import Context
from omnisync.connect.loader import discover, load
from omnisync.testing.clock import ManualClock

T = TypeVar("T")

LONG_AGO = 1_700_000_000
"""Seconds; files are that old unless a test says otherwise."""


def plugin(part: str) -> Any:
    """One module of the files connector, loaded by the door that every plugin uses."""
    return load(discover()["files"], part)


async def at_once(function: Callable[[], T]) -> T:
    return function()


class FilesShop:
    """A folder in which a stock program leaves its exports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()

    def put(self, name: str, content: str | bytes, *, encoding: str = "utf-8", age: float | None = None) -> Path:
        """Write a file; ``age`` in seconds before the clock's now, else it is old."""
        path = self.folder / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        when = LONG_AGO if age is None else self.clock.now() / 1000 - age
        os.utime(path, (when, when))
        return path

    def connector(self, currency: str = "TRY", **options: object) -> Any:
        context = Context("erp", currency, clock=self.clock, blocking=at_once)
        return plugin("connector").connect({"folder": str(self.folder), **options}, context)


class Broken(str):
    """The cell of a formula that came to nothing: "#N/A"."""

    __slots__ = ()


def xlsx(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    """A spreadsheet with one sheet: numbers as numbers, texts as inline strings, errors as Excel writes them."""
    lines = "".join(
        f'<row r="{number}">{"".join(_cell(value, number, place) for place, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{packages}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{packages}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{packages}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'
        )
    return target.getvalue()


def ods(rows: Sequence[Sequence[str | float | None]], *, zero: bool = False) -> bytes:
    """The same as OpenDocument; errors as LibreOffice writes them, or with ``zero`` as older programs do."""
    lines = "".join(
        f"<table:table-row>{''.join(_open_cell(each, zero=zero) for each in row)}</table:table-row>" for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<office:document-content {spaces} office:version="1.3"><office:body><office:spreadsheet>'
            f'<table:table table:name="S">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return target.getvalue()


def _open_cell(value: str | float | None, *, zero: bool) -> str:
    if value is None:
        return '<table:table-cell table:number-columns-repeated="1"/>'
    if isinstance(value, Broken):
        kind = (
            'office:value-type="float" office:value="0"'
            if zero
            else 'office:value-type="string" office:string-value=""'
        )
        return f'<table:table-cell table:formula="of:=[.A1]/0" {kind}><text:p>{value}</text:p></table:table-cell>'
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'


def _cell(value: str | float | None, row: int, place: int) -> str:
    where = f"{chr(ord('A') + place)}{row}"
    if value is None:
        return ""
    if isinstance(value, Broken):
        return f'<c r="{where}" t="e"><f>A1/B1</f><v>{value}</v></c>'
    if isinstance(value, str):
        return f'<c r="{where}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{where}"><v>{value}</v></c>'
