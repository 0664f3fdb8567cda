"""nothing_to_do, catalogue_same: rounds over 10,000 products on three stores with nothing changed.

``nothing_to_do``: the ERP is asked, every store's orders are asked for, and every push worker looks for
work: what happens all day. ``nothing_to_do_writes`` counts rows written in the database by it and by
``catalogue_same``, which reads all three catalogues whole and compares every listing, as happens a few
times a day (its limit is our own: a tenth of a millisecond a listing). Times are processor time of both
threads, less the sandboxes' own; waits are skipped. The floors are json.loads of the same answers.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.measure import median, took
from tests.bench.shop import Shop, shop
from tests.bench.size import Size
from tests.bench.skipping_clock import SkippingClock
from tests.bench.stores import PLATFORMS

NAMES = ("nothing_to_do_writes", "nothing_to_do", "catalogue_same")


_PER_LISTING = 0.1

Round = Callable[[Shop, SkippingClock], Awaitable[None]]


def run(size: Size) -> Iterator[Figure]:
    with scratch() as folder:
        (quiet, quiet_floor), (read, read_floor), writes = asyncio.run(_rounds(folder / "omnisync.db", size))
        yield at_most("nothing_to_do_writes", writes, "count", floor=0, limit=0)
        yield at_most("nothing_to_do", quiet, "ms", floor=quiet_floor, limit=200)
        listings = size.products * len(PLATFORMS)
        yield at_most("catalogue_same", read, "ms", floor=read_floor, limit=listings * _PER_LISTING)


async def _rounds(path: Path, size: Size) -> tuple[tuple[float, float], tuple[float, float], int]:
    clock = SkippingClock()
    async with shop(path, clock, size.products, tuple(PLATFORMS)) as made:
        for _ in range(2):
            await _ask_everybody(made, clock)
        before = await made.log.query(_written)
        quiet = [await _cpu(made, clock, _ask_everybody) for _ in range(2 * size.rounds + 1)]
        read = [await _cpu(made, clock, _read_catalogues) for _ in range(min(size.rounds, 3))]
        writes = await made.log.query(_written) - before
        floors = await _floor(made, clock, _ask_everybody), await _floor(made, clock, _read_catalogues)
        return (median(quiet), floors[0]), (median(read), floors[1]), writes


async def _cpu(made: Shop, clock: SkippingClock, work: Round) -> float:
    spent = sum(store.timed.cpu for store in made.stores.values())
    with took() as time:
        await work(made, clock)
    return time.cpu - (sum(store.timed.cpu for store in made.stores.values()) - spent)


async def _ask_everybody(made: Shop, clock: SkippingClock) -> None:
    await made.erp.changed()
    assert await made.erp.pull()
    for store in made.stores.values():
        assert await store.sync.pull_orders()
        while (until := await store.pusher.step()) is not None:
            clock.skip_to(until)


async def _read_catalogues(made: Shop, _clock: SkippingClock) -> None:
    for store in made.stores.values():
        assert await store.sync.pull_catalogue()


def _written(db: sqlite3.Connection) -> int:
    return db.total_changes


async def _floor(made: Shop, clock: SkippingClock, work: Round) -> float:
    answers: list[bytes] = []
    for store in made.stores.values():
        store.timed.bodies = answers
    await work(made, clock)
    with took() as time:
        for answer in answers:
            json.loads(answer or b"0")
    for store in made.stores.values():
        store.timed.bodies = None
    return time.cpu
