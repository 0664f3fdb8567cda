"""Every figure on the screen can say where it came from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from tests.log.opened import opened
from tests.log.shop import fill, order

from omnisync.log import story
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.events import (
    BatchItem,
    BatchMade,
    BatchSent,
    Card,
    ExclusionSet,
    OrderExported,
    PriceSet,
    ProductsRead,
    QuarantineClosed,
)


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    async with opened(tmp_path / "log") as log:
        await fill(log, ["zero", "one", "two"])
        yield log


async def test_why_tells_the_whole_chain_from_the_file_to_the_store(log: Log) -> None:
    await log.append(
        order("1001", ("P02", 3)), PriceSet("s1", "P02", 777, "TRY"), ExclusionSet("s1", ("P02",), price=True)
    )
    await log.append(
        BatchMade("s1", "b1", (BatchItem("P02", "rP02", 1000, 9),), "f"), BatchSent("s1", "b1", "receipt-7")
    )
    with Reader(log.path) as reader:
        product = story.product_of(reader, "P02")
        assert product is not None
        found = story.why(reader, product, "s1")
    assert found is not None
    assert [(b.warehouse, b.on_hand, b.reserved, b.source, b.line) for b in found.balances] == [
        ("DEPO", 2000, 3000, "stock.csv", 2),
        ("SHOP", 2000, 0, "stock.csv", 2),
    ]
    (held,) = found.reservations
    assert (held.store, held.number, held.warehouse, held.quantity, held.state) == ("s1", "1001", "DEPO", 3000, "new")
    assert (found.price.price_list, found.price.listed, found.price.own) == ("retail", 200, 777)
    assert (found.no_stock, found.no_price, found.exempt) == (False, True, False)
    assert (found.figures["stock"].wanted, found.figures["stock"].batch, found.figures["price"].mode) == (
        1000,
        "b1",
        "excluded",
    )
    assert found.batches["b1"].receipt == "receipt-7"
    assert [told.type for told in found.told[:3]] == ["batch.sent", "batch.made", "person.exclusion"]


async def test_why_of_an_unlisted_product_or_an_unknown_store(log: Log) -> None:
    with Reader(log.path) as reader:
        product = story.product_of(reader, "P00")
        assert product is not None
        found = story.why(reader, product, "s1")
        assert found is not None
        assert (found.remote_id, found.figures, found.balances) == ("", {}, ())
        assert story.why(reader, product, "nowhere") is None


async def test_a_product_is_known_by_code_then_by_a_barcode_that_only_it_has(log: Log) -> None:
    await log.append(ProductsRead("p", (Card("X", "x", ("P01", "both")), Card("Y", "y", ("both", "mine")))))
    with Reader(log.path) as reader:

        def code(key: str) -> str | None:
            found = story.product_of(reader, key)
            return None if found is None else story.code_of(reader, found)

        assert [code(key) for key in ("P01", " 869P01 ", "mine", "both", "nobody")] == ["P01", "P01", "Y", None, None]


async def test_a_product_is_known_in_any_letters_that_the_search_takes_for_the_same(log: Log) -> None:
    cards = (
        Card("SOM-00001", "nut", ("8690000000012",), ("İŞ/7",)), Card("IŞIK.2", "lamp"), Card("ab-1", "x"),
        Card("AB-1", "y"), Card("Ab-1x", "z"), Card("C-9", "c", (), ("som 5", "ab_1")), Card("D-9", "d", (), ("SOM 5",)),
        Card("E-9", "e", (), ("ış.7",)),
    )  # fmt: skip
    await log.append(ProductsRead("p", cards))
    with Reader(log.path) as reader:

        def codes(name: str) -> list[str]:
            return [story.code_of(reader, each) for each in story.products_called(reader, name)]

        assert codes(" som-00001 ") == codes("Som-00001") == ["SOM-00001"]
        assert codes("ışık.2") == codes("ISIK.2") == ["IŞIK.2"]
        assert (codes("ab-1"), codes("AB-1"), codes("aB-1")) == (["ab-1"], ["AB-1"], ["ab-1", "AB-1"])
        assert (codes("som 5"), codes("Som 5")) == (["C-9"], ["C-9", "D-9"]), "exactly so before nearly so"
        assert (codes("iş/7"), codes("IS/7")) == (["SOM-00001"], ["SOM-00001"])
        for nothing in ("som-0000", "som00001", "869000000001", "", "-", "%", "nut", '"'):
            assert codes(nothing) == [], nothing
        assert story.product_of(reader, "aB-1") is None


async def test_the_story_of_a_product_holds_everything_that_touched_it_newest_first(log: Log) -> None:
    await log.append(order("1001", ("P02", 1)), order("1002", ("P01", 1)))
    await log.append(PriceSet("s1", "P02", 777, "TRY"), actor="ayse")
    with Reader(log.path) as reader:
        product = story.product_of(reader, "P02")
        assert product is not None
        told = story.events_of_product(reader, product)
    assert [each.type for each in told] == [
        "person.price", "order.seen", "store.listings", "store.listings", "erp.prices", "erp.balances", "erp.products",
    ]  # fmt: skip
    assert told[0].actor == "ayse"
    assert [each.seq for each in told] == sorted((each.seq for each in told), reverse=True)


async def test_the_story_of_an_order_is_its_own_in_every_store(log: Log) -> None:
    await log.append(order("1001", ("P02", 1)), order("1001", ("P01", 1), store="s2"), order("1002", ("P01", 1)))
    await log.append(OrderExported("s1", "1001", "ERP-1"), QuarantineClosed("s1", "line:1001:l0"))
    with Reader(log.path) as reader:
        told = story.events_of_order(reader, "1001")
        assert [(each.type, each.stream) for each in told] == [
            ("order.exported", "order:s1:1001"), ("order.seen", "order:s2:1001"), ("order.seen", "order:s1:1001"),
        ]  # fmt: skip
        assert story.events_of_order(reader, "no such") == []


async def test_all_events_are_paged_backwards(log: Log) -> None:
    with Reader(log.path) as reader:
        every = story.events(reader)
        pages = story.events(reader, limit=3)
        while more := story.events(reader, limit=3, before=pages[-1].seq):
            pages += more
    assert pages == every
    assert [each.seq for each in every] == list(range(len(every), 0, -1))
    assert isinstance(story.json_of(every[0].event), dict)
