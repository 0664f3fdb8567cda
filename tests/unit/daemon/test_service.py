"""The daemon's life: an engine that dies takes the daemon with it, instead of leaving it alive and idle."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from omnisync.daemon.service import serve
from omnisync.folders import SOCKET
from omnisync.ports import SystemClock


class Dying:
    """An engine that ends of something unforeseen."""

    def __init__(self) -> None:
        self.stores: dict[str, Any] = {}

    async def run(self) -> None:
        raise ZeroDivisionError("unforeseen")


async def test_an_engine_that_dies_ends_the_daemon(tmp_path: Path) -> None:
    async def make(*_parts: object) -> Any:
        return Dying()

    with pytest.raises(ZeroDivisionError, match="unforeseen"):
        await asyncio.wait_for(serve(tmp_path, SystemClock(), make), 5)
    assert not (tmp_path / SOCKET).exists()
