"""Durations are measured from causes to outcomes as the log has them."""

from __future__ import annotations

from pathlib import Path

from omnisync.log.compare import Shown, last_seq, mismatches
from omnisync.log.latency import Latency, percentile
from omnisync.log.reader import Reader
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
    StoreRulesSet,
)
from omnisync.model.order import OrderState
from omnisync.model.rules import StoreRules
from omnisync.testing.clock import ManualClock

STORES = {"here": False, "quick": False, "slow": True}
"""The stores, and whether a write is proven by a read of its own."""


async def test_an_order_is_measured_to_the_last_store_and_a_change_to_its_proof(tmp_path: Path) -> None:
    clock = ManualClock()
    log = await Log.open(tmp_path / "omnisync.db", clock)
    reader = Reader(tmp_path / "omnisync.db")

    async def tell(event: Event, after: float = 0) -> int:
        clock.advance(after)
        await log.append(event)
        return last_seq(reader)

    async def push(store: str, pieces: int, rev: int, after: float) -> None:
        key = f"{store}-{rev}"
        await tell(BatchMade(store, key, (BatchItem("A-1", "1", pieces * 1000, rev),), key), after / 2)
        await tell(BatchAnswered(store, key, (BatchOutcome("1"),)), after / 2)

    await tell(ProductsRead("products.csv", (Card("A-1", "Thing"),)))
    await tell(BalancesCounted("stock.csv", clock.now(), (Count("A-1", "main", 9000),)))
    for name, by_reading in STORES.items():
        await tell(StoreRulesSet(name, StoreRules("any", "EUR", ("main",), "main", checks_by_reading=by_reading)))
        await tell(ListingsSeen(name, (SeenListing("1", "A-1", "Thing", stock=9000),)))

    placed = clock.now()
    latency = Latency({("here", "77"): placed, ("here", "78"): placed}, after=last_seq(reader))
    line = LineSeen("1", "A-1", "1", ("A-1",), "Thing", 1000, 100, 1000)
    order = await tell(OrderSeen("here", "77", "", OrderState.NEW, placed, placed, 100, "EUR", (line,), "main"), 1)
    await push("quick", 8, order, 1)
    latency.read_on(reader)
    assert latency.orders == [2000]
    await push("slow", 8, order, 2)
    latency.read_on(reader)
    assert latency.orders == [4000], "the slowest of the others counts"
    assert latency.changes == [], "an order is no change of the ERP's"

    for state in (OrderState.NEW, OrderState.CANCELLED):
        await tell(OrderSeen("here", "78", "", state, clock.now(), placed, 100, "EUR", (line,), "main"), 1)

    change = await tell(BalancesCounted("stock.csv", clock.now(), (Count("A-1", "main", 5000),)), 10)
    await push("quick", 4, change, 1)
    await push("slow", 4, change, 2)
    latency.read_on(reader)
    assert latency.orders == [4000], "what falls later has nothing to do with an order that was cancelled at once"
    assert latency.changes == [1000], "accepted is not proven where a read is to prove it"
    await tell(FiguresSeen("slow", (SeenFigure("1", 8000),)), 1)
    await tell(FiguresSeen("slow", (SeenFigure("1", 4000),)), 1)
    latency.read_on(reader)
    assert latency.changes == [1000, 5000]

    assert mismatches(reader, "slow", {"1": Shown(4000, None)}) == []
    (found,) = mismatches(reader, "slow", {"1": Shown(3000, None)})
    assert (found.remote_id, found.kind, found.ours, found.theirs) == ("1", "stock", 4000, 3000)
    reader.close()
    await log.close()


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([], 50) is None
    assert percentile([7], 99) == 7
    assert percentile([*range(1, 101)], 50) == 50
    assert percentile([*range(1, 101)], 99) == 99
