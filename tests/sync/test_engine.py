"""The whole engine at work: what wakes whom, what stops nothing, and what a restart remembers."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from tests.sync.fakes import WITH_RECEIPT, FakeStore, raises
from tests.sync.shop import Shop, story

from omnisync.connect.check import Finding
from omnisync.errors import AuthFailed, DiskFull, RateLimited, Unavailable
from omnisync.log import outbox
from omnisync.log.health import load_health
from omnisync.model.commands import Pause, Status, Update
from omnisync.sync.commands import Commands


@story
async def test_an_order_lowers_the_other_store_at_once_and_not_at_the_next_tick(shop: Shop) -> None:
    await shop.begin(A=10)
    async with shop.running():
        await shop.wait(700)
        shop.s1.sell("1001", A=2)
        while shop.reserved("A") == 0:
            await shop.wait(0.1)
        taken = shop.clock.now()
        while shop.s2.shows("A") != 8:
            await shop.wait(0.05)
        assert shop.clock.now() - taken < 1000


@story
async def test_a_change_in_the_erp_s_files_is_pushed_within_seconds(shop: Shop) -> None:
    await shop.begin(A=10)
    async with shop.running():
        await shop.wait(700)
        shop.erp.counts("A", 4)
        await shop.wait(8)
        assert (shop.s1.shows("A"), shop.s2.shows("A")) == (4, 4)


@story
async def test_a_shop_starts_from_nothing_and_settles(shop: Shop) -> None:
    await shop.begin(WITH_RECEIPT, settle=False, A=10, B=5)
    async with shop.running():
        await shop.wait(120)
        assert [(store.shows("A"), store.shows("B")) for store in shop.stores.values()] == [(10, 5), (10, 5)]


@story
async def test_nothing_to_do_writes_nothing(shop: Shop) -> None:
    await shop.begin(A=10)
    async with shop.running():
        await shop.wait(3600)
        before, pushed = shop.count(), len(shop.s1.pushed)
        await shop.wait(6 * 3600)
        assert (shop.count(), len(shop.s1.pushed)) == (before, pushed)


@story
async def test_one_store_that_is_down_holds_nobody_up(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.down = Unavailable("gone")
    async with shop.running():
        await shop.wait(60)
        shop.erp.counts("A", 4)
        await shop.wait(60)
        assert shop.s2.shows("A") == 4
        shop.s1.down = None
        await shop.wait(3600)
        assert shop.s1.shows("A") == 4


@story
async def test_a_connector_with_a_fault_of_its_own_stops_nobody_else(shop: Shop) -> None:
    await shop.begin(A=10)

    def broken(*_: object) -> None:
        raise KeyError("a mistake in somebody's plugin")

    shop.s1.orders = broken  # type: ignore[method-assign, assignment]
    async with shop.running() as engine:
        await shop.wait(60)
        shop.erp.counts("A", 4)
        await shop.wait(60)
        assert shop.s2.shows("A") == 4
        assert engine.surprises > 0
        engine.surprises = 0


@story
async def test_a_full_disk_stops_no_worker(shop: Shop) -> None:
    await shop.begin(A=10)
    transact, full = shop.log.transact, [True]

    async def sometimes(*args: Any, **kwargs: Any) -> Any:
        if full[0]:
            raise DiskFull("no room")
        return await transact(*args, **kwargs)

    async with shop.running() as engine:
        await shop.wait(60)
        shop.log.transact = sometimes  # type: ignore[method-assign]
        shop.erp.counts("A", 4)
        await shop.wait(600)
        status = await Commands(engine).run(Status(), actor="ayse", id="1")
        assert status["trouble"] == "no room", "it is on the screen too"
        full[0] = False
        await shop.wait(600)
        assert (await Commands(engine).run(Status(), actor="ayse", id="2"))["trouble"] == ""
        assert (shop.s1.shows("A"), shop.s2.shows("A")) == (4, 4)


@story
async def test_what_could_not_be_sent_for_a_full_disk_is_sent_when_there_is_room(shop: Shop) -> None:
    """The change itself is in the log already, so nothing else would ever wake the worker that failed."""
    await shop.begin(A=10)

    def no_room(*_: object) -> None:
        raise DiskFull("no room")

    async with shop.running() as engine:
        await shop.wait(60)
        with patch.object(outbox, "open_batch", no_room):
            shop.erp.counts("A", 4)
            await shop.wait(120)
            assert (shop.figure("s1", "A").wanted, shop.s1.shows("A")) == (4000, 10)
        await shop.wait(20)
        assert (shop.s1.shows("A"), shop.s2.shows("A")) == (4, 4)
        assert not engine.surprises


@story
async def test_a_backed_off_connection_is_not_knocked_at_sooner_because_of_a_restart(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.down = Unavailable("the shop is being moved")
    async with shop.running():
        await shop.wait(3600)
    row = next(row for row in await shop.log.query(load_health) if row.connector == "s1")
    assert (row.state, row.reason, row.line) == ("down", "the shop is being moved", "read")
    assert row.next_try > shop.clock.now() + 60_000
    for killed in (True, False):
        await shop.restart(killed=killed)
        async with shop.running():
            asked = len(shop.s1.asked)
            await shop.wait((row.next_try - shop.clock.now()) / 1000 / 3)
            assert len(shop.s1.asked) == asked
            assert shop.syncs["s1"].health.read.failures == row.failures
    assert len(shop.events("connector.broke")) == 1, "and it is not told as news"
    shop.s1.down = None
    async with shop.running():
        await shop.wait(4000)
        assert len(shop.events("connector.recovered")) == 1


@story
async def test_a_store_that_is_known_to_be_down_does_not_keep_the_others_from_rising(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.down = Unavailable("the shop is being moved")
    async with shop.running():
        await shop.wait(3600)
    await shop.restart()
    shop.erp.counts("A", 20)
    async with shop.running():
        await shop.wait(30)
        assert shop.s2.shows("A") == 20


@story
async def test_after_a_start_nothing_is_raised_before_everybody_was_asked_for_orders(shop: Shop) -> None:
    """What was sold while the daemon was off is not known yet: our older, higher figure would overwrite it."""
    await shop.begin(A=10)
    await shop.order(Update("s1"))
    await shop.restart()
    shop.s1.sell("1001", A=2)
    shop.s1.slow_orders = 30
    async with shop.running():
        await shop.wait(20)
        assert shop.s1.pushed == []
        await shop.wait(300)
    assert {figures["rA"][0] for figures in shop.s1.pushed} <= {8}
    assert (shop.s1.shows("A"), shop.figure("s1", "A").confirmed) == (8, 8000)


@story
async def test_a_connection_is_tested_after_the_first_look_that_the_figures_wait_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its questions count against the same limit: the first pull of orders would wait for it."""
    tested: list[FakeStore] = []

    async def check(store: FakeStore) -> list[Finding]:
        tested.append(store)
        return []

    await shop.begin(A=10)
    await shop.restart()
    monkeypatch.setattr(FakeStore, "check", check)
    shop.s1.slow_orders = shop.s2.slow_orders = 30
    async with shop.running():
        await shop.wait(20)
        assert tested == []
        await shop.wait(300)
    assert tested == [shop.s1, shop.s2], "once each"


@story
async def test_a_refused_key_is_tried_at_once_after_a_restart_because_somebody_mended_it(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.down = AuthFailed("the key is wrong")
    async with shop.running():
        await shop.wait(600)
    shop.s1.down = None
    await shop.restart()
    async with shop.running():
        await shop.wait(5)
        assert shop.syncs["s1"].health.read.condition == "ok"


@story
async def test_a_write_limit_is_waited_for_after_a_restart_and_orders_are_taken_meanwhile(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.mishaps.append(raises(RateLimited("too many", shop.clock.now() + 1_800_000)))
    shop.erp.counts("A", 4)
    async with shop.running():
        await shop.wait(120)
    await shop.restart()
    pushed = len(shop.s1.pushed)
    shop.s1.sell("1001", A=1)
    async with shop.running():
        await shop.wait(600)
        assert len(shop.s1.pushed) == pushed
        assert shop.reserved("A") == 1
        await shop.wait(1800)
        assert shop.s1.shows("A") == 3


@story
async def test_a_paused_store_stays_paused_over_a_restart(shop: Shop) -> None:
    await shop.begin(A=10)
    async with shop.running():
        await shop.order(Pause("s1"))
    await shop.restart()
    shop.erp.counts("A", 4)
    async with shop.running():
        await shop.wait(600)
        assert (shop.s1.shows("A"), shop.s2.shows("A")) == (10, 4)


@pytest.mark.parametrize("moment", [0.0, 0.06, 1.0, 5.0, 31.0])
@story
async def test_a_kill_at_any_moment_loses_no_order_and_ends_with_the_right_figures(shop: Shop, moment: float) -> None:
    await shop.begin(WITH_RECEIPT, A=10)
    try:
        async with shop.running():
            shop.s1.sell("1001", A=2)
            shop.s2.sell("2001", A=1)
            shop.erp.counts("A", 9)
            await shop.wait(moment)
            shop.connection.dead = True
    except BaseException:
        pass
    await shop.restart()
    async with shop.running():
        await shop.wait(7200)
    assert shop.reserved("A") == 3
    assert (shop.s1.shows("A"), shop.s2.shows("A")) == (6, 6)
    assert len(shop.erp.sent) == 2
    assert shop.rows("SELECT * FROM batch WHERE state IN ('made', 'sent', 'lost')") == []
