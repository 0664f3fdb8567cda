"""`--at`: the command line tells of a past moment what it told then."""

from __future__ import annotations

import asyncio

import pytest
from tests.cli.conftest import Shop
from tests.cli.shop import TRENDYOL

from omnisync.folders import DATABASE
from omnisync.log.writer import Log
from omnisync.model.events import (
    BalancesCounted,
    Card,
    Count,
    ListingsSeen,
    ListPrice,
    PriceSet,
    PricesRead,
    ProductsRead,
    SeenListing,
    StoreRulesSet,
)
from omnisync.testing.clock import ManualClock

BEFORE, MORNING, NOON, EVENING = (f"2026-01-15 {hour}:00" for hour in ("08", "09", "12", "18"))


@pytest.fixture
def day(empty: Shop) -> Shop:
    """A day at the shop: opened at 9 with 5 pieces, 2 left at 12 of one product, a price of its own at 18."""

    async def write() -> None:
        clock = ManualClock(1_768_456_800_000)  # 2026-01-15 09:00 in Istanbul
        log = await Log.open(empty.folder / DATABASE, clock)
        try:
            await log.append(
                StoreRulesSet("trendyol", TRENDYOL),
                ProductsRead("p.csv", (Card("A", "Boru"), Card("B", "Dirsek"))),
                PricesRead("x.csv", (ListPrice("A", "retail", 8500, "TRY"),)),
                BalancesCounted("stock.csv", clock.now(), (Count("A", "DEPO", 5000, 7), Count("B", "DEPO", 9000))),
                ListingsSeen("trendyol", (SeenListing("ty-a", "A", "Boru", stock=5000, price=8990),)),
            )
            clock.advance(3 * 3600)
            await log.append(BalancesCounted("stock.csv", clock.now(), (Count("A", "DEPO", 2000, 8),)))
            clock.advance(6 * 3600)
            await log.append(PriceSet("trendyol", "A", 7000, "TRY"))
        finally:
            await log.close()

    asyncio.run(write())
    return empty


def test_why_tells_what_was_so_then_and_why(day: Shop) -> None:
    said = day.ok("why", "A", "--at", "2026-01-15 11:59")
    assert said.startswith("As it was at 2026-01-15 11:59:00:\n")
    assert "5 = 5 on hand − 0 reserved" in said
    assert "ERP counted DEPO 5" in said
    assert "ERP counted DEPO 2" not in said
    assert "your own price: none" in said
    assert "2 = 2 on hand − 0 reserved" in day.ok("why", "A", "--at", NOON)
    assert "your own price: 70.00 TRY" in day.ok("why", "A", "--at", EVENING)


def test_why_at_as_json_has_the_figures_of_then(day: Shop) -> None:
    (then,) = day.json("why", "A", "--at", MORNING)
    (now,) = day.json("why", "A")
    assert (then["figures"]["stock"]["wanted"], now["figures"]["stock"]["wanted"]) == (5000, 2000)
    assert (then["balances"][0]["line"], now["balances"][0]["line"]) == (7, 8)


def test_nothing_is_told_of_a_product_before_it_was_known(day: Shop) -> None:
    assert "Nothing was known of A then." in day.refused("why", "A", "--at", BEFORE)
    assert "is no time" in day.refused("why", "A", "--at", "the other day", code=2)


def test_products_are_listed_as_they_were(day: Shop) -> None:
    then = {each["code"]: each for each in day.json("products", "--at", MORNING)}
    assert {code: each["available"] for code, each in then.items()} == {"A": 5000, "B": 9000}
    assert then["A"]["stores"]["trendyol"]["stock"]["wanted"] == 5000
    assert day.ok("products", "--at", NOON).startswith("As it was at 2026-01-15 12:00:00:\n")
    assert [each["available"] for each in day.json("products", "boru", "--at", NOON)] == [2000]
    assert day.json("products", "--at", BEFORE) == []
