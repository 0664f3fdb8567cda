"""append_grouped: many producers append at once, each waiting until its own event is on disk.

Every event is one changed balance of a product that is listed on three stores: it changes the balance,
the product, three figures, and adds to the product's story. The floor writes the same log rows and makes
the same changes to the same tables with sqlite3's executemany, a thousand events a transaction. Value
and floor are events a second.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure, at_least_share
from tests.bench.folder import scratch
from tests.bench.measure import median, took
from tests.bench.memory_erp import WAREHOUSES, code
from tests.bench.shop import listed, shop
from tests.bench.size import Size
from tests.bench.stores import PLATFORMS

from omnisync.log.writer import Log
from omnisync.model.events import BalancesCounted, Count
from omnisync.model.quantity import PIECE
from omnisync.ports import SystemClock

NAMES = ("append_grouped",)

_TOGETHER = 1000


def run(size: Size) -> Iterator[Figure]:
    with scratch() as folder:
        path = folder / "omnisync.db"
        speeds = asyncio.run(_ours(path, size))
        floor = median([_bare(path, size.producers * size.appends) for _ in range(size.rounds)])
        yield at_least_share("append_grouped", median(speeds), "count", floor=floor, limit=0.25)


async def _ours(path: Path, size: Size) -> list[float]:
    speeds = []
    async with shop(path, SystemClock(), size.products) as made:
        await listed(made.log, size.products)
        for number in range(size.rounds):
            with took() as time:
                await asyncio.gather(*(_produce(made.log, size, number, each) for each in range(size.producers)))
            speeds.append(size.producers * size.appends / time.wall * 1000)
    return speeds


async def _produce(log: Log, size: Size, number: int, producer: int) -> None:
    for at in range(size.appends):
        product = (at * size.producers + producer) * 7919 % size.products
        count = Count(code(product), WAREHOUSES[0], (at + 1) * PIECE)
        await log.append(BalancesCounted("stock.csv", number, (count,)))


def _bare(path: Path, count: int) -> float:
    """Events a second of the same changes: the newest events are written once more, under new numbers."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    last = int(db.execute("SELECT max(seq) FROM event").fetchone()[0])
    events = db.execute("SELECT * FROM event WHERE seq > ? ORDER BY seq", (last - count,)).fetchall()
    touched = db.execute(
        "SELECT product, seq FROM event_product WHERE seq > ? ORDER BY seq", (last - count,)
    ).fetchall()
    with took() as time:
        for start in range(0, count, _TOGETHER):
            stop = min(start + _TOGETHER, count)
            _transaction(db, events[start:stop], touched[start:stop], last, count)
    db.close()
    return count / time.wall * 1000


def _transaction(
    db: sqlite3.Connection, events: list[tuple[Any, ...]], touched: list[tuple[int, int]], last: int, count: int
) -> None:
    changes = [(seq % 1000 * PIECE, product) for product, seq in touched]
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", [(count + row[0], *row[1:]) for row in events])
    db.executemany("INSERT INTO event_product VALUES (?, ?)", [(product, count + seq) for product, seq in touched])
    db.executemany(
        "UPDATE balance SET on_hand = ?, counted_seq = ? WHERE product = ? AND warehouse = ?",
        [(value, last, product, WAREHOUSES[0]) for value, product in changes],
    )
    db.executemany(
        "UPDATE product SET on_hand = ?, available = ? WHERE id = ?",
        [(value, value, product) for value, product in changes],
    )
    db.executemany(
        "UPDATE figure SET wanted = ?, wanted_rev = ?, wanted_at = ? WHERE product = ? AND store = ? AND kind = 'stock'",
        [(value, last + count, last, product, store) for value, product in changes for store in PLATFORMS],
    )
    db.execute("COMMIT")
