"""push_10k_woo, push_10k_trendyol: the stock of every one of 10,000 simple listings changes; all are pushed.

The shipped connector and push worker against the shipped sandbox, in this process and without delay;
waits (rate limits, receipts) are skipped. ``..._calls`` counts the write calls. The time is real time
from the first plan until every figure is confirmed and, where the platform asks for it, seen again,
less the sandbox's own processor time. The floor is executemany of the rows that pushing left behind or
changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from tests.bench import bare
from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.measure import median, took
from tests.bench.memory_erp import WAREHOUSES, MemoryErp
from tests.bench.shop import Shop, Store, shop
from tests.bench.size import Size
from tests.bench.skipping_clock import SkippingClock

from omnisync.log import outbox
from omnisync.model.quantity import PIECE

NAMES = ("push_10k_woo_calls", "push_10k_woo", "push_10k_trendyol_calls", "push_10k_trendyol")

_LIMITS = {"woo": 101, "trendyol": 20}
_READS = frozenset({"GET", "HEAD"})


def run(size: Size) -> Iterator[Figure]:
    for store, limit in _LIMITS.items():
        with scratch() as folder:
            times, calls, least = [], 0, 0
            before: bare.Rows = {}
            for _ in range(min(size.rounds, 3)):
                path = folder / "omnisync.db"
                bare.remove(path)
                took_ms, calls, least, before = asyncio.run(_push(path, store, size.products))
                times.append(took_ms)
            rows = bare.added(bare.rows_of(folder / "omnisync.db"), before)
            floor = bare.filling(folder, rows, before)
            yield at_most(f"push_10k_{store}_calls", calls, "count", floor=least, limit=limit)
            yield at_most(f"push_10k_{store}", median(times), "ms", floor=floor, limit=2000)


async def _push(path: Path, name: str, products: int) -> tuple[float, int, int, bare.Rows]:
    clock = SkippingClock()
    async with shop(path, clock, products, (name,)) as made:
        store = made.stores[name]
        await _until_done(store, clock)
        _change_all(made.memory)
        assert await made.erp.pull()
        before = bare.rows_of(path)
        store.timed.calls.clear()
        spent = store.timed.cpu
        with took() as time:
            await _until_done(store, clock)
        await _make_sure(made, name)
        calls = sum(count for method, count in store.timed.calls.items() if method not in _READS)
        least = -(-products // store.connector.capabilities.max_batch)
        return time.wall - (store.timed.cpu - spent), calls, least, before


def _change_all(memory: MemoryErp) -> None:
    for (product, house), on_hand in list(memory.on_hand.items()):
        if house == WAREHOUSES[0]:
            memory.count(product, house, on_hand - 20 * PIECE)


async def _until_done(store: Store, clock: SkippingClock) -> None:
    while (until := await store.pusher.step()) is not None:
        clock.skip_to(until)


async def _make_sure(made: Shop, name: str) -> None:
    assert await made.log.query(lambda db: outbox.waiting(db, name)) == 0
    assert {figure.stock for figure in made.stores[name].sandbox.figures()} == {80}
