"""Taking something back on the screen, and looking at the past there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tui.hardware_shop import FakeDaemon, carried_out, code, events, fill, opened, shown, until
from textual.widgets import Input

from omnisync.folders import DATABASE
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.commands import AnyCommand, Reply, SetPrice, SetPrices
from omnisync.model.events import BalancesCounted, Count
from omnisync.ports import SystemClock
from omnisync.testing.clock import ManualClock
from omnisync.text import local
from omnisync.tui.screens.ask import Choose
from omnisync.tui.screens.history import of_product
from omnisync.tui.screens.plan import PlanAsk
from omnisync.tui.screens.why import WhyPage


class _Daemon(FakeDaemon):
    """Carries commands out as the real one does."""

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        return await carried_out(self.folder, command, actor=actor, id=id)


@pytest.fixture
async def daemon(tmp_path: Path) -> _Daemon:
    await fill(tmp_path)
    return _Daemon(tmp_path)


async def _set(daemon: _Daemon, *prices: tuple[int, int]) -> None:
    wave = SetPrices("trendyol", tuple((code(at), minor) for at, minor in prices))
    await daemon.run(wave, actor="ayse", id=f"wave {prices}")


def _own_prices(daemon: FakeDaemon) -> list[int]:
    with Reader(daemon.folder / DATABASE) as reader:
        return [price for (price,) in reader.rows("SELECT price FROM choice WHERE price IS NOT NULL ORDER BY product")]


async def test_ctrl_z_shows_what_would_change_and_takes_it_back(daemon: _Daemon) -> None:
    await _set(daemon, (1, 4321), (2, 8765))
    async with opened(daemon.folder, daemon) as (app, pilot):
        await pilot.press("ctrl+z")
        await until(lambda: isinstance(app.screen, PlanAsk) and app.screen.found is not None)
        assert "2 things go back: trendyol 2" in shown(app)
        assert f"{code(1)}: 43.21 → the list's price" in shown(app)
        assert "2 changes on their way are called off" in shown(app)
        await pilot.press("enter")
        await until(lambda: _own_prices(daemon) == [])


async def test_saying_no_leaves_everything(daemon: _Daemon) -> None:
    await _set(daemon, (1, 4321))
    async with opened(daemon.folder, daemon) as (app, pilot):
        await pilot.press("ctrl+z")
        await until(lambda: isinstance(app.screen, PlanAsk))
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, PlanAsk))
        assert _own_prices(daemon) == [4321]


async def test_what_was_changed_since_is_asked_about(daemon: _Daemon) -> None:
    await _set(daemon, (1, 4321), (2, 8765))
    await daemon.run(SetPrice("trendyol", code(2), 5555), actor="ayse", id="later")
    async with opened(daemon.folder, daemon) as (app, pilot):
        app.push_screen(of_product(2, code(1)))
        await until(lambda: "a person set the price" in shown(app))
        await pilot.press("f5")
        await until(lambda: isinstance(app.screen, Choose))
        assert "take back 1, leave the rest" in shown(app)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, PlanAsk) and app.screen.found is not None)
        await pilot.press("enter")
        await until(lambda: _own_prices(daemon) == [5555])


async def test_ctrl_z_in_a_line_that_is_typed_into_undoes_nothing(daemon: _Daemon) -> None:
    await _set(daemon, (1, 4321))
    async with opened(daemon.folder, daemon) as (app, pilot):
        await pilot.press("f3", "v", "ctrl+z")
        await pilot.pause()
        assert not isinstance(app.screen, PlanAsk)


@pytest.fixture
async def yesterday(tmp_path: Path) -> FakeDaemon:
    """A shop that was opened a day ago; since then the first warehouse holds 777 of one product."""
    now = SystemClock().now()
    log = await Log.open(tmp_path / DATABASE, ManualClock(now - 24 * 3_600_000))
    await log.append(*events(12))
    await log.close()
    log = await Log.open(tmp_path / DATABASE, ManualClock(now - 3_600_000))
    await log.append(BalancesCounted("stock.csv", 2, (Count(code(0), "DEPO", 777_000),)))
    await log.close()
    return FakeDaemon(tmp_path)


async def test_the_list_as_it_was_is_marked_and_can_not_be_edited(yesterday: FakeDaemon) -> None:
    async with opened(yesterday.folder, yesterday) as (app, pilot):
        await until(lambda: "777" in shown(app))
        await pilot.press("t")
        await until(lambda: "As it was when?" in shown(app))
        half_a_day_ago = local(SystemClock().now() - 12 * 3_600_000)
        app.screen.query_one(Input).value = half_a_day_ago.strftime("%Y-%m-%d %H:%M")
        await pilot.press("enter")
        await until(lambda: "As it was at" in shown(app) and "777" not in shown(app))
        await pilot.press("f4", "f5", "f6")
        await pilot.pause()
        assert not isinstance(app.screen, PlanAsk | Choose)
        assert "nothing can be changed here" in shown(app)
        await pilot.press("escape")
        await until(lambda: "777" in shown(app))
        assert "As it was at" not in shown(app)


async def test_why_goes_from_change_to_change(yesterday: FakeDaemon) -> None:
    async with opened(yesterday.folder, yesterday) as (app, pilot):
        app.push_screen(WhyPage(1, "trendyol"))
        await until(lambda: "ERP counted DEPO 777" in shown(app))
        await pilot.press("left_square_bracket")
        await until(lambda: "As it was at" in shown(app) and "ERP counted DEPO 777" not in shown(app))
        await pilot.press("right_square_bracket")
        await until(lambda: "ERP counted DEPO 777" in shown(app))
        await pilot.press("n")
        await until(lambda: "As it was at" not in shown(app))
