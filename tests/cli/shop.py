"""A small shop for the command line's tests: three products, two stores, orders, pushes, and things gone wrong."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from omnisync.connect.store import Capabilities, ListingRef, ReadBack, RemoteListing
from omnisync.daemon.remote import CommandServer
from omnisync.folders import DATABASE, SOCKET
from omnisync.log.people import seal
from omnisync.log.reader import Reader
from omnisync.log.writer import Change, Log
from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchOutcome,
    BatchSent,
    Card,
    ChangeHeld,
    Count,
    Event,
    LineSeen,
    ListingsSeen,
    ListPrice,
    OrderSeen,
    PricesRead,
    ProductsRead,
    Quarantined,
    SeenListing,
    StoreLive,
    StoreRulesSet,
)  # fmt: skip
from omnisync.model.money import Money
from omnisync.model.order import Customer, OrderPart, OrderState
from omnisync.model.rules import StoreRules
from omnisync.ports import Clock, Ids, SystemClock
from omnisync.sync.commands import Commands
from omnisync.sync.engine import Engine, StorePlan
from omnisync.sync.planning import Batch, plan
from omnisync.sync.store import StoreSync
from omnisync.testing.clock import ManualClock

HOSTILE = "\x1b]52;c;ZXZpbA==\x07\u202eTerazi\x9b31m [b]fat[/b]"
"""A name that would set the clipboard, turn the line around and colour the rest of the screen."""

TRENDYOL = StoreRules(
    platform="trendyol", currency="TRY", warehouses=("DEPO", "IZM"), orders_from="DEPO", price_list="retail",
    markup=500, rounding=".90", buffer=0, cap=999_000,
)  # fmt: skip
WOO = StoreRules(
    platform="woocommerce", currency="HUF", warehouses=("DEPO",), orders_from="DEPO", price_list="huf",
    exempt_categories=("scales",),
)  # fmt: skip

CONFIG = """
[shop]
name = "Demir"
language = "en"
timezone = "Europe/Istanbul"
currency = "TRY"

[erp]
connector = "files"
folder = "{folder}/export"
"""


def build(folder: Path, clock: Clock | None = None) -> None:
    """Write the shop's database into the folder."""
    asyncio.run(_build(folder, clock or ManualClock()))


async def _build(folder: Path, clock: Clock) -> None:
    log = await Log.open(folder / DATABASE, clock)
    try:
        await log.append(*_catalogue())
        await log.transact(_order)
        await _push(log, "trendyol", refuse={"ty-200": "barcode is locked"})
        await log.append(*_troubles())
    finally:
        await log.close()


def _catalogue() -> list[Event]:
    return [
        StoreRulesSet("trendyol", TRENDYOL),
        StoreRulesSet("woo-hu", WOO),
        StoreLive("trendyol"),
        StoreLive("woo-hu"),
        ProductsRead("products.csv", (
            Card("BRU-0150", 'Boru ½" galvaniz', ("8690000000012",), ("B150",), "pipes", "pc"),
            Card("BRU-0200", 'Boru ¾" galvaniz', ("8690000000029",), (), "pipes", "pc"),
            Card("TRT-0010", HOSTILE, (), (), "scales", "kg"),
        )),
        PricesRead("prices.csv", (
            ListPrice("BRU-0150", "retail", 8500, "TRY"), ListPrice("BRU-0200", "retail", 9990, "TRY"),
            ListPrice("BRU-0200", "huf", 1490, "HUF"), ListPrice("TRT-0010", "huf", 900, "HUF"),
        )),
        BalancesCounted("stock.csv", 1_795_000_000_000, (
            Count("BRU-0150", "DEPO", 120_000, 17), Count("BRU-0150", "IZM", 16_000, 18),
            Count("BRU-0200", "DEPO", 3_000, 2118), Count("TRT-0010", "DEPO", 12_350, 9),
        )),
        ListingsSeen("trendyol", (
            SeenListing("ty-150", "BRU-0150", "Boru", "BRU-0150", stock=5000, price=8990),
            SeenListing("ty-200", "BRU-0200", "Boru", "BRU-0200", stock=9000, price=10490),
            SeenListing("ty-999", "", HOSTILE, "XX", ("123",), reason="unknown"),
        )),
        ListingsSeen("woo-hu", (
            SeenListing("77", "BRU-0200", "Cső", "BRU-0200", stock=3000, price=9900),
            SeenListing("78", "TRT-0010", "Mérleg", "TRT-0010", stock=1000, price=900),
        )),
    ]  # fmt: skip


def _order(change: Change) -> None:
    """An order from woo-hu that lowers what trendyol may sell."""
    sealed = seal(change.state.db, "woo-hu:7", Customer("7", "Ayşe Kaya", "ayse@example.org"))
    lines = (LineSeen("1", "BRU-0200", "77", ("BRU-0200",), "Cső", 2000, 1490, taken=2000),)
    change.append(
        OrderSeen(
            "woo-hu", "10245", "", OrderState.NEW, change.at, change.at, 2980, "HUF", lines, "DEPO", "woo-hu:7", sealed
        )
    )


def _troubles() -> list[Event]:
    lines = (LineSeen("1", "", "", ("NOPE",), HOSTILE, 1000, 100),)
    return [
        OrderSeen("trendyol", "8812", "p1", OrderState.NEW, 1, 1, 100, "TRY", lines, "DEPO"),
        Quarantined("trendyol", "line:8812:1", f"unknown product NOPE: {HOSTILE}"),
        ChangeHeld("balances-ab12-9", "erp", "balances", "shrunken", 2, 3, "ab12", ("BRU-0150 DEPO",)),
    ]


async def _push(log: Log, store: str, refuse: Mapping[str, str]) -> None:
    """Send what is due, as the engine does, to a store that takes it or refuses it at once."""

    def decide(change: Change) -> None:
        batch = plan(change, store, f"{store}-{change.next_seq}", CAN, 100)
        if isinstance(batch, Batch):
            assert batch.items
            change.append(BatchSent(store, batch.key, "rcpt-1"))
            outcomes = tuple(
                BatchOutcome(item.remote_id, refuse.get(item.remote_id, ""), 0, item.stock, item.price)
                for item in batch.items
            )
            change.append(BatchAnswered(store, batch.key, outcomes))

    await log.transact(decide)


CAN = Capabilities(max_batch=100, receipt=False, read_back=ReadBack.ANSWER, read_batch=100)


class NoConnector:
    """Stands where a connection would be: it shows what is confirmed, but for what was ``edited`` by hand, and has no orders.

    ``edited`` is the quantity in thousandths by listing.
    """

    capabilities = CAN

    def __init__(self, name: str, folder: Path, edited: Mapping[str, int]) -> None:
        self._name, self._folder, self._edited = name, folder, edited

    async def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        sql = """SELECT l.remote_id, l.key, l.code, l.name, max(f.confirmed) FILTER (WHERE f.kind = 'stock'),
            max(f.confirmed) FILTER (WHERE f.kind = 'price') FROM listing l
            LEFT JOIN figure f ON (f.store, f.remote_id) = (l.store, l.remote_id) WHERE l.store = ? GROUP BY l.remote_id"""
        with Reader(self._folder / DATABASE) as reader:
            rows = reader.rows(sql, self._name)
        yield [
            RemoteListing(
                ListingRef(remote, key), code, (), name, self._edited.get(remote, stock),
                None if price is None else Money(price, "TRY"),
            )
            for remote, key, code, name, stock, price in rows
        ]  # fmt: skip

    async def orders(self, _since: int, _until: int) -> AsyncIterator[Sequence[OrderPart]]:
        no_pages: tuple[tuple[OrderPart, ...], ...] = ()
        for page in no_pages:
            yield page


class NoTicker:
    """Nothing happens by itself."""

    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Don't call it."""


class Daemon:
    """A daemon in a thread: the real socket, commands and log; its stores answer at once, or not at all."""

    def __init__(self, folder: Path, *, answers: bool = True, refuse: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.answers = answers
        self.refuse = dict(refuse or {})
        self.edited: dict[str, int] = {}
        self.engine: Engine
        self._ready = threading.Event()
        self._stop: Callable[[], object]
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    @contextmanager
    def running(self) -> Iterator[Daemon]:
        """Run it as long as the context is open."""
        self._thread.start()
        assert self._ready.wait(10)
        try:
            yield self
        finally:
            self._stop()
            self._thread.join(10)

    async def _run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(stop.set)
        async with AsyncExitStack() as stack:
            log = await Log.open(self.folder / DATABASE, SystemClock())
            stack.push_async_callback(log.close)
            rng = random.Random(1)
            stores = {
                name: StorePlan(
                    StoreSync(name, NoConnector(name, self.folder, self.edited), log, SystemClock(), rng, shipped_releases=False),  # type: ignore[arg-type]
                    rules, 60, 60,
                )
                for name, rules in (("trendyol", TRENDYOL), ("woo-hu", WOO))
            }  # fmt: skip
            self.engine = Engine(log, SystemClock(), rng, Ids(rng), NoTicker(), None, stores)
            await stack.enter_async_context(CommandServer(self.folder / SOCKET, Commands(self.engine)))
            self._ready.set()
            while not stop.is_set():
                if self.answers:
                    for store in stores:
                        await _push(log, store, self.refuse)
                for plan_ in stores.values():
                    if plan_.sync.wake_audit.is_set:
                        await plan_.sync.wake_audit.wait()
                        await plan_.sync.pull_catalogue()
                await asyncio.sleep(0.02)


__all__ = ["CONFIG", "HOSTILE", "Daemon", "build"]
