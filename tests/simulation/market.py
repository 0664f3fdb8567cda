"""Buyers, and the clerk of the ERP: what happens in a shop on an ordinary day. Counts what was sold, oversold and lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.erp import Books
from tests.simulation.floor import Floor
from tests.simulation.shape import Shape

from omnisync.ports import Clock


@dataclass
class Tally:
    """Pieces: ``sold``, of these ``oversold`` (there were no more), and ``refused``, although they were there.

    ``lost`` are refused ones that nobody else had bought when the next delivery of the product came.
    """

    orders: int = 0
    sold: int = 0
    oversold: int = 0
    refused: int = 0
    lost: int = 0
    oversales: list[str] = field(default_factory=list)
    """Each oversale: when, where, of what."""


class Market:
    """Everybody around the shop."""

    def __init__(
        self, books: Books, floors: Mapping[str, Floor], shape: Shape, rng: random.Random, clock: Clock, tally: Tally
    ) -> None:
        self.books, self.floors, self.shape, self.rng, self.clock = books, floors, shape, rng, clock
        self.tally = tally
        self._open: set[tuple[str, str]] = set()
        """Orders that still hold back goods which are on the shelf."""
        self._refused: Counter[str] = Counter()
        """Pieces of each product that were refused since its last delivery, although they were there."""

    def tasks(self) -> list[Coroutine[Any, Any, None]]:
        """Everything that goes on."""
        return [
            *(self._buyers(each) for each in self.floors.values() if each.shape.orders_an_hour),
            self._clerk(), self._exports(), self._arrivals(),
        ]  # fmt: skip

    # Buyers.

    async def _buyers(self, floor: Floor) -> None:
        while True:
            await asyncio.sleep(floor.rng.expovariate(floor.shape.orders_an_hour / 3600))
            self._buy(floor)

    def _buy(self, floor: Floor) -> None:
        rng = floor.rng
        codes = self.books.codes[: self.shape.hot] if rng.random() < 0.5 else self.books.codes
        code, pieces = rng.choice(codes), rng.randint(1, self.shape.most_pieces)
        there = self.available(floor, code)
        number = floor.buy(code, pieces) if floor.pieces(code) >= pieces else None
        counted = code not in self.books.made_to_order
        if number is None:
            if counted and there >= pieces:
                self.tally.refused += pieces
                self._refused[code] += pieces
            return
        self.tally.orders += 1
        self.tally.sold += pieces
        if counted and there < pieces:
            self.tally.oversold += min(pieces, pieces - there)
            self.tally.oversales.append(f"{self.clock.now()} {floor.name} {code}")
        self._open.add((floor.name, number))
        asyncio.get_running_loop().call_later(rng.expovariate(1 / 5400), self._later, floor, number)

    def _later(self, floor: Floor, number: str) -> None:
        """Something happens to the order, and perhaps once more."""
        floor.go_on(number)
        if floor.rng.random() < 0.3:
            asyncio.get_running_loop().call_later(floor.rng.expovariate(1 / 3600), self._later, floor, number)

    def available(self, floor: Floor, code: str) -> int:
        """How many there truly are for this store: on the shelves, less what buyers are owed that is not posted yet."""
        there = sum(self.books.stock[code, house] for house in floor.shape.warehouses)
        posted = {(order.store, order.number) for order in self.books.orders.values() if order.state}
        self._open -= posted
        for store, number in self._open:
            if self.floors[store].shape.warehouses[0] in floor.shape.warehouses:
                there -= self.floors[store].live(number).get(code, 0)
        return there

    # The ERP's people.

    async def _clerk(self) -> None:
        while True:
            await asyncio.sleep(self.rng.uniform(60, 240))
            self.books.import_orders()
            share = min(1.0, 150 / self.shape.post_after)
            for order in self.books.waiting():
                if self.rng.random() < share:
                    self.books.post(order)
            self.books.take_back()

    async def clerk_of_the_evening(self) -> None:
        """Posts everything, and exports."""
        while True:
            self.books.import_orders()
            for order in self.books.waiting():
                self.books.post(order)
            self.books.take_back()
            self.books.export_all()
            await asyncio.sleep(300)

    async def _exports(self) -> None:
        while True:
            await asyncio.sleep(self.shape.export_every * self.rng.uniform(0.8, 1.2))
            # In either order, with something happening in between now and then.
            for name in self.rng.sample(["stock", "order_states", "prices"], 3):
                self.books.export(name)
                await asyncio.sleep(self.rng.choice([0, 0, 5, 60]))

    async def _arrivals(self) -> None:
        rates = {self._deliver: self.shape.deliveries, self.books.reprice: self.shape.reprices}
        while sum(rates.values()):
            await asyncio.sleep(self.rng.expovariate(sum(rates.values()) / 3600))
            self.rng.choices(list(rates), list(rates.values()))[0]()

    def _deliver(self) -> None:
        code, pieces = self.books.deliver()
        left = max(self.available(floor, code) for floor in self.floors.values()) - pieces
        self.tally.lost += max(0, min(left, self._refused.pop(code, 0)))
