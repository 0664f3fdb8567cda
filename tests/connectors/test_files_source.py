"""Finding and reading files while somebody may be writing them; marks; the connection test."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.connectors.files_shop import FilesShop, plugin, xlsx

from omnisync.connect.check import Grade
from omnisync.connect.context import Context
from omnisync.errors import ConfigurationError, SourceProblem

T = TypeVar("T")
STOCK = "kod;depo;miktar\nA;M;1\nB;M;2\n"


@pytest.fixture
def shop(tmp_path: Path) -> FilesShop:
    return FilesShop(tmp_path)


async def test_an_unchanged_file_answers_none_even_when_it_was_written_again(shop: FilesShop) -> None:
    shop.put("stock.csv", STOCK)
    connector = shop.connector()
    mark = (await connector.balances("")).mark
    shop.put("stock.csv", STOCK, age=3600)
    assert await connector.balances(mark) is None
    shop.put("stock.csv", STOCK.replace("A;M;1", "A;M;9"))
    assert (await connector.balances(mark)).rows[0].on_hand == 9000


async def test_new_options_read_the_same_bytes_again(shop: FilesShop) -> None:
    shop.put("stock.csv", STOCK)
    mark = (await shop.connector().balances("")).mark
    assert await shop.connector(decimal=".").balances(mark) is not None


async def test_a_balance_is_as_old_as_its_file(shop: FilesShop) -> None:
    shop.put("stock.csv", STOCK, age=3600)
    assert (await shop.connector().balances("")).began_at == shop.clock.now() - 3_600_000
    shop.put("stock.csv", STOCK, age=-3600)
    assert (await shop.connector().balances("")).began_at <= shop.clock.now(), "a clock ahead of ours proves nothing"


async def test_marks_tell_of_every_touch_without_reading(shop: FilesShop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.put("products.csv", "kod;ad\nA;a\n")
    shop.put("stock.csv", STOCK)
    connector = shop.connector()
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("a file was read"))
    before = await connector.marks()
    assert set(before) == {"products", "balances", "prices", "order_states"}
    assert before == await connector.marks()
    os.utime(shop.folder / "stock.csv", (1_700_000_001, 1_700_000_001))
    after = await connector.marks()
    assert after["balances"] != before["balances"]
    assert after["products"] == before["products"]
    assert after["prices"] == before["prices"] == "missing"


async def test_a_missing_file(shop: FilesShop) -> None:
    connector = shop.connector()
    for needed in (connector.products, connector.balances):
        with pytest.raises(SourceProblem, match="There is no file"):
            await needed("")
    for optional in (connector.prices, connector.customers, connector.order_states):
        read = await optional("")
        assert (list(read.rows), read.complete) == ([], False)
        assert await optional(read.mark) is None, "said once"


async def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    connector = FilesShop(tmp_path / "gone").connector()
    for ask in (connector.marks(), connector.products("")):
        with pytest.raises(SourceProblem, match="gone can't be read"):
            await ask


async def test_two_files_for_one_thing_are_refused_until_one_is_named(shop: FilesShop) -> None:
    shop.put("stock.csv", STOCK)
    shop.put("Stock.TXT", STOCK.replace("A;M;1", "A;M;5"))
    with pytest.raises(SourceProblem, match=r"both Stock\.TXT and stock\.csv"):
        await shop.connector().balances("")
    assert (await shop.connector(stock="Stock.TXT").balances("")).rows[0].on_hand == 5000


@pytest.mark.parametrize(
    "torn", ["kod;depo;miktar\nA;M;1\nB;M", "kod;depo;miktar\nA;M;1\nB", 'kod;depo;miktar\n"A";M;1\n"B;']
)
async def test_a_last_row_without_its_end_is_half_written(shop: FilesShop, torn: str) -> None:
    shop.put("stock.csv", torn)
    with pytest.raises(SourceProblem, match="still being written"):
        await shop.connector().balances("")


async def test_a_whole_last_row_needs_no_line_end(shop: FilesShop) -> None:
    shop.put("stock.csv", STOCK.rstrip("\n"))
    assert len((await shop.connector().balances("")).rows) == 2


async def test_a_letter_cut_in_two_is_half_written(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad\nA;şiş".encode()[:-1])
    with pytest.raises(SourceProblem, match="middle of a letter"):
        await shop.connector().products("")


class Interrupting:
    """Runs what blocks at once, and lets another program write between two of those steps."""

    def __init__(self, step: int, write: Callable[[], object]) -> None:
        self.left = step
        self.write = write

    async def __call__(self, function: Callable[[], T]) -> T:
        self.left -= 1
        if not self.left:
            self.write()
        return function()


def interrupted(shop: FilesShop, step: int, write: Callable[[], object]) -> Any:
    context = Context("erp", "TRY", clock=shop.clock, blocking=Interrupting(step, write))
    return plugin("connector").connect({"folder": str(shop.folder)}, context)


async def test_a_young_file_that_grows_between_two_looks_is_half_written(shop: FilesShop) -> None:
    path = shop.put("stock.csv", STOCK, age=0.1)
    begun = shop.clock.now()
    with pytest.raises(SourceProblem, match="being written just now"):
        await interrupted(shop, 3, lambda: path.write_text(STOCK + "C;M;3\n")).balances("")
    assert shop.clock.now() - begun == 100


async def test_a_young_file_that_rests_is_read_and_an_old_one_without_waiting(shop: FilesShop) -> None:
    begun = shop.clock.now()
    shop.put("stock.csv", STOCK, age=0.1)
    assert len((await shop.connector().balances("")).rows) == 2
    assert shop.clock.now() - begun == 100
    shop.put("stock.csv", STOCK, age=0.5)
    assert len((await shop.connector().balances("")).rows) == 2
    assert shop.clock.now() - begun == 100


async def test_a_file_that_changes_during_the_read_is_half_written(
    shop: FilesShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.put("stock.csv", STOCK)
    fstat = os.fstat

    def written_meanwhile(handle: int) -> os.stat_result:
        before = fstat(handle)
        path.write_text(STOCK + "C;M;3\n")
        return before

    monkeypatch.setattr(plugin("source").os, "fstat", written_meanwhile)
    with pytest.raises(SourceProblem, match="being written just now"):
        await shop.connector().balances("")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"encoding": "latin"}, "encoding"),
        ({"decimal": ";"}, "decimal"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"folder": ""}, "folder"),
    ],
)
def test_a_wrong_option_is_named(shop: FilesShop, options: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        shop.connector("TRY", **options)


async def test_the_check_tells_what_was_read(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad;barkod\nA;şişe;8,6E+12\n", encoding="cp1254")
    shop.put("stock.csv", STOCK)
    shop.put("prices.csv", "kod;perakende TRY\nA;12,50\n")
    findings = await shop.connector().check()
    told = [finding.text for finding in findings]
    assert "products.csv: 1 products (letters as cp1254, columns parted by ';')." in told
    assert any(text.startswith("products.csv, line 2: The barcode 8,6E+12") for text in told)
    assert "Warehouses: M (2)." in told
    assert "Price lists: perakende in TRY (1)." in told
    assert "There is no file 'customers': no customers are read." in told
    assert told[-1] == f"Orders can be written to {shop.folder / 'orders'}."
    assert {finding.grade for finding in findings} == {Grade.OK, Grade.WARNING}
    assert not any((shop.folder / "orders").iterdir()), "the check leaves nothing behind"


async def test_the_check_never_raises(shop: FilesShop) -> None:
    findings = await shop.connector().check()
    assert [finding.grade for finding in findings].count(Grade.PROBLEM) == 3, "products, stock, orders folder"
    (gone,) = await FilesShop(shop.folder / "gone").connector().check()
    assert gone.grade is Grade.PROBLEM


async def test_the_examples_of_the_manual_are_read_without_a_word(shop: FilesShop) -> None:
    examples = Path(plugin("connector").__file__).parent / "examples"
    for path in examples.iterdir():
        shop.put(path.name, path.read_bytes())
    connector = shop.connector()
    reads = [await connector.products(""), await connector.balances(""), await connector.prices(""),
             await connector.customers(""), await connector.order_states("")]  # fmt: skip
    assert [len(read.rows) for read in reads] == [3, 6, 8, 1, 3]
    assert not [problem for read in reads for problem in read.problems]


def rows_told(read: Any) -> dict[int, dict[str, str]]:
    """What stands in the rows that can be mended, by line."""
    return {each.line: json.loads(each.row) for each in read.problems if each.row}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_a_refused_row_is_told_whole_and_goes_in_once_it_is_mended(shop: FilesShop, ending: str) -> None:
    rows: list[list[Any]] = [
        ["Stok Kodu", "Depo", "Miktar", None],
        ["A", "M", "yirmi", "x"],
        ["B", "M", 3, None],
        ["A", "K", None, None],
    ]
    text = "".join(";".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)
    shop.put(f"stock.{ending}", xlsx(rows) if ending == "xlsx" else text)
    connector = shop.connector()
    told = rows_told(await connector.balances(""))
    assert told[2] == {"Stok Kodu": "A", "Depo": "M", "Miktar": "yirmi", "+4": "x"}
    assert told[4] == {"Stok Kodu": "A", "Depo": "K", "Miktar": ""}
    again = await connector.read_row("balances", json.dumps(told[2]))
    assert [each.text for each in again.problems] == ["Quantity: 'yirmi' is not a number; the row was not read."]
    mended = await connector.read_row("balances", json.dumps(told[2] | {"Miktar": "12,5"}))
    assert [(each.code, each.warehouse, each.on_hand) for each in mended.rows] == [("A", "M", 12500)]
    assert not mended.problems
    doubtful = await connector.read_row("balances", json.dumps(told[2] | {"Miktar": "1.250"}))
    assert "may be a decimal number or thousands" in doubtful.problems[0].text


async def test_a_row_of_a_wide_file_and_a_torn_row_can_be_mended(shop: FilesShop) -> None:
    shop.put("stock.csv", "Kod;Ad;Merkez;Depo 2\nA;Vana;#N/A;4\nB;Boru;1;2;3\nC;Conta\nD;Dirsek;5;6\n")
    connector = shop.connector()
    told = rows_told(await connector.balances(""))
    assert told[3] == {"Kod": "B", "Ad": "Boru", "Merkez": "1", "Depo 2": "2", "+5": "3"}
    assert told[4] == {"Kod": "C", "Ad": "Conta", "Merkez": "", "Depo 2": ""}
    for line, mended, figures in (
        (2, {"Merkez": "7"}, {("A", "Merkez", 7000), ("A", "Depo 2", 4000)}),
        (3, {}, {("B", "Merkez", 1000), ("B", "Depo 2", 2000)}),
        (4, {"Merkez": "0"}, {("C", "Merkez", 0)}),
    ):
        read = await connector.read_row("balances", json.dumps(told[line] | mended))
        assert {(each.code, each.warehouse, each.on_hand) for each in read.rows} == figures
        assert not read.problems


async def test_what_is_taken_nevertheless_is_no_row_to_mend(shop: FilesShop) -> None:
    shop.put("products.csv", "kod;ad;barkod\nA;a;8,68E+12\n")
    read = await shop.connector().products("")
    assert ([each.code for each in read.rows], rows_told(read)) == (["A"], {})


@pytest.mark.parametrize(
    "row", ["[]", "{}", "null", "nonsense", '{"foo": "1"}', '{"kod": null}', '{"kod": "A", "miktar": [1]}']
)
@pytest.mark.parametrize("feed", ["products", "balances", "prices", "customers", "order_states"])
async def test_a_row_that_is_none_is_a_problem(shop: FilesShop, feed: str, row: str) -> None:
    read = await shop.connector().read_row(feed, row)
    assert read.problems or not read.rows
