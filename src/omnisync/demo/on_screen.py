"""The demo in the screens: the shop's own daemon runs in this process, and whoever leaves the screens ends the day."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from omnisync.daemon.service import Running
from omnisync.ports import Clock, Ids
from omnisync.screen import actor
from omnisync.settings import Settings
from omnisync.text import speak
from omnisync.tui.desk import Desk, Link


class LineCut(Exception):
    """The terminal is gone or somebody ended the process: nobody is left to whom anything could be shown."""


def prepare() -> None:
    """Import the screens, on a thread while the stores start; before that say what they need to know."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    importlib.import_module("omnisync.tui.app")


async def show(settings: Settings, daemon: Running, clock: Clock, stop: asyncio.Event) -> None:
    """Show the screens until a person leaves them or ``stop`` is set, which it is afterwards. Raises LineCut."""
    from omnisync.tui.app import OmniSync

    speak(settings.shop.language, settings.shop.timezone)
    app = OmniSync(_desk(settings, daemon, clock))

    async def closing() -> None:
        await stop.wait()
        app.exit()

    waiting = asyncio.create_task(closing())
    try:
        await app.run_async()
    finally:
        waiting.cancel()
        app.let_go_of_the_terminal()
        stop.set()
    if app.return_code:
        raise LineCut


def _desk(settings: Settings, daemon: Running, clock: Clock) -> Desk:
    link = Link(daemon.commands, hosted=True)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Link]:
        # The daemon ends with the demo, which has its stores asked first.
        yield link

    new_id: Callable[[], str] = Ids().new
    return Desk(
        folder=settings.shop.data_folder, config=settings.config, configured=True, connect=connect, clock=clock,
        actor=actor(), new_id=new_id, shop=settings.shop.name, lasting=False,
    )  # fmt: skip
