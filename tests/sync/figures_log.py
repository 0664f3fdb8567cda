"""A log with one product in two stores, told what happened event by event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from omnisync.log.reader import Reader
from omnisync.log.rows import FigureRow
from omnisync.log.writer import Log
from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchItem,
    BatchMade,
    BatchOutcome,
    Card,
    Count,
    Event,
    FiguresSeen,
    LineSeen,
    ListingsSeen,
    OrderSeen,
    ProductsRead,
    SeenFigure,
    SeenListing,
    StoreLive,
    StoreRulesSet,
)
from omnisync.model.order import OrderState
from omnisync.model.rules import StoreRules
from omnisync.testing.clock import ManualClock

CODE, HOUSE, STORE = "A-1", "main", "shop"
PIECE = 1000


@dataclass
class Told:
    """The log, its clock, and short ways to tell it things."""

    log: Log
    clock: ManualClock
    path: Path
    by_reading: bool
    batches: int = 0

    async def tell(self, *events: Event, after: float = 10) -> None:
        """These events happen ``after`` seconds."""
        self.clock.advance(after)
        await self.log.append(*events)

    async def count(self, pieces: int) -> None:
        await self.tell(BalancesCounted("stock.csv", self.clock.now(), (Count(CODE, HOUSE, pieces * PIECE),)))

    async def push(self, *, during: tuple[Event, ...] = ()) -> int:
        """What is wanted is sent and accepted; answers how many pieces that were."""
        row = self.figure()
        assert row.wanted is not None
        self.batches += 1
        key = f"batch-{self.batches}"
        await self.tell(BatchMade(STORE, key, (BatchItem(CODE, "1", row.wanted, row.wanted_rev),), key))
        if during:
            await self.tell(*during, after=0.3)
        await self.tell(
            BatchAnswered(STORE, key, (BatchOutcome("1", stock=None if self.by_reading else row.wanted),)), after=0.3
        )
        return row.wanted // PIECE

    async def look(self, pieces: int) -> None:
        """A read-back finds that many."""
        await self.tell(FiguresSeen(STORE, (SeenFigure("1", pieces * PIECE),)))

    def figure(self) -> FigureRow:
        with Reader(self.path) as reader:
            return FigureRow(*reader.rows("SELECT * FROM figure WHERE store = ? AND kind = 'stock'", STORE)[0])

    @property
    def dirty(self) -> bool:
        row = self.figure()
        return row.mode == "push" and row.wanted_rev > row.confirmed_rev


def order(
    number: str, at: int, pieces: int = 1, *, state: OrderState = OrderState.NEW, modified_at: int = 0
) -> OrderSeen:
    """The store tells of an order of its own, for which it has lowered its figure."""
    taken = pieces * PIECE if state.holds_stock else 0
    line = LineSeen("1", CODE, "1", (CODE,), "Thing", pieces * PIECE, 100, taken)
    digest = f"{number}{state}"
    return OrderSeen(STORE, number, "", state, modified_at or at, at, 100, "EUR", (line,), HOUSE, digest=digest)


@asynccontextmanager
async def told(folder: Path, pieces: int = 10, *, by_reading: bool = False) -> AsyncIterator[Told]:
    """A shop that has so many pieces, which its store shows; ``by_reading``: a write is proven by a read of its own."""
    clock = ManualClock()
    log = await Log.open(folder / "omnisync.db", clock)
    try:
        it = Told(log, clock, folder / "omnisync.db", by_reading)
        rules = StoreRules("any", "EUR", (HOUSE,), HOUSE, "retail", push_price=False, checks_by_reading=by_reading)
        await it.tell(
            StoreRulesSet(STORE, rules), StoreLive(STORE), ProductsRead("products.csv", (Card(CODE, "Thing"),))
        )
        await it.count(pieces)
        await it.tell(ListingsSeen(STORE, (SeenListing("1", CODE, "Thing", stock=pieces * PIECE),)))
        assert not it.dirty
        yield it
    finally:
        await log.close()
