"""The product list: finding, sorting, selecting, editing, and that nothing moves under the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tui.hardware_shop import FakeDaemon, code, fill, lines, opened, products, shown, until
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from omnisync.model.commands import Exclude, SetPrice, Update
from omnisync.model.events import BalancesCounted, Card, Count, ProductsRead
from omnisync.tui.app import OmniSync
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.plan import PlanAsk
from omnisync.tui.screens.product import Sheet
from omnisync.tui.screens.products import Products
from omnisync.tui.screens.update import GeneralUpdate
from omnisync.tui.screens.why import WhyPage
from omnisync.tui.widgets.price_editor import PriceEditor


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    await fill(tmp_path)
    return tmp_path


async def test_a_burst_of_keys_loses_none(folder: Path) -> None:
    """A slow line hands out many keys in one read: each finds the focus that the one before it left."""
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        for key in ("slash", *"vanax", "backspace", "space", *"01", "enter", "right", "left"):
            app.post_message(_key(key))
        await pilot.pause()
        await until(lambda: products(app).table.count == 1)
        assert products(app).wish.text == "vana 01"
        for key in ("f4", *"99", "comma", "5", "enter", "f3"):
            app.post_message(_key(key))
        await until(lambda: daemon.asked == [SetPrice("trendyol", code(1), 9950)])
        assert isinstance(app.focused, Input)


def _key(name: str) -> Key:
    characters = {"slash": "/", "space": " ", "comma": ",", "enter": "\r", "backspace": "\x7f"}
    return Key(name, characters.get(name, name if len(name) == 1 else None))


async def _type_price(app: OmniSync, pilot: Pilot[None], typed: str) -> None:
    """Into the cell under the cursor, in one burst."""
    app.post_message(_key("f4"))
    for letter in typed:
        app.post_message(Key(letter, letter))
    await pilot.press("enter")


async def test_finding_folds_letters_and_escape_shows_everything_again(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        table = products(app).table
        total = table.count
        await pilot.press("f3", *"isikli")
        await until(lambda: table.count == 10)
        assert "10 of 53" in shown(app)
        await pilot.press("escape")
        await until(lambda: table.count == total)
        assert app.focused is table


async def test_nothing_found_says_so_and_keeps_the_line(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        await pilot.press("f3", *"zzz")
        await until(lambda: "Nothing was found" in shown(app))
        await pilot.press("backspace", "backspace", "backspace")
        await until(lambda: products(app).table.count == 53)
        assert isinstance(app.focused, Input)


async def test_rows_stay_where_they_are_and_changed_ones_are_marked(folder: Path) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, _pilot):
        table = products(app).table
        before = [row.product.code for row in (table.pages.row(at) for at in range(20)) if row]
        await fill(folder, ProductsRead("products.csv", (Card("AAA-1", "Aaa first of all"),)), BalancesCounted(
            "stock.csv", 2, (Count(before[4], "DEPO", 777_000),)), count=1)  # fmt: skip
        await until(lambda: (row := table.pages.row(4)) is not None and row.changed)
        assert [row.product.code for row in (table.pages.row(at) for at in range(20)) if row] == before
        await until(lambda: any(before[4] in line and "777" in line and line[2] == "•" for line in lines(app)))


async def test_fresh_takes_new_products_in_and_keeps_the_cursor_on_its_product(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        table = products(app).table
        await pilot.press("down", "down", "down")
        row = table.row
        assert row is not None
        await fill(folder, ProductsRead("products.csv", (Card("AAA-1", "! first of all"),)), count=1)
        await pilot.press("r")
        await until(lambda: table.count == 54)
        assert table.cursor == 4
        assert table.row is not None
        assert table.row.product.id == row.product.id


async def test_every_column_sorts_both_ways(folder: Path) -> None:
    async with opened(folder) as (app, _pilot):
        page = products(app)
        for column in page.shape.sortable():
            for descending in (False, True):
                page.sort_by(column)
                await until(lambda: page.order is not None and page._built_wish == page.wish)
                assert page.wish.sort.descending is descending
                assert page.table.count == 53, column
        page.sort_by("warehouse:DEPO")
        page.sort_by("warehouse:DEPO")
        await until(lambda: page._built_wish == page.wish)
        await until(lambda: page.table.pages.row(0) is not None)
        first = page.table.pages.row(0)
        assert first is not None
        assert first.product.balances["DEPO"] == 6000


async def test_only_products_in_one_state_or_category(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        page = products(app)
        await pilot.press("f")
        await until(lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "down", "down", "down", "enter")
        await until(lambda: page.table.count == 1)
        assert page.table.row is not None
        assert page.table.row.product.code == code(5)
        assert "only: excluded by you" in shown(app)
        await pilot.press("f")
        await until(lambda: isinstance(app.screen, Choose))
        await pilot.press("home", "enter", "c")
        await until(lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "enter")
        await until(lambda: page.table.count == 26)


async def test_a_price_is_edited_in_its_cell_shown_at_once_and_ends_confirmed(folder: Path) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        page = products(app)
        await pilot.press("f3", *"vana", "space", *"09", "enter")
        await until(lambda: page.table.count == 1)
        await pilot.press("f4", *"77,50", "enter")
        await until(lambda: "77.50…" in shown(app))
        assert daemon.asked == [SetPrice("trendyol", code(9), 7750)]
        assert app.focused is page.table
        await daemon.confirm("trendyol", 9, 4000, 7750)
        await until(lambda: "77.50✓" in shown(app))
        await until(lambda: any("confirmed by trendyol" in str(each.message) for each in app._notifications))


async def test_an_order_that_is_refused_says_why_and_shows_what_is(folder: Path) -> None:
    daemon = FakeDaemon(folder, refuses="the daemon has a reason")
    async with opened(folder, daemon) as (app, pilot):
        page = products(app)
        await pilot.press("f3", *"vana", "space", *"09", "enter")
        await until(lambda: page.table.count == 1)
        await pilot.press("f4", *"5", "enter")
        await until(lambda: any("has a reason" in str(each.message) for each in app._notifications))
        assert "10.09✓" in shown(app)
        assert not page.shape.hopes


async def test_escape_leaves_a_price_as_it_is(folder: Path) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        await pilot.press("f4", "5", "escape")
        await pilot.pause()
        assert app.focused is products(app).table
        assert daemon.asked == []


@pytest.mark.parametrize("typed", ["12,5,5", "-3", "abc", "1e9", "1.23,4", "0", "5 EUR", "1,2345"])
async def test_what_is_no_price_is_never_sent_as_another_one(folder: Path, typed: str) -> None:
    """The line used to leave out what it did not like: 12,5,5 was sent as 12.55, abc gave the list its say again."""
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        await _type_price(app, pilot, typed)
        await until(lambda: bool(app._notifications))
        assert daemon.asked == []
        assert products(app).query_one(PriceEditor).display


@pytest.mark.parametrize(("typed", "minor"), [("1.234,50", 123450), ("1.290", 129000), ("89,9 TL", 8990)])
async def test_a_price_is_understood_as_people_write_it(folder: Path, typed: str, minor: int) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        await _type_price(app, pilot, typed)
        await until(lambda: [each.minor for each in daemon.asked if isinstance(each, SetPrice)] == [minor])


async def test_many_are_excluded_after_the_count_and_the_effect_were_said(folder: Path) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        page = products(app)
        await pilot.press("f3", *"vana", "enter")
        await until(lambda: page.table.count == 10)
        await pilot.press("ctrl+a", "f6")
        await until(lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PlanAsk) and app.screen.found is not None)
        await until(lambda: "10 products" in shown(app) and "excluded" in shown(app))
        await pilot.press("enter")
        await until(lambda: bool(daemon.asked))
        (command,) = daemon.asked
        assert isinstance(command, Exclude)
        assert sorted(command.codes) == sorted(code(at) for at in range(1, 40, 4))
        assert (command.store, command.stock, command.price, command.on) == ("trendyol", True, True, True)
        await until(lambda: shown(app).count("–│") >= 9)


async def test_all_found_but_some(folder: Path) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        page = products(app)
        await pilot.press("f3", *"vana", "enter")
        await until(lambda: page.table.count == 10)
        await pilot.press("ctrl+a", "space", "f5")
        await until(
            lambda: (
                isinstance(app.screen, PlanAsk) and app.screen.found is not None and "Update 9 products?" in shown(app)
            )
        )
        await pilot.press("enter")
        await until(lambda: bool(daemon.asked))
        (command,) = daemon.asked
        assert isinstance(command, Update)
        assert len(command.codes) == 9


async def test_no_is_no(folder: Path) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        await pilot.press("ctrl+a", "f5")
        await until(lambda: isinstance(app.screen, PlanAsk))
        await pilot.press("escape")
        await pilot.pause()
        assert daemon.asked == []
        assert app.screen is products(app)


async def test_the_general_update_says_what_it_would_send_and_shows_how_far_it_is(folder: Path) -> None:
    daemon = FakeDaemon(folder)
    async with opened(folder, daemon) as (app, pilot):
        await pilot.press("U")
        await until(lambda: isinstance(app.screen, GeneralUpdate) and "figures would be sent" in shown(app))
        assert "2 figures are excluded" in shown(app)
        await pilot.press("enter")
        await until(lambda: daemon.asked == [Update()])
        await until(lambda: "confirmed" in shown(app) and "░" in shown(app))
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is products(app)


async def test_a_scan_opens_the_product_from_anywhere(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        for digit in "8690000000007":
            app.post_message(_key(digit))
        app.post_message(_key("enter"))
        await until(lambda: isinstance(app.screen, Sheet))
        await until(lambda: code(7) in shown(app))
        await pilot.press("escape")
        await until(lambda: app.screen is products(app))


async def test_a_single_digit_is_a_key_and_no_scan(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Sheet))
        await pilot.press("1")
        await until(lambda: app.screen is products(app))


async def test_sheet_and_why_and_back(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        await pilot.press("f3", *"furesz", "enter")
        await until(lambda: products(app).table.count == 10)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Sheet) and "on its way" in shown(app))
        await pilot.press("w")
        await until(lambda: isinstance(app.screen, WhyPage) and "trendyol" in shown(app))
        await pilot.press("right")
        await until(lambda: "woo-hu shows" in shown(app))
        await pilot.press("escape", "escape")
        await until(lambda: app.screen is products(app))


async def test_the_list_is_as_it_was_left_after_the_other_screens_also_at_another_size(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        await pilot.press("down", "down")
        before = lines(app)[1:]
        for key in ("f7", "f9", "f8"):
            await pilot.press(key)
            await until(lambda: not isinstance(app.screen, Products) and app.screen.is_attached)
            await pilot.press("f2")
            await until(lambda: lines(app)[1:] == before)
        await pilot.press("f7")
        await pilot.resize_terminal(80, 30)
        await pilot.press("f2")
        await until(lambda: products(app).table.size.width == 80 and products(app).table.cursor == 2)


async def test_the_line_to_find_with_gets_the_room_that_a_long_count_had(folder: Path) -> None:
    async with opened(folder, size=(150, 24)) as (app, pilot):
        await until(lambda: "sort: name" in shown(app))
        await pilot.resize_terminal(62, 24)
        await until(lambda: "F3 or / to find: name, code, barcode" in shown(app))


async def test_copying_puts_the_clean_code_into_the_clipboard_and_a_file(folder: Path) -> None:
    async with opened(folder) as (app, pilot):
        await pilot.press("y")
        await pilot.pause()
        row = products(app).table.row
        assert row is not None
        assert app.clipboard == row.product.code
        assert (folder / "last-copy.txt").read_text() == row.product.code + "\n"


async def test_no_data_names_the_next_step_and_the_first_data_comes_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path, configured=False) as (app, _pilot):
        assert "omnisync init" in shown(app)
        await fill(tmp_path)
        await until(lambda: "Boru" in shown(app))


@pytest.mark.parametrize("width", [160, 140, 80, 40])
async def test_each_width_is_laid_out_on_purpose(folder: Path, width: int) -> None:
    async with opened(folder, size=(width, 24)) as (app, _pilot):
        page = products(app)
        ids = [column.id for column in page.table.columns]
        used = 3 + sum(len(column.gap) + column.width for column in page.table.columns)
        assert used == width - 1
        assert ids[:2] == ["code", "name"]
        assert "available" in ids
        assert "stock:trendyol" in ids
        assert ("warehouse:DEPO" in ids) is (width >= 80)
        assert ("price:woo-tr" in ids) is (width >= 140)
        assert all(len(line) <= width for line in lines(app))


async def test_left_and_right_mark_the_store_that_is_edited(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        page = products(app)
        await pilot.press("right", "right")
        assert page.shape.marked_store == "woo-tr"
        await until(lambda: "◂woo-tr▸" in shown(app))
        await pilot.press("right")
        assert page.shape.marked_store == "trendyol"
