"""Waiting for "there is something to do" or for a time, whichever comes first, on the handed-in clock."""

from __future__ import annotations

import asyncio

from omnisync.ports import Clock


class Signal:
    """Set by whoever knows of work; a set that comes while the worker works is not lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._event = asyncio.Event()

    def set(self) -> None:
        """There is something to do."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether a wait would return at once."""
        return self._event.is_set()

    async def wait(self, until: int | None = None) -> None:
        """Return when set, or at that time (milliseconds UTC); clears it."""
        if until is None:
            await self._event.wait()
        elif not self._event.is_set():
            await self._wait_until(until)
        self._event.clear()

    async def _wait_until(self, until: int) -> None:
        seconds = (until - self._clock.now()) / 1000
        if seconds <= 0:
            return
        waiter = asyncio.ensure_future(self._event.wait())
        sleeper = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({waiter, sleeper}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiter.cancel()
            sleeper.cancel()
