"""What the files connector makes of stock and price files: long, wide, and numbers as people write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.connectors.files_shop import Broken, FilesShop, ods, xlsx

from omnisync.errors import SourceProblem
from omnisync.model.money import Money


@pytest.fixture
def shop(tmp_path: Path) -> FilesShop:
    return FilesShop(tmp_path)


def figures(read: Any) -> list[tuple[str, str, int]]:
    return [(each.code, each.warehouse, each.on_hand) for each in read.rows]


def amounts(read: Any) -> list[tuple[str, str, Money]]:
    return [(each.code, each.price_list, each.price) for each in read.rows]


async def test_a_long_stock_file(shop: FilesShop) -> None:
    shop.put("stock.csv", "Stok Kodu;Depo;Miktar\nA;Merkez;12\nA;Çarşı;-2\nB;Merkez;1.250,5\nB;;0\n")
    read = await shop.connector().balances("")
    assert figures(read) == [("A", "Merkez", 12000), ("A", "Çarşı", -2000), ("B", "Merkez", 1250500), ("B", "main", 0)]
    assert [each.line for each in read.rows] == [2, 3, 4, 5]
    assert read.complete


async def test_a_wide_stock_file_leaves_totals_and_the_products_own_columns_alone(shop: FilesShop) -> None:
    shop.put(
        "stock.csv",
        "Kod;Ad;Merkez;Depo 2;Toplam;Min Stok;Kargo Notu\nA;a;3;4,5;7,5;1;hızlı\nB;b;;2;2;1;\nToplam;;3;6,5;9,5;2;\n",
    )
    read = await shop.connector().balances("")
    assert sorted(figures(read)) == [
        ("A", "Depo 2", 4500), ("A", "Merkez", 3000), ("B", "Depo 2", 2000), ("B", "Merkez", 0),
    ]  # fmt: skip
    assert [each.text for each in read.problems] == [
        "The column 'Kargo Notu' holds no numbers, so that it isn't taken as a warehouse."
    ]


async def test_one_quantity_column_is_the_default_warehouse(shop: FilesShop) -> None:
    shop.put("stock.csv", "Cikkszám;Készlet\nA;5\n")
    assert figures(await shop.connector(default_warehouse="bolt").balances("")) == [("A", "bolt", 5000)]
    shop.put("stock.csv", "kod;Toplam\nA;5\n")
    assert figures(await shop.connector().balances("")) == [("A", "main", 5000)]


async def test_a_balance_listed_twice_counts_as_it_stands_last(shop: FilesShop) -> None:
    shop.put("stock.csv", "kod;depo;miktar\nA;M;1\nA;D;2\nA;M;3\n")
    read = await shop.connector().balances("")
    assert figures(read) == [("A", "D", 2000), ("A", "M", 3000)]
    assert read.problems[0].text == "A in the warehouse M stands again in line 4; line 4 counts."


async def test_an_unreadable_quantity_is_no_zero_and_leaves_the_read_incomplete(shop: FilesShop) -> None:
    shop.put("stock.csv", "kod;depo;miktar\nA;M;yok\nB;M;8680000000017\nC;M;3\n")
    read = await shop.connector().balances("")
    assert figures(read) == [("C", "M", 3000)]
    assert not read.complete
    assert [(each.line, each.text) for each in read.problems] == [
        (2, "Quantity: 'yok' is not a number; the row was not read."),
        (3, "Quantity: '8680000000017' is too large; it looks like a code; the row was not read."),
    ]


LONG: list[list[Any]] = [
    ["kod", "depo", "miktar"],
    ["A", "M", 4.0],
    ["B", "M", None],
    ["C", "M", "  "],
    ["D", "M", 0.0],
]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_an_empty_quantity_is_no_zero(shop: FilesShop, ending: str) -> None:
    shop.put(f"stock.{ending}", xlsx(LONG) if ending == "xlsx" else in_csv(LONG))
    read = await shop.connector().balances("")
    assert figures(read) == [("A", "M", 4000), ("D", "M", 0)]
    assert not read.complete, "nothing may be concluded from what is absent"
    assert [(each.source, each.line, each.text) for each in read.problems] == [
        (f"stock.{ending}", line, "Quantity: the cell is empty, and empty is not 0; the row was not read.")
        for line in (3, 4)
    ]


WIDE: list[list[Any]] = [["kod", "Merkez", "Depo 2"], ["A", 4.0, None], ["B", None, None], ["C", 0.0, 2.0]]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_of_warehouses_in_columns_an_empty_cell_is_a_zero_only_beside_a_figure(
    shop: FilesShop, ending: str
) -> None:
    shop.put(f"stock.{ending}", xlsx(WIDE) if ending == "xlsx" else in_csv(WIDE))
    read = await shop.connector().balances("")
    assert sorted(figures(read)) == [
        ("A", "Depo 2", 0), ("A", "Merkez", 4000), ("C", "Depo 2", 2000), ("C", "Merkez", 0)
    ]  # fmt: skip
    assert not read.complete
    assert [(each.line, each.text) for each in read.problems] == [
        (3, "No quantity stands in the row, and empty is not 0; the row was not read.")
    ]


def in_csv(rows: list[list[Any]]) -> str:
    return "".join(";".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("ending", "error"),
    [
        *((ending, error) for ending in ("csv", "xlsx", "ods") for error in ("#N/A", "#REF!", "#DIV/0!")),
        ("old.ods", "#N/A"),
        ("ods", "Err:502"),
        ("csv", "#BAŞV!"),  # a text file has them in the language of the spreadsheet program
        ("csv", "#ÉRTÉK!"),
    ],
)
async def test_a_spreadsheets_error_is_neither_a_quantity_nor_a_price(shop: FilesShop, ending: str, error: str) -> None:
    def put(name: str, head: list[str]) -> None:
        rows: list[list[Any]] = [head, ["A", "M", Broken(error)], ["B", "M", 5.0], [Broken(error), "M", 7.0]]
        content = {"xlsx": lambda: xlsx(rows), "ods": lambda: ods(rows), "old.ods": lambda: ods(rows, zero=True)}
        shop.put(f"{name}.{ending.removeprefix('old.')}", content.get(ending, lambda: in_csv(rows))())

    put("stock", ["kod", "depo", "miktar"])
    read = await shop.connector().balances("")
    assert figures(read) == [("B", "M", 5000)]
    assert not read.complete
    assert [(each.line, each.text) for each in read.problems] == [
        (2, f"Quantity: '{error}' is not a number; the row was not read."),
        (4, f"The code is the error {error} of a spreadsheet; the row was not read."),
    ]
    put("prices", ["kod", "liste", "fiyat"])
    read = await shop.connector().prices("")
    assert amounts(read) == [("B", "M", Money(500, "TRY"))]
    assert not read.complete


@pytest.mark.parametrize("third", [2.0, Broken("#N/A")])
async def test_an_error_beside_figures_of_other_warehouses_is_no_zero(shop: FilesShop, third: Any) -> None:
    """Also where all of a warehouse's column is errors."""
    shop.put(
        "stock.xlsx",
        xlsx([["kod", "Merkez", "Depo 2"], ["A", 4.0, Broken("#N/A")], ["B", 1.0, None], ["C", 3.0, third]]),
    )
    read = await shop.connector().balances("")
    assert sorted(figures(read))[:2] == [("B", "Depo 2", 0), ("B", "Merkez", 1000)]
    assert not read.complete
    assert (2, "Depo 2: '#N/A' is not a number; the row was not read.") in [(p.line, p.text) for p in read.problems]


@pytest.mark.parametrize(
    ("delimiter", "written", "thousandths", "told"),
    [
        (";", ["12,350", "7"], [12350, 7000], False),  # the semicolon says that the comma is taken
        (";", ["1.250", "89,5"], [1250000, 89500], False),  # 89,5 proves the comma
        (",", ["1.250", "7"], [1250, 7000], False),  # a comma parts columns, so the point parts decimals
        (";", ["1.250", "7"], [1250, 7000], True),  # doubtful: too little is safe, too much is not
        (";", ["1.234.567", "7"], [1234567000, 7000], False),  # two points can't both part decimals
        ("\t", ["0.250", "7"], [250, 7000], False),  # thousands don't begin with 0
        ("\t", ["1.250", "12.5", "1.234.567"], [1250, 12500, 1234567000], True),  # each speaks for itself
    ],
)
async def test_thousands_or_decimals(
    shop: FilesShop, delimiter: str, written: list[str], thousandths: list[int], told: bool
) -> None:
    rows = [delimiter.join((f"A{number}", "M", text)) for number, text in enumerate(written)]
    shop.put("stock.csv", "\n".join([delimiter.join(("kod", "depo", "miktar")), *rows, ""]))
    read = await shop.connector().balances("")
    assert [each.on_hand for each in read.rows] == thousandths
    assert bool(read.problems) is told


@pytest.mark.parametrize("note", ["n.a.", "Tel. 3", "12.11.2026", "1, 2 and so on", "see www.shop.example"])
async def test_a_text_among_the_figures_does_not_change_how_they_are_read(shop: FilesShop, note: str) -> None:
    shop.put("stock.csv", f"kod\tdepo\tmiktar\nA\tM\t1.250\nB\tM\t12.5\nC\tM\t{note}\n")
    read = await shop.connector().balances("")
    assert figures(read) == [("A", "M", 1250), ("B", "M", 12500)]
    assert [each.line for each in read.problems] == [4]


async def test_the_decimal_option_settles_it(shop: FilesShop) -> None:
    shop.put("stock.csv", "kod;depo;miktar\nA;M;1.250\nB;M;12.5\n")
    read = await shop.connector(decimal=",").balances("")
    assert figures(read) == [("A", "M", 1250000)]
    assert read.problems[0].line == 3, "12.5 can't be thousands, and is not taken for 125"
    assert figures(await shop.connector(decimal=".").balances("")) == [("A", "M", 1250), ("B", "M", 12500)]


async def test_a_spreadsheets_numbers_are_exact(shop: FilesShop) -> None:
    shop.put("stock.xlsx", xlsx([["kod", "depo", "miktar"], [1.0, "M", 1.125], [2.0, "M", 0.1], [3.0, "M", 4.0]]))
    assert figures(await shop.connector().balances("")) == [("1", "M", 1125), ("2", "M", 100), ("3", "M", 4000)]


async def test_a_long_price_file_with_its_currencies(shop: FilesShop) -> None:
    shop.put(
        "prices.csv",
        "Kod;Fiyat Listesi;Fiyat;Döviz\nA;perakende;1.089,90;TL\nA;export;25,40;EUR\nA;magyar;9990;Ft\nB;perakende;₺ 12,5;\n",
    )
    read = await shop.connector().prices("")
    assert amounts(read) == [
        ("A", "perakende", Money(108990, "TRY")), ("A", "export", Money(2540, "EUR")),
        ("A", "magyar", Money(9990, "HUF")), ("B", "perakende", Money(1250, "TRY")),
    ]  # fmt: skip
    assert read.complete


async def test_a_wide_price_file_with_currencies_in_its_headings(shop: FilesShop) -> None:
    shop.put(
        "prices.csv",
        "Kod;Ad;KDV;perakende TRY;Toptan (TL);export EUR;özel\nA;a;20;89,90;70,00;1,75;80\nB;b;20;5,00;;;\n",
    )
    read = await shop.connector("RON").prices("")
    assert sorted(amounts(read), key=lambda row: row[:2]) == [
        ("A", "Toptan", Money(7000, "TRY")), ("A", "export", Money(175, "EUR")), ("A", "perakende", Money(8990, "TRY")),
        ("A", "özel", Money(8000, "RON")), ("B", "perakende", Money(500, "TRY")),
    ]  # fmt: skip
    assert read.complete
    assert not read.problems


async def test_one_price_column_is_the_default_list(shop: FilesShop) -> None:
    shop.put("prices.csv", "code,name,price\nA,a,12.50\n")
    assert amounts(await shop.connector("EUR").prices("")) == [("A", "retail", Money(1250, "EUR"))]


async def test_a_price_of_nothing_is_no_price(shop: FilesShop) -> None:
    shop.put("prices.csv", "kod;perakende\nA;0,00\nB;12,50\nC;-3,00\n")
    read = await shop.connector().prices("")
    assert amounts(read) == [("B", "perakende", Money(1250, "TRY"))]
    assert [each.line for each in read.problems] == [1, 4]
    assert "1 products have the price 0" in read.problems[0].text


async def test_a_doubtful_price_is_never_guessed(shop: FilesShop) -> None:
    shop.put("prices.csv", "kod;liste;fiyat\nA;p;1.250\nB;p;90\n")
    read = await shop.connector().prices("")
    assert amounts(read) == [("B", "p", Money(9000, "TRY"))]
    assert not read.complete
    assert "decimal" in read.problems[0].text


async def test_stock_without_any_quantity_is_refused(shop: FilesShop) -> None:
    shop.put("stock.csv", "kod;ad\nA;a\n")
    with pytest.raises(SourceProblem, match="no column for the quantity"):
        await shop.connector().balances("")


async def test_one_file_may_serve_for_everything(shop: FilesShop) -> None:
    shop.put("all.csv", "kod;ad;fiyat;Stok\nA;a;12,50;3\n")
    connector = shop.connector(products="all.csv", stock="all", prices="ALL.CSV")
    assert (await connector.products("")).rows[0].name == "a"
    assert figures(await connector.balances("")) == [("A", "main", 3000)]
    assert amounts(await connector.prices("")) == [("A", "retail", Money(1250, "TRY"))]


async def test_many_bad_rows_are_summed_up(shop: FilesShop) -> None:
    shop.put("stock.csv", "kod;depo;miktar\n" + "".join(f"A{number};M;x\n" for number in range(700)))
    read = await shop.connector().balances("")
    assert len(read.problems) == 501
    assert read.problems[-1].text == "200 more rows have problems."
