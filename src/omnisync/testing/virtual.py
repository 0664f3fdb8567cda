"""A whole shop under a virtual clock: hours pass in seconds, and the same seed gives the same run.

The loop never waits: when nobody has anything to do, time jumps to the next timer. Threads do not
exist in it; SQLite runs inline, files are read inline.
"""

from __future__ import annotations

import asyncio
import random
import selectors
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from omnisync.log.writer import WriterConnection
from omnisync.ports import Millis

T = TypeVar("T")

_START = 1_795_000_000_000


class _NeverWaits(selectors.DefaultSelector):
    """Lets the loop's own time pass instead of waiting."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else: nothing will ever happen again")
        self.loop.passed += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is virtual; ``passed`` is seconds since it was made."""

    def __init__(self) -> None:
        selector = _NeverWaits()
        selector.loop = self
        self.passed = 0.0
        super().__init__(selector)
        # After half a year a double no longer holds a billionth of a second, and a timer would never be due.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Virtual seconds."""
        return self.passed

    def _write_to_self(self) -> None:
        """Nobody is outside of this loop to be woken by."""

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        """There are no threads here."""
        raise RuntimeError("a thread was asked for in a virtual run")


class VirtualClock:
    """The clock of a VirtualLoop; may be ahead of it by some milliseconds, as clocks of shops are."""

    def __init__(self, loop: VirtualLoop, ahead: Millis = 0) -> None:
        self._loop = loop
        self._ahead = ahead

    def now(self) -> Millis:
        """The virtual time in milliseconds UTC."""
        return _START + round(self._loop.passed * 1000) + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        await asyncio.sleep(seconds)


class VirtualTicker:
    """The schedule on the virtual clock."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.tasks: list[asyncio.Task[None]] = []

    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Call it every so many seconds, give or take a tenth."""

        async def tick() -> None:
            while True:
                await asyncio.sleep(seconds * self._rng.uniform(0.9, 1.1))
                call()

        self.tasks.append(asyncio.get_running_loop().create_task(tick(), name=name))


class Killed(BaseException):
    """The process is gone: nothing can be written any more."""


class InlineConnection(WriterConnection):
    """The writer's connection without a thread; ``dead`` makes it refuse everything, like a killed process."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(lambda: db, iter_chunk_size=64)
        self._db = db
        self.dead = False

    async def hop(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run the function at once."""
        await asyncio.sleep(0)
        if self.dead:
            raise Killed
        return function(self._db)

    async def close(self) -> None:
        """Close the database."""
        self._db.close()


async def open_inline(connector: Callable[[], sqlite3.Connection]) -> InlineConnection:
    """Opens a writer's connection for a virtual run."""
    return InlineConnection(connector())


async def inline(function: Callable[[], T]) -> T:
    """Blocking work of a virtual run: done on the spot."""
    await asyncio.sleep(0)
    return function()


def run(story: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Run the story on a loop of its own and give its result."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(story(loop))
    finally:
        loop.close()
        asyncio.set_event_loop(None)
