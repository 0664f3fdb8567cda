"""The log file as lines: the last ones, and those that are written from then on, over every rotation."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

from omnisync.ports import Clock

LEVELS = ("debug", "info", "warning", "error", "critical")

_LONG_ID = re.compile(r"[0-9a-f-]{24,}[0-9-]*")
"""Names that programs give to each other, such as a batch's."""

_LOOK_EVERY = 0.25
_SHOWN_APART = ("event", "level", "timestamp", "store", "connector")

End = tuple[int, int]
"""How far the file has been read: its inode, and the byte."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``record`` is what was written, ``text`` the same for a person."""

    at: int
    level: str
    store: str
    text: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines are wanted."""

    level: str = "debug"
    store: str = ""
    text: str = ""

    def wants(self, line: Line) -> bool:
        """Whether the line passes."""
        serious = LEVELS.index(line.level) >= LEVELS.index(self.level)
        here = not self.store or line.store == self.store
        return serious and here and self.text.casefold() in f"{line.store} {line.text}".casefold()


def decode(raw: bytes) -> Line:
    """A line of the file; one that is no JSON (a library's own words) is shown as it is."""
    text = raw.decode("utf-8", "replace").strip()
    try:
        record = json.loads(text)
        at = round(datetime.fromisoformat(record["timestamp"]).timestamp() * 1000)
        level = record["level"] if record["level"] in LEVELS else "info"
        event = str(record["event"]).replace(".", " ")
    except (ValueError, KeyError, TypeError):
        return Line(0, "info", "", text, {"event": text})
    fields = [(key, _value(value)) for key, value in record.items() if key not in _SHOWN_APART]
    # What tells a person least goes where a narrow screen ends.
    fields.sort(key=lambda field: _LONG_ID.fullmatch(field[1]) is not None)
    rest = " ".join(f"{key}={value}" for key, value in fields)
    store = str(record.get("store") or record.get("connector") or "")
    return Line(at, level, store, f"{event}  {rest}".rstrip(), record)


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def last(path: Path, wanted: Filter, count: int) -> tuple[list[Line], End]:
    """The last lines that are wanted, out of rotated files too, and where the file ended."""
    found: list[Line] = []
    end: End | None = None
    for each in _files(path):
        with each.open("rb") as file:
            content = file.read()
            if end is None:
                end = (_inode(file), content.rfind(b"\n") + 1)
                content = content[: end[1]]
        for raw in reversed(content.splitlines()):
            if len(found) >= count:
                break
            if raw.strip() and wanted.wants(line := decode(raw)):
                found.append(line)
        if len(found) >= count:
            break
    return found[::-1], end or (0, 0)


def _files(path: Path) -> Iterator[Path]:
    """The file and what was rotated away from it, newest first."""
    yield path
    number = 1
    while (older := path.with_name(f"{path.name}.{number}")).exists():
        yield older
        number += 1


async def follow(path: Path, wanted: Filter, end: End, clock: Clock) -> AsyncGenerator[Line, None]:
    """Every wanted line from that end on, for ever; a rotated file is read to its end before the new one."""
    reading = _Reading(path, end)
    try:
        while True:
            # Asked before reading: what was written until the rotation is then read for certain.
            rotated = reading.rotated()
            for raw in reading.lines():
                if raw.strip() and wanted.wants(line := decode(raw)):
                    yield line
            if not (rotated and reading.reopen()):
                await clock.sleep(_LOOK_EVERY)
    finally:
        reading.close()


class _Reading:
    """The file as it is being read, line by whole line."""

    def __init__(self, path: Path, end: End) -> None:
        self._path = path
        self._rest = b""
        self._file = _open(path)
        inode, at = end
        if self._file is not None and _inode(self._file) == inode:
            self._file.seek(at)

    def lines(self) -> Iterator[bytes]:
        """What has been written since the last call."""
        while self._file is not None and (chunk := self._file.read(65536)):
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            yield from lines

    def rotated(self) -> bool:
        """Whether the name stands for another file by now."""
        try:
            return self._file is None or self._path.stat().st_ino != _inode(self._file)
        except FileNotFoundError:
            # Between the two halves of a rotation.
            return False

    def reopen(self) -> bool:
        """Go over to the new file, if it is there."""
        newer = _open(self._path)
        if newer is None:
            return False
        self.close()
        self._file, self._rest = newer, b""
        return True

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def _open(path: Path) -> BufferedReader | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _inode(file: BufferedReader) -> int:
    return os.fstat(file.fileno()).st_ino
