"""Stores: health and budget, pause and resume, and everything that waits for a person, settled."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.log.opened import opened as log_of
from tests.tui.hardware_shop import FakeDaemon, opened, shown, until
from tests.tui.troubled_shop import Attached, daemon, fill

from omnisync.connect.budget import Allowance
from omnisync.daemon.remote import RemoteCommands
from omnisync.errors import CommandRefused
from omnisync.explain.matters import subject_words
from omnisync.folders import DATABASE, SOCKET
from omnisync.log.kept_backups import STREAM
from omnisync.log.matters import Matters
from omnisync.log.overview import SetAside, held, stores, unmatched
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.commands import Go, Release, Replay, Status
from omnisync.model.events import BackupWritten, Kind, ListingsSeen, Quarantined, SeenListing, StoreRulesSet
from omnisync.model.rules import StoreRules
from omnisync.ports import SystemClock
from omnisync.text import age
from omnisync.tui.connections import backup_words, budget_words, connections, tightest
from omnisync.tui.screens.aside import AsideSheet
from omnisync.tui.screens.ask_line import AskLine
from omnisync.tui.screens.matters import MattersPage
from omnisync.tui.screens.stores import Stores


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    await fill(tmp_path)
    return tmp_path


def test_the_budget_shown_is_the_tightest_of_the_long_windows() -> None:
    budget = [
        Allowance("orders", 0, 1, 2), Allowance("orders", 20, 30, 60), Allowance("push", 318, 350, 60),
        Allowance("day", 4000, 5000, 3600),
    ]  # fmt: skip
    found = tightest(budget)
    assert found is not None
    assert budget_words(found) == "20/30 min"
    assert tightest([]) is None
    assert budget_words(budget[0]) == "0/1 2 s"
    assert budget_words(budget[3]) == "4,000/5,000 h"


def test_what_is_set_aside_is_named_for_people() -> None:
    assert subject_words("order:8812") == "order 8812"
    assert subject_words("listing:8680000000017") == "listing 8680000000017"
    assert subject_words("line:8812:1") == "order 8812, a line"
    assert subject_words("row:balances:stock:2.csv:17") == "stock:2.csv, line 17"


async def test_what_waits_is_listed_in_pages(folder: Path) -> None:
    every = Matters(folder / DATABASE)
    kinds = [type(each).__name__ for each in every.page(0, 100)]
    assert kinds == ["HoldView", "HoldView", "SetAside", "UnmatchedView"]
    assert [type(each).__name__ for each in every.page(2, 4)] == ["SetAside", "UnmatchedView"]
    assert Matters(folder / DATABASE, "woo-hu").count == 1
    assert Matters(folder / DATABASE, "erp").count == 1
    assert Matters(folder / DATABASE, "trendyol", "unmatched").count == 1


@pytest.mark.parametrize("width", [160, 80, 40])
async def test_without_a_daemon_it_is_as_last_saved(folder: Path, width: int) -> None:
    async with opened(folder, configured=False, size=(width, 36)) as (app, pilot):
        await pilot.press("f9")
        await until(lambda: "never connected" in shown(app) or "never" in shown(app))
        assert "trendyol" in shown(app)
        await until(lambda: "No daemon answers" in shown(app))


async def test_a_store_is_paused_and_resumed(folder: Path) -> None:
    async with daemon(folder), opened(folder, Attached(folder), size=(120, 36)) as (app, pilot):
        await pilot.press("f9")
        await until(lambda: "● trendyol" in shown(app))
        await pilot.press("f4")
        await until(lambda: "Pause trendyol?" in shown(app))
        await pilot.press("enter")
        await until(lambda: "‖ trendyol" in shown(app))
        await pilot.press("f4")
        await until(lambda: "● trendyol" in shown(app))
        with Reader(folder / DATABASE) as reader:
            assert reader.one("SELECT paused FROM store WHERE name = 'trendyol'") == 0


async def test_held_refused_and_unmatched_are_settled(folder: Path) -> None:
    running = daemon(folder, refuse={"ty-200": "barcode is locked"})
    async with running as stores_daemon, opened(folder, Attached(folder), size=(120, 36)) as (app, pilot):
        await pilot.press("f9")
        await until(lambda: isinstance(app.screen, Stores) and "● trendyol" in shown(app))
        await until(lambda: Matters(folder / DATABASE, kind="refused").count == 1)
        await pilot.press("f6")
        await until(lambda: "unusually much is missing" in shown(app))
        await pilot.press("enter")
        await until(lambda: "every store follows it" in shown(app) and "Let 2 changes go?" in shown(app))
        await pilot.press("enter")
        await until(lambda: "9,900 → 1,490" in shown(app))
        with Reader(folder / DATABASE) as reader:
            assert [hold for hold in held(reader) if hold.hold] == []
        await pilot.press("down")
        await until(lambda: "was refused: barcode is locked" in shown(app))
        stores_daemon.refuse.clear()
        await pilot.press("enter")
        await until(lambda: "refused 0" in shown(app))
        await pilot.press("end")
        await until(lambda: "Choose the product that this listing is" in shown(app))
        await pilot.press("enter")
        await until(lambda: "Which product is this?" in shown(app))
        await pilot.press("end", "ctrl+u", *"trt")
        await until(lambda: "TRT-0010" in shown(app))
        await pilot.press("enter")
        await until(lambda: "unmatched 0" in shown(app))
        with Reader(folder / DATABASE) as reader:
            assert unmatched(reader) == []
            assert next(view for view in stores(reader) if view.name == "trendyol").refused == 0


async def test_nothing_waiting_is_said_calmly(folder: Path) -> None:
    async with opened(folder, configured=False, size=(80, 24)) as (app, pilot):
        await pilot.press("f9")
        await until(lambda: "woo-hu" in shown(app))
        await pilot.press("end", "enter", "f6", "down", "down", "enter")
        await until(lambda: "Nothing of that kind" in shown(app))
        await pilot.press("f6", "home", "enter", "f4", "end", "up", "enter")
        await until(lambda: "1 figure (price)" in shown(app))


async def test_the_daemon_tells_budgets_and_refuses_to_retry_what_no_erp_took(folder: Path) -> None:
    async with daemon(folder):
        commands = RemoteCommands(folder / SOCKET)
        reply = await commands.run(Status(), actor="test", id="1")
        assert reply["allowances"] == {"trendyol": [], "woo-hu": []}, "these connectors tell nothing"
        with pytest.raises(CommandRefused, match="Nothing is set aside"):
            await commands.run(Replay("erp", "order:1"), actor="test", id="2")


async def test_a_new_store_begins_with_a_yes_to_its_plan(folder: Path) -> None:
    log = await Log.open(folder / DATABASE, SystemClock())
    await log.append(StoreRulesSet("new", StoreRules("any", "TRY", ("DEPO",), "DEPO", "retail")))
    await log.append(ListingsSeen("new", (SeenListing("n1", "BRU-0150", "Boru", "BRU-0150", stock=5000, price=8500),)))
    await log.close()
    asked = FakeDaemon(folder)
    async with opened(folder, asked, size=(120, 40)) as (app, pilot):
        await until(lambda: "new plan only" in shown(app))
        await pilot.press("f9")
        await until(lambda: isinstance(app.screen, Stores) and "plan only" in shown(app))
        page = app.screen
        assert isinstance(page, Stores)
        await until(lambda: page.marked is not None)
        while page.marked is not None and page.marked.name != "new":
            await pilot.press("up")
        await pilot.press("f3")
        await until(lambda: "new: begin to send?" in shown(app) and "BRU-0150  stock 5 → 120" in shown(app))
        assert "stock up 1" in shown(app)
        await pilot.press("enter")
        await until(lambda: asked.asked == [Go("new")])
        await until(lambda: "plan only" not in "".join(shown(app).splitlines()[0]))


async def test_a_no_to_what_is_held_asks_for_the_reason(folder: Path) -> None:
    asked = FakeDaemon(folder)
    async with opened(folder, asked, size=(120, 40)) as (app, pilot):
        await pilot.press("f9", "f6")
        await until(lambda: isinstance(app.screen, MattersPage) and app.screen.table.count == 4)
        await pilot.press("n")
        await until(lambda: isinstance(app.screen, AskLine))
        await pilot.press(*"half", "enter")
        await until(lambda: bool(asked.asked))
        (command,) = asked.asked
        assert isinstance(command, Release)
        assert (command.hold, command.no, command.why) == ("balances-ab12-9", True, "half")
        await pilot.press("ctrl+y")
        await until(lambda: "BRU-0200  price" in shown(app))
        await pilot.press("enter")
        await until(lambda: len(asked.asked) == 2)
        assert asked.asked[-1] == Release(store="woo-hu", kind=Kind.PRICE, codes=("BRU-0200",))


async def test_the_age_of_the_last_good_backup_is_told_and_red_when_it_is_old_or_the_newest_failed(
    tmp_path: Path,
) -> None:
    async with log_of(tmp_path / DATABASE) as log:
        now = log.clock.now()
        assert backup_words(log.path, now)[1] == "waiting"
        await log.transact(lambda change: change.append(BackupWritten("/usb/b.db", 5, 1), STREAM))
        assert backup_words(log.path, now + 1000) == (f"last good backup {age(now, now + 1000)}: /usb/b.db", "dim")
        assert backup_words(log.path, now + 3 * 86_400_000)[1] == "refused"
        await log.append(Quarantined(STREAM, "backup", "the disk is gone"))
        text, look = backup_words(log.path, now + 1000)
        assert look == "refused"
        assert "the newest one failed: the disk is gone" in text
        assert connections(log.path, None, now) == [], "it is no connection"


async def test_a_full_disk_is_on_the_screen(folder: Path) -> None:
    running = daemon(folder)
    async with running as stores_, opened(folder, Attached(folder), size=(120, 40)) as (app, pilot):
        stores_.engine.database_trouble = "The disk is full: free some room."
        await until(lambda: "✗ can't write" in shown(app), seconds=20)
        assert [each.message for each in app._notifications if "disk is full" in each.message]
        await pilot.press("f9")
        await until(lambda: isinstance(app.screen, Stores) and "The disk is full: free some room." in shown(app))
        stores_.engine.database_trouble = ""
        await until(lambda: "✗ can't write" not in shown(app), seconds=20)


async def test_a_line_that_is_set_aside_is_mapped_to_its_product(folder: Path) -> None:
    async with daemon(folder), opened(folder, Attached(folder), size=(120, 40)) as (app, pilot):
        await pilot.press("f9", "f6")
        await until(lambda: isinstance(app.screen, MattersPage) and app.screen.table.count >= 3)
        page = app.screen
        assert isinstance(page, MattersPage)
        while not isinstance(page.table.row, SetAside):
            await pilot.press("down")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, AsideSheet) and "codes.0   NOPE" in shown(app))
        assert "\x1b" not in shown(app)
        await pilot.press("f3")
        await until(lambda: "Which product is this?" in shown(app))
        await pilot.press("end", "ctrl+u", *"bru-0150")
        await until(lambda: "BRU-0150  Boru" in shown(app))
        await pilot.press("enter")
        await until(lambda: Matters(folder / DATABASE, kind="aside").count == 0)
