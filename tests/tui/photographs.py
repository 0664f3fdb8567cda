"""docs/pictures: the screens of the demo's shop at work. To take them anew: make pictures

Three sandboxes, buyers and a clerk are real; a pilot goes through the screens as a person would.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from textual.pilot import Pilot

from omnisync.connect.sandbox import Profile
from omnisync.daemon.logs import start_logging
from omnisync.daemon.service import Running, running
from omnisync.demo import on_screen
from omnisync.demo.buyers import Buyers
from omnisync.demo.clerk import Clerk
from omnisync.demo.place import SAMPLE_PRODUCTS, STORES, Place
from omnisync.demo.serve import Wish
from omnisync.demo.stores import open_store
from omnisync.model.commands import Go
from omnisync.ports import SystemClock
from omnisync.settings import Settings, load_settings
from omnisync.shop import Shop
from omnisync.tui.app import OmniSync

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"

PICTURES: Sequence[tuple[str, str, Sequence[str], float]] = (
    ("products", "OmniSync: all products", ("/", *"galvaniz", "enter", *3 * ("down",), "space", "space", "down"), 1.5),
    ("why", "OmniSync: why a store shows what it shows", ("/", "SOLD", "enter", "left", "w"), 1.5),
    ("orders", "OmniSync: the orders of all stores", ("escape", "f7", "down"), 2.0),
    ("stores", "OmniSync: the stores", ("f9",), 4.0),
    ("log", "OmniSync: the log", ("f8",), 2.0),
)
"""By name: the title, the keys that lead there from the picture before, and the seconds that it takes to fill."""

_SIZE = (140, 30)
_BUSY = 14.0
"""Seconds of business before the first picture."""


@asynccontextmanager
async def _shop(place: Place) -> AsyncIterator[tuple[Settings, Running]]:
    """The demo's shop, with buyers and a clerk at work."""
    place.furnish(SAMPLE_PRODUCTS, 1)
    clock, stop = SystemClock(), asyncio.Event()
    async with AsyncExitStack() as stack:
        lines = [
            await stack.enter_async_context(
                open_store(
                    store,
                    Wish(
                        store.platform, profile=Profile.REALISTIC, seed=1, currency=store.currency,
                        products=str(place.listing_file(store)),
                    ),
                )
            )
            for store in STORES
        ]  # fmt: skip
        place.configure([(line.store, line.opened) for line in lines])
        shop = Shop(load_settings(place.config, environment={}))
        shop.folder.mkdir(mode=0o700)
        start_logging(shop.folder, shop.hidden, echo=False)
        daemon = await stack.enter_async_context(running(shop.folder, clock, shop.engine))
        await _until(lambda: all(each.sync.health.last_catalogue for each in daemon.engine.stores.values()))
        for name in daemon.engine.stores:
            await daemon.commands.run(Go(name), actor="demo", id=f"go-{name}")
        buyers = Buyers(lines, clock, 1)
        clerk = Clerk(place.erp, clock, Random(1), lambda: buyers.ledger.cancelled)
        await buyers.look_around()
        async with asyncio.TaskGroup() as group:
            group.create_task(buyers.shop(stop))
            group.create_task(clerk.work(stop))
            await asyncio.sleep(_BUSY)
            yield shop.settings, daemon
            stop.set()


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def _take(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="omnisync-") as name:
        async with _shop(Place(Path(name) / "shop")) as (settings, daemon):
            app = OmniSync(on_screen._desk(settings, daemon, SystemClock()))
            async with app.run_test(size=_SIZE, notifications=False) as pilot:
                await asyncio.sleep(2)
                for picture in PICTURES:
                    await _one(app, pilot, folder, picture)


def _sold(app: OmniSync) -> str:
    """The code of a product that the last store has sold: its figures have a story."""
    reader = app.data.reader
    assert reader is not None
    sql = """SELECT p.code FROM shop_order o JOIN order_line l ON l.shop_order = o.id JOIN product p ON p.id = l.product
        WHERE o.store = ? AND o.state = 'new' ORDER BY o.id DESC LIMIT 1 OFFSET 2"""
    code = reader.one(sql, STORES[1].name)
    assert code, "nothing was sold yet"
    return str(code)


async def _one(app: OmniSync, pilot: Pilot[None], folder: Path, picture: tuple[str, str, Sequence[str], float]) -> None:
    name, title, keys, seconds = picture
    for key in keys:
        await pilot.press(*(_sold(app) if key == "SOLD" else (key,)))
    await asyncio.sleep(seconds)
    await pilot.pause()
    drawn = app.export_screenshot(title=title, simplify=True)
    # The names of styles carry a random number: without it, an unchanged screen gives an unchanged file.
    drawn = re.sub(r"terminal-\d+-", f"{name}-", drawn)
    (folder / f"{name}.svg").write_text(drawn, "utf-8")


def main() -> None:
    """Take them all."""
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", TEXTUAL_ANIMATIONS="none")
    os.environ.pop("NO_COLOR", None)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_take(folder))


if __name__ == "__main__":
    main()
