"""What waits for a person: found by text, selected, settled together after the count and the effect were said."""

from __future__ import annotations

from pathlib import Path

from tests.log.opened import opened as log_of
from tests.tui.hardware_shop import opened, shown, until
from tests.tui.troubled_shop import Attached, daemon, fill

from omnisync.folders import DATABASE
from omnisync.log.matters import Matters
from omnisync.log.overview import unmatched
from omnisync.log.reader import Reader
from omnisync.model.events import Quarantined
from omnisync.tui.screens.aside import AsideSheet
from omnisync.tui.screens.matters import MattersPage
from omnisync.tui.screens.stores import Stores


async def test_what_waits_is_found_by_text_and_settled_together(tmp_path: Path) -> None:
    await fill(tmp_path)
    running = daemon(tmp_path, refuse={"ty-200": "barcode is locked"})
    async with running as stores, opened(tmp_path, Attached(tmp_path), size=(120, 36)) as (app, pilot):
        await until(lambda: Matters(tmp_path / DATABASE, kind="refused").count == 1)
        await pilot.press("f9")
        await until(lambda: "● trendyol" in shown(app))
        await pilot.press("f6")
        await until(lambda: isinstance(app.screen, MattersPage) and app.screen.composed and app.screen.table.count)
        page = app.screen
        assert isinstance(page, MattersPage)
        table = page.table
        everything = table.count

        await pilot.press("f3")
        await until(lambda: "Find in what waits" in shown(app))
        await pilot.press(*"LOCKED", "enter")
        await until(lambda: table.count == 1)
        await pilot.press("escape")
        await until(lambda: table.count == everything)
        assert app.screen is page

        await pilot.press("ctrl+a", "enter")
        await until(lambda: "Settle" in shown(app))
        said = shown(app)
        assert "1 refused figure is sent again" in said
        assert "held changes go out" in said
        assert "1 unmatched listing stays" in said
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, MattersPage))
        assert table.chosen_count() == everything, "a no leaves the selection"
        assert Matters(tmp_path / DATABASE).count == everything

        stores.refuse.clear()
        await pilot.press("enter")
        await until(lambda: "Settle" in shown(app))
        await pilot.press("enter")
        await until(lambda: table.chosen_count() == 0)
        await until(lambda: not Matters(tmp_path / DATABASE, kind="refused").count)
        await until(lambda: not Matters(tmp_path / DATABASE, kind="held").count)
        assert Matters(tmp_path / DATABASE, kind="unmatched").count == 1


async def test_a_wrong_link_is_taken_away_after_its_effect_was_said(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with daemon(tmp_path), opened(tmp_path, Attached(tmp_path), size=(100, 30)) as (app, pilot):

        def unlinked() -> int:
            with Reader(tmp_path / DATABASE) as reader:
                return len(unmatched(reader))

        before = unlinked()
        await pilot.press("f3", *"BRU-0200", "enter", "enter", "f6")
        await until(lambda: "waits for you as unmatched" in shown(app).replace("\n", " "))
        assert unlinked() == before
        await pilot.press("enter")
        await until(lambda: unlinked() == before + 1)


async def test_a_store_in_another_currency_waits_on_every_screen_with_what_to_do(tmp_path: Path) -> None:
    await fill(tmp_path)
    said = 'The shop sells in HUF, but not in TRY. Set currency = "HUF" for this store.'
    async with log_of(tmp_path / DATABASE) as log:
        await log.append(Quarantined("woo-hu", "setting:currency", said))
    async with opened(tmp_path, size=(80, 24)) as (app, pilot):
        await until(lambda: "2 set aside" in shown(app))
        await pilot.press("f9")
        await until(lambda: isinstance(app.screen, Stores))
        await pilot.press("f6")
        await until(lambda: isinstance(app.screen, MattersPage) and app.screen.composed and app.screen.table.count)
        await pilot.press("f3", *"currency", "enter")
        await until(lambda: "woo-hu  the currency" in shown(app))
        assert said in shown(app).replace("\n", " ").replace("  ", " ")
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, AsideSheet) and "There is no field to mend." in shown(app))
        assert "change the configuration and start anew" in shown(app)
