"""A clock that a test moves by hand."""

from __future__ import annotations

import asyncio

from omnisync.ports import Millis

_START = 1_795_000_000_000
"""An ordinary moment of November 2026."""

_TURNS = 200
"""Turns of the event loop that others get before time moves on: far more than one request in process needs."""


class ManualClock:
    """Stands still until a test moves it, or until somebody sleeps and nobody else has anything to do.

    A sleeper moves the time to the end of its sleep, so that waits take no real time. A sleep which is
    cancelled meanwhile (a time-out that was not needed) moves nothing. Of several sleepers the one that
    began first moves the time first, so it suits tests with one story line, not a whole shop.
    """

    def __init__(self, now: Millis = _START) -> None:
        self._now = now

    def now(self) -> Millis:
        """The time in milliseconds UTC."""
        return self._now

    def set(self, now: Millis) -> None:
        """It is that time now, which may be in the past."""
        self._now = now

    def advance(self, seconds: float) -> None:
        """So many seconds go by."""
        self._now += round(seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        """Let the others run as far as they get, then move the time to the end of this sleep."""
        until = self._now + round(seconds * 1000)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        self._now = max(self._now, until)
