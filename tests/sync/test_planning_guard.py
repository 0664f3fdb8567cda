"""The guard at the door of a store: what must not go out without a person (P7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnisync.connect.store import Capabilities, ReadBack
from omnisync.log.writer import Change
from omnisync.model.events import StoreRulesSet
from omnisync.model.rules import StoreRules
from omnisync.sync.planning import Batch, Wait, plan

from .figures_log import HOUSE, STORE, told

CAN = Capabilities(max_batch=10, receipt=False, read_back=ReadBack.ANSWER, read_batch=10)


@pytest.mark.parametrize(("warehouse", "sent"), [("nowhere", False), (HOUSE, True)])
async def test_a_store_with_a_misspelt_warehouse_is_not_emptied(tmp_path: Path, warehouse: str, sent: bool) -> None:
    async with told(tmp_path) as shop:
        await shop.count(0)
        await shop.tell(StoreRulesSet(STORE, StoreRules("x", "TRY", warehouses=(warehouse,), orders_from=warehouse)))
        planned = await shop.log.transact(lambda change: plan(change, STORE, "key", CAN, 10))
        assert isinstance(planned, Batch if sent else Wait)
        assert shop.figure().mode == ("push" if sent else "held")
        assert shop.figure().reason == ("" if sent else "unknown-warehouse")


async def test_a_read_back_is_news_for_the_guard_only_where_it_makes_another_change_of_what_is_to_be_sent(
    tmp_path: Path,
) -> None:
    async with told(tmp_path) as shop:

        async def is_news() -> bool:
            def look(change: Change) -> bool:
                found = change.state.news.has(STORE)
                change.state.news.seen(STORE)
                return found

            return await shop.log.transact(look)

        await is_news()
        await shop.look(10)
        assert not await is_news(), "it shows what it should"
        await shop.count(12)
        await is_news()
        await shop.look(1)
        assert await is_news(), "it was to rise from 10, and now it is from 1"
