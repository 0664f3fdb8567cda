"""ui_under_load: keys in the list while a general update of 10,000 listings runs in the same process, p99.

`omnisync` hosts the daemon; three sandboxes in processes of their own answer at once. A cursor key is pressed as
long as figures are under way, and measured until its row is repainted. The floor is a key in an empty Textual app.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench import on_screen
from tests.bench.figure import Figure, at_most
from tests.bench.going import say_go
from tests.bench.measure import percentile
from tests.bench.size import Size
from tests.terminal import Terminal

from omnisync.connect.sandbox import Profile
from omnisync.demo.place import STORES, Place
from omnisync.demo.serve import Wish
from omnisync.demo.stores import open_store
from omnisync.folders import DATABASE
from omnisync.log import overview
from omnisync.log.reader import Reader

NAMES = ("ui_under_load",)

_UP, _DOWN = "\x1b[A", "\x1b[B"
_WAITING = "SELECT count(*) FROM figure WHERE mode = 'push' AND (wanted_rev > confirmed_rev OR batch <> '')"
_PATIENCE = 240.0


def run(size: Size) -> Iterator[Figure]:
    # Not under the project: a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="omnisync-") as name:
        folder = Path(name)
        ours = asyncio.run(_loaded(folder / "shop", size))
        with on_screen.empty(folder) as terminal:
            floor = [terminal.answer("a").last * 1000 for _ in range(size.samples)]
    yield at_most("ui_under_load", percentile(ours, 0.99), "ms", floor=percentile(floor, 0.99), limit=50)


async def _loaded(folder: Path, size: Size) -> list[float]:
    place = Place(folder)
    place.furnish(size.products // len(STORES), 1)
    async with AsyncExitStack() as stack:
        opened = []
        for store in STORES:
            wish = Wish(
                store.platform, 0, Profile.INSTANT, 1, store.currency, str(place.listing_file(store).absolute())
            )
            opened.append((store, (await stack.enter_async_context(open_store(store, wish))).opened))
        place.configure(opened)
        # The demo asks every second; a shop does not.
        place.config.write_text(re.sub(r"(orders|balances)_every = .*\n", "", place.config.read_text("utf-8")), "utf-8")
        return await asyncio.to_thread(_measured, place, size)


def _measured(place: Place, size: Size) -> list[float]:
    program = str(Path(sys.executable).with_name("omnisync"))
    database = place.folder / "data" / DATABASE
    took: list[float] = []
    with Terminal([program], {"OMNISYNC_CONFIG": str(place.config)}) as terminal:
        terminal.until(database.exists, "there is a database")
        terminal.until_written(b"running here")
        with Reader(database) as reader:
            terminal.until(lambda: len(overview.stores(reader)) == len(STORES), "the stores are known", _PATIENCE)
            say_go(place.config, reader)
            listings = "SELECT count(*) FROM figure WHERE mode = 'push'"
            terminal.until(lambda: reader.one(listings) and not reader.one(_WAITING), "it rests", _PATIENCE)
            while len(took) < size.samples:
                _general_update(terminal)
                took += _moved(terminal, reader)
        terminal.end()
    return took


def _general_update(terminal: Terminal) -> None:
    since = terminal.send("U")
    # A yes counts only once the plan is on the screen.
    terminal.until_written(b"would be sent", since)
    since = terminal.send("\r")
    terminal.until_written(b"confirmed", since)
    terminal.send("\x1b")
    terminal.until_written(b" sheet", since)


def _moved(terminal: Terminal, reader: Reader) -> list[float]:
    """Milliseconds of each key, up and down in turn, until nothing is under way any more."""
    took: list[float] = []
    while not took or reader.one(_WAITING):
        began = time.perf_counter()
        since = terminal.send((_DOWN, _UP)[len(took) % 2])
        took.append((terminal.until_written("▸".encode(), since) - began) * 1000)
        time.sleep(0.02)
    return took
