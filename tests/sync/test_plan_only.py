"""A new store is read and taken orders from, and nothing is written to it until a person says go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from omnisync.errors import CommandRefused
from omnisync.log.overview import stores
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.commands import Go, Update
from omnisync.model.events import BatchItem, BatchMade, StoreRulesSet
from omnisync.model.rules import StoreRules
from omnisync.testing.clock import ManualClock

from .fakes import AT_ONCE, FakeStore, Shown
from .shop import Shop, story


async def _with_a_new_store(shop: Shop) -> FakeStore:
    """The shop is live in s1 and s2; s3 has just been put into the configuration."""
    await shop.begin(A=5, B=3)
    new = FakeStore(shop.clock)
    new.capabilities = AT_ONCE
    new.listed = {"rA": Shown("A"), "rB": Shown("B")}
    shop.stores["s3"] = new
    await shop.restart(killed=False, live=False)
    assert await shop.syncs["s3"].pull_catalogue()
    assert await shop.syncs["s3"].pull_orders()
    return new


@story
async def test_nothing_is_sent_to_a_new_store_until_a_person_says_go(shop: Shop) -> None:
    new = await _with_a_new_store(shop)
    await shop.settle()
    assert not new.pushed
    assert shop.figure("s3", "A").wanted == 5000
    await shop.order(Go("s3"))
    await shop.settle()
    assert new.shows("A") == 5
    assert not shop.figure("s3", "A").batch


@story
async def test_orders_of_a_store_in_plan_only_reserve_and_lower_the_other_stores(shop: Shop) -> None:
    new = await _with_a_new_store(shop)
    new.sell("1", A=2)
    await shop.take("s3")
    await shop.settle()
    assert (shop.reserved("A"), shop.s1.shows("A"), new.pushed) == (2, 3, [])


@story
async def test_a_store_that_was_live_is_live_after_a_restart_and_with_new_rules(shop: Shop) -> None:
    await shop.begin(A=5)
    await shop.restart()
    await shop.set_rules("s1", buffer=1000)
    await shop.settle()
    assert shop.s1.shows("A") == 4


@story
async def test_an_update_of_a_store_in_plan_only_says_why_it_sends_nothing(shop: Shop) -> None:
    new = await _with_a_new_store(shop)
    with pytest.raises(CommandRefused, match="omnisync go s3"):
        await shop.order(Update("s3"))
    await shop.order(Update())
    await shop.settle()
    assert not new.pushed
    await shop.order(Go("s3"))
    with pytest.raises(CommandRefused, match="already"):
        await shop.order(Go("s3"))
    with pytest.raises(CommandRefused, match="There is no store s9"):
        await shop.order(Go("s9"))


@story
async def test_the_engine_says_that_a_store_is_in_plan_only(shop: Shop) -> None:
    await _with_a_new_store(shop)
    async with shop.running() as engine:
        await shop.wait(60)
        states = {name: plan.sync.health.state for name, plan in engine.stores.items()}
        assert states == {"s1": "ok", "s2": "ok", "s3": "plan"}


@asynccontextmanager
async def _old_log(path: Path) -> AsyncIterator[Log]:
    log = await Log.open(path, ManualClock())
    try:
        await log.append(StoreRulesSet("s1", StoreRules("any", "TRY", ("W",), "W", push_price=False)))
        yield log
    finally:
        await log.close()


async def test_a_store_that_an_older_version_has_sent_to_counts_as_live(tmp_path: Path) -> None:
    path = tmp_path / "omnisync.db"
    async with _old_log(path) as log:
        with Reader(path) as reader:
            assert not stores(reader)[0].live
            await log.append(BatchMade("s1", "b", (BatchItem("A", "1", 1000, 1),), "f"))
            assert stores(reader)[0].live
