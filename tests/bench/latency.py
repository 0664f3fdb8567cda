"""change_to_confirmed, order_to_others: how long a person, or another buyer, would see the old figure.

A whole shop runs in this process (live.py), with 1,240 products in an ERP in memory. A change is timed from the
moment at which the ERP has it until all three stores have accepted it and, on the platform that answers
later, given the result and shown it; looking for changes every 0.2 s is part of it, reading files is not.
An order is timed from the answer in which its store tells of it until the other two show the lower
figure. Between two samples is a pause, so that no rate limit is measured. The floors are the same calls
made by the connectors alone, one store after the other.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.live import Live, live, until
from tests.bench.measure import percentile
from tests.bench.memory_erp import WAREHOUSES, barcode, code
from tests.bench.size import Size

from omnisync.connect.sandbox import SandboxOrderLine
from omnisync.connect.store import ListingRef, PushItem
from omnisync.model.quantity import PIECE

NAMES = ("change_to_confirmed_p50", "change_to_confirmed_p99", "order_to_others_p99")

_PAUSE = 0.9
_OTHERS = ("trendyol", "woo2")


def run(size: Size) -> Iterator[Figure]:
    with scratch() as folder:
        changes, orders, floor = asyncio.run(_samples(folder / "omnisync.db", size))
        yield at_most("change_to_confirmed_p50", percentile(changes, 0.5), "ms", floor=floor, limit=300)
        yield at_most("change_to_confirmed_p99", percentile(changes, 0.99), "ms", floor=floor, limit=1000)
        yield at_most("order_to_others_p99", percentile(orders, 0.99), "ms", floor=floor, limit=1000)


async def _samples(path: Path, size: Size) -> tuple[list[float], list[float], float]:
    rng = random.Random(8)
    pause = _PAUSE if size.samples > 10 else 0.0
    changes, orders = [], []
    async with live(path, size.live_products) as made:
        for number in range(size.samples):
            await asyncio.sleep(pause * (1 + rng.random() / 4))
            changes.append(await _change(made, number % size.live_products, 99 - number // size.live_products))
        for number in range(size.samples):
            await asyncio.sleep(pause * (1 + rng.random() / 4))
            orders.append(await _order(made, -1 - number % size.live_products))
            await made.settled()
        floor = await _floor(made)
    return changes, orders, floor


async def _change(made: Live, at: int, pieces: int) -> float:
    began = time.perf_counter()
    made.memory.count(code(at), WAREHOUSES[0], pieces * PIECE)
    sql = """SELECT count(*) FROM figure f JOIN product p ON p.id = f.product WHERE p.code = ? AND f.kind = 'stock'
        AND f.confirmed = ? AND f.wanted = f.confirmed AND f.check_at = 0 AND f.batch = ''"""
    await until(lambda: made.reader.one(sql, code(at), pieces * PIECE) == len(made.sandboxes))
    return (time.perf_counter() - began) * 1000


async def _order(made: Live, place: int) -> float:
    """One piece is bought on one store; the last products, which no change has touched."""
    at = len(made.memory.cards) + place
    figures = {figure.code: figure for figure in made.sandboxes["woo"].figures()}
    before = figures[code(at)].stock
    watch = _Watch(made, code(at), before)
    assert made.sandboxes["woo"].buy([SandboxOrderLine(figures[code(at)].remote_id, 1)])
    made.syncs["woo"].wake_orders.set()
    await until(lambda: len(watch.shown) == len(_OTHERS))
    return (max(watch.shown.values()) - watch.told) * 1000


class _Watch:
    """Notes when the order was told of, and when each of the other stores showed the lower figure."""

    def __init__(self, made: Live, product: str, before: int) -> None:
        self._made, self._product, self._before = made, product, before
        self.told = 0.0
        self.shown: dict[str, float] = {}
        made.timed["woo"].answered = self._answered
        for name in _OTHERS:
            made.timed[name].answered = lambda method, _path, name=name: self._written(name, method)  # type: ignore[misc]

    def _answered(self, _method: str, path: str) -> None:
        if path.endswith("/orders") and not self.told:
            self.told = time.perf_counter()

    def _written(self, name: str, method: str) -> None:
        if method == "GET" or name in self.shown:
            return
        shown = next(each.stock for each in self._made.sandboxes[name].figures() if each.code == self._product)
        if shown < self._before:
            self.shown[name] = time.perf_counter()


async def _floor(made: Live) -> float:
    """The calls of one change by the connectors alone, while the engine has nothing to do."""
    began = time.perf_counter()
    for name, connector in made.connectors.items():
        figure = next(each for each in made.sandboxes[name].figures() if each.code == code(0))
        item = PushItem(ListingRef(figure.remote_id, barcode(0) if name == "trendyol" else figure.remote_id), 7 * PIECE)
        answer = await connector.push([item], "floor")
        if connector.capabilities.receipt:
            await connector.results(answer.receipt, [item])
            await connector.read([item.ref])
    return (time.perf_counter() - began) * 1000
