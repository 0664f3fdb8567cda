"""The daemon's process in a simulation: it starts, is killed at any await, loses the end of its log, runs out of disk."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from omnisync.connect.http import Transport
from omnisync.errors import DatabaseError
from omnisync.log import backup
from omnisync.log.writer import Log, WriterConnection
from omnisync.model.events import StoreLive
from omnisync.ports import Clock
from omnisync.shop import Shop
from omnisync.sync.engine import Engine
from omnisync.testing.virtual import InlineConnection, VirtualTicker, open_inline

_ROOM = 1_073_741_823
"""SQLite's own limit of pages: as good as none."""


class Wire(Transport):
    """The line of the daemon: tells of every request, and is dead when the process is."""

    def __init__(self, inner: Transport, tell: Callable[[Any, Any], None]) -> None:
        self._inner, self._tell = inner, tell
        self.stir = asyncio.Event()

    async def handle_async_request(self, request: Any) -> Any:
        """Pass it on."""
        self.stir.set()
        try:
            answer = await self._inner.handle_async_request(request)
        except BaseException as error:
            self._tell(request, error)
            raise
        self.stir.set()
        self._tell(request, answer)
        return answer


class Process:
    """One daemon after another on the same database."""

    def __init__(self, path: Path, shop: Shop, wire: Wire, clock: Clock, rng: random.Random) -> None:
        self.path, self.shop, self.wire, self.clock, self.rng = path, shop, wire, clock, rng
        self.engine: Engine | None = None
        self.starts = 0
        self.full = False
        self.surprises: list[str] = []
        self._connection: InlineConnection | None = None
        self._backups: list[Path] = []

    async def live(self, seconds: float, *, kill: bool = False, lose_tail: bool = False) -> None:
        """Run for so long, then stop cleanly, or be killed somewhere soon after, at any await."""
        async with AsyncExitStack() as stack:
            log = await Log.open(self.path, self.clock, self._open)
            if not self.starts:
                await log.append(*(StoreLive(name) for name in self.shop.settings.stores))
            self.starts += 1
            ticker = VirtualTicker(self.rng)
            self.engine = await self.shop.engine(log, ticker, stack)
            run = asyncio.create_task(self.engine.run(), name="engine")
            await asyncio.wait({run}, timeout=seconds)
            if kill and not run.done():
                await self._any_await()
            await self._end(run, ticker, log, kill=kill, lose_tail=lose_tail)

    async def _open(self, connector: Callable[[], sqlite3.Connection]) -> WriterConnection:
        self._connection = await open_inline(connector)
        self.fill_disk(on=self.full)
        return self._connection

    async def _any_await(self) -> None:
        """Until something stirs, and then some turns of the loop more."""
        self.wire.stir.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wire.stir.wait(), 600)
        for _ in range(self.rng.randrange(60)):
            await asyncio.sleep(0)

    async def _end(
        self, run: asyncio.Task[None], ticker: VirtualTicker, log: Log, *, kill: bool, lose_tail: bool
    ) -> None:
        connection, engine = self._connection, self.engine
        assert connection is not None
        assert engine is not None
        self._connection = self.engine = None
        connection.dead = kill
        if run.done() and not isinstance(run.exception(), DatabaseError):
            # A daemon that can't write at its start ends, and is started again; it ends for nothing else.
            run.result()
        for task in (run, *ticker.tasks):
            task.cancel()
        await asyncio.gather(run, *ticker.tasks, return_exceptions=True)
        if engine.surprises:
            self.surprises.append(f"a worker failed in a way nobody thought of, {engine.surprises} times")
        if not kill:
            await log.close()
            return
        tail = self._without_tail() if lose_tail else None
        connection._db.close()
        if tail is not None:
            self._write(*tail)
        pump = log._pump
        assert pump is not None
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)

    # The disk.

    def fill_disk(self, *, on: bool) -> None:
        """From now on the database may not grow; or it may again."""
        self.full = on
        if self._connection is not None:
            pages = self._connection._db.execute("PRAGMA page_count").fetchone()[0] if on else _ROOM
            self._connection._db.execute(f"PRAGMA max_page_count = {pages}")

    def _wal(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _without_tail(self) -> tuple[bytes, bytes]:
        """The database as a disk has it that did not write what it said it had: cut at any byte."""
        wal = self._wal().read_bytes() if self._wal().exists() else b""
        keep = len(wal) - int(min(len(wal), 400_000) * self.rng.random() ** 2)
        return self.path.read_bytes(), wal[:keep]

    def _write(self, data: bytes, wal: bytes) -> None:
        for ending in ("-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        self.path.write_bytes(data)
        self._wal().write_bytes(wal)

    def back_up(self) -> None:
        """Take a backup as the program does."""
        target = self.path.with_name(f"backup-{len(self._backups)}.db")
        with suppress(DatabaseError):
            backup.backup(self.path, target)
            self._backups.append(target)

    def restore(self) -> None:
        """Put one of the last backups back, if there is any, as `omnisync restore` does."""
        if not self._backups:
            return
        chosen = self.rng.choice(self._backups[-3:])

        def work() -> None:
            # A loop and threads of its own, while virtual time stands still.
            prepared = backup.prepare(chosen, self.path)
            kept = asyncio.run(backup.restore(prepared, self.path, self.clock, "owner"))
            if kept is not None:
                kept.unlink()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
