"""audit_10k_woo, audit_10k_trendyol: one audit of 10,000 simple listings, of which one in a hundred was edited by hand.

The shipped connector and the engine against the shipped sandbox, in this process and without delay; waits for rate
limits are skipped. From the first page until every figure is compared and each drift stands in the log with its cause,
less the sandbox's own processor time. The floor is the connector alone, walking the same list.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import bare
from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.measure import median
from tests.bench.shop import Store, shop
from tests.bench.size import Size
from tests.bench.skipping_clock import SkippingClock

from omnisync.log.drift_list import open_drifts
from omnisync.log.reader import Reader
from omnisync.model.drift import Cause

NAMES = ("audit_10k_woo", "audit_10k_trendyol")

_ONE_IN = 100


def run(size: Size) -> Iterator[Figure]:
    for store in ("woo", "trendyol"):
        with scratch() as folder:
            times, floors = [], []
            for _ in range(min(size.rounds, 3)):
                path = folder / "omnisync.db"
                bare.remove(path)
                took_ms, floor = asyncio.run(_audit(path, store, size.products))
                times.append(took_ms)
                floors.append(floor)
            yield at_most(f"audit_10k_{store}", median(times), "ms", floor=median(floors), limit=30_000)


async def _audit(path: Path, name: str, products: int) -> tuple[float, float]:
    clock = SkippingClock()
    async with shop(path, clock, products, (name,)) as made:
        store = made.stores[name]
        while (until := await store.pusher.step()) is not None:
            clock.skip_to(until)
        assert await store.sync.pull_catalogue()
        floor = await _walked(store)
        edited = [figure for figure in store.sandbox.figures() if figure.price][::_ONE_IN]
        for figure in edited:
            store.sandbox.edit(figure.remote_id, stock=figure.stock + 7)
        began, spent = time.perf_counter(), store.timed.cpu
        assert await store.sync.pull_catalogue()
        took_ms = (time.perf_counter() - began) * 1000 - (store.timed.cpu - spent)
        with Reader(path) as reader:
            found = open_drifts(reader)
        assert len(found) == len(edited) >= 1
        assert {each.cause for each in found} == {Cause.BY_HAND}
        return took_ms, floor


async def _walked(store: Store) -> float:
    began, spent = time.perf_counter(), store.timed.cpu
    async for _page in store.connector.listings():
        pass
    return (time.perf_counter() - began) * 1000 - (store.timed.cpu - spent)
