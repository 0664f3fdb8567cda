"""A product is never known without what there is of it: its stores would be told that it is sold out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from omnisync.connect.erp import ErpBalance, ErpPrice, ErpProduct, ErpRead
from omnisync.errors import SourceProblem
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.events import ListingsSeen, SeenListing, StoreRulesSet
from omnisync.model.money import Money
from omnisync.model.rules import ErpRules, StoreRules
from omnisync.sync.erp import ErpSync
from omnisync.testing.clock import ManualClock


class Erp:
    """Answers a feed only when its mark has changed, as files do."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.products_known = ["A-1"]
        self.balances_broken = False
        self.marks_of = {"products": "p1", "prices": "l1", "balances": "b1"}

    async def marks(self) -> Mapping[str, str]:
        return self.marks_of

    async def products(self, mark: str) -> ErpRead[ErpProduct] | None:
        return self._read("products", mark, [ErpProduct(code, f"Thing {code}") for code in self.products_known])

    async def prices(self, mark: str) -> ErpRead[ErpPrice] | None:
        return self._read("prices", mark, [ErpPrice(code, "retail", Money(100, "EUR")) for code in ("A-1", "A-2")])

    async def balances(self, mark: str) -> ErpRead[ErpBalance] | None:
        if self.balances_broken:
            raise SourceProblem("stock.csv is being written just now.")
        return self._read("balances", mark, [ErpBalance(code, "main", 5000) for code in ("A-1", "A-2")])

    async def customers(self, mark: str) -> None:
        return None

    async def order_states(self, mark: str) -> None:
        return None

    def _read(self, feed: str, mark: str, rows: list[Any]) -> ErpRead[Any] | None:
        new = self.marks_of[feed]
        return None if mark == new else ErpRead(rows, self.clock.now(), True, new, feed)


@asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[tuple[Erp, ErpSync, Reader]]:
    """An ERP, and a store whose catalogue was read before it."""
    clock = ManualClock()
    erp = Erp(clock)
    log = await Log.open(folder / "omnisync.db", clock)
    try:
        listings = tuple(SeenListing(f"{n}", "", f"Thing {n}", f"A-{n}", stock=5000, price=100) for n in (1, 2))
        await log.append(
            StoreRulesSet("shop", StoreRules("any", "EUR", ("main",), "main", "retail")), ListingsSeen("shop", listings)
        )
        sync = ErpSync(erp, ErpRules("erp"), log, clock, random.Random(1))  # type: ignore[arg-type]
        with Reader(folder / "omnisync.db") as reader:
            yield erp, sync, reader
    finally:
        await log.close()


def to_be_sent(reader: Reader) -> list[tuple[Any, ...]]:
    sql = """SELECT p.code, kind, wanted FROM figure JOIN product p ON p.id = product
        WHERE mode = 'push' AND wanted_rev > confirmed_rev"""
    return reader.rows(sql)


async def test_products_are_taken_in_together_with_their_balances_or_not_at_all(tmp_path: Path) -> None:
    async with connected(tmp_path) as (erp, sync, reader):
        erp.balances_broken = True
        assert not await sync.pull()
        assert reader.one("SELECT count(*) FROM product") == 0
        assert to_be_sent(reader) == []
        erp.balances_broken = False
        assert await sync.pull()
        assert reader.one("SELECT count(*) FROM figure") == 2
        assert to_be_sent(reader) == [], "the store shows what the shop has"


async def test_balances_that_were_read_before_their_products_are_not_lost(tmp_path: Path) -> None:
    """Both workers start at once, and a quick look at the balances knows no product yet."""
    async with connected(tmp_path) as (_, sync, reader):
        await asyncio.gather(sync.pull_balances(), sync.pull())
        assert reader.one("SELECT on_hand FROM product WHERE code = 'A-1'") == 5000
        assert to_be_sent(reader) == []


async def test_a_new_product_gets_the_balances_and_prices_that_were_there_before_it(tmp_path: Path) -> None:
    async with connected(tmp_path) as (erp, sync, reader):
        await sync.pull()
        erp.products_known.append("A-2")
        erp.marks_of["products"] = "p2"
        await sync.pull()
        assert reader.one("SELECT on_hand FROM product WHERE code = 'A-2'") == 5000
        assert reader.one("SELECT count(*) FROM price") == 2
        assert to_be_sent(reader) == []
