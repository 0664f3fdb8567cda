"""orders_per_second: orders of 8 lines are taken in from a store's answer, exactly once.

The store's answer is made beforehand, in pages of 100; every product is listed on three stores, so that
each order is sealed, reserved, and changes 24 figures. Afterwards the whole answer comes again and must
change nothing. The floor is executemany of exactly the rows that the first one left behind. Value and
floor are orders a second.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from tests.bench import bare
from tests.bench.figure import Figure, at_least
from tests.bench.folder import scratch
from tests.bench.measure import median, took
from tests.bench.memory_erp import code, price
from tests.bench.shop import listed, shop
from tests.bench.size import Size

from omnisync.connect.store import Capabilities, ReadBack
from omnisync.log.writer import Log
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer, OrderLine, OrderPart, OrderState
from omnisync.model.quantity import PIECE
from omnisync.ports import SystemClock
from omnisync.sync.store import StoreSync

NAMES = ("orders_per_second", "orders_twice")

_LINES, _PAGE = 8, 100


def run(size: Size) -> Iterator[Figure]:
    with scratch() as folder:
        path = folder / "omnisync.db"
        before, speeds, twice = asyncio.run(_ours(path, size))
        rows = bare.added(bare.rows_of(path), before)
        floor = median([bare.filling(folder, rows, before) for _ in range(size.rounds)])
        all_orders = size.orders * size.rounds
        yield at_least("orders_per_second", median(speeds), "count", floor=all_orders / floor * 1000, limit=200)
        yield Figure("orders_twice", twice, "count", 0, None, 0, twice == 0)


async def _ours(path: Path, size: Size) -> tuple[bare.Rows, list[float], int]:
    clock = SystemClock()
    speeds = []
    async with shop(path, clock, size.products) as made:
        await listed(made.log, size.products)
        before = bare.rows_of(path)
        answers = [_orders(size, number, clock.now()) for number in range(size.rounds)]
        for orders in answers:
            with took() as time:
                await _pull(made.log, orders)
            speeds.append(size.orders / time.wall * 1000)
        await _pull(made.log, answers[-1])
        count = await made.log.query(lambda db: int(db.execute("SELECT count(*) FROM shop_order").fetchone()[0]))
    return before, speeds, count - size.orders * size.rounds


async def _pull(log: Log, orders: Sequence[OrderPart]) -> None:
    sync = StoreSync("woo", _Answer(orders), log, SystemClock(), random.Random(1), shipped_releases=False)  # type: ignore[arg-type]
    assert await sync.pull_orders()


class _Answer:
    """A store of which only the orders are asked."""

    capabilities = Capabilities(100, receipt=False, read_back=ReadBack.ANSWER, read_batch=100)

    def __init__(self, orders: Sequence[OrderPart]) -> None:
        self._orders = orders

    async def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        del since, until
        for start in range(0, len(self._orders), _PAGE):
            yield self._orders[start : start + _PAGE]


def _orders(size: Size, number: int, now: int) -> list[OrderPart]:
    rng = random.Random(number)
    return [
        _order(f"{number}-{at}", [rng.randrange(size.products) for _ in range(_LINES)], now)
        for at in range(size.orders)
    ]


def _order(number: str, products: Sequence[int], now: int) -> OrderPart:
    address = Address("Ayşe Yılmaz", "", "Atatürk Cad. 12", "Ümraniye", "İstanbul", "34760", "TR", "+90 555 000 00 00")
    return OrderPart(
        number,
        OrderState.NEW,
        now,
        now,
        Money(100_000, "TRY"),
        tuple(
            OrderLine(f"{at}", f"R{product}", (code(product),), f"Vida {product}", PIECE, price(product), PIECE)
            for at, product in enumerate(products)
        ),
        Customer(f"C{number}", "Ayşe Yılmaz", f"{number}@customers.example", billing=address, shipping=address),
    )
