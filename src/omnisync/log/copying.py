"""A copy of an open database as one new file, which has its name only when it is whole, proven and on the disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from omnisync.errors import CommandRefused, DatabaseError, DiskFull
from omnisync.log.examine import quick_check
from omnisync.text import _

PART = ".part"
"""What the name of a copy ends with while it is not proven."""


def copy_out(db: sqlite3.Connection, target: Path, prove: Callable[[sqlite3.Connection], None]) -> None:
    """Write everything to the target, which must not exist; ``prove`` is given the copy and raises what is wrong.

    It is the whole database, with the keys of customers' personal fields, so the file is the owner's alone.
    Raises CommandRefused, DatabaseError, DiskFull; then nothing is left of it.
    """
    beside = target.with_name(target.name + PART)
    with in_words(target), _removed_after(beside):
        # Made with its final rights: nobody else can open it, not even for a moment.
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        db.execute("VACUUM INTO ?", (str(beside),))
        with closing(sqlite3.connect(f"{beside.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as copy:
            if faults := quick_check(copy):
                raise DatabaseError(_("The copy is not sound: {faults}").format(faults="; ".join(faults)))
            prove(copy)
        sync(beside)
        beside.rename(target)
        sync(target.parent)


def discard(copy: Path) -> None:
    """Take an unused copy away, with what SQLite put beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{copy}{ending}").unlink(missing_ok=True)


@contextmanager
def _removed_after(path: Path) -> Iterator[None]:
    """What was begun and not finished is taken away; a file that was there before is not ours to take."""
    if path.exists():
        raise CommandRefused(_("{path} is in the way: an earlier backup was cut off. Remove it.").format(path=path))
    try:
        yield
    finally:
        discard(path)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What the system says about writing that file, as a sentence."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if "full" in str(error) or getattr(error, "errno", 0) == 28:
            raise DiskFull(_("There is not enough room for {path}. Nothing was changed.").format(path=path)) from error
        raise CommandRefused(_("{path} can't be written: {reason}").format(path=path, reason=error)) from error


def sync(path: Path) -> None:
    """Have the system bring a file, or what a folder lists, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
