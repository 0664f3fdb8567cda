"""What the screens looked like as pictures: nothing that matters is cut or hidden, and each key named does something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.tui import hardware_shop, troubled_shop
from tests.tui.hardware_shop import code, lines, opened, products, shown, until
from tests.tui.test_first_run import new_shop, on_to

from omnisync.explain.people import named
from omnisync.folders import DATABASE
from omnisync.log.forget import Person
from omnisync.log.product_list import warehouses
from omnisync.log.reader import Reader
from omnisync.log.story import events_of_product, json_of, product_of
from omnisync.log.writer import Log
from omnisync.model.events import BalancesCounted, Count, PriceSet
from omnisync.ports import SystemClock
from omnisync.testing.clock import ManualClock
from omnisync.tui.app import OmniSync
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.first_run import ErpStep, ShopStep
from omnisync.tui.screens.history import History
from omnisync.tui.screens.matters import MattersPage
from omnisync.tui.screens.product import Sheet
from omnisync.tui.screens.product_columns import Shape, lay_out
from omnisync.tui.screens.record import Record
from omnisync.tui.screens.why import WhyPage
from omnisync.tui.widgets.lines import Lines
from omnisync.tui.widgets.price_editor import PriceEditor


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    await hardware_shop.fill(tmp_path)
    return tmp_path


async def test_the_last_of_many_choices_is_seen_on_a_low_screen(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        app.push_screen(Choose("Sort by", [(str(at), f"column {at:02}") for at in range(30)]))
        await until(lambda: "column 00" in shown(app))
        await pilot.press("end")
        await until(lambda: "column 29" in shown(app))
        await pilot.resize_terminal(60, 12)
        await until(lambda: "column 29" in shown(app) and "Enter choose" in lines(app)[-1])


async def test_a_price_is_edited_over_its_cell_on_a_screen_of_another_size_too(folder: Path) -> None:
    async with opened(folder, size=(160, 50)) as (app, pilot):
        table, editor = products(app).table, products(app).query_one(PriceEditor)
        table.move_to(table.count - 1)
        await pilot.press("f4")
        await until(lambda: app.focused is editor)
        await pilot.resize_terminal(80, 24)
        await until(lambda: editor.region == table.place_of("price:trendyol"))
        assert table.row is not None
        assert table.row.product.code in lines(app)[editor.region.y]
        table.scroll_to(y=0, animate=False, force=True)
        await until(lambda: editor.region == table.place_of("price:trendyol") and table.scroll_offset.y > 0)


async def test_the_cursor_stays_in_sight_where_the_screen_becomes_lower(folder: Path) -> None:
    async with opened(folder, size=(100, 50)) as (app, pilot):
        table = products(app).table
        table.move_to(40)
        await pilot.resize_terminal(100, 20)
        await until(lambda: any("▸" in line[:3] for line in lines(app)[3:]))


async def test_no_key_is_named_for_a_row_where_nothing_was_found(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f3", *"qqqq")
        await until(lambda: "Nothing was found" in shown(app) and "F4 price" not in lines(app)[-1])
        await pilot.press("escape")
        await until(lambda: "F4 price" in lines(app)[-1])


async def test_the_count_keeps_its_distance_from_the_line_to_find_with(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f", *2 * ("down",), "enter")
        await until(lambda: "held until you say yes" in lines(app)[1])
        assert "  0 of 53   only: held until you say yes" in lines(app)[1]


@pytest.mark.parametrize(("width", "stores", "houses"), [(80, 1, 1), (140, 3, 3), (160, 3, 5)])
def test_names_are_worth_more_than_one_more_warehouse_that_is_not_all_of_them(
    width: int, stores: int, houses: int
) -> None:
    shape = Shape(
        warehouses=["Depo 2", "Edirne", "Merkez", "Çarşı", "İnternet"], stores=["trendyol", "woo-hu", "woo-tr"],
        code_width=13, house_width=6, price_width=9,
    )  # fmt: skip
    columns = {column.id: column for column in lay_out(shape, width - 1)}
    assert sum(name.startswith("stock:") for name in columns) == stores
    assert sum(name.startswith("warehouse:") for name in columns) == houses
    assert columns["name"].width >= 24
    assert columns["warehouse:Edirne" if houses > 1 else "warehouse:Depo 2"].title in ("Edirne", "Depo 2")


async def test_a_note_goes_on_below_the_sentence_that_it_belongs_to(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("enter")
        await until(lambda: "wanted" in shown(app))
        told = "ERP counted " + "DEPO 3, " * 7
        app.screen.query_one(Lines).show([[("12:00  ", "dim"), ("✓", "confirmed"), (f" {told}", ""), ("   file stock.csv, line 1", "dim")]])  # fmt: skip
        await until(lambda: "12:00" in shown(app))
        below = next(line for line in lines(app) if "line 1" in line)
        assert below.startswith(" " * 10)


async def test_why_tells_the_whole_time_of_another_day_and_esc_comes_back_from_the_past(tmp_path: Path) -> None:
    log = await Log.open(tmp_path / DATABASE, ManualClock())
    await log.append(*hardware_shop.events())
    await log.close()
    async with opened(tmp_path, size=(80, 24)) as (app, pilot):
        await pilot.press("w")
        await until(lambda: "What led there" in shown(app))
        assert re.search(r"^ \d{4}-\d\d-\d\d \d\d:\d\d +ERP set price list", shown(app), re.MULTILINE)
        assert "back to now" not in lines(app)[-1]
        await pilot.press("[")
        await until(lambda: "As it was at" in shown(app) and "Esc back to now" in lines(app)[-1])
        await pilot.press("escape")
        await until(lambda: "As it was at" not in shown(app) and isinstance(app.screen, WhyPage))
        await pilot.press("escape")
        await until(lambda: app.screen is products(app))


async def test_the_sheet_of_a_product_has_its_barcode(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f3", *code(4), "enter", "enter")
        await until(lambda: isinstance(app.screen, Sheet) and "barcode 8690000000004" in shown(app))


async def test_an_event_is_told_with_the_names_of_its_fields_and_opens_nothing_that_it_does_not_name(
    folder: Path,
) -> None:
    with Reader(folder / DATABASE) as reader:
        assert warehouses(reader)
        product = product_of(reader, code(4))
        assert product is not None
        events = {told.type: json_of(told.event) for told in events_of_product(reader, product, 20)}
    cards = events["erp.products"]["cards"]  # type: ignore[index]
    assert {"code": code(4), "category": "Su"}.items() <= cards[4].items()
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f3", *code(4), "enter", "enter", "f3")
        await until(lambda: isinstance(app.screen, History) and "price" in shown(app))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Record) and "y copy" in lines(app)[-1])
        assert "open" not in lines(app)[-1]


async def test_times_take_no_more_room_than_they_need(folder: Path) -> None:
    async with opened(folder, size=(160, 30)) as (app, pilot):
        await pilot.press("enter")
        await until(lambda: "What happened last" in shown(app))
        told = lines(app)[next(at for at, line in enumerate(lines(app)) if "What happened last" in line) + 1]
        assert told[9:12].startswith("  ")
        assert told[11] != " "


def test_whoever_is_to_be_erased_is_named_and_what_follows_is_not_pushed_off_the_screen() -> None:
    people = [Person(f"woo:{at}", "woo", "Ayşe", "a@example.org", 1, 0, 0) for at in range(120)]
    assert len(named(people)) == 7
    assert named(people)[-1] == "and 114 more"
    assert len(named(people[:3])) == 3


async def test_the_log_of_another_day_shows_the_day(folder: Path) -> None:
    log = await Log.open(folder / DATABASE, SystemClock())
    await log.append(BalancesCounted("stock.csv", 2, (Count(code(4), "DEPO", 1000, 9),)))
    await log.close()
    (folder / "omnisync.log").write_text(
        '{"event":"erp.read","level":"info","timestamp":"2026-01-01T10:20:30+00:00","connector":"erp"}\n', "utf-8"
    )
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f8")
        await until(lambda: "01-01 10:20" in shown(app))
        assert "ERP" in next(line for line in lines(app) if "01-01 10:20" in line)


async def test_why_a_figure_is_held_stands_below_it_where_there_is_no_room_beside(tmp_path: Path) -> None:
    await troubled_shop.fill(tmp_path)
    async with opened(tmp_path, configured=False, size=(80, 30)) as (app, pilot):
        await pilot.press("f3", *"bru-0200", "enter", "enter")
        await until(lambda: "wanted" in shown(app))
        assert "      held until you say yes: the price" in shown(app)
        await pilot.resize_terminal(160, 30)
        await until(lambda: "‖ held until you say yes: the price" in shown(app))


async def test_no_key_is_named_for_a_row_of_an_empty_list(tmp_path: Path) -> None:
    await troubled_shop.fill(tmp_path)
    async with opened(tmp_path, configured=False, size=(80, 24)) as (app, pilot):
        await pilot.press("f9", "f6")
        await until(lambda: isinstance(app.screen, MattersPage) and "Enter settle" in lines(app)[-1])
        assert any("ERP" in line[:12] for line in lines(app))
        await pilot.press("f3", *"qqqq", "enter")
        await until(lambda: "has that in it" in shown(app) and "settle" not in lines(app)[-1])
        await pilot.press("f7", "f3", *"qqqq")
        await until(lambda: "No order was found" in shown(app))
        await pilot.press("enter")
        await until(lambda: "sheet" not in lines(app)[-1])


async def test_a_folder_that_can_not_be_read_names_no_key_to_go_on(tmp_path: Path) -> None:
    async with new_shop(tmp_path, size=(80, 24)) as (app, pilot, _guide):
        await on_to(pilot, app, ShopStep, "down", "enter")
        await on_to(pilot, app, ErpStep, *"Demir", "enter", *"/nowhere", "enter")
        await until(lambda: "can't be read" in shown(app) and "F5 look again" in lines(app)[-1])
        assert "go on" not in lines(app)[-1]


async def test_a_database_that_is_none_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all" * 400)
    app = OmniSync(hardware_shop.desk(tmp_path, hardware_shop.FakeDaemon(tmp_path)))
    async with app.run_test(size=(80, 24)):
        await until(lambda: "omnisync restore" in shown(app))


async def test_ctrl_c_says_how_to_leave_in_our_own_words(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("ctrl+c")
        await until(lambda: any("F10 leaves" in each.message for each in app._notifications))


async def test_the_sheet_marks_the_store_that_the_list_had_marked(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f3", *code(4), "enter", "right", "enter")
        await until(lambda: "▸ woo-hu" in shown(app))
        await pilot.press("w")
        await until(lambda: isinstance(app.screen, WhyPage) and "woo-hu shows" in shown(app))


async def test_the_line_to_find_with_gets_the_room_of_a_filter_that_is_gone(folder: Path) -> None:
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f", *2 * ("down",), "enter")
        await until(lambda: "held until you say yes" in lines(app)[1])
        await pilot.press("escape", "escape")
        await until(lambda: "name, code, barcode" in lines(app)[1])


async def test_who_did_it_is_named_in_full(folder: Path) -> None:
    log = await Log.open(folder / DATABASE, SystemClock())
    await log.append(PriceSet("trendyol", code(4), 1250, "TRY"), actor="screen:ayse")
    await log.close()
    async with opened(folder, size=(80, 24)) as (app, pilot):
        await pilot.press("f3", *code(4), "enter", "enter", "f3")
        await until(lambda: isinstance(app.screen, History) and "screen:ayse " in shown(app))
