"""What differs: listed with its cause, repaired or accepted one by one or all, with the effect said first."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tui.hardware_shop import opened, shown, until
from tests.tui.troubled_shop import Attached, daemon, fill

from omnisync.folders import DATABASE
from omnisync.log.drift_list import open_drifts
from omnisync.log.health import HealthRow, save_health
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.drift import Cause
from omnisync.model.events import Drift, DriftFound, FiguresSeen, Kind, SeenFigure
from omnisync.ports import SystemClock

HOUR = 3_600_000


async def compared(log: Log, ago: int) -> None:
    """The last audit was so many milliseconds ago."""
    row = HealthRow("trendyol", "ok", "", 0, 0, 0, 0, 0, SystemClock().now() - ago, 0, 0)
    await log.query(lambda db: save_health(db, [row]))


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """The troubled shop; an audit found two quantities to be other ones."""
    await fill(tmp_path)
    log = await Log.open(tmp_path / DATABASE, SystemClock())
    drifts = (
        Drift("BRU-0150", Kind.STOCK, 136_000, 140_000, Cause.BY_HAND),
        Drift("BRU-0150", Kind.PRICE, 8990, 5555, Cause.LATE_BATCH),
    )
    await log.append(DriftFound("trendyol", drifts), FiguresSeen("trendyol", (SeenFigure("ty-150", 140_000, 5555),)))
    await compared(log, 2 * HOUR)
    await log.close()
    return tmp_path


def left(folder: Path) -> list[str]:
    with Reader(folder / DATABASE) as reader:
        return [each.kind for each in open_drifts(reader)]


@pytest.mark.parametrize("width", [160, 80])
async def test_the_list_says_what_why_and_what_happens(folder: Path, width: int) -> None:
    async with opened(folder, configured=False, size=(width, 30)) as (app, pilot):
        await until(lambda: "2 differ" in shown(app))
        await pilot.press("f9")
        await until(lambda: "differ (d)" in shown(app))
        await pilot.press("d")
        await until(lambda: "136 → 140" in shown(app))
        assert "edited by hand" in shown(app)
        assert "late batch" in shown(app)
        assert "ERP owns" in shown(app)
        assert "figures 2 h old" in shown(app) or "figures 120 min old" in shown(app)


async def test_one_is_accepted_and_the_rest_repaired(folder: Path) -> None:
    async with daemon(folder), opened(folder, Attached(folder), size=(120, 36)) as (app, pilot):
        await pilot.press("f9")
        await until(lambda: "differ (d)" in shown(app))
        await pilot.press("d")
        await until(lambda: "136 → 140" in shown(app))
        assert left(folder) == ["stock", "price"]
        await pilot.press("end", "f6")
        await until(lambda: "Accept 1 figure?" in shown(app))
        assert "becomes the store's own price" in shown(app)
        await pilot.press("enter")
        await until(lambda: left(folder) == ["stock"])
        await until(lambda: "Accept 1 figure?" not in shown(app))
        with Reader(folder / DATABASE) as reader:
            assert reader.one("SELECT price FROM choice WHERE store = 'trendyol'") == 5555
        await pilot.press("f5")
        await until(lambda: "Repair 1 figure?" in shown(app) and "stock 140 → 136" in shown(app))
        await pilot.press("enter")
        await until(lambda: left(folder) == [])
        await until(lambda: "Nothing differs" in shown(app))


async def test_what_an_audit_found_is_under_the_filter_differs(folder: Path) -> None:
    async with opened(folder, configured=False, size=(120, 30)) as (app, pilot):
        await pilot.press("f", "end", "enter")
        await until(lambda: "BRU-0150" in shown(app) and "TRT-0010" not in shown(app))


async def test_old_figures_are_red_on_the_first_screen_and_name_the_store(folder: Path) -> None:
    log = await Log.open(folder / DATABASE, SystemClock())
    await compared(log, 7 * HOUR)
    await log.close()
    async with opened(folder, configured=False, size=(160, 30)) as (app, _pilot):
        await until(lambda: "trendyol: figures 7 h old" in shown(app))
        line = app.screen.query_one("StatusLine").render_line(0)
        red = app.screen.query_one("StatusLine").get_component_rich_style("status--bad")
        assert any("figures 7 h old" in segment.text and segment.style == red for segment in line)
