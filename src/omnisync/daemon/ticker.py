"""The schedule: APScheduler as the ticker, and nothing else of it. Due times and attempts live elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Self

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class SchedulerTicker:
    """Calls things again and again on the machine's clock, with a tenth of jitter."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def __enter__(self) -> Self:
        """Start ticking."""
        self._scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)

    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Call it every so many seconds, give or take a tenth; a tick that is late still comes, once."""
        self._scheduler.add_job(
            call, "interval", seconds=seconds, jitter=seconds * 0.1, id=name,
            coalesce=True, max_instances=1, misfire_grace_time=None,
        )  # fmt: skip
