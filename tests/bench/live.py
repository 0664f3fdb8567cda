"""A whole shop at work in this process: the engine, its ticker, three instant stores, the real clock."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.memory_erp import MemoryErp
from tests.bench.stores import PLATFORMS, Timed, connect, rules, sandbox

from omnisync.connect.in_process import InProcess
from omnisync.connect.sandbox import Sandbox
from omnisync.connect.store import StoreConnector
from omnisync.daemon.ticker import SchedulerTicker
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.events import StoreLive
from omnisync.model.rules import ErpRules
from omnisync.ports import Ids, SystemClock
from omnisync.shop import _WATCH_EVERY
from omnisync.sync.engine import Engine, ErpPlan, StorePlan
from omnisync.sync.erp import ErpSync
from omnisync.sync.store import StoreSync

_PATIENCE = 60.0
_LOOK = 0.002


@dataclass(slots=True)
class Live:
    """What a bench needs of it."""

    memory: MemoryErp
    sandboxes: dict[str, Sandbox]
    timed: dict[str, Timed]
    connectors: dict[str, StoreConnector]
    syncs: dict[str, StoreSync]
    reader: Reader

    async def settled(self) -> None:
        """Wait until every store shows what it should and has been seen showing it."""
        sql = """SELECT count(*) FROM figure
            WHERE mode = 'push' AND (wanted_rev > confirmed_rev OR check_at > 0 OR batch <> '')"""
        await until(lambda: not self.reader.one(sql))


async def until(true: Callable[[], object]) -> None:
    """Wait for that, looking every two milliseconds."""
    patience = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < patience, "it did not come to rest"
        await asyncio.sleep(_LOOK)


@asynccontextmanager
async def live(path: Path, products: int) -> AsyncIterator[Live]:
    """Run it; everything is in step when the context opens."""
    clock, rng = SystemClock(), random.Random(7)
    log = await Log.open(path, clock)
    await log.append(*(StoreLive(name) for name in PLATFORMS))
    sandboxes = {name: sandbox(name, products, clock, pieces=100) for name in PLATFORMS}
    timed = {name: Timed(each.application()) for name, each in sandboxes.items()}
    network = InProcess(timed, clock)
    connectors = {name: connect(name, each, clock, network) for name, each in sandboxes.items()}
    syncs = {name: StoreSync(name, each, log, clock, rng, shipped_releases=False) for name, each in connectors.items()}
    memory = MemoryErp(products, clock)
    plans = {name: StorePlan(sync, rules(name, connectors[name]), 3600, 3600) for name, sync in syncs.items()}
    erp = ErpPlan(ErpSync(memory, ErpRules("erp"), log, clock, rng), 30, 300, 30, _WATCH_EVERY)
    try:
        with SchedulerTicker() as ticker, Reader(path) as reader:
            engine = asyncio.create_task(Engine(log, clock, rng, Ids(rng), ticker, erp, plans).run())
            made = Live(memory, sandboxes, timed, connectors, syncs, reader)
            await until(lambda: reader.one("SELECT count(*) FROM listing WHERE product > 0") == products * len(plans))
            await made.settled()
            try:
                yield made
            finally:
                engine.cancel()
                await asyncio.gather(engine, return_exceptions=True)
    finally:
        for connector in connectors.values():
            await connector.close()
        await log.close()
