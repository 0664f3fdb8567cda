"""A shop in which everything happens at once: buyers, an ERP clerk, faults, crashes, under a virtual clock."""

from __future__ import annotations

import asyncio
import hashlib
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from omnisync.connect.check import Finding
from omnisync.connect.context import Context
from omnisync.connect.erp import (
    ErpBalance,
    ErpCustomer,
    ErpOrder,
    ErpOrderState,
    ErpPrice,
    ErpProduct,
    ErpRead,
    ErpState,
)
from omnisync.connect.http import InProcess
from omnisync.connect.loader import discover, load
from omnisync.connect.sandbox import Profile, Sandbox, SandboxOrderLine, SandboxProduct
from omnisync.connect.store import ReadBack
from omnisync.log.writer import Log
from omnisync.model.events import Retried
from omnisync.model.money import Money
from omnisync.model.order import OrderState
from omnisync.model.rules import ErpRules, GuardRules, StoreRules
from omnisync.ports import Clock, Ids
from omnisync.sync.engine import Engine, ErpPlan, StorePlan
from omnisync.sync.erp import ErpSync
from omnisync.sync.store import StoreSync
from omnisync.testing.virtual import InlineConnection, VirtualClock, VirtualLoop, VirtualTicker, inline, open_inline

STORES = {"trendyol": "trendyol", "woo-a": "woocommerce", "woo-b": "woocommerce"}


class Books:
    """The ERP: balances, prices, and the orders it was given; a clerk posts them some time later."""

    def __init__(self, clock: Clock, rng: random.Random, products: int) -> None:
        self.clock, self.rng = clock, rng
        self.stock = {(f"C{n:03}", house): rng.randint(0, 12) for n in range(products) for house in ("DEPO", "SHOP")}
        self.price_of = {f"C{n:03}": 1000 + 10 * n for n in range(products)}
        self.orders: dict[str, ErpOrder] = {}
        self.posted: dict[str, int] = {}
        self.sent_twice: list[str] = []
        self.changes = 0

    def _mark(self) -> str:
        return str(self.changes)

    async def check(self) -> Sequence[Finding]:
        return []

    async def marks(self) -> Mapping[str, str]:
        return {"all": self._mark()}

    async def products(self, mark: str) -> ErpRead[ErpProduct] | None:
        if mark:
            return None
        rows = [ErpProduct(code, f"Product {code}", (barcode(code),)) for code in self.price_of]
        return ErpRead(rows, self.clock.now(), True, "1", "products")

    async def balances(self, mark: str) -> ErpRead[ErpBalance] | None:
        if mark == self._mark():
            return None
        began, stamp = self.clock.now(), self._mark()
        rows = [ErpBalance(code, house, 1000 * count) for (code, house), count in self.stock.items()]
        await asyncio.sleep(self.rng.uniform(0, 2))
        return ErpRead(rows, began, True, stamp, "stock")

    async def prices(self, mark: str) -> ErpRead[ErpPrice] | None:
        if mark == self._mark():
            return None
        rows = [ErpPrice(code, "retail", Money(minor, "TRY")) for code, minor in self.price_of.items()]
        return ErpRead(rows, self.clock.now(), True, self._mark(), "prices")

    async def customers(self, mark: str) -> ErpRead[ErpCustomer] | None:
        return None

    async def order_states(self, mark: str) -> ErpRead[ErpOrderState] | None:
        if mark == self._mark():
            return None
        rows = [ErpOrderState(key, ErpState.POSTED) for key in self.posted]
        return ErpRead(rows, self.clock.now(), True, self._mark(), "orders")

    async def send_order(self, order: ErpOrder) -> str:
        if order.key in self.orders:
            self.sent_twice.append(order.key)
        self.orders[order.key] = order
        return f"ERP-{order.key}"

    async def find_order(self, key: str) -> str | None:
        return f"ERP-{key}" if key in self.orders else None

    async def close(self) -> None:
        return None

    # The clerk.

    def post(self, key: str) -> None:
        """The order goes into the books: stock falls and the order is posted, in one act."""
        for line in self.orders[key].lines:
            self.stock[line.code, line.warehouse] -= line.quantity // 1000
        self.posted[key] = self.clock.now()
        self.changes += 1

    def receive(self) -> None:
        """Goods arrive, or somebody counts anew."""
        key = self.rng.choice(list(self.stock))
        self.stock[key] = max(0, self.stock[key] + self.rng.randint(-2, 8))
        self.changes += 1

    def reprice(self) -> None:
        """A price changes by a few percent."""
        code = self.rng.choice(list(self.price_of))
        self.price_of[code] = round(self.price_of[code] * self.rng.uniform(0.9, 1.1))
        self.changes += 1


def barcode(code: str) -> str:
    return f"869000000{int(code[1:]):04}"


@dataclass
class World:
    """One seeded shop; ``bought`` are the orders of each sandbox that were placed."""

    loop: VirtualLoop
    folder: Path
    seed: int
    count: int = 25
    bought: dict[str, list[str]] = field(default_factory=dict)
    crashes: int = 0
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.clock = VirtualClock(self.loop)
        self.books = Books(self.clock, random.Random(self.rng.random()), self.count)
        self.path = self.folder / "omnisync.db"
        self.sandboxes = {name: self._sandbox(name, platform) for name, platform in STORES.items()}
        self.bought = {name: [] for name in STORES}

    def _sandbox(self, name: str, platform: str) -> Sandbox:
        sandbox: Sandbox = load(discover()[platform], "sandbox").sandbox(
            clock=self.clock, rng=random.Random(self.rng.random()), profile=Profile.HOSTILE, currency="TRY"
        )
        sandbox.seed(
            [
                SandboxProduct(
                    code, f"Product {code}", str(Money(minor, "TRY")), self.rng.randint(0, 20), barcode(code)
                )
                for code, minor in self.books.price_of.items()
            ]
        )
        return sandbox

    # The daemon, started and killed.

    async def live(self, seconds: float, *, kill: bool) -> None:
        """Run the daemon for so long; then stop it cleanly, or kill it in the middle of whatever it does."""
        async with AsyncExitStack() as stack:
            opened: list[InlineConnection] = []

            async def opener(connector: Callable[[], sqlite3.Connection]) -> InlineConnection:
                opened.append(await open_inline(connector))
                return opened[-1]

            log = await Log.open(self.path, self.clock, opener)
            engine, ticker = self._engine(log, stack)
            task = asyncio.create_task(engine.run())
            await asyncio.sleep(seconds)
            if task.done():
                task.result()
            opened[0].dead = kill
            self.crashes += kill
            for each in [task, *ticker.tasks]:
                each.cancel()
            await asyncio.gather(task, *ticker.tasks, return_exceptions=True)
            assert not engine.surprises, "a worker failed in a way nobody thought of; the log has the traceback"
            if kill:
                opened[0]._db.close()
                log._pump.cancel()  # type: ignore[union-attr]
                await asyncio.gather(log._pump, return_exceptions=True)  # type: ignore[arg-type]
            else:
                await log.close()

    def _engine(self, log: Log, stack: AsyncExitStack) -> tuple[Engine, VirtualTicker]:
        rng = random.Random(self.rng.random())
        transport = InProcess({name: box.application() for name, box in self.sandboxes.items()}, self.clock)
        plans: dict[str, StorePlan] = {}
        for name, platform in STORES.items():
            manifest = discover()[platform]
            box = self.sandboxes[name]
            options = {option.name: option.default for option in manifest.options if option.default is not None}
            options |= {**box.options, box.address_option: f"http://{name}"}
            context = Context(name, "TRY", self.clock, rng, inline, transport)
            connector = load(manifest).connect(options, context)
            stack.push_async_callback(connector.close)
            can = connector.capabilities
            rules = StoreRules(
                platform, "TRY", ("DEPO", "SHOP"), "DEPO", "retail", step=can.quantity_step,
                max_quantity=can.max_quantity, checks_by_reading=can.read_back is ReadBack.READ,
                # In a shop this small the guard would rightly ask a person now and then; nobody is there.
                guard=GuardRules(zeros_count=1000),
            )  # fmt: skip
            sync = StoreSync(name, connector, log, self.clock, rng, shipped_releases=False)
            plans[name] = StorePlan(sync, rules, 30, 1800)
        erp = ErpSync(
            self.books, ErpRules("erp", guard=GuardRules(zeros_count=1000, shrink_percent=100)), log, self.clock, rng
        )
        ticker = VirtualTicker(rng)
        return Engine(log, self.clock, rng, Ids(rng), ticker, ErpPlan(erp, 60, 600, 60, 5), plans), ticker

    # What happens around it.

    async def bustle(self) -> None:
        """Buyers and the clerk, until cancelled."""
        while True:
            await asyncio.sleep(self.rng.expovariate(1 / 40))
            self.happen()

    def happen(self) -> None:
        """One thing happens."""
        chance = self.rng.random()
        if chance < 0.55:
            self._buy()
        elif chance < 0.65:
            self._move(OrderState.CANCELLED)
        elif chance < 0.70:
            self._move(OrderState.SHIPPED)
        elif chance < 0.85:
            waiting = [key for key in self.books.orders if key not in self.books.posted]
            if waiting:
                self.books.post(self.rng.choice(waiting))
        elif chance < 0.95:
            self.books.receive()
        else:
            self.books.reprice()

    def _buy(self) -> None:
        name = self.rng.choice(list(STORES))
        box = self.sandboxes[name]
        figures = [figure for figure in box.figures() if figure.stock > 0]
        if figures:
            hot = self.rng.choice(figures[:6] if self.rng.random() < 0.5 else figures)
            number = box.buy([SandboxOrderLine(hot.remote_id, self.rng.randint(1, min(2, hot.stock)))])
            if number:
                self.bought[name].append(number)
                self.trace.append(f"{self.clock.now()} {name} {hot.remote_id}")

    def _move(self, state: OrderState) -> None:
        name = self.rng.choice(list(STORES))
        if self.bought[name]:
            self.sandboxes[name].move(self.rng.choice(self.bought[name][-10:]), state)

    async def calm(self) -> None:
        """No more faults; and somebody has what the stores refused tried again."""
        for box in self.sandboxes.values():
            box.rates, box.down = {}, False
        self.sandboxes["trendyol"].batches.tempo = load(discover()["trendyol"], "sandbox_batches").Tempo(500, 6_000)  # type: ignore[attr-defined]
        log = await Log.open(self.path, self.clock, open_inline)
        for name in STORES:
            await log.transact(lambda change, name=name: change.append(Retried(name, tuple(self.books.price_of))))  # type: ignore[misc]
        await log.close()

    def digest(self) -> str:
        """A hash of everything that happened, to compare two runs of one seed."""
        with sqlite3.connect(self.path) as db:
            events = db.execute("SELECT seq, at, stream, type FROM event ORDER BY seq").fetchall()
        return hashlib.sha256(repr((self.trace, events)).encode()).hexdigest()[:16]
