"""An order that wants what no warehouse has: which one it is, and which others could go without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from tests.log.opened import opened
from tests.log.shop import fill, order

from omnisync.explain.orders import oversold_words
from omnisync.log import overview
from omnisync.log.order_list import OrderWish, counts, freeze
from omnisync.log.oversold import oversold_in
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.events import BalancesCounted, Count
from omnisync.model.order import OrderState


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    async with opened(tmp_path / "log") as log:
        await fill(log, ["one", "two", "three"])
        counts = (Count("P01", "DEPO", 2000), Count("P01", "SHOP", 1000))
        await log.append(BalancesCounted("b", 2, counts))
        yield log


async def test_the_youngest_order_lacks_it_and_the_older_ones_are_named(log: Log) -> None:
    await log.append(order("1", ("P01", 1)), order("2", ("P01", 1), store="s2"), order("3", ("P01", 2)))
    with Reader(log.path) as reader:
        found = {row.number: (row, oversold_in(reader, row.id)) for row in overview.orders(reader)}
        assert [number for number, (_row, missing) in found.items() if missing] == ["3"]
        row, (missing,) = found["3"]
        assert (missing.code, missing.lacking, {each.number for each in missing.rivals}) == ("P01", 1000, {"1", "2"})
        words = oversold_words(row, missing, 0)
        assert words.startswith("P01: 1 more sold than there is. Get it from somewhere, or cancel it in s1; or let ")
        assert "s2 2 (" in words
        assert counts(reader).oversold == 1
    frozen = freeze(log.path, OrderWish(stock="oversold"))
    assert [row.order.number for row in frozen.page(0, 9)] == ["3"]


async def test_goods_in_another_warehouse_are_short_here_but_not_oversold(log: Log) -> None:
    await log.append(order("1", ("P01", 3)))
    with Reader(log.path) as reader:
        (row,) = overview.orders(reader)
        assert (row.short, row.oversold) == (1, 0)
        assert oversold_in(reader, row.id) == ()


async def test_what_has_been_sent_is_not_asked_to_go_without(log: Log) -> None:
    await log.append(order("1", ("P01", 3), state=OrderState.SHIPPED), order("2", ("P01", 1)))
    with Reader(log.path) as reader:
        newest = next(row for row in overview.orders(reader) if row.number == "2")
        (missing,) = oversold_in(reader, newest.id)
        assert missing.rivals == ()
        assert oversold_words(newest, missing, 0).endswith("or cancel it in s1.")
