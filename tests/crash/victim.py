"""The daemon as a process that can be killed at any moment.

A cold start is what a person or systemd does. A warm one forks from this process, which has imported
everything already: the same daemon without the half second in which Python reads its modules, so that a
thousand deaths take minutes and nearly all of them hit the daemon at work.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.crash.street import Street

from omnisync.cli.group import get_command, omnisync
from omnisync.connect.http import load_transport
from omnisync.connect.loader import discover, load
from omnisync.errors import DatabaseError
from omnisync.folders import DATABASE
from omnisync.log.reader import Reader

OMNISYNC = Path(sys.executable).with_name("omnisync")

_LISTENS = 20.0
"""Seconds in which a started daemon must listen."""

_PATIENCE = 0.6
"""Seconds that a kill waits for the moment it wants."""


class Victim:
    """One daemon after the other on the same shop. Start it with no database open: it may be a fork."""

    def __init__(self, street: Street, rng: random.Random) -> None:
        self._street = street
        self._rng = rng
        self._pid = 0
        self._said = street.folder / "daemon.stderr"
        self._started_at = 0.0
        self.environment = {**os.environ, "OMNISYNC_CONFIG": str(street.config)}
        get_command("daemon")
        load_transport()
        for platform in ("files", *(store.platform for store in street.stores.values())):
            load(discover()[platform])

    def start(self, *, cold: bool) -> None:
        """Start the daemon."""
        self._started_at = time.monotonic()
        with self._said.open("w") as said:
            if cold:
                process = subprocess.Popen(
                    [OMNISYNC, "daemon"], env=self.environment, stderr=said, stdin=subprocess.DEVNULL
                )
                # Waited for by its number, like a fork; the object need not know.
                process.returncode = 0
                self._pid = process.pid
            else:
                self._pid = os.fork() or self._live(said.fileno())

    def _live(self, said: int) -> int:
        """The forked daemon's whole life."""
        code = 1
        try:
            os.environ.update(self.environment)
            os.dup2(said, 1)
            os.dup2(said, 2)
            omnisync(["daemon"])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        finally:
            os._exit(code)

    def go(self) -> None:
        """Say go to every store, once the daemon listens: a new one is only planned for until somebody does."""
        for name in self._street.stores:
            limit = time.monotonic() + _LISTENS
            while (done := self.omnisync("go", name)).returncode and time.monotonic() < limit:
                time.sleep(0.1)
            assert done.returncode == 0, done.stderr

    def omnisync(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the owner would."""
        return subprocess.run(
            [OMNISYNC, *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def alive(self) -> None:
        """Raises AssertionError with its last words when the daemon has ended by itself."""
        if os.waitpid(self._pid, os.WNOHANG) != (0, 0):
            self._pid = 0
            raise AssertionError(f"the daemon ended by itself: {self.said()}")

    def said(self) -> str:
        """What it has told on stderr since its last start."""
        return self._said.read_text()

    def age(self) -> float:
        """Seconds since its start, less those in which it was ready and other programs had the processors."""
        try:
            waited = int(Path(f"/proc/{self._pid}/schedstat").read_text("ascii").split()[1]) / 1e9
        except OSError:
            waited = 0.0
        return time.monotonic() - self._started_at - waited

    def end(self) -> None:
        """SIGTERM, which must end it in order."""
        pid, self._pid = self._pid, 0
        os.kill(pid, signal.SIGTERM)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert code == 0, f"the daemon ended with {code}: {self.said()}"

    def kill(self) -> None:
        """SIGKILL, now."""
        pid, self._pid = self._pid, 0
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    # Moments to die at.

    def while_starting(self) -> None:
        """Somewhere between exec and the first orders."""
        time.sleep(self._rng.uniform(0, 0.3))

    def within_a_commit(self) -> None:
        """Just as the write-ahead log was written to: most often before the write is on disk."""
        wal = self._street.data / f"{DATABASE}-wal"
        seen = {_written(wal)}
        commits = self._rng.randint(2, 12)

        def often_enough() -> bool:
            seen.add(_written(wal))
            return len(seen) >= commits

        self._until(often_enough, pause=0)

    def with_work_unfinished(self) -> None:
        """While a batch is open or an order on its way to the ERP, or a moment later."""
        sql = """SELECT EXISTS (SELECT 1 FROM batch WHERE state IN ('made', 'sent', 'lost'))
            OR EXISTS (SELECT 1 FROM shop_order WHERE export = 'sending')"""
        path = self._street.data / DATABASE
        self._until(lambda: readable(path), pause=0.001)
        if readable(path):
            with Reader(path) as reader:
                self._until(lambda: bool(reader.one(sql)), pause=0.001)
        time.sleep(self._rng.uniform(0, 0.02))

    def _until(self, so: Callable[[], bool], pause: float) -> None:
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit and not so():
            if pause:
                time.sleep(pause)


def readable(path: Path) -> bool:
    """Whether the database is there with its tables; a daemon may have been killed while it made them."""
    try:
        with Reader(path) as reader:
            return reader.complete()
    except DatabaseError:
        return False


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
