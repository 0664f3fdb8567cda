"""The log screen: over the daemon's file, whoever writes it, and the history of one thing out of the event log."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.tui import troubled_shop
from tests.tui.hardware_shop import HOSTILE, fill, opened, shown, until
from tests.tui.troubled_shop import OLDER

from omnisync.folders import DATABASE, LOG
from omnisync.log.named import order_named
from omnisync.log.order_sheet import order_id
from omnisync.log.reader import Reader
from omnisync.log.writer import Log as Writer
from omnisync.logfile import Filter
from omnisync.model.events import OrderExporting
from omnisync.ports import SystemClock
from omnisync.tui.app import OmniSync
from omnisync.tui.screens.history import History
from omnisync.tui.screens.log import Log
from omnisync.tui.screens.order import Sheet as OrderSheet
from omnisync.tui.screens.product import Sheet as ProductSheet
from omnisync.tui.screens.record import Record
from omnisync.tui.tail import Tail


def line(text: str, level: str = "info", store: str = "trendyol") -> str:
    record = {"store": store, "event": text, "level": level, "timestamp": "2026-03-01T10:00:00.000000Z"}
    return json.dumps(record, ensure_ascii=False) + "\n"


@contextmanager
def tail(path: Path, wanted: Filter | None = None) -> Iterator[Tail]:
    made = Tail(path, wanted or Filter())
    try:
        yield made
    finally:
        made.close()


def looked(made: Tail) -> list[str]:
    made.look()
    made.take()
    return [found.text for at in range(made.count) if (found := made.line(at))]


def test_only_whole_lines_count(tmp_path: Path) -> None:
    path = tmp_path / LOG
    path.write_text(line("one") + line("two")[:20], "utf-8")
    with tail(path) as made:
        assert looked(made) == ["one"]
        path.write_text(line("one") + line("two"), "utf-8")
        assert looked(made) == ["one", "two"]


def test_a_file_that_appears_later_is_read(tmp_path: Path) -> None:
    with tail(tmp_path / LOG) as made:
        assert looked(made) == []
        (tmp_path / LOG).write_text(line("one"), "utf-8")
        assert looked(made) == ["one"]


def test_a_rotation_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / LOG
    path.write_text(line("one"), "utf-8")
    with tail(path) as made:
        looked(made)
        with path.open("a", encoding="utf-8") as file:
            file.write(line("two"))
        path.rename(tmp_path / f"{LOG}.1")
        assert looked(made) == ["one", "two"]
        path.write_text(line("three"), "utf-8")
        assert looked(made) == ["one", "two", "three"]


def test_a_file_that_was_emptied_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / LOG
    path.write_text(line("one") + line("two"), "utf-8")
    with tail(path) as made:
        looked(made)
        os.truncate(path, 0)
        path.write_text(line("new"), "utf-8")
        assert looked(made)[-1] == "new"


def test_files_beyond_those_that_a_rotation_keeps_are_let_go(tmp_path: Path) -> None:
    path = tmp_path / LOG
    found: list[str] = []
    with tail(path) as made:
        for number in range(9):
            path.write_text(line(str(number)), "utf-8")
            found = looked(made)
            path.rename(tmp_path / f"{LOG}.{9 - number}")
    assert found == [str(number) for number in range(3, 9)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ["a", "b", "c", "no json"]),
        (Filter(level="warning"), ["b"]),
        (Filter(store="woo"), ["c"]),
        (Filter(text="JSON"), ["no json"]),
    ],
)
def test_filters(tmp_path: Path, wanted: Filter, found: list[str]) -> None:
    path = tmp_path / LOG
    path.write_text(line("a") + line("b", "error") + line("c", "info", "woo") + "no json\n", "utf-8")
    with tail(path, wanted) as made:
        assert looked(made) == found


def log(app: OmniSync) -> Log:
    assert isinstance(app.screen, Log)
    return app.screen


def more(folder: Path, *texts: str) -> None:
    with (folder / LOG).open("a", encoding="utf-8") as file:
        file.writelines(line(text) for text in texts)


async def test_it_follows_until_a_person_moves_up(tmp_path: Path) -> None:
    await fill(tmp_path)
    more(tmp_path, *(f"line {at}" for at in range(100)))
    async with opened(tmp_path, size=(120, 24)) as (app, pilot):
        await pilot.press("f8")
        await until(lambda: "line 99" in shown(app) and "following" in shown(app))
        more(tmp_path, "news")
        await until(lambda: "news" in shown(app))
        await pilot.press("up", "up")
        await until(lambda: "paused" in shown(app))
        before = log(app).view.scroll_offset.y
        more(tmp_path, "later", "latest")
        await until(lambda: "2 new" in shown(app))
        assert log(app).view.scroll_offset.y == before
        assert "latest" not in shown(app)
        await pilot.press("end")
        await until(lambda: "latest" in shown(app) and "following" in shown(app))


async def test_level_store_and_text_narrow_it(tmp_path: Path) -> None:
    await fill(tmp_path)
    (tmp_path / LOG).write_text(line("calm") + line("wild", "error") + line("other", "error", "woo-hu"), "utf-8")
    async with opened(tmp_path, size=(120, 24)) as (app, pilot):
        await pilot.press("f8")
        await until(lambda: "calm" in shown(app))
        await pilot.press("f5", "down", "down", "enter")
        await until(lambda: "level: error" in shown(app) or "level: warning" in shown(app))
        await until(lambda: "calm" not in shown(app) and "wild" in shown(app))
        await pilot.press("slash", *"othe", "enter")
        await until(lambda: "wild" not in shown(app) and "other" in shown(app))
        await pilot.press("slash", *"x")
        await until(lambda: "No line in the log is like that" in shown(app))
        await pilot.press("escape")
        await until(lambda: "wild" in shown(app))


async def test_a_record_is_shown_whole_and_copied(tmp_path: Path) -> None:
    await fill(tmp_path)
    (tmp_path / LOG).write_text(
        json.dumps({"event": "x", "level": "info", "reason": HOSTILE[0], "timestamp": "2026-03-01T10:00:00Z"}) + "\n",
        "utf-8",
    )
    async with opened(tmp_path, size=(100, 24)) as (app, pilot):
        await pilot.press("f8")
        await until(lambda: "1 line" in shown(app))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Record) and "reason" in shown(app))
        assert "\\u001b]52" in shown(app)
        assert "\x1b" not in shown(app)
        await pilot.press("y")
        assert json.loads(app.clipboard)["reason"] == HOSTILE[0]
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, Log))


async def test_without_a_log_it_says_so(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, size=(40, 24)) as (app, pilot):
        await pilot.press("f8")
        await until(lambda: "There is no log yet" in shown(app))
        more(tmp_path, "first")
        await until(lambda: "first" in shown(app))


async def test_the_history_of_a_product(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with opened(tmp_path, size=(120, 24)) as (app, pilot):
        await pilot.press("f8")
        await until(lambda: isinstance(app.screen, Log))
        await pilot.press("f12", *"nothing", "enter")
        await until(lambda: any("nothing" in each.message for each in app._notifications))
        await pilot.press("f12", *"BRU-0000", "enter")
        await until(
            lambda: isinstance(app.screen, History) and "BRU-0000" in shown(app) and "ERP counted" in shown(app)
        )
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, Record))


def about(text: str, **fields: str) -> str:
    record = {"event": text, "level": "info", "timestamp": "2026-03-01T10:00:00Z", **fields}
    return json.dumps(record) + "\n"


async def test_a_line_leads_to_the_order_or_the_product_that_it_names(tmp_path: Path) -> None:
    await troubled_shop.fill(tmp_path)
    written = (
        about("order.unreadable", store="trendyol", order=OLDER),
        about("item.refused", store="trendyol", listing="ty-200"),
        about("item.refused", store="trendyol", listing="ty-200 \ud83d"),
        about("audit", store="trendyol"),
    )
    (tmp_path / LOG).write_text("".join(written), "utf-8")
    async with opened(tmp_path, size=(120, 40)) as (app, pilot):
        await pilot.press("f8")
        await until(lambda: "4 lines" in shown(app))
        for _ in range(2):
            await pilot.press("o")
            await until(lambda: any("names no order and no product" in each.message for each in app._notifications))
            app.clear_notifications()
            await pilot.press("up")
        await pilot.press("o")
        await until(lambda: isinstance(app.screen, ProductSheet) and "BRU-0200" in shown(app))
        await pilot.press("escape", "up", "enter")
        await until(lambda: isinstance(app.screen, Record))
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, OrderSheet) and OLDER in shown(app))
        await pilot.press("escape", "escape")
        await until(lambda: isinstance(app.screen, Log))


async def test_an_order_is_found_by_the_key_that_the_erp_has_it_under_and_by_its_stream(tmp_path: Path) -> None:
    await troubled_shop.fill(tmp_path)
    log = await Writer.open(tmp_path / DATABASE, SystemClock())
    await log.append(OrderExporting("trendyol", OLDER, "TY-KEY"))
    await log.close()
    with Reader(tmp_path / DATABASE) as reader:
        order = order_id(reader, "trendyol", OLDER)
        assert order is not None
        assert order_named(reader, {"connector": "erp", "order": "TY-KEY"}) == order
        assert (
            order_named(reader, {"connector": "erp", "order": "NO-KEY", "store": "trendyol", "number": OLDER}) == order
        )
        assert order_named(reader, {"stream": f"order:trendyol:{OLDER}"}) == order
        assert order_named(reader, {"store": "woo-hu", "order": OLDER}) is None
