"""A program in a terminal of its own (a pty): what it writes is kept, with the moment at which each piece came."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

SIZE = (140, 40)
PATIENCE = 30.0


class Burst(NamedTuple):
    """An answer to a key: seconds until its first and its last byte, and the bytes."""

    first: float
    last: float
    data: bytes


class Terminal:
    """Reads on a thread, so that the program never waits for its reader."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, size: tuple[int, int] = SIZE
    ) -> None:
        self.master, slave = pty.openpty()
        self.resize(size)
        self.pieces: list[tuple[float, bytes]] = []
        self.began = time.perf_counter()
        # Where these two are set, they count more than the terminal's own size.
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        given = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(environment or {})}
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env={**inherited, **given}, start_new_session=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        os.close(self.master)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:
                # The last one who had the other side open is gone.
                return
            self.pieces.append((time.perf_counter(), data))

    def resize(self, size: tuple[int, int]) -> None:
        """So many columns and lines."""
        columns, lines = size
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def written(self, since: int = 0) -> bytes:
        """Everything that came from that piece on."""
        return b"".join(data for _at, data in self.pieces[since:])

    def send(self, keys: str | bytes) -> int:
        """Type this in one write; answers the number of the next piece."""
        before = len(self.pieces)
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)
        return before

    def until(self, true: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
        """Wait until it is so."""
        limit = time.monotonic() + patience
        while not true():
            assert self.process.poll() is None, f"it ended before {what}: {self._end_of_it()}"
            assert time.monotonic() < limit, f"waited in vain until {what}: {self._end_of_it()}"
            time.sleep(0.002)

    def _end_of_it(self) -> str:
        return self.written()[-3000:].decode("utf-8", "replace")

    def until_written(self, wanted: bytes, since: int = 0, patience: float = PATIENCE) -> float:
        """Wait for these bytes; answers when they had come."""
        self.until(lambda: wanted in self.written(since), f"{wanted!r} was written", patience)
        found = b""
        for at, data in self.pieces[since:]:
            found += data
            if wanted in found:
                return at
        raise AssertionError(wanted)

    def until_quiet(self, seconds: float = 0.15) -> None:
        """Wait until nothing has been written for so long."""
        self.until(lambda: self.pieces and time.perf_counter() - self.pieces[-1][0] > seconds, "it was quiet")

    def answer(self, keys: str | bytes, quiet: float = 0.08) -> Burst:
        """Type this and take what is written until it is quiet again."""
        began = time.perf_counter()
        before = self.send(keys)
        self.until(lambda: len(self.pieces) > before, f"there was an answer to {keys!r}")
        self.until_quiet(quiet)
        pieces = self.pieces[before:]
        return Burst(pieces[0][0] - began, pieces[-1][0] - began, b"".join(data for _at, data in pieces))

    def press(self, keys: str | bytes, quiet: float = 0.08) -> None:
        """Type this and wait until it is quiet, whether it is answered or not."""
        self.send(keys)
        time.sleep(quiet)
        self.until_quiet(quiet)

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal; answers its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)
