"""What a plan counts, what it is worth in money, and what it finds strangest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.log.opened import opened

from omnisync.explain.plan import plan_lines
from omnisync.log.plan import Plan, What, plan
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.drift import Cause
from omnisync.model.events import (
    BalancesCounted,
    Card,
    Count,
    Drift,
    DriftFound,
    ExclusionSet,
    Kind,
    ListingsSeen,
    ListPrice,
    PriceSet,
    PricesRead,
    ProductsRead,
    SeenListing,
    StoreLive,
    StoreRulesSet,
)
from omnisync.model.rules import GuardRules, StoreRules

# code: pieces and price that the store shows, and that it is to show; all in whole units.
GOODS = {
    "UP": ((5, 100), (8, 100)),
    "GONE": ((40, 50), (0, 50)),
    "DOWN": ((9, 10), (7, 10)),
    "CHEAP": ((2, 200), (2, 20)),
    "DEAR": ((1, 30), (1, 33)),
    "COST": ((3, 60), (3, 58)),
    "SAME": ((4, 70), (4, 70)),
}
NO_GUARD = GuardRules(zeros_count=1000, price_down_percent=0, price_up_percent=0, below_cost=False)


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    async with opened(tmp_path / "log") as log:
        await log.append(
            StoreRulesSet("s1", StoreRules("any", "TRY", ("W",), "W", "retail", guard=NO_GUARD)),
            ProductsRead(
                "p", tuple(Card(code, f"name of {code}", cost=5900 if code == "COST" else 1, cost_currency="TRY") for code in GOODS)
            ),
            PricesRead("x", tuple(ListPrice(code, "retail", 100 * new[1], "TRY") for code, (_, new) in GOODS.items())),
            BalancesCounted("b", 1, tuple(Count(code, "W", 1000 * new[0]) for code, (_, new) in GOODS.items())),
            ListingsSeen("s1", tuple(
                SeenListing(f"r{code}", code, "x", code, stock=1000 * old[0], price=100 * old[1])
                for code, (old, _) in GOODS.items()
            )),
        )  # fmt: skip
        yield log


def _planned(log: Log, what: What = What.DUE, **more: object) -> Plan:
    with Reader(log.path) as reader:
        return plan(reader, what, **more)  # type: ignore[arg-type]


async def test_the_counts_and_the_money_are_those_of_the_goods(log: Log) -> None:
    (effect,) = _planned(log).stores
    assert (effect.stock_up, effect.stock_down, effect.stock_zero) == (1, 1, 1)
    assert (effect.price_up, effect.price_down, effect.same) == (1, 2, 0)
    worth = sum(new[0] * new[1] - old[0] * old[1] for old, new in GOODS.values())
    assert effect.effect == 100 * worth
    assert not effect.live
    assert effect.sends == effect.changes == 6


async def test_the_strangest_come_first(log: Log) -> None:
    found = [(move.code, move.sort) for move in _planned(log).strangest(3)]
    assert found == [("CHEAP", "price-down"), ("COST", "below-cost"), ("GONE", "to-zero")]
    said = "\n".join(plan_lines(_planned(log)))
    assert "CHEAP  price 200.00 → 20.00  (−90.0 %)" in said
    assert "plan only" in said
    assert "stock up 1, stock down 1, stock to zero 1, price up 1, price down 2" in said


async def test_an_update_sends_what_is_unchanged_too(log: Log) -> None:
    (effect,) = _planned(log, What.UPDATE).stores
    assert (effect.sends, effect.same) == (14, 8)
    (one,) = _planned(log, What.UPDATE, codes=["UP"], kind="stock").stores
    assert (one.sends, one.stock_up) == (1, 1)


async def test_what_is_excluded_is_left_out_until_one_asks_for_it(log: Log) -> None:
    await log.append(StoreLive("s1"), ExclusionSet("s1", ("GONE", "UP"), stock=True))
    (effect,) = _planned(log).stores
    assert (effect.live, effect.excluded, effect.changes) == (True, 2, 4)
    (back,) = _planned(log, What.EXCLUDED).stores
    assert (back.stock_up, back.stock_zero, back.sends) == (1, 1, 2)


async def test_what_differs_is_planned_from_what_was_seen(log: Log) -> None:
    drifts = (
        Drift("SAME", Kind.STOCK, 4_000, 9_000, Cause.BY_HAND),
        Drift("UP", Kind.PRICE, 10_000, 500, Cause.BY_HAND),
    )
    await log.append(DriftFound("s1", drifts))
    found = _planned(log, What.DIFFERS)
    assert [(move.code, move.shown, move.wanted) for move in found.strangest()] == [
        ("UP", 500, 10_000), ("SAME", 9_000, 4_000),
    ]  # fmt: skip


async def test_a_price_under_its_floor_is_among_the_strangest(log: Log) -> None:
    rules = StoreRules(
        "any", "TRY", ("W",), "W", "retail", guard=NO_GUARD, floor_list="floor", floors=(("pens", 90_000),)
    )
    await log.append(
        StoreRulesSet("s1", rules),
        PricesRead("x", (ListPrice("DEAR", "floor", 4000, "TRY"),)),
        PriceSet("s1", "DEAR", 3500, "TRY"),
    )
    found = [(move.code, move.sort) for move in _planned(log).strangest(3)]
    assert ("DEAR", "under-floor") in found
    assert "DEAR  price 30.00 → 35.00  (+16.7 %, under its floor)" in "\n".join(plan_lines(_planned(log)))


@pytest.mark.parametrize("what", What)
async def test_a_plan_of_nothing_says_so(tmp_path: Path, what: What) -> None:
    async with opened(tmp_path / "log") as empty:
        await empty.append(StoreRulesSet("s1", StoreRules("any", "TRY")))
        assert next(plan_lines(_planned(empty, what))).startswith("s1: nothing would be sent")
