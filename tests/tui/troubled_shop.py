"""The command line's small shop, with things gone wrong, on the screen: more orders, and a real daemon behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.cli.shop import HOSTILE, Daemon, build
from tests.tui.hardware_shop import FakeDaemon

from omnisync.daemon.remote import RemoteCommands
from omnisync.folders import DATABASE, SOCKET
from omnisync.log.people import seal
from omnisync.log.writer import Change, Log
from omnisync.model.events import LineSeen, OrderSeen
from omnisync.model.order import Address, Customer, OrderState
from omnisync.ports import SystemClock
from omnisync.testing.clock import ManualClock
from omnisync.tui.desk import Link

OLDER, NEWER, GONE = "TY-1", "TY-2", "TY-3"
"""Orders of BRU-0200, of which 3 are there and woo-hu's order has 2: the older gets the last one and lacks one."""


def _orders(change: Change) -> None:
    buyer = Customer("9", f"Jürgen Öz {HOSTILE}", "j@example.org", company="Öz Ltd", shipping=Address(city="İzmir"))
    sealed = seal(change.state.db, "trendyol:9", buyer)
    for number, state, pieces in (
        (OLDER, OrderState.NEW, 2),
        (NEWER, OrderState.NEW, 1),
        (GONE, OrderState.CANCELLED, 5),
    ):
        line = LineSeen("1", "BRU-0200", "ty-200", ("BRU-0200",), "Boru", pieces * 1000, 10490)
        change.append(
            OrderSeen(
                "trendyol", number, "p", state, change.at, change.at, pieces * 10490, "TRY", (line,), "DEPO",
                "trendyol:9", sealed, remote_state="Created", payment="card",
            )
        )  # fmt: skip


async def fill(folder: Path) -> None:
    """Write the shop into the folder."""
    await asyncio.to_thread(build, folder)
    log = await Log.open(folder / DATABASE, ManualClock())
    await log.transact(_orders)
    await log.close()


class Attached(FakeDaemon):
    """The way to a daemon in another thread, over its socket."""

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Link]:
        yield Link(RemoteCommands(self.folder / SOCKET), hosted=False)


@asynccontextmanager
async def daemon(folder: Path, refuse: Mapping[str, str] | None = None) -> AsyncIterator[Daemon]:
    """A daemon in another thread, whose stores take everything at once but what they refuse."""
    running = Daemon(folder, refuse=refuse).running()
    found = await asyncio.to_thread(running.__enter__)
    try:
        yield found
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def add_order(folder: Path, number: str) -> None:
    """Another order arrives."""
    log = await Log.open(folder / DATABASE, SystemClock())
    line = LineSeen("1", "BRU-0150", "ty-150", ("BRU-0150",), "Boru", 1000, 8990)
    await log.append(OrderSeen("trendyol", number, "p", OrderState.NEW, 5, 5, 8990, "TRY", (line,), "DEPO"))
    await log.close()
