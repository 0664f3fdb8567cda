"""The screens with the real engine in their own process, and stores that are asked afterwards what they show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.integration.at_the_screen import furnished_shop
from tests.integration.running_shop import LIMIT, Shop
from tests.tui.hardware_shop import FakeDaemon, desk, products, shown
from textual.pilot import Pilot

from omnisync.screen import connected
from omnisync.tui.app import OmniSync
from omnisync.tui.backend import Presence


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with furnished_shop(tmp_path) as shop:
        yield shop


@asynccontextmanager
async def hosted(shop: Shop) -> AsyncIterator[tuple[OmniSync, Pilot[None]]]:
    """The screens, with the daemon running behind them."""
    config = shop.folder / "omnisync.toml"
    data = shop.folder / "data"
    link = partial(connected, data, config)
    app = OmniSync(replace(desk(data, FakeDaemon(data)), connect=link, config=config))
    async with app.run_test(size=(140, 40)) as pilot:
        await until(lambda: app.backend.presence is Presence.HOSTED)
        yield app, pilot


async def until(true: Callable[[], object]) -> None:
    for _ in range(int(LIMIT / 0.05)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not become so in time")


async def in_step(app: OmniSync, shop: Shop) -> None:
    """Every store has been begun with and shows what it should."""
    stores = len(shop.sandboxes)
    await until(lambda: app.pulse and len(app.pulse.stores) == stores and products(app).table.count == 30)
    # From another process, and beside the loop on which the daemon answers it.
    await asyncio.to_thread(shop.go)
    await until(lambda: app.pulse and all(store.health == "ok" and not store.waiting for store in app.pulse.stores))


async def test_what_is_done_on_the_screen_is_seen_at_the_store(shop: Shop) -> None:
    trendyol = shop.sandboxes["trendyol"]
    async with hosted(shop) as (app, pilot):
        await in_step(app, shop)
        await pilot.press(*"/A-26", "enter", "f4")
        await until(lambda: "Enter save" in shown(app))
        await pilot.press(*"98,50", "enter")
        await until(lambda: trendyol.figures()["A-26"][1] == "98.50")
        await until(lambda: "98.50✓" in shown(app).replace(" ", ""))
        assert shop.sandboxes["woo-tr"].figures()["A-26"][1] == "126.00"

        await pilot.press("f6")
        await until(lambda: "exclude stock and price on trendyol" in shown(app))
        await pilot.press("enter")
        await until(lambda: "exclude stock and price on trendyol" not in shown(app))
        await until(lambda: "–" in shown(app))
        shop.count("A-26", 3)
        await until(lambda: shop.sandboxes["woo-tr"].figures()["A-26"][0] == 3)
        assert trendyol.figures()["A-26"][0] == 20

        await pilot.press("escape", *"/A-30", "enter")
        await until(lambda: products(app).table.count == 1)
        before = {name: each.writes() for name, each in shop.sandboxes.items()}
        await pilot.press("f5")
        await until(lambda: all(each.writes() > before[name] for name, each in shop.sandboxes.items()))


async def test_a_refused_store_works_again_with_a_new_key_and_no_restart(shop: Shop) -> None:
    config = shop.folder / "omnisync.toml"
    key = shop.sandboxes["trendyol"].options["api_secret"]
    config.write_text(config.read_text("utf-8").replace(key, "an-old-secret"), "utf-8")
    async with hosted(shop) as (app, pilot):
        await until(lambda: app.pulse and any(store.health == "refused" for store in app.pulse.stores))
        await pilot.press("f9")
        await until(lambda: "F12 enters a new one" in shown(app))
        await pilot.press("f12")
        await until(lambda: "New keys for trendyol" in shown(app))
        await _typed(pilot, app, "still-wrong-secret")
        await until(lambda: "Nothing was changed" in shown(app))
        assert "an-old-secret" in config.read_text("utf-8")
        await _typed(pilot, app, key)
        await until(lambda: any("The new key works" in each.message for each in app._notifications))
        await pilot.press("f2")
        await in_step(app, shop)
    assert key in config.read_text("utf-8")
    for path in (shop.folder / "data").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert key.encode() not in content, path
            assert b"still-wrong-secret" not in content, path


async def _typed(pilot: Pilot[None], app: OmniSync, secret: str) -> None:
    """The secret is the last of the keys that are asked for."""
    lines = list(app.screen.query("_Secret"))
    for line in lines[:-1]:
        assert line.name != "api_secret"
        await pilot.press("enter")
    await pilot.press(*secret)
    assert secret not in shown(app)
    await pilot.press("enter")
