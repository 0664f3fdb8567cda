"""The log file as rows by position: only the places of its lines are kept, a line is read when it is on the screen.

The file may be rotated meanwhile: the one that was read stays open under its new name, and its lines stay
where they are. Reading ahead happens on a thread (``look``); what it found counts once ``take`` is called.
"""

from __future__ import annotations

import os
import re
from array import array
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from omnisync.logfile import LEVELS, Filter, Line, decode

_MOST_FILES = 6
"""As many as a rotation keeps: older lines are let go with their file."""

_CHUNK = 1 << 20
_LONGEST = 64_000
"""Bytes of a line that are read; a record is cut long before that on the screen."""

_DECODED = 512
_LEVEL = re.compile(rb'"level": ?"(\w+)"')


@dataclass(slots=True)
class _File:
    """One file: where its wanted lines begin, and how far it has been looked through."""

    fd: int
    inode: int
    number: int
    """The how manieth file it is: the system gives the other two to a later file again."""
    starts: array[int] = field(default_factory=lambda: array("Q"))
    """Places of the wanted lines that were found."""
    taken: int = 0
    """So many of them count."""
    end: int = 0


class Tail:
    """The lines of a log that a filter wants."""

    def __init__(self, path: Path, wanted: Filter) -> None:
        self._path, self._wanted = path, wanted
        self._files: list[_File] = []
        self._decoded: OrderedDict[tuple[int, int], Line] = OrderedDict()
        self._serious = {level.encode() for level in LEVELS[LEVELS.index(wanted.level) :]}
        self._opened = 0
        self.looking = False
        """A look is under way on its thread."""
        self.count = 0
        self.dropped = 0
        """Lines that left with their file since the last ``take``."""

    # On a thread

    def look(self) -> None:
        """Find the lines that were written since the last look, in a rotated file to its end first."""
        if not self._files:
            self._open(self._path.with_name(f"{self._path.name}.1"))
        rotated = self._rotated()
        if self._files:
            self._look_through(self._files[-1])
        if rotated and self._open(self._path):
            self._look_through(self._files[-1])

    def _rotated(self) -> bool:
        """Whether the name stands for another file than the one that is read, or the file began anew."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            # Not made yet, or between the two halves of a rotation.
            return False
        if not self._files or self._files[-1].inode != found.st_ino:
            return True
        return found.st_size < self._files[-1].end

    def _open(self, path: Path) -> bool:
        try:
            fd = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        self._files.append(_File(fd, os.fstat(fd).st_ino, self._opened))
        self._opened += 1
        return True

    def _look_through(self, file: _File) -> None:
        """Whole lines only: the rest of a line that is just being written is found at the next look."""
        while chunk := os.pread(file.fd, _CHUNK, file.end):
            length = chunk.rfind(b"\n") + 1
            if not length:
                if len(chunk) < _CHUNK:
                    return
                length = len(chunk)  # One endless line: it is passed over in pieces.
            self._find(file, chunk, length)
            file.end += length

    def _find(self, file: _File, chunk: bytes, length: int) -> None:
        start = 0
        while start < length:
            end = chunk.find(b"\n", start, length)
            end = length if end < 0 else end
            if end > start and self._wants(chunk[start:end]):
                file.starts.append(file.end + start)
            start = end + 1

    def _wants(self, raw: bytes) -> bool:
        """Cheap looks first: most lines of most filters need no decoding."""
        wanted = self._wanted
        if wanted.level != LEVELS[0]:
            level = _LEVEL.search(raw)
            if (level.group(1) if level else b"info") not in self._serious:
                return False
        return not (wanted.store or wanted.text) or wanted.wants(decode(raw))

    # On the loop

    def take(self) -> int:
        """Let what was found count; answers how many lines are new."""
        self.dropped = 0
        while len(self._files) > _MOST_FILES:
            gone = self._files.pop(0)
            self.dropped += gone.taken
            os.close(gone.fd)
        fresh = 0
        for file in self._files:
            found = len(file.starts)
            fresh += found - file.taken
            file.taken = found
        self.count += fresh - self.dropped
        return fresh

    def line(self, index: int) -> Line | None:
        """The line at that position."""
        for file in self._files:
            if index < file.taken:
                return self._line(file, file.starts[index])
            index -= file.taken
        return None

    def _line(self, file: _File, start: int) -> Line:
        key = (file.number, start)
        line = self._decoded.get(key)
        if line is None:
            line = self._decoded[key] = decode(os.pread(file.fd, _LONGEST, start).partition(b"\n")[0])
            if len(self._decoded) > _DECODED:
                self._decoded.popitem(last=False)
        return line

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            os.close(file.fd)
        self._files, self.count = [], 0
