"""A log that is closed whatever happens: its thread would else keep the whole test run from ending."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from omnisync.log.writer import Log
from omnisync.testing.clock import ManualClock


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Log]:
    """The log of that file, open for writing."""
    log = await Log.open(path, ManualClock())
    try:
        yield log
    finally:
        await log.close()
