"""undo_10k: a wave of prices of 10,000 products taken back, from the order to the commit.

The shop has the catalogue of history.py on three stores; the wave is one act of one of them. The floor is
writing the same events and own prices with executemany.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import bare
from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.history import History
from tests.bench.measure import median, took
from tests.bench.memory_erp import code
from tests.bench.size import Size
from tests.bench.stores import PLATFORMS

from omnisync.log.writer import Log
from omnisync.model.commands import SetPrices, Undo
from omnisync.ports import Ids, SystemClock
from omnisync.sync.commands import Commands
from omnisync.sync.engine import Engine

NAMES = ("undo_10k",)


class _NoTicker:
    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Nothing happens by itself."""


def run(size: Size) -> Iterator[Figure]:
    with scratch() as folder:
        times = asyncio.run(_times(folder / "omnisync.db", size))
        floor = _floor(folder, folder / "omnisync.db", size)
        yield at_most("undo_10k", median(times), "ms", floor=floor, limit=1_000)


async def _times(path: Path, size: Size) -> list[float]:
    rng = random.Random(1)
    clock = SystemClock()
    log = await Log.open(path, clock)
    try:
        for event in History(size.products).beginning():
            await log.append(event)
        commands = Commands(Engine(log, clock, rng, Ids(rng), _NoTicker(), None, {}))
        store = next(iter(PLATFORMS))
        times = []
        for turn in range(size.rounds):
            prices = tuple((code(at), 5_000 + turn + at) for at in range(size.products))
            done = await commands.run(SetPrices(store, prices), actor="bench", id=f"wave-{turn}")
            with took() as time:
                undone = await commands.run(Undo(done["seq"], go=True), actor="bench", id=f"undo-{turn}")
            assert (undone["changes"], undone["conflicts"]) == (size.products, 0)
            times.append(time.wall)
        return times
    finally:
        await log.close()


def _floor(folder: Path, path: Path, size: Size) -> float:
    db = sqlite3.connect(path)
    events = db.execute("SELECT * FROM event ORDER BY seq DESC LIMIT ?", (size.products,)).fetchall()
    db.close()
    return bare.filling(folder, {"event": events})
