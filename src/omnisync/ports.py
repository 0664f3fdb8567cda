"""The outside world, handed in: clock, randomness, ids, blocking work.

Nothing else in OmniSync reads the wall clock, draws a random number or starts a thread, so that
the whole shop runs under a virtual clock and one seed (DESIGN section 8).
Times are whole milliseconds UTC since 1970 everywhere, durations are seconds.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")

Millis = int
"""A time: milliseconds UTC since 1970-01-01."""


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> Millis:
        """The time in milliseconds UTC."""

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds of this clock."""


class Blocking(Protocol):
    """Runs a function that blocks (files, drivers) away from the event loop."""

    async def __call__(self, function: Callable[[], T]) -> T:
        """The function's result; its exception is raised here."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> Millis:
        """The time in milliseconds UTC."""
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        """Wait that many real seconds."""
        await asyncio.sleep(seconds)


async def in_thread(function: Callable[[], T]) -> T:
    """Run a blocking function on a thread of asyncio's small pool."""
    return await asyncio.to_thread(function)


class Ids:
    """Unique ids drawn from a random source, so that a seeded run gives the same ones."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.SystemRandom()

    def new(self) -> str:
        """A new UUID (version 4) as 32 hex digits."""
        return uuid.UUID(int=self._rng.getrandbits(128), version=4).hex
