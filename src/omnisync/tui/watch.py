"""Notices that the database changed: one pragma of three microseconds, some times a second, and no byte sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from omnisync.errors import DatabaseError
from omnisync.log.reader import Reader

EVERY = 0.15
"""Seconds between two looks."""


class Watch:
    """``look`` is called by a timer; ``changed`` after a commit, ``appeared`` when there is a database at last."""

    def __init__(self, path: Path, changed: Callable[[], None], appeared: Callable[[], None]) -> None:
        self.reader: Reader | None = None
        self.problem = ""
        self._path = path
        self._changed, self._appeared = changed, appeared
        self._version = 0

    def open(self) -> bool:
        """Open the database if there is one, and all of it."""
        try:
            reader = Reader(self._path)
        except DatabaseError as error:
            self.problem = str(error)
            return False
        if not reader.complete():
            reader.close()
            return False
        self.reader = reader
        self._version = self.reader.version()
        return True

    def look(self) -> None:
        """Look once."""
        if self.reader is None:
            if self._path.exists() and self.open():
                self._appeared()
            return
        version = self.reader.version()
        if version != self._version:
            self._version = version
            self._changed()

    def close(self) -> None:
        """Close the connection."""
        if self.reader is not None:
            self.reader.close()
            self.reader = None
