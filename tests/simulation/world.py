"""A whole shop in which everything happens at once, under a virtual clock and one seed.

Real: engine, connectors, sandboxes (asked in process), the files of the ERP, the SQLite file. Pretended: time,
buyers, the ERP's clerk, and everything of faults.py that goes wrong.

How to play one, and how to measure something on it::

    from tests.simulation.shape import three_stores
    from tests.simulation.world import play

    world = play(folder, seed=1, hours=12, shape=three_stores(orders_every=60, batch_delay=(1, 90)))
    world.tally.sold, world.tally.oversold, world.tally.lost  # pieces; ``lost``: sent away for nothing, and unsold

``Shape`` and ``StoreShape`` (shape.py) hold every figure that can be set: stores, their buyers' rate, poll
intervals, delays of batches, rules, faults. ``StoreShape.extra`` puts further lines into a store's table of the
configuration, ``Shape.configuration`` further tables. Without ``faults`` nothing goes wrong. ``play`` raises AssertionError with all that did not hold;
``python -m tests.simulation --seed N --days D`` plays a drawn one and prints what happened.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from tests.simulation import quick
from tests.simulation.checks import Checks
from tests.simulation.erp import Books
from tests.simulation.floor import Floor, floor
from tests.simulation.market import Market, Tally
from tests.simulation.process import Process, Wire
from tests.simulation.shape import Shape, drawn
from tests.simulation.troubles import Troubles

from omnisync.connect.in_process import InProcess
from omnisync.connect.store import StoreConnector
from omnisync.settings.load import check_text
from omnisync.shop import Shop
from omnisync.testing.virtual import VirtualClock, VirtualLoop, inline, run

_SETTLING = 6 * 3600.0
"""Within so many seconds after the last trouble everything must have come to rest."""

_INSTANT = 0.001
"""Seconds; a loop fires timers that are nearer than its resolution at once, and no time passes by them."""


class WatchedShop(Shop):
    """The shop as configured, whose connectors to stores are watched."""

    checks: Checks

    def store(self, name: str) -> StoreConnector:
        """A new connection to a store."""
        return self.checks.watched(name, super().store(name))


class DaemonClock(VirtualClock):
    """The clock of the shop's computer, which somebody may set."""

    def jump(self, milliseconds: int) -> None:
        """It is set."""
        self._ahead += milliseconds


@dataclass
class Trace:
    """A running hash of everything that happened, to compare two runs of one seed."""

    requests: int = 0

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()

    def note(self, *what: object) -> None:
        """This happened."""
        self._hash.update(repr(what).encode())

    def digest(self) -> str:
        """The hash so far."""
        return self._hash.hexdigest()[:16]


class World:
    """One seeded shop."""

    def __init__(self, loop: VirtualLoop, folder: Path, seed: int, shape: Shape) -> None:
        self.loop, self.folder, self.seed, self.shape = loop, folder, seed, shape
        self.clock = DaemonClock(loop)
        self.true_clock = VirtualClock(loop)
        self.trace = Trace()
        self.tally = Tally()
        houses = tuple(dict.fromkeys(house for store in shape.stores for house in store.warehouses))
        self.books = Books(
            folder / "erp", self.true_clock, self.rng("books"), products=shape.products, houses=houses,
            stock=shape.stock, live=self.live_pieces,
        )  # fmt: skip
        self.floors: dict[str, Floor] = {
            store.name: floor(
                store, shape, VirtualClock(loop, store.clock_ahead), self.rng(store.name), self.books.codes
            )
            for store in shape.stores
        }
        self.market = Market(self.books, self.floors, shape, self.rng("market"), self.true_clock, self.tally)
        self.checks: Checks = Checks(folder / "omnisync.db", self.books, self.floors, shape, self.true_clock)
        self.checks.available = self.market.available
        self.hosts = {name: each.application for name, each in self.floors.items()}
        self.wire = Wire(InProcess(self.hosts, self.clock), self._request)
        shop = WatchedShop(
            check_text(self._configuration(), folder / "omnisync.toml"), clock=self.clock, rng=self.rng("shop"),
            blocking=inline, transport=self.wire, watch_every=shape.watch_every,
        )  # fmt: skip
        shop.checks = self.checks
        self.process = Process(folder / "omnisync.db", shop, self.wire, self.clock, self.rng("process"))
        self.troubles = Troubles(self)
        self.books.export_all()

    def rng(self, name: str) -> random.Random:
        """A random source of its own for each part, so that a change in one leaves the others as they are."""
        return random.Random(f"{self.seed} {name}")

    def live_pieces(self, store: str, number: str) -> Mapping[str, int]:
        """What the buyer of an order is owed, by code."""
        floor = self.floors[store]
        if number not in floor.numbers:
            self.checks.find(f"P2: the ERP was given order {number}, which nobody placed in {store}")
            return {}
        return floor.live(number)

    def outage(self, floor: Floor, *, on: bool, refused: bool = False) -> None:
        """A store goes down, cutting every connection or refusing it; or it comes back."""
        floor.box.down = on
        if on and refused:
            self.hosts.pop(floor.name, None)
        else:
            self.hosts.setdefault(floor.name, self.floors[floor.name].application)
        self.checks.outage(floor.name, on=on)

    def _configuration(self) -> str:
        lines = [
            "[shop]", 'name = "Simulated"', 'currency = "TRY"', f"data_folder = {json.dumps(str(self.folder))}",
            "[erp]", 'connector = "files"', f"folder = {json.dumps(str(self.books.folder))}",
            f"balances_every = {self.shape.balances_every}", f"orders_every = {self.shape.erp_orders_every}",
            f"catalogue_every = {self.shape.erp_catalogue_every}",
            "[guard]", *(f"{name} = {value}" for name, value in self.shape.guard.items()),
        ]  # fmt: skip
        for store in self.shape.stores:
            box = self.floors[store.name].box
            scheme = "https" if store.secure else "http"
            lines += [
                f"[stores.{store.name}]", f'connector = "{store.platform}"',
                f'{box.address_option} = "{scheme}://{store.name}"',
                *(f"{name} = {json.dumps(value)}" for name, value in box.options.items()),
                f"warehouses = {json.dumps(store.warehouses)}", f'price_list = "{store.price_list}"',
                f"markup = {store.markup}", f'rounding = "{store.rounding}"',
                f"buffer = {store.buffer}", f"cap = {store.cap}",
                f"exempt_categories = {json.dumps(store.exempt)}", "exempt_figure = 9",
                f"orders_every = {store.orders_every}", f"audit_every = {store.audit_every}",
                *(f"{name} = {value}" for name, value in store.extra.items()),
            ]  # fmt: skip
        return "\n".join([*lines, self.shape.configuration])

    def _request(self, request: Any, outcome: Any) -> None:
        self.trace.requests += 1
        status = getattr(outcome, "status_code", type(outcome).__name__)
        body = hashlib.sha256(request.content).hexdigest()[:8] if request.content else ""
        self.trace.note(self.clock.now(), request.method, str(request.url), body, status)

    # A story.

    async def play(self, hours: float) -> None:
        """The first hours are quiet, then bustle with troubles, then calm until everything has settled."""
        await self.process.live(900)
        everybody = [*self.market.tasks(), *self.troubles.tasks(), self._check_all_the_time()]
        around = [asyncio.create_task(each) for each in everybody]
        try:
            while (left := hours * 3600 - self.loop.passed) > _INSTANT and not self.checks.broken:
                await self.troubles.next_life(left)
                for task in around:
                    if task.done():
                        task.result()
        finally:
            await _end(around)
            self.troubles.stop()
        self.checks.now()
        if not self.checks.broken:
            await self._calm()

    async def _check_all_the_time(self) -> None:
        while True:
            await asyncio.sleep(600)
            self.checks.now()

    async def _calm(self) -> None:
        """No more troubles; the owner has everything tried again that was refused or held, and the clerk posts all."""
        clerk = asyncio.create_task(self.market.clerk_of_the_evening())
        began = self.loop.passed
        while True:
            owner = asyncio.create_task(self._owner())
            await self.process.live(1200)
            await _end([owner])
            self.checks.now()
            unsettled = self.checks.unsettled()
            if not unsettled:
                break
            if self.loop.passed - began > _SETTLING:
                self.checks.broken += unsettled
                break
        await _end([clerk])
        self.checks.at_rest()

    async def _owner(self) -> None:
        """Looks at what is refused or held, has it tried again, and has every store's catalogue read."""
        await asyncio.sleep(120)
        engine = self.process.engine
        assert engine is not None
        await engine.log.append(*self.checks.what_an_owner_does(), actor="owner")
        for name in self.floors:
            engine.stores[name].sync.wake_audit.set()

    def summary(self, hours: float) -> str:
        """The last line of a run."""
        digest = self.trace.digest()
        return f"seed {self.seed} days {hours / 24:g} orders {self.tally.orders} requests {self.trace.requests} trace {digest}"


def play(folder: Path, seed: int, hours: float, shape: Shape | None = None, *, log: bool = False) -> World:
    """Play one world to its end. Raises AssertionError with everything that did not hold.

    ``log``: print the program's own log, with the time of the shop.
    """
    chosen = shape or drawn(seed)
    folder.mkdir(parents=True, exist_ok=True)

    async def story(loop: VirtualLoop) -> World:
        world = World(loop, folder, seed, chosen)
        _log(world.clock, on=log)
        await world.play(hours)
        return world

    with quick.requests():
        world = run(story)
    world.checks.raise_if_broken()
    return world


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _log(clock: VirtualClock, *, on: bool) -> None:
    def timed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"at": clock.now(), **event}

    structlog.configure(
        processors=[timed, structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(20 if on else 50),
    )


def what_happened(world: World) -> Counter[str]:
    """How often each trouble came."""
    return world.troubles.counts
