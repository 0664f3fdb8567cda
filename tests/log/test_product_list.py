"""The product list: every sort pages through all rows once, and search finds what people type."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from tests.log.opened import opened
from tests.log.shop import fill

from omnisync.log.product_list import Sort, count, find, page, warehouses
from omnisync.log.product_view import STATES, FrozenList, Wish, categories
from omnisync.log.reader import Reader
from omnisync.log.search import everything
from omnisync.log.writer import Log
from omnisync.model.events import Card, ExclusionSet, ListingsSeen, ProductsRead, SeenListing

NAMES = [
    "Işıklı çanta", "Kırmızı gözlük", "Fűrész 5 mm", "Șurub M8x20", "Țesătură", "Łopata", "çanta", "Bolt [M8x20]", "Čaša",
    "AB-12/3 kablo", 'a "quoted" name', "", "aynı", "aynı", "aynı", "NEAR", "AND OR NOT", "100% pamuk", "ÇANTA",
]  # fmt: skip
SORTS = ("code", "name", "on_hand", "reserved", "available", "warehouse:DEPO", "warehouse:SHOP", "stock:s1", "price:s2")


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    async with opened(tmp_path / "log") as log:
        await fill(log, NAMES)
        yield log


@pytest.fixture
def reader(log: Log) -> Iterator[Reader]:
    with Reader(log.path) as reader:
        yield reader


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("by", SORTS)
def test_every_sort_pages_through_all_rows_exactly_once_in_order(
    reader: Reader, by: str, descending: bool, size: int
) -> None:
    sort = Sort(by, descending)
    rows = page(reader, sort, size)
    while more := page(reader, sort, size, rows[-1]):
        assert len(rows) % size == 0, "a page before the last is full"
        rows += more
    assert sorted(row.code for row in rows) == [f"P{n:02}" for n in range(len(NAMES))]
    keys = [row.sort_key for row in rows]
    with_value = [key for key in keys if key is not None]
    assert with_value == sorted(with_value, reverse=descending)
    assert keys == [*with_value, *[None] * (len(keys) - len(with_value))], "those without a value come last"
    assert page(reader, sort, size, rows[-1]) == []


def test_an_unknown_sort_is_refused(reader: Reader) -> None:
    for by in ("nothing", "category", "product; DROP TABLE product"):
        with pytest.raises(ValueError, match="can't be sorted"):
            page(reader, Sort(by), 5)


def test_a_warehouse_nobody_has_still_shows_every_product(reader: Reader) -> None:
    assert len(page(reader, Sort("warehouse:NOWHERE"), 100)) == len(NAMES)


def test_a_row_shows_its_balances_and_every_stores_state(reader: Reader) -> None:
    row = find(reader, "P02", 1)[0]
    assert (row.name, row.on_hand, row.available, row.balances) == (
        "Fűrész 5 mm",
        4000,
        4000,
        {"DEPO": 2000, "SHOP": 2000},
    )
    stock = row.figures["s1", "stock"]
    assert (stock.state, stock.value, stock.shown) == ("waiting", 4000, 1000)
    assert find(reader, "P00", 1)[0].figures == {}, "it is listed nowhere"


async def test_a_figure_says_that_a_person_excluded_it(log: Log) -> None:
    await log.append(ExclusionSet("s1", ("P02",), True))
    with Reader(log.path) as reader:
        assert find(reader, "P02", 1)[0].figures["s1", "stock"].state == "excluded"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ışıklı", ["P00"]), ("ISIKLI", ["P00"]), ("isikli", ["P00"]), ("IŞIK", ["P00"]), ("çanta", ["P00", "P06", "P18"]),
        ("CANTA isik", ["P00"]), ("furesz", ["P02"]), ("FŰRÉSZ 5", ["P02"]), ("surub", ["P03"]), ("şurub", ["P03"]),
        ("șurub m8", ["P03"]), ("tesatura", ["P04"]), ("ţesătură", ["P04"]), ("lopata", ["P05"]), ("m8x20", ["P03", "P07"]),
        ("[M8x20]", ["P03", "P07"]), ("casa", ["P08"]), ("AB-12", ["P09"]), ("ab 12/3", ["P09"]), ("quoted", ["P10"]),
        ('"quoted" name', ["P10"]), ("near", ["P15"]), ("AND", ["P16"]), ("or not", ["P16"]), ("100%", ["P17"]),
        ("869P01", ["P01"]), ("P01", ["P01"]), ("p01", ["P01"]), (" P01 ", ["P01"]), ("nothing like it", []),
        ("çanta fűrész", []), ("*", []), ('"', []), ("'", []), ("(", []), ("-", []), ("NOT", ["P16"]), ("text:P01", []),
    ],
)  # fmt: skip
def test_search_finds_words_and_beginnings_with_or_without_letters(reader: Reader, text: str, codes: list[str]) -> None:
    assert sorted(row.code for row in find(reader, text, 50)) == codes


def test_an_exact_code_comes_before_words_that_begin_so(reader: Reader) -> None:
    assert find(reader, "P01", 1)[0].code == "P01"


def test_no_text_is_a_query_that_the_index_refuses(reader: Reader) -> None:
    for code in (*range(0x250), 0x130, 0x131, 0x200B, 0x2028, 0x3042, 0xFFFD, 0x1F600):
        find(reader, chr(code) * 2, 5)
        count(reader, chr(code))


def test_a_query_is_made_of_words_only() -> None:
    assert everything('a* OR "b').values == ('a* OR "b', '"a"* "or"* "b"*')


def test_counting_is_of_all_products_or_of_those_found(reader: Reader) -> None:
    assert count(reader) == len(NAMES)
    assert count(reader, "canta") == 3
    assert count(reader, "nothing like it") == 0


async def test_a_renamed_product_is_found_by_its_new_name_and_keys_only(log: Log) -> None:
    await log.append(ProductsRead("p.csv", (Card("P00", "Yeni isim", ("111",), ("ALIAS",)),)))
    with Reader(log.path) as reader:
        assert [row.code for row in find(reader, "isikli", 5)] == []
        assert [row.code for row in find(reader, "yeni", 5)] == ["P00"]
        assert [row.code for key in ("111", "ALIAS") for row in find(reader, key, 5)] == ["P00", "P00"]
        assert find(reader, "869P00", 5) == [], "its old barcode may be another product's now"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("8691", ["A", "B"]), ("86912", ["B"]), ("8691000000017", ["A"]), ("8691 vida", ["A"]), ("vida 10", ["A", "C"]),
        ("869", ["A", "B", "C"]), ("869 8691", ["A", "B"]), ("869 nothing", []), ("10", ["A", "B", "C"]), ("691", []),
        ("4", ["A"]),
    ],
)  # fmt: skip
async def test_figures_are_found_in_names_and_at_the_beginning_of_barcodes(
    log: Log, text: str, codes: list[str]
) -> None:
    cards = (
        Card("A", "Vida 4x10 10 mm", ("8691000000017",)),
        Card("B", "Boru", ("8691200000013", "1000000000016")),
        Card("C", "Vida 10", ("8690000000012",)),
    )
    await log.append(ProductsRead("p.csv", cards))
    wish = Wish(text)
    with Reader(log.path) as reader, closing(FrozenList(log.path)) as order:
        assert sorted(row.code for row in find(reader, text, 50) if row.code in "ABC") == codes
        order.build(wish)
        assert sorted(code for code in order.codes() if code in "ABC") == codes
        assert count(reader, text) == order.count
        assert {row.product.id for row in order.head(wish, 50)} == {row.product.id for row in order.page(0, 50)}


async def test_a_filter_narrows_the_first_hits_as_it_does_the_whole_list(log: Log) -> None:
    await log.append(ProductsRead("p.csv", (Card("A", "Vida 10", category="x"), Card("B", "Vida 10", category="y"))))
    with Reader(log.path) as reader, closing(FrozenList(log.path)) as order:
        assert categories(reader) == ["x", "y"]
        for text in ("vida", "10", "vida 10", "A", ""):
            wish = Wish(text, "x", "")
            order.build(wish)
            assert order.codes() == ("A",), text
            assert [row.product.code for row in order.head(wish, 5)] == ["A"], text
        for state in STATES:
            wish = Wish("P", "", state)
            order.build(wish)
            assert sorted(order.codes()) == sorted(row.product.code for row in order.head(wish, 50)), state


async def test_a_key_of_two_products_shows_both(log: Log) -> None:
    await log.append(ProductsRead("p.csv", (Card("P00", "x", ("same",)), Card("P01", "y", ("same",)))))
    with Reader(log.path) as reader:
        assert [row.code for row in find(reader, "same", 5)] == ["P00", "P01"]


def test_warehouses_are_listed_once_in_order(reader: Reader) -> None:
    assert warehouses(reader) == ["DEPO", "SHOP"]


async def test_an_empty_shop_has_empty_lists(tmp_path: Path) -> None:
    async with opened(tmp_path / "empty") as log:
        with Reader(log.path) as reader:
            assert page(reader, Sort("stock:s1"), 5) == find(reader, "x", 5) == []
            assert (count(reader), warehouses(reader)) == (0, [])


async def test_a_listing_without_figures_has_no_state(log: Log) -> None:
    await log.append(ListingsSeen("s1", (SeenListing("rP00", "P00", "x", takes_stock=False, takes_price=False),)))
    with Reader(log.path) as reader:
        assert find(reader, "P00", 1)[0].figures == {}
