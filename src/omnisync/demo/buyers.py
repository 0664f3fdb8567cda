"""Buyers of the demo's stores: seeded, impatient, fond of the same few products, and sometimes sorry."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from omnisync.demo.stores import StoreLine
from omnisync.errors import ConnectorError
from omnisync.ports import Clock

_ORDERS_PER_SECOND = 2.0
_SORRY = 0.06
_SORRY_AFTER = (1.0, 8.0)
_FONDNESS = 3
"""How much buyers prefer the most popular products: 1 would be not at all."""


@dataclass(slots=True)
class Ordered:
    """An order as its buyer knows it; times in milliseconds UTC."""

    store: str
    number: str
    at: int
    cancelled: bool = False


@dataclass(slots=True)
class Ledger:
    """Every order that was placed, and what happened at the tills."""

    orders: dict[tuple[str, str], Ordered] = field(default_factory=dict)
    placed_at: dict[tuple[str, str], int] = field(default_factory=dict)
    sold_out: int = 0

    @property
    def cancelled(self) -> set[tuple[str, str]]:
        """The orders that their buyers have cancelled."""
        return {key for key, order in self.orders.items() if order.cancelled}


class Buyers:
    """Everybody who buys; the same for the same seed, but for what time does to it."""

    def __init__(self, lines: Sequence[StoreLine], clock: Clock, seed: int) -> None:
        self.ledger = Ledger()
        self._lines = lines
        self._clock = clock
        self._seed = seed
        self._rng = Random(seed)
        self._shelves: Mapping[str, Sequence[str]] = {}
        self._sorry: list[tuple[float, int, Ordered]] = []

    async def look_around(self) -> None:
        """See what each store sells; the same products are the favourites everywhere."""
        self._shelves = {
            line.store.name: [
                each.remote_id
                for each in sorted(await line.figures(), key=lambda figure: self._rank(figure.code))
                # Without a price it is an article above its variants; what was made by hand in the store comes last.
                if each.price and not each.code.startswith("MANUEL")
            ]
            for line in self._lines
        }

    def _rank(self, code: str) -> float:
        return Random(f"{self._seed}:{code.removeprefix('WEB-')}").random()

    async def shop(self, stop: asyncio.Event) -> None:
        """Order and cancel until told to stop."""
        while not stop.is_set():
            pause = self._rng.expovariate(_ORDERS_PER_SECOND)
            try:
                async with asyncio.timeout(pause):
                    await stop.wait()
            except TimeoutError:
                # Whoever stops a pretended store wants to see what OmniSync makes of it: the buyers go elsewhere.
                with suppress(ConnectorError):
                    await self._order()
                with suppress(ConnectorError):
                    await self._regret()

    async def _order(self) -> None:
        line = self._rng.choice(self._lines)
        shelf = self._shelves[line.store.name]
        count = min(len(shelf), self._rng.choice((1, 1, 1, 2, 3)))
        chosen = dict.fromkeys(shelf[int(len(shelf) * self._rng.random() ** _FONDNESS)] for _ in range(count))
        wish = [(remote_id, self._rng.choice((1, 1, 1, 2, 3))) for remote_id in chosen]
        at = self._clock.now()
        number = await line.buy(wish)
        if number is None:
            self.ledger.sold_out += 1
            return
        key = (line.store.name, number)
        order = self.ledger.orders[key] = Ordered(*key, at)
        self.ledger.placed_at[key] = at
        if self._rng.random() < _SORRY:
            due = at + self._rng.uniform(*_SORRY_AFTER) * 1000
            heapq.heappush(self._sorry, (due, len(self.ledger.orders), order))

    async def _regret(self) -> None:
        while self._sorry and self._sorry[0][0] <= self._clock.now():
            order = heapq.heappop(self._sorry)[2]
            line = next(line for line in self._lines if line.store.name == order.store)
            await line.cancel(order.number)
            order.cancelled = True
