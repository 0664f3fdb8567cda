"""A shop without an engine around it: the log, the memory ERP and stores, each moved by hand."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.memory_erp import PRICE_LIST, WAREHOUSES, MemoryErp, barcode, code, price
from tests.bench.stores import PLATFORMS, Timed, connect, direct, rules, sandbox

from omnisync.connect.sandbox import Sandbox
from omnisync.connect.store import StoreConnector
from omnisync.log.writer import Log
from omnisync.model.events import ListingsSeen, SeenListing, StoreLive, StoreRulesSet
from omnisync.model.quantity import PIECE
from omnisync.model.rules import ErpRules, StoreRules
from omnisync.ports import Clock, Ids
from omnisync.sync.erp import ErpSync
from omnisync.sync.push import Pusher
from omnisync.sync.store import StoreSync


@dataclass(slots=True)
class Store:
    """One store: its sandbox, the watch around it, and our side of it."""

    sandbox: Sandbox
    timed: Timed
    connector: StoreConnector
    sync: StoreSync
    pusher: Pusher


@dataclass(slots=True)
class Shop:
    """Everything of one shop."""

    log: Log
    clock: Clock
    memory: MemoryErp
    erp: ErpSync
    stores: dict[str, Store] = field(default_factory=dict)

    async def fill(self) -> None:
        """Read the ERP; with stores, their catalogues too, until nothing is to be pushed any more."""
        await self.log.append(*(StoreRulesSet(name, rules(name, each.connector)) for name, each in self.stores.items()))
        await self.log.append(*(StoreLive(name) for name in self.stores))
        assert await self.erp.pull()
        for store in self.stores.values():
            assert await store.sync.pull_catalogue()


@asynccontextmanager
async def shop(path: Path, clock: Clock, products: int, stores: tuple[str, ...] = ()) -> AsyncIterator[Shop]:
    """A shop of so many products, each store listing all of them with the right figures."""
    log = await Log.open(path, clock)
    memory = MemoryErp(products, clock)
    rng = random.Random(4)
    made = Shop(log, clock, memory, ErpSync(memory, ErpRules("erp"), log, clock, rng))
    try:
        for name in stores:
            made.stores[name] = _store(name, log, clock, products)
        await made.fill()
        yield made
    finally:
        for each in made.stores.values():
            await each.connector.close()
        await log.close()


def _store(name: str, log: Log, clock: Clock, products: int) -> Store:
    made = sandbox(name, products, clock, pieces=100)
    timed = Timed(made.application())
    connector = connect(name, made, clock, direct(timed))
    sync = StoreSync(name, connector, log, clock, random.Random(5), shipped_releases=False)
    return Store(made, timed, connector, sync, Pusher(sync, Ids(random.Random(6))))


async def listed(log: Log, products: int) -> None:
    """The three stores' rules and listings straight as events, where no store is to be spoken to."""
    for name, platform in PLATFORMS.items():
        await log.append(StoreRulesSet(name, plain_rules(platform)), StoreLive(name))
        for start in range(0, products, 500):
            some = range(start, min(start + 500, products))
            await log.append(ListingsSeen(name, tuple(listing(at) for at in some)))


def plain_rules(platform: str, *, checks_by_reading: bool = False) -> StoreRules:
    """The same for every store but for that."""
    return StoreRules(platform, "TRY", WAREHOUSES[:1], WAREHOUSES[0], PRICE_LIST, checks_by_reading=checks_by_reading)


def listing(at: int) -> SeenListing:
    """The listing of a product, showing its first figures."""
    return SeenListing(
        f"R{at}",
        code(at),
        f"Vida {at}",
        code(at),
        (barcode(at),),
        barcode(at),
        stock=100 * PIECE,
        price=price(at).minor,
    )
