"""The demo's buyers: a pretended store that somebody stops does not end the day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from omnisync.demo import buyers
from omnisync.demo.place import STORES
from omnisync.demo.stores import StoreLine
from omnisync.errors import NotSent
from omnisync.ports import SystemClock


class _Stopped:
    """A store that answers nothing."""

    store = STORES[0]

    def __init__(self, stop: asyncio.Event) -> None:
        self.asked = 0
        self._stop = stop

    async def buy(self, lines: Sequence[tuple[str, int]]) -> str | None:
        self.asked += 1
        if self.asked == 3:
            self._stop.set()
        raise NotSent("No connection")


async def test_a_store_that_was_stopped_does_not_end_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buyers, "_ORDERS_PER_SECOND", 100_000)
    stop = asyncio.Event()
    line = _Stopped(stop)
    crowd = buyers.Buyers([cast("StoreLine", line)], SystemClock(), 1)
    crowd._shelves = {line.store.name: ["1"]}
    await crowd.shop(stop)
    assert line.asked == 3
    assert not crowd.ledger.orders
