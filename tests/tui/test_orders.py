"""Orders: one list of all stores, what can be sent and what can't, filters, and the sheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tui.hardware_shop import lines, opened, products, shown, until
from tests.tui.troubled_shop import GONE, NEWER, OLDER, Attached, add_order, daemon, fill
from textual.widgets import OptionList

from omnisync.folders import DATABASE
from omnisync.log.order_list import OrderWish, counts, freeze, order_rows, orders_of_buyers
from omnisync.log.order_sheet import order_sheet
from omnisync.log.reader import Reader
from omnisync.tui.app import OmniSync
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.history import History
from omnisync.tui.screens.order import Sheet
from omnisync.tui.screens.orders import Orders
from omnisync.tui.screens.record import Record
from omnisync.tui.screens.why import WhyPage


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    await fill(tmp_path)
    return tmp_path


def numbers(folder: Path, wish: OrderWish) -> list[str]:
    return [row.order.number for row in freeze(folder / DATABASE, wish).page(0, 100)]


def page(app: OmniSync) -> Orders:
    assert isinstance(app.screen, Orders)
    return app.screen


def rows(app: OmniSync) -> list[str]:
    table = page(app).table
    found = [table.pages.row(at) for at in range(table.count)]
    return [row.order.number for row in found if row is not None]


async def test_what_was_ordered_first_is_served_first(folder: Path) -> None:
    with Reader(folder / DATABASE) as reader:
        lacking = {row.order.number: row.lacking for row in order_rows(reader, [1, 2, 3, 4, 5])}
        found = counts(reader)
    assert lacking["10245"] == ()
    assert lacking[OLDER] == (("BRU-0200", 1000),), "one is left for it, it wants two"
    assert lacking[NEWER] == (("BRU-0200", 1000),)
    assert (found.open, found.short, found.fulfillable, found.aside) == (4, 3, 1, 1), "8812 has an unknown product"


async def test_the_list_narrows_by_stock_state_store_text_and_buyer(folder: Path) -> None:
    assert numbers(folder, OrderWish(stock="yes")) == ["10245"]
    assert sorted(numbers(folder, OrderWish(stock="no"))) == ["8812", OLDER, NEWER]
    assert numbers(folder, OrderWish(state="cancelled")) == [GONE]
    assert GONE not in numbers(folder, OrderWish(state="open"))
    assert numbers(folder, OrderWish(store="woo-hu")) == ["10245"]
    assert sorted(numbers(folder, OrderWish(text="bru-0200 galvaniz"))) == ["10245", OLDER, NEWER, GONE]
    wish = OrderWish(text="ayse kaya")
    assert numbers(folder, wish) == []
    assert len(orders_of_buyers(folder / DATABASE, wish, lambda: False)) == 1
    assert orders_of_buyers(folder / DATABASE, wish, lambda: True) == []


async def test_a_sheet_knows_lines_reservations_and_the_story(folder: Path) -> None:
    with Reader(folder / DATABASE) as reader:
        order = next(row.order.id for row in order_rows(reader, range(1, 6)) if row.order.number == OLDER)
        sheet = order_sheet(reader, order)
        assert order_sheet(reader, 999) is None
    assert sheet is not None
    line = sheet.lines[0]
    assert (line.code, line.warehouse, line.reserved, line.lacking) == ("BRU-0200", "DEPO", 2000, 1000)
    assert [told.type for told in sheet.told] == ["order.seen"]


async def test_orders_are_found_narrowed_and_shown_again(folder: Path) -> None:
    async with opened(folder, size=(140, 30)) as (app, pilot):
        await pilot.press("f7")
        await until(lambda: "BRU-0200 oversold 1" in shown(app))
        await until(lambda: "fulfillable 1" in shown(app))
        assert "open 4" in shown(app)
        assert "! 1 unknown product" in shown(app)
        await pilot.press("f3", *"ayse")
        await until(lambda: rows(app) == ["10245"])
        await pilot.press("enter", "escape")
        await until(lambda: len(rows(app)) == 5)
        await pilot.press("f6", "down", "down", "enter")
        await until(lambda: sorted(rows(app)) == sorted(["8812", OLDER, NEWER]))
        await pilot.press("escape")
        await until(lambda: len(rows(app)) == 5)


async def test_a_new_order_is_told_of_and_comes_with_r(folder: Path) -> None:
    async with opened(folder, size=(100, 30)) as (app, pilot):
        await pilot.press("2")
        await until(lambda: isinstance(app.screen, Orders) and len(rows(app)) == 5)
        before = rows(app)
        await add_order(folder, "TY-9")
        await until(lambda: "1 new (r)" in shown(app))
        assert rows(app) == before
        await pilot.press("r")
        await until(lambda: "TY-9" in rows(app))


async def test_the_sheet_opens_the_product_and_the_buyer_s_other_orders(folder: Path) -> None:
    async with opened(folder, size=(110, 40)) as (app, pilot):
        await pilot.press("f7")
        await until(lambda: len(rows(app)) == 5)
        page(app).table.move_to(rows(app).index(OLDER))
        await pilot.press("enter")
        await until(lambda: "short 1 in DEPO" in shown(app))
        assert "Jürgen Öz" in shown(app)
        assert "İzmir" in shown(app)
        assert "\x1b" not in shown(app)
        await pilot.press("c")
        await until(lambda: isinstance(app.screen, Orders) and sorted(rows(app)) == sorted([OLDER, NEWER, GONE]))
        await pilot.press("enter")
        await until(lambda: not isinstance(app.screen, Orders))
        await pilot.press("enter")
        await until(lambda: 'Boru ¾" galvaniz' in shown(app))


async def test_the_sheet_opens_the_order_s_history(folder: Path) -> None:
    async with opened(folder, size=(110, 40)) as (app, pilot):
        await pilot.press("f7")
        await until(lambda: len(rows(app)) == 5)
        page(app).table.move_to(rows(app).index(OLDER))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Sheet) and "short 1 in DEPO" in shown(app))
        await pilot.press("f3")
        await until(lambda: isinstance(app.screen, History) and "1 event" in shown(app))
        assert OLDER in shown(app)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Record) and f"order:trendyol:{OLDER}" in shown(app))
        await pilot.press("escape", "escape")
        await until(lambda: isinstance(app.screen, Sheet))


async def test_why_opens_an_order_behind_the_figures_and_asks_which(folder: Path) -> None:
    async with opened(folder, size=(110, 40)) as (app, pilot):
        await pilot.press(*"/BRU-0200", "enter")
        await until(lambda: products(app).table.count == 1)
        await pilot.press("w")
        await until(lambda: isinstance(app.screen, WhyPage) and "What led there" in shown(app))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Choose))
        known = [str(option.prompt).split()[0] for option in app.screen.query_one(OptionList).options]
        assert sorted(known) == sorted(["10245", OLDER, NEWER, GONE])
        await pilot.press("down", "enter")
        await until(lambda: isinstance(app.screen, Sheet) and "Ordered" in shown(app))
        assert lines(app)[1].split()[0] == known[1]
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, WhyPage))


async def test_a_buyer_is_erased_after_a_yes_and_the_order_stays(folder: Path) -> None:
    async with daemon(folder), opened(folder, Attached(folder), size=(110, 40)) as (app, pilot):
        await pilot.press("f7")
        await until(lambda: len(rows(app)) == 5)
        page(app).table.move_to(rows(app).index(OLDER))
        await pilot.press("enter")
        await until(lambda: "Jürgen Öz" in shown(app))
        await pilot.press("f6")
        await until(lambda: "Erase this customer?" in shown(app))
        assert "3 orders stay" in shown(app)
        assert "2 of them are still to be sent" in shown(app)
        await pilot.press("escape")
        await pilot.press("f6")
        await until(lambda: "Erase this customer?" in shown(app))
        await pilot.press("enter")
        await until(lambda: "erased at a person's wish" in shown(app))
        assert "Jürgen" not in shown(app)
        await pilot.press("f6")
        await until(lambda: any("Nothing personal" in each.message for each in app._notifications))


async def test_before_there_is_any_data_it_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, size=(80, 24)) as (app, pilot):
        await pilot.press("f7")
        await until(lambda: "No orders yet." in shown(app))


@pytest.mark.parametrize("width", [160, 80, 40])
async def test_every_width_shows_number_buyer_and_stock(folder: Path, width: int) -> None:
    async with opened(folder, size=(width, 24)) as (app, pilot):
        await pilot.press("f7")
        # What is wrong is said in full, at the price of which product it is.
        await until(lambda: ("✗ BRU-0200 oversold 1" if width > 80 else "✗ oversold 1") in shown(app))
        assert "Ayşe K." in shown(app)
        assert "10245" in shown(app)
