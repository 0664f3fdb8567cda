"""Finding a file in the folder and reading its bytes, never while somebody is still writing it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omnisync.connect.context import Context
from omnisync.errors import SourceProblem

TEXT_ENDINGS = (".csv", ".txt", ".tsv")
SHEET_ENDINGS = (".xlsx", ".xls", ".xlsb", ".ods")
LARGEST_SHEET = 50_000_000
"""Bytes; a larger spreadsheet is refused, because unpacked it takes about ten times that in memory."""

LARGEST_TEXT = 300_000_000
"""Bytes: some five million rows."""

MISSING = "missing"
"""The mark of a file that isn't there."""

_YOUNG = 300
"""Milliseconds; a file changed more recently than that is looked at twice."""
_PAUSE = 0.1
"""Seconds between the two looks."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file was touched, without reading it."""

    modified_ns: int
    size: int
    inode: int

    def __str__(self) -> str:
        return f"{self.modified_ns}-{self.size}-{self.inode}"


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes as they were in one moment; ``modified_at`` in milliseconds UTC."""

    path: Path
    data: bytes
    modified_at: int

    def mark(self, fingerprint: str) -> str:
        """The same for the same bytes read with the same options."""
        digest = hashlib.blake2b(fingerprint.encode(), digest_size=20)
        digest.update(self.path.suffix.lower().encode())
        digest.update(self.data)
        return digest.hexdigest()


def find(folder: Path, wanted: str) -> Path | None:
    """The file of that name (with or without ending, in any case), or None.

    Raises SourceProblem when the folder can't be read or when two files fit.
    """
    found = _fitting(wanted, _names(folder))
    if len(found) > 1:
        raise SourceProblem(
            f"{folder} has both {found[0]} and {found[1]}, and it isn't clear which one counts. "
            "Remove one, or write the whole name into the connector's options."
        )
    return folder / found[0] if found else None


def stamps(folder: Path, names: Mapping[str, str]) -> dict[str, str]:
    """The stamp of the file of each feed as text, MISSING where it isn't there; reads no file."""
    listed = _names(folder)
    return {feed: _stamp_text(folder, _fitting(wanted, listed)) for feed, wanted in names.items()}


async def read(path: Path, context: Context) -> Content:
    """The file's bytes, whole. Raises SourceProblem when it is being written, too large or locked."""
    first = await context.blocking(lambda: look(path))
    if context.clock.now() - first.modified_ns // 1_000_000 < _YOUNG:
        await context.clock.sleep(_PAUSE)
        if (await context.blocking(lambda: look(path))).size != first.size:
            raise being_written(path)
    return await context.blocking(lambda: _read(path))


def look(path: Path) -> Stamp:
    """The file's stamp now. Raises SourceProblem when it can't be reached."""
    try:
        return _stamp(path.stat())
    except OSError as error:
        raise _unreadable(path, error) from error


def being_written(path: Path) -> SourceProblem:
    """What is said of a file that changes under our hands."""
    return SourceProblem(f"{path.name} is being written just now. It is read again shortly.")


def _read(path: Path) -> Content:
    try:
        with path.open("rb") as file:
            before = _stamp(os.fstat(file.fileno()))
            if path.suffix.lower() in SHEET_ENDINGS and before.size > LARGEST_SHEET:
                raise SourceProblem(
                    f"{path.name} has {before.size // 1_000_000} MB; spreadsheets are read up to "
                    f"{LARGEST_SHEET // 1_000_000} MB. Export it as CSV instead."
                )
            if before.size > LARGEST_TEXT:
                raise SourceProblem(
                    f"{path.name} has {before.size // 1_000_000} MB; files are read up to "
                    f"{LARGEST_TEXT // 1_000_000} MB. It may be another file than an export."
                )
            data = file.read(before.size + 1)
        after = _stamp(path.stat())
    except OSError as error:
        raise _unreadable(path, error) from error
    if before != after or len(data) != after.size:
        raise being_written(path)
    return Content(path, data, after.modified_ns // 1_000_000)


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError as error:
        raise SourceProblem(f"The folder {folder} can't be read: {error.strerror}.") from error


def _fitting(wanted: str, names: list[str]) -> list[str]:
    low = wanted.lower()
    fitting = {low} if low.endswith(TEXT_ENDINGS + SHEET_ENDINGS) else {low + e for e in TEXT_ENDINGS + SHEET_ENDINGS}
    return sorted(name for name in names if name.lower() in fitting)


def _stamp_text(folder: Path, found: list[str]) -> str:
    if not found:
        return MISSING
    try:
        return " ".join(str(_stamp((folder / name).stat())) for name in found)
    except FileNotFoundError:
        # Gone between the list and the look: an export that replaces its file does this.
        return MISSING
    except OSError as error:
        raise _unreadable(folder / found[0], error) from error


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_mtime_ns, stat.st_size, stat.st_ino)


def _unreadable(path: Path, error: OSError) -> SourceProblem:
    return SourceProblem(
        f"{path.name} can't be read: {error.strerror}. It may be open in another program, or was just moved."
    )
