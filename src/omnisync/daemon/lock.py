"""One daemon per data folder: a lock that the kernel takes away from a dead process by itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omnisync.errors import AlreadyRunning, DatabaseReadOnly
from omnisync.folders import LOCK
from omnisync.text import _


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises AlreadyRunning, or DatabaseReadOnly when the folder can't be written.

    The lock is a file of its own: opening and closing the database file itself would drop SQLite's locks.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DatabaseReadOnly(
            _("The data folder {folder} can't be written: {reason}. Check its owner and rights.").format(
                folder=folder, reason=error.strerror
            )
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text("ascii", "replace").strip() or "?"
            raise AlreadyRunning(
                _("A daemon is already running on {folder} (process {pid}). Only one may write there.").format(
                    folder=folder, pid=holder
                )
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)
