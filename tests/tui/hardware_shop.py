"""A small shop in a database, made by events as the daemon would: two warehouses, three stores, every state."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from omnisync.errors import CommandRefused
from omnisync.folders import DATABASE
from omnisync.log.writer import Log
from omnisync.model.commands import AnyCommand, Reply
from omnisync.model.events import (
    BalancesCounted,
    Card,
    Count,
    Event,
    ExclusionSet,
    FiguresRejected,
    FiguresReleased,
    FiguresSeen,
    ListingsSeen,
    ListPrice,
    PriceSet,
    PricesRead,
    ProductsRead,
    SeenFigure,
    SeenListing,
    StoreLive,
    StoreRulesSet,
    UpdateOrdered,
)
from omnisync.model.rules import StoreRules
from omnisync.ports import Ids, SystemClock
from omnisync.sync.commands import Commands
from omnisync.sync.engine import Engine
from omnisync.tui.app import OmniSync
from omnisync.tui.desk import Desk, Link
from omnisync.tui.screens.products import Products
from omnisync.tui.themes import DARK

STORES = {"trendyol": "TRY", "woo-hu": "HUF", "woo-tr": "TRY"}
WAREHOUSES = ("DEPO", "MAĞ")

HOSTILE = (
    "\x1b]52;c;aGFja2Vk\x1b\\clip", "\x1b]0;pwn\x07title", "[b]bold[/b]", "[/b]", "[@click=app.quit]x[/]", "[M8x20] vida",
    "\x9b2Jc1", "a\u202egnp.exe", "null\x00del\x7f", "line\nbreak\ttab", "\ud83d\udd27".encode("utf-16", "surrogatepass").decode("utf-16"),
    "z\u0300\u0301\u0302\u0303\u0304algo", "$name {0} %s",
)  # fmt: skip


def name(at: int) -> str:
    """Pipes, valves, screws in turn; the last ones have names that try something."""
    if at >= 100:
        return HOSTILE[at - 100]
    return f"{('Boru', 'Vana', 'Işıklı vida', 'Fűrész')[at % 4]} {at:02} mm"


def code(at: int) -> str:
    return f"{('BRU', 'VAN', 'VID', 'FUR')[at % 4]}-{at:04}"


def events(count: int = 40) -> list[Event]:
    """The ERP, the stores, what they show; figures of every state among the first rows."""
    numbers = [*range(count), *(100 + at for at in range(len(HOSTILE)))]
    made: list[Event] = [
        StoreRulesSet(store, StoreRules("woocommerce", currency, WAREHOUSES, "DEPO", "list"))
        for store, currency in STORES.items()
    ]
    made += [
        *(StoreLive(store) for store in STORES),
        ProductsRead(
            "products.csv",
            tuple(
                Card(code(at), name(at), (str(8690000000000 + at),), category=("Su", "El")[at % 2]) for at in numbers
            ),
        ),
        BalancesCounted(
            "stock.csv",
            1,
            tuple(Count(code(at), house, (at % 7) * 1000, at + 2) for at in numbers for house in WAREHOUSES),
        ),
        PricesRead("prices.csv", tuple(ListPrice(code(at), "list", 1000 + at, "TRY") for at in numbers)),
    ]
    for store, currency in STORES.items():
        listings = tuple(
            SeenListing(
                str(at), code(at), name(at), code(at), stock=2 * (at % 7) * 1000 if at != 3 else 99000,
                price=1000 + at if currency == "TRY" else None,
            )
            for at in numbers if store != "woo-tr" or at % 3
        )  # fmt: skip
        made.append(ListingsSeen(store, listings))
    made.append(ExclusionSet("trendyol", (code(5),), stock=True, price=True))
    return made


async def fill(folder: Path, *more: Event, count: int = 40) -> None:
    """Write the shop into the folder's database."""
    log = await Log.open(folder / DATABASE, SystemClock())
    try:
        await log.append(*events(count))
        await log.append(*more)
    finally:
        await log.close()


class _NoTicker:
    def every(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        """Nothing happens by itself."""


async def carried_out(folder: Path, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
    """What the real engine makes of a command, without any connector."""
    log = await Log.open(folder / DATABASE, SystemClock())
    try:
        rng = random.Random(1)
        engine = Engine(log, SystemClock(), rng, Ids(rng), _NoTicker(), None, {})
        return await Commands(engine).run(command, actor=actor, id=id)
    finally:
        await log.close()


@dataclass
class FakeDaemon:
    """Carries commands out as events, or refuses them; remembers what it was asked."""

    folder: Path
    asked: list[AnyCommand] = field(default_factory=list)
    refuses: str = ""
    hosted: bool = False

    async def run(self, command: AnyCommand, *, actor: str, id: str) -> Reply:  # noqa: A002
        what: Any = command
        match type(command).__name__:
            case "Status":
                return {}
            case "Preview":
                return await carried_out(self.folder, command, actor=actor, id=id)
            case "SetPrice":
                event: Event = PriceSet(what.store, what.code, what.minor, STORES[what.store])
            case "Exclude":
                event = ExclusionSet(
                    what.store, what.codes, what.on if what.stock else None, what.on if what.price else None
                )
            case "Release":
                event = (FiguresRejected if what.no else FiguresReleased)(what.store, what.kind, what.codes)
            case "Go":
                event = StoreLive(what.store)
            case _:
                event = UpdateOrdered(what.store, what.codes)
        self.asked.append(command)
        if self.refuses:
            raise CommandRefused(self.refuses)
        log = await Log.open(self.folder / DATABASE, SystemClock())
        await log.append(event, actor="person")
        await log.close()
        return {}

    async def confirm(self, store: str, at: int, stock: int | None, price: int | None) -> None:
        """The store shows these figures now."""
        log = await Log.open(self.folder / DATABASE, SystemClock())
        await log.append(FiguresSeen(store, (SeenFigure(str(at), stock, price),)))
        await log.close()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Link]:
        yield Link(self, self.hosted)


def desk(folder: Path, daemon: FakeDaemon, **more: Any) -> Desk:
    numbers = iter(range(10_000))
    given: dict[str, Any] = {"configured": True, "shop": "Demir Hırdavat", **more}
    return Desk(
        folder=folder, config=folder / "omnisync.toml", connect=daemon.connect, clock=SystemClock(), actor="test",
        new_id=lambda: f"id-{next(numbers)}", **{"theme": DARK.name, **given},
    )  # fmt: skip


@asynccontextmanager
async def opened(
    folder: Path, daemon: FakeDaemon | None = None, size: tuple[int, int] = (140, 30), **more: Any
) -> AsyncIterator[tuple[OmniSync, Pilot[None]]]:
    """The app on that folder, with its first order built."""
    app = OmniSync(desk(folder, daemon or FakeDaemon(folder), **more))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        if app.data.reader is not None:
            await until(lambda: products(app).order is not None)
        yield app, pilot


def products(app: OmniSync) -> Products:
    return next(page for page in app.screen_stack if isinstance(page, Products))


async def until(true: Any, seconds: float = 15.0) -> None:
    """Wait until it is so."""
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not become so in time")


def lines(app: OmniSync) -> list[str]:
    """What is on the screen, line by line."""
    width, _height = app.size
    # None yet while a screen is just being pushed.
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip)[:width].rstrip() for strip in strips]


def shown(app: OmniSync) -> str:
    return "\n".join(lines(app))
