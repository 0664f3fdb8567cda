"""Where there is no shop yet: the demo or a set-up step by step, back one step at a time, nothing written before the end."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.tui.hardware_shop import HOSTILE, FakeDaemon, desk, shown, until
from textual.pilot import Pilot

from omnisync.connect.check import Finding, Grade
from omnisync.demo.place import sample_folder
from omnisync.errors import CommandRefused
from omnisync.guide.setup import SetUp
from omnisync.log.plan import Plan, StoreEffect
from omnisync.model.commands import Go
from omnisync.settings import load_settings
from omnisync.tui.app import OmniSync
from omnisync.tui.guide import Answers, StorePlan
from omnisync.tui.screens.first_run import ErpStep, ShopStep, Welcome
from omnisync.tui.screens.first_stores import PlatformStep, SellStep, StoreStep, StoreTestStep
from omnisync.tui.screens.products import Products


@dataclass(frozen=True, slots=True)
class Pretending(SetUp):
    """Looks at the ERP and writes as ever; the stores are pretended. ``asked`` has what was asked of them."""

    daemon: FakeDaemon
    asked: list[Answers] = field(default_factory=list)

    async def test_store(self, name: str, answers: Answers, currencies: Sequence[str]) -> Sequence[Finding]:
        self.asked.append(answers)
        if answers[f"stores.{name}.api_key"] == "wrong":
            return [Finding(Grade.PROBLEM, f"The key was refused {HOSTILE[0]}", "Copy it anew.")]
        return [Finding(Grade.OK, "The key is accepted.")]

    async def plan(self, answers: Answers) -> Sequence[StorePlan]:
        self.asked.append(answers)
        if "trendyol-broken" in answers["stores"]:
            raise CommandRefused("The disk is full.")
        return [
            StorePlan(
                "trendyol",
                matched=7,
                unmatched=2,
                held=1,
                same=11,
                plan=Plan([StoreEffect("trendyol", "TRY", live=False, stock_up=3, price_down=1)], []),
            )
        ]


@asynccontextmanager
async def new_shop(
    folder: Path, size: tuple[int, int] = (100, 40)
) -> AsyncIterator[tuple[OmniSync, Pilot[None], Pretending]]:
    environment = {"LANG": "tr_TR.UTF-8", "OMNISYNC_SHOP__DATA_FOLDER": str(folder)}
    guide = Pretending(folder / "omnisync.toml", environment, FakeDaemon(folder))
    made = desk(folder, guide.daemon, configured=False, guide=guide)
    app = OmniSync(made)
    async with app.run_test(size=size) as pilot:
        await until(lambda: isinstance(app.screen, Welcome))
        yield app, pilot, guide


def written(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def on_to(pilot: Pilot[None], app: OmniSync, screen: type, *keys: str) -> None:
    await pilot.press(*keys)
    await until(lambda: isinstance(app.screen, screen) and app.screen.is_mounted)
    await pilot.pause()


async def to_the_stores(app: OmniSync, pilot: Pilot[None]) -> None:
    await on_to(pilot, app, ShopStep, "down", "enter")
    await on_to(pilot, app, ErpStep, *"Demir", "enter", *str(sample_folder()), "enter")
    await until(lambda: "5 warehouses" in shown(app))
    assert "1,240 products" in shown(app)
    await on_to(pilot, app, PlatformStep, "enter")


async def test_the_demo_is_one_key_away(tmp_path: Path) -> None:
    async with new_shop(tmp_path) as (app, pilot, _guide):
        await pilot.press("enter")
        await until(lambda: not app.is_running)
    assert app.leads_to == "demo"
    assert not written(tmp_path)


async def test_a_shop_with_one_store(tmp_path: Path) -> None:
    async with new_shop(tmp_path) as (app, pilot, guide):
        await to_the_stores(app, pilot)
        await on_to(pilot, app, StoreStep, "enter")
        await on_to(pilot, app, StoreTestStep, *"12345", "enter", *"wrong", "enter", *"secret77", "enter")
        await until(lambda: "Copy it anew" in shown(app))
        assert "\x1b" not in shown(app)
        # Back one step: what was entered is there, and not to be read.
        await on_to(pilot, app, StoreStep, "escape")
        assert "12345" in shown(app)
        assert "secret77" not in shown(app)
        await pilot.press("up", *["backspace"] * 5)
        await on_to(pilot, app, StoreTestStep, *"right1", "enter", "enter")
        await until(lambda: "The key is accepted" in shown(app))
        await on_to(pilot, app, SellStep, "enter")
        await pilot.press("enter")
        await until(lambda: "Mark at least one warehouse" in shown(app))
        await pilot.press("space", *["down"] * 6, "space")
        await on_to(pilot, app, PlatformStep, "enter")
        assert "Connected so far: trendyol" in shown(app)
        await pilot.press("enter")
        await until(lambda: "stock up 3, price down 1" in shown(app))
        assert not written(tmp_path)
        await on_to(pilot, app, Products, "enter")
        assert guide.asked[-1]["shop.currency"] == "TRY"
        # The plan was seen and agreed to: the store need not be told again.
        await until(lambda: guide.daemon.asked == [Go("trendyol")])
    config = tmp_path / "omnisync.toml"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    settings = load_settings(config, environment={})
    store = settings.stores["trendyol"]
    assert (settings.shop.name, settings.shop.currency) == ("Demir", "TRY")
    assert (store.warehouses, store.price_list, store.currency) == (("Depo 2",), "perakende", "TRY")
    assert store.for_connector()["api_key"] == "right1"


async def test_a_shop_without_a_store(tmp_path: Path) -> None:
    async with new_shop(tmp_path) as (app, pilot, _guide):
        await to_the_stores(app, pilot)
        await pilot.press("down", "down", "enter")
        await until(lambda: "begins" in shown(app))
        await on_to(pilot, app, Products, "enter")
    assert not load_settings(tmp_path / "omnisync.toml", environment={}).stores


async def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    async with new_shop(tmp_path) as (app, pilot, _guide):
        await on_to(pilot, app, ShopStep, "down", "enter")
        await pilot.press("enter", "enter")
        await until(lambda: "it must not be empty" in shown(app))
        await on_to(pilot, app, ErpStep, *"Demir", "enter", *"/nowhere/at/all", "enter")
        await until(lambda: "/nowhere/at/all" in shown(app) and "✗" in shown(app))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, ErpStep)
        await on_to(pilot, app, ShopStep, "escape")
        await on_to(pilot, app, Welcome, "escape")


async def test_help_names_no_key_of_a_shop_that_is_not_there_yet(tmp_path: Path) -> None:
    async with new_shop(tmp_path) as (app, pilot, _guide):
        await pilot.press("f1")
        await until(lambda: "What the keys do here" in shown(app))
        assert "The orders of all stores." not in shown(app)
        await pilot.press("escape")
        assert not any("F7" in each.title for each in app.get_system_commands(app.screen))


@pytest.mark.parametrize("width", [160, 80, 40])
async def test_every_width_shows_the_choice_whole(tmp_path: Path, width: int) -> None:
    async with new_shop(tmp_path, (width, 24)) as (app, pilot, _guide):
        assert "Try the demo" in shown(app)
        assert "Leave" in shown(app)
        await on_to(pilot, app, ShopStep, "down", "enter")
        assert "What is the shop called?" in shown(app)
