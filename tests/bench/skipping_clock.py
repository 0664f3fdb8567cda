"""A clock on which waiting takes no time: rate limits and receipts are honoured, and skipped."""

from __future__ import annotations

import asyncio
import time


class SkippingClock:
    """Runs as the machine's own, and jumps over every wait. For one story line at a time."""

    def __init__(self) -> None:
        self._skipped = 0

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self._skipped

    async def sleep(self, seconds: float) -> None:
        self._skipped += int(seconds * 1000) + 1
        await asyncio.sleep(0)

    def skip_to(self, until: int) -> None:
        self._skipped += max(0, until - self.now())
