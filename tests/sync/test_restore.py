"""An older backup in the place of the database: what happened since comes in again, once, and every store converges."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from tests.sync.fakes import WITH_RECEIPT
from tests.sync.shop import Shop, story

from omnisync.connect.store import Capabilities
from omnisync.log import backup
from omnisync.model.events import PriceSet

_BOTH = pytest.mark.parametrize("can", [None, WITH_RECEIPT], ids=["at once", "with receipt"])


def _aside(work: object) -> None:
    """On a loop and threads of its own, while virtual time stands still."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def _back_up(shop: Shop) -> Path:
    target = shop.path.with_name("monday.db")
    _aside(lambda: backup.backup(shop.path, target))
    return target


async def _restored(shop: Shop, file: Path) -> None:
    """The daemon is stopped, the backup put back, the daemon started."""
    await shop.log.close()
    prepared = backup.prepare(file, shop.path)
    _aside(lambda: asyncio.run(backup.restore(prepared, shop.path, shop.clock, "owner")))
    await shop.start(live=False)


async def _begin(shop: Shop, can: Capabilities | None) -> None:
    await (shop.begin(A=10, B=10) if can is None else shop.begin(can, A=10, B=10))


@_BOTH
@story
async def test_orders_taken_since_the_backup_are_taken_in_again_once(shop: Shop, can: Capabilities | None) -> None:
    await _begin(shop, can)
    async with shop.running():
        shop.s1.sell("1", A=1)
        await shop.wait(300)
        file = _back_up(shop)
        shop.s1.sell("2", A=2)
        shop.s2.sell("3", B=4)
        await shop.wait(1200)
        assert (shop.s2.shows("A"), shop.s1.shows("B")) == (7, 6)
    sent = len(shop.erp.sent)
    await _restored(shop, file)
    assert shop.one("SELECT count(*) FROM shop_order") == 1, "as old as it is"
    assert shop.one("SELECT value FROM meta WHERE key = 'generation'") == "2"
    async with shop.running() as engine:
        await shop.wait(3600)
        assert shop.rows("SELECT number FROM shop_order ORDER BY number") == [("1",), ("2",), ("3",)]
        assert (shop.reserved("A"), shop.reserved("B")) == (3, 4)
        for store in (shop.s1, shop.s2):
            assert (store.shows("A"), store.shows("B")) == (7, 6)
        assert len(shop.erp.sent) == sent == 3, "the ERP has them already, and gets none twice"
        assert not engine.surprises


@_BOTH
@story
async def test_what_the_stores_show_is_looked_at_before_anything_is_sent(shop: Shop, can: Capabilities | None) -> None:
    await _begin(shop, can)
    file = _back_up(shop)
    shop.erp.counts("A", 3)
    shop.erp.costs("B", 1200)
    await shop.pull()
    await shop.settle(1200)
    assert (shop.s1.shows("A"), shop.s2.price("B")) == (3, 1200)
    pushed = len(shop.s1.pushed)
    await _restored(shop, file)
    assert shop.figure("s1", "A").confirmed == 10_000, "the backup believes what is no longer so"
    async with shop.running():
        await shop.wait(3600)
        assert (shop.s1.shows("A"), shop.s1.price("B"), shop.s2.shows("A")) == (3, 1200, 3)
    assert all(batch.get("rA", (3, None))[0] in (3, None) for batch in shop.s1.pushed[pushed:]), "10 was never sent"


@_BOTH
@story
async def test_a_batch_that_was_open_in_the_backup_does_not_come_back(shop: Shop, can: Capabilities | None) -> None:
    """Its key was used; a store that honours keys would answer with the outcome of something else."""
    await _begin(shop, can)
    shop.s1.pending = 10**6
    shop.erp.counts("A", 4)
    await shop.pull()
    await shop.pushers["s1"].step()
    file = _back_up(shop)
    shop.s1.pending = 0
    await shop.settle(1200)
    shop.erp.counts("A", 8)
    await shop.pull()
    await shop.settle(1200)
    await _restored(shop, file)
    assert shop.rows("SELECT state FROM batch WHERE state IN ('made', 'sent', 'lost')") == []
    async with shop.running():
        await shop.wait(3600)
        assert (shop.s1.shows("A"), shop.s2.shows("A")) == (8, 8)
    assert len({*shop.s1.keys}) == len(shop.s1.keys), "no key was used twice"


@story
async def test_a_persons_word_since_the_backup_is_gone_and_the_stores_follow_the_log(shop: Shop) -> None:
    await _begin(shop, None)
    file = _back_up(shop)
    await shop.log.append(PriceSet("s1", "A", 777, "TRY"))
    await shop.settle(1200)
    assert shop.s1.price("A") == 777
    await _restored(shop, file)
    async with shop.running():
        await shop.wait(3600)
        assert shop.s1.price("A") == shop.s2.price("A"), "every figure is what the log can explain"
