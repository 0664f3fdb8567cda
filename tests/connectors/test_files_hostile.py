"""Files that are broken or meant ill: always a sentence, never a fault, and the rows that are sound go in."""

from __future__ import annotations

import io
import resource
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connectors.files_shop import FilesShop, plugin, xlsx

from omnisync.errors import SourceProblem
from omnisync.testing.conformance.shapes import can_be_written

FEEDS = {
    "products": ("products", ["code", "name", "barcode", "cost", "active"], ["GOOD", "Good", "8690000000012", "1,50", "1"]),
    "stock": ("balances", ["code", "warehouse", "quantity"], ["GOOD", "main", "5"]),
    "prices": ("prices", ["code", "price list", "price"], ["GOOD", "retail", "9,90"]),
    "customers": ("customers", ["code", "name", "email"], ["GOOD", "Ayşe", "a@example.org"]),
    "order_states": ("order_states", ["order key", "state"], ["GOOD", "posted"]),
}  # fmt: skip

NASTY = st.sampled_from(
    ["", "-", "1e999", "NaN", "-inf", "9" * 60, "1,2,3", "1.2.3,4", '"', '""', "=1+1", "@x", "\x00", "\x1b[2J", "\u202e",
     "\ufeff", "a;b", "\r", "\n", "\t", "e\u0301" * 50, "x" * 200_000, "½", "٣", "-0", "0x10", "1_000"]
)  # fmt: skip
CELLS = st.one_of(NASTY, st.text(max_size=12), st.integers().map(str), st.floats().map(str))
ODD = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def shop(tmp_path: Path) -> FilesShop:
    return FilesShop(tmp_path)


async def read(shop: FilesShop, feed: str) -> Any:
    """What the feed gives, or the sentence that says why not."""
    try:
        found = await getattr(shop.connector(), FEEDS[feed][0])("")
    except SourceProblem as error:
        assert len(str(error)) < 600
        return None
    assert can_be_written(found)
    return found


@pytest.mark.parametrize("feed", FEEDS)
@ODD
@given(rows=st.lists(st.lists(CELLS, max_size=7), max_size=5), sign=st.sampled_from(";,\t|"))
async def test_rows_that_can_not_be_read_never_hide_the_others(
    shop: FilesShop, feed: str, rows: list[list[str]], sign: str
) -> None:
    _method, head, good = FEEDS[feed]
    plain = [[cell.replace('"', '""') for cell in row] for row in (head, good, *rows)]
    text = "\n".join(sign.join(f'"{cell}"' for cell in row) for row in plain)
    shop.put(f"{feed}.csv", text.encode("utf-8", "replace"))
    found = await read(shop, feed)
    if found is not None:
        known = [getattr(row, "code", "") or getattr(row, "key", "") for row in found.rows]
        told = " ".join(problem.text for problem in found.problems)
        assert "GOOD" in known or "GOOD" in told


@pytest.mark.parametrize("feed", FEEDS)
@ODD
@given(content=st.binary(max_size=400), name=st.sampled_from([".csv", ".txt", ".xlsx", ".xls", ".ods", ".xlsb"]))
async def test_any_bytes_at_all_give_rows_or_a_sentence(shop: FilesShop, feed: str, content: bytes, name: str) -> None:
    for old in shop.folder.iterdir():
        old.unlink()
    if name not in (".csv", ".txt"):
        # A process for each is slow; the text formats get the many examples.
        content = content[:40]
    shop.put(f"{feed}{name}", content)
    await read(shop, feed)


def rewritten(
    change: Callable[[bytes], bytes], rows: Sequence[Sequence[str]] = (["code", "name"], ["A", "a"])
) -> bytes:
    """A sound spreadsheet with its sheet changed."""
    whole = zipfile.ZipFile(io.BytesIO(xlsx(rows)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in whole.namelist():
            content = whole.read(name)
            archive.writestr(name, change(content) if "sheet1" in name else content)
    return target.getvalue()


def more(rows: bytes) -> Callable[[bytes], bytes]:
    return lambda sheet: sheet.replace(b"</sheetData>", rows + b"</sheetData>")


TEXTS_OF_XML = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12)
TYPED = st.one_of(
    st.tuples(
        st.just("n"), st.one_of(st.floats().map(str), st.integers().map(str), st.sampled_from(["1e999", "-0", ""]))
    ),
    st.tuples(st.just("b"), st.sampled_from(["0", "1"])),
    st.tuples(st.just("e"), st.sampled_from(["#N/A", "#DIV/0!", "#REF!"])),
    st.tuples(st.just("d"), st.sampled_from(["2026-01-02T03:04:05", "2026-13-45", "0000-00-00", "\u202e"])),
    st.tuples(st.just("str"), TEXTS_OF_XML | st.sampled_from(["=1+1", "@x", "\u202e", "9" * 60, "x" * 40_000])),
)


@pytest.mark.parametrize("feed", FEEDS)
@settings(ODD, max_examples=12)
@given(rows=st.lists(st.lists(TYPED, max_size=6), max_size=15))
async def test_cells_of_any_kind_never_hide_the_other_rows(
    shop: FilesShop, feed: str, rows: list[list[tuple[str, str]]]
) -> None:
    _method, head, good = FEEDS[feed]
    raw = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(ord("A") + place)}{number}" t="{kind}"><v>{escape(text)}</v></c>'
            for place, (kind, text) in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, 3)
    )
    shop.put(f"{feed}.xlsx", rewritten(more(raw.encode()), [head, good]))
    found = await read(shop, feed)
    if found is not None:
        known = [getattr(row, "code", "") or getattr(row, "key", "") for row in found.rows]
        told = " ".join(problem.text for problem in found.problems)
        assert "GOOD" in known or "GOOD" in told


@pytest.mark.parametrize(
    "content",
    [
        lambda: rewritten(more(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        lambda: rewritten(more(b'<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>')),
        lambda: rewritten(more(b'<row r="900000000"><c><v>1</v></c></row>')),
    ],
    ids=["far corner", "row beyond all", "a billion rows"],
)
async def test_a_small_spreadsheet_that_would_fill_the_memory_is_refused(
    shop: FilesShop, content: Callable[[], bytes]
) -> None:
    shop.put("products.xlsx", content())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    with pytest.raises(SourceProblem, match="CSV"):
        await shop.connector().products("")
    grown = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert grown < 20_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"


async def test_a_text_file_beyond_all_bounds_is_refused_unread(shop: FilesShop) -> None:
    path = shop.put("products.csv", "code;name\n")
    with path.open("r+b") as file:
        file.truncate(3_000_000_000)
    tracemalloc.start()
    with pytest.raises(SourceProblem, match="300 MB"):
        await shop.connector().products("")
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("first", ["sep=\n", 'sep="\n', "sep=", "sep=;\n"])
async def test_a_hint_of_excel_s_that_is_none_does_no_harm(shop: FilesShop, first: str) -> None:
    shop.put("products.csv", first + "code;name\nA;a\n")
    await read(shop, "products")


async def test_one_endless_line_is_a_sentence(shop: FilesShop) -> None:
    shop.put("products.csv", "code;name\nA;a\n" + "x" * 5_000_000)
    await read(shop, "products")
    shop.put("products.csv", 'code;name\nA;"' + "x" * 5_000_000)
    await read(shop, "products")


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u200b=1", "\ufeff@x", "=cmd|' /C calc'!A0")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_order_file_begins_a_formula(text: str) -> None:
    assert plugin("orders").harmless(text).startswith("'")


@given(st.text(st.characters(), max_size=60))
def test_an_order_s_cell_is_one_clean_line_whatever_the_buyer_wrote(text: str) -> None:
    cell = plugin("orders").harmless(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.isprintable() or not cell.isascii()
    assert not set(cell) & set("\r\n\t\x00\x1b\u202e\u2028")
    cell.encode("utf-8")
