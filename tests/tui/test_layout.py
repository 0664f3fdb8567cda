"""What a person with a narrow screen sees: no amount cut, every row with room, help at hand, words below words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tui import hardware_shop, troubled_shop
from tests.tui.hardware_shop import lines, opened, products, shown, until
from textual.app import App, ComposeResult
from textual.widgets import Static

from omnisync import logfile
from omnisync.folders import DATABASE
from omnisync.log.order_list import OrderRow, OrderWish
from omnisync.log.writer import Log
from omnisync.model.events import BalancesCounted, Card, Count, LineSeen, OrderSeen, ProductsRead, StoreLive
from omnisync.model.order import OrderState
from omnisync.ports import SystemClock
from omnisync.tui import pages
from omnisync.tui.screens.help import Help
from omnisync.tui.screens.matters import MattersPage
from omnisync.tui.screens.order_columns import lay_out
from omnisync.tui.screens.orders import Orders
from omnisync.tui.screens.stores import Stores
from omnisync.tui.widgets.lines import Lines


@pytest.mark.parametrize("width", [160, 80, 40])
async def test_help_is_always_named(tmp_path: Path, width: int) -> None:
    await hardware_shop.fill(tmp_path)
    async with opened(tmp_path, size=(width, 24)) as (app, pilot):
        for key in ("f2", "f7", "f9", "f8"):
            await pilot.press(key)
            await until(lambda: "F1 help" in lines(app)[-1])


async def test_on_a_phone_the_words_of_help_stand_below_its_keys(tmp_path: Path) -> None:
    await hardware_shop.fill(tmp_path)
    async with opened(tmp_path, size=(40, 24)) as (app, pilot):
        await pilot.press("f1")
        await until(lambda: isinstance(app.screen, Help) and "What the keys do here" in shown(app))
        assert "Esc close" in lines(app)[-1]
        said = ""
        for _ in range(8):
            await pilot.press("pagedown")
            await pilot.pause()
            said += shown(app)
        assert "│  Shift+F5  U   " in said
        assert "│  Shift+→ " in said
        assert "│    Select the row, or no longer;" in said


@pytest.mark.parametrize("patience", [0.03, 0.0], ids=["a quick disk", "a slow one"])
async def test_the_longer_codes_and_balances_of_further_rows_get_their_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(pages, "_PATIENCE", patience)
    await hardware_shop.fill(tmp_path)
    log = await Log.open(tmp_path / DATABASE, SystemClock())
    await log.append(
        ProductsRead("p.csv", (Card("ZZZ-LONG-CODE", "Zzz"),)),
        BalancesCounted("s.csv", 2, (Count("ZZZ-LONG-CODE", "DEPO", 123_456_000, 1),)),
    )
    await log.close()
    async with opened(tmp_path, size=(140, 20)) as (app, pilot):
        assert products(app).shape.code_width == 8
        await pilot.press("end")
        await until(lambda: "ZZZ-LONG-CODE" in shown(app))
        await until(lambda: "123456" in shown(app))


async def test_codes_of_a_shop_that_was_empty_get_their_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PATIENCE", 0.0)
    log = await Log.open(tmp_path / DATABASE, SystemClock())
    async with opened(tmp_path, size=(140, 20)) as (app, _pilot):
        await until(lambda: "No products yet" in shown(app))
        await log.append(ProductsRead("p.csv", tuple(Card(f"LONG-CODE-{at}", f"n{at}") for at in range(100))))
        await until(lambda: "LONG-CODE-10" in shown(app))
    await log.close()


async def test_a_sort_by_a_column_that_has_no_room_is_said(tmp_path: Path) -> None:
    await hardware_shop.fill(tmp_path)
    async with opened(tmp_path, size=(80, 24)) as (app, pilot):
        page = products(app)
        assert "sort:" not in shown(app)
        page.sort_by("price:woo-tr")
        await until(lambda: "sort: woo-tr: price" in shown(app))
        await pilot.pause()


async def test_the_total_of_an_order_is_never_cut(tmp_path: Path) -> None:
    await troubled_shop.fill(tmp_path)
    log = await Log.open(tmp_path / DATABASE, SystemClock())
    line = LineSeen("1", "BRU-0150", "ty-150", ("BRU-0150",), "Boru", 1000, 8990)
    await log.append(OrderSeen("trendyol", "BIG", "p", OrderState.NEW, 5, 5, 123_456_789_00, "TRY", (line,), "DEPO"))
    await log.close()
    async with opened(tmp_path, size=(80, 24)) as (app, pilot):
        await pilot.press("f7")
        await until(lambda: isinstance(app.screen, Orders) and app.screen.composed and app.screen.table.count)
        page = app.screen
        assert isinstance(page, Orders)
        rows = [page.table.pages.row(at) for at in range(page.table.count)]
        big = next(row for row in rows if row is not None and row.order.number == "BIG")
        for width in (79, 117, 155, 200):
            assert _total(big, width).replace(",", "").removesuffix(" TRY") == "123456789.00"


def _total(row: OrderRow, width: int) -> str:
    column = next(each for each in lay_out(OrderWish(), width, lambda: 0) if each.id == "total")
    return "".join(cell.text for cell in column.cells(row)).strip()


async def test_a_line_stands_between_the_list_and_the_marked_one(tmp_path: Path) -> None:
    await troubled_shop.fill(tmp_path)
    async with opened(tmp_path, configured=False, size=(80, 30)) as (app, pilot):
        for keys, page in (("f9", Stores), ("f6", MattersPage)):
            await pilot.press(keys)
            await until(lambda page=page: isinstance(app.screen, page) and app.screen.query(Lines))
            box = app.screen.query_one(Lines)
            await until(lambda box=box: box.size.height > 0)
            assert set(lines(app)[box.region.y].strip()) == {"─"}


async def test_a_look_at_what_is_on_its_way_asks_nothing(tmp_path: Path) -> None:
    await hardware_shop.fill(tmp_path, StoreLive("trendyol"))
    async with opened(tmp_path, size=(100, 30)) as (app, pilot):
        await pilot.press("f9")
        await until(lambda: isinstance(app.screen, Stores) and app.screen.composed and app.screen.marked is not None)
        await pilot.press("f3")
        await until(lambda: "what is on its way" in shown(app))
        assert "Esc close" in lines(app)[-1]
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Stores))


async def test_a_long_sentence_goes_on_below_itself(tmp_path: Path) -> None:
    await hardware_shop.fill(tmp_path)
    async with opened(tmp_path, size=(80, 24)) as (app, pilot):
        await pilot.press("enter")
        await until(lambda: "wanted" in shown(app))
        box = app.screen.query_one(Lines)
        box.show([[("12:00  ", "dim"), ("word " * 30, "")]])
        await until(lambda: "12:00" in shown(app))
        below = [line for line in lines(app) if line.startswith("        word")]
        assert len(below) == 2


class _Page(App[None]):
    CSS = "Lines { height: 1fr; scrollbar-size-vertical: 1; } Lines > Static { width: 100%; height: auto; }"

    def compose(self) -> ComposeResult:
        yield Lines()


async def test_the_bar_of_a_long_page_takes_no_letters_place() -> None:
    app = _Page()
    async with app.run_test(size=(80, 24)) as pilot:
        box = app.query_one(Lines)
        box.show([[("! ", "waiting"), ("x" * 200, "")]] * 20)
        await pilot.pause()
        assert box.show_vertical_scrollbar
        assert box.query_one(Static).size.height == 3 * 20


def test_what_programs_call_things_comes_last_in_a_line_of_the_log() -> None:
    raw = (
        b'{"batch":"aa0228de79a643da9a8f20c95d39dc60","items":3,"event":"batch.sent","level":"info",'
        b'"timestamp":"2026-01-01T00:00:00+00:00","receipt":"409b8db7-5f8b-4de6-9d24-9fb546584463-1795323216","refused":0}'
    )
    assert logfile.decode(raw).text.startswith("batch sent  items=3 refused=0 batch=aa02")
