"""What goes wrong around the shop, hour by hour, at the rates of the world's table (faults.py)."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from tests.simulation.faults import TABLE

if TYPE_CHECKING:
    from tests.simulation.world import World

_ENDS = ("crash", "power_cut", "restored")
"""Troubles that end the daemon's process."""

_STARTS_AGAIN = 20.0
"""Seconds until a daemon that ended is started again."""


class Troubles:
    """Sends troubles to one world; ``counts`` says how often each came."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng: random.Random = world.rng("troubles")
        self.counts: Counter[str] = Counter()
        self._rates = {name: world.shape.faults.get(name, 0.0) for name, each in TABLE.items() if each.per == "hour"}
        self._passing: set[asyncio.Task[None]] = set()

    def tasks(self) -> list[Coroutine[Any, Any, None]]:
        """One for each trouble that comes by the hour and leaves the process alive."""
        come = [self._come(name, rate) for name, rate in self._rates.items() if rate and name not in _ENDS]
        return [*come, self._backups()] if self._rates["restored"] else come

    def stop(self) -> None:
        """No more troubles, and those which last are over."""
        for task in self._passing:
            task.cancel()
        self._passing.clear()
        world = self.world
        for each in world.floors.values():
            world.outage(each, on=False)
            each.heal()
        if world.books.gone:
            world.books.come_back()
        world.books.retired.clear()
        world.books.illegible.clear()
        world.process.fill_disk(on=False)
        world.books.export_all()

    async def next_life(self, left: float) -> None:
        """One life of the daemon: until its end, or the end of the story."""
        rates = [self._rates[name] for name in _ENDS]
        until = self.rng.expovariate(sum(rates) / 3600) if sum(rates) else left
        end = self.rng.choices(_ENDS, rates)[0] if sum(rates) and until < left else ""
        if end:
            self.counts[end] += 1
        process = self.world.process
        await process.live(min(until, left), kill=bool(end), lose_tail=end == "power_cut")
        if end == "restored":
            process.restore()
        if end in ("restored", "power_cut"):
            self.world.checks.lost_its_memory()
        if end:
            self.world.checks.was_started_again()
        if end:
            await asyncio.sleep(_STARTS_AGAIN)

    async def _come(self, name: str, rate: float) -> None:
        while True:
            await asyncio.sleep(self.rng.expovariate(rate / 3600))
            self.counts[name] += 1
            self.world.trace.note(self.world.clock.now(), name)
            work = getattr(self, f"_{name}")
            task: asyncio.Task[None] = asyncio.create_task(work())
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _backups(self) -> None:
        while True:
            await asyncio.sleep(1800)
            self.world.process.back_up()

    def _some_floor(self) -> Any:
        return self.rng.choice(list(self.world.floors.values()))

    async def _store_down(self) -> None:
        await self._down(self.rng.choice([self.rng.uniform(60, 900), self.rng.uniform(900, 3 * 3600)]))

    async def _store_down_for_a_day(self) -> None:
        await self._down(86_400)

    async def _down(self, seconds: float) -> None:
        floor = self._some_floor()
        if floor.box.down:
            return
        self.world.outage(floor, on=True, refused=self.rng.random() < 0.5)
        await asyncio.sleep(seconds)
        self.world.outage(floor, on=False)

    async def _rows_hidden(self) -> None:
        self._some_floor().hide_rows(on=True)

    async def _late_batches(self) -> None:
        floor = self._some_floor()
        floor.slow_batches(1800)
        await asyncio.sleep(3600)
        floor.slow_batches(None)

    async def _receipt_lost(self) -> None:
        self._some_floor().lose_receipts()

    async def _edited_there(self) -> None:
        self._some_floor().edit()

    async def _counted_anew(self) -> None:
        self.world.books.count_anew()

    async def _retired(self) -> None:
        books = self.world.books
        code = self.rng.choice(books.codes)
        books.retired.add(code)
        for name in ("products", "stock"):
            books.export(name)
        await asyncio.sleep(self.rng.uniform(1800, 4 * 3600))
        books.retired.discard(code)
        for name in ("products", "stock"):
            books.export(name)

    async def _half_written(self) -> None:
        books, name = self.world.books, self.rng.choice(["stock", "stock", "prices", "products", "order_states"])
        books.export(name, share=self.rng.random())
        await asyncio.sleep(self.rng.choice([0.05, 2, 40, 120]))
        books.export(name)

    async def _row_garbled(self) -> None:
        books = self.world.books
        row = self.rng.choice(list(books.stock))
        books.illegible.add(row)
        books.export("stock")
        await asyncio.sleep(self.rng.uniform(60, 3600))
        books.illegible.discard(row)
        books.export("stock")

    async def _erp_gone(self) -> None:
        books = self.world.books
        if not books.gone:
            books.vanish()
            await asyncio.sleep(self.rng.uniform(30, 1200))
            books.come_back()

    async def _disk_full(self) -> None:
        self.world.process.fill_disk(on=True)
        await asyncio.sleep(self.rng.uniform(30, 1200))
        self.world.process.fill_disk(on=False)

    async def _clock_jump(self) -> None:
        jump = self.rng.randint(-180_000, 180_000)
        self.world.clock.jump(jump)
        self.world.checks.clock_set_by += abs(jump)
