"""nothing_to_do: one round of everything over 10,000 products on three stores, with nothing changed.

The ERP is asked, every store's catalogue is read whole, every store's orders are asked for, and every
push worker looks for work. ``nothing_to_do_writes`` counts rows written in the database. The time is
processor time of both threads, less the sandboxes' own; waits are skipped. The floor is json.loads of
the same answers.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.measure import median, took
from tests.bench.shop import Shop, shop
from tests.bench.size import Size
from tests.bench.skipping_clock import SkippingClock
from tests.bench.stores import PLATFORMS

NAMES = ("nothing_to_do_writes", "nothing_to_do")


def run(size: Size) -> Iterator[Figure]:
    with scratch() as folder:
        times, writes, floor = asyncio.run(_rounds(folder / "omnisync.db", size))
        yield at_most("nothing_to_do_writes", writes, "count", floor=0, limit=0)
        yield at_most("nothing_to_do", median(times), "ms", floor=floor, limit=200)


async def _rounds(path: Path, size: Size) -> tuple[list[float], int, float]:
    clock = SkippingClock()
    async with shop(path, clock, size.products, tuple(PLATFORMS)) as made:
        for _ in range(2):
            await _round(made, clock)
        before = await made.log.query(_written)
        times = []
        for _ in range(size.rounds):
            spent = sum(store.timed.cpu for store in made.stores.values())
            with took() as time:
                await _round(made, clock)
            times.append(time.cpu - (sum(store.timed.cpu for store in made.stores.values()) - spent))
        writes = await made.log.query(_written) - before
        return times, writes, await _floor(made, clock)


async def _round(made: Shop, clock: SkippingClock) -> None:
    await made.erp.changed()
    assert await made.erp.pull()
    for store in made.stores.values():
        assert await store.sync.pull_catalogue()
        assert await store.sync.pull_orders()
        while (until := await store.pusher.step()) is not None:
            clock.skip_to(until)


def _written(db: sqlite3.Connection) -> int:
    return db.total_changes


async def _floor(made: Shop, clock: SkippingClock) -> float:
    answers: list[bytes] = []
    for store in made.stores.values():
        store.timed.bodies = answers
    await _round(made, clock)
    with took() as time:
        for answer in answers:
            json.loads(answer or b"0")
    return time.cpu
