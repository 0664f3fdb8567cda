"""The screens with a daemon behind them: one that runs elsewhere on this machine, or one in this very process.

Nothing but the screens is imported before the first rows are painted; the daemon's modules come after
that, on a thread, so that keys stay quick.
"""

from __future__ import annotations

import gc
import getpass
import importlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from omnisync.folders import SOCKET, Glance, config_path, glance
from omnisync.ports import Ids, SystemClock, in_thread
from omnisync.text import _, speak

if TYPE_CHECKING:
    from omnisync.daemon.remote import RemoteCommands
    from omnisync.shop import Shop
    from omnisync.tui.desk import Desk, Link


def open_screen(config: Path | None = None, environment: Mapping[str, str] = os.environ) -> str:
    """Show the screens of the shop until the person leaves.

    Answers the command that they chose to see next, "demo"; else the process ends with the screens' exit code, with 2
    where the screens can't be drawn.
    """
    path = config_path(config, environment)
    found = glance(path, environment)
    speak(found.language, found.timezone)
    if not sys.stderr.isatty():
        # Textual draws there: led into a file, the screens would be drawn into it and the terminal stay empty.
        sys.stdout.write(
            _("The screens are drawn where messages go, and those are led elsewhere (2>): start without that.") + "\n"
        )
        sys.exit(2)
    # Every repaint may be sent over a line: nothing moves by itself, and a key's answer doesn't wait for a frame. Of
    # two repaints in a row the second waits for up to two frames; what could repaint often has a pace of its own.
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_FPS", "500")
    gc.disable()
    app = importlib.import_module("omnisync.tui.app")
    gc.freeze()
    gc.enable()
    screens = app.OmniSync(_desk(path, found, environment))
    screens.run()
    screens.let_go_of_the_terminal()
    if screens.leads_to:
        return str(screens.leads_to)
    if screens.return_code == 128 + signal.SIGHUP:
        _let_go_of_the_line()
    sys.exit(screens.return_code)


def _let_go_of_the_line() -> None:
    """The terminal is gone: what is still written to it at the very end would fail, and hide the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(nowhere, number)
    os.close(nowhere)


def _desk(path: Path, found: Glance, environment: Mapping[str, str]) -> Desk:
    from omnisync.guide.setup import SetUp
    from omnisync.tui.desk import Desk

    # A container may be configured by its environment alone.
    configured = path.exists() or "OMNISYNC_ERP__CONNECTOR" in environment
    return Desk(
        folder=found.data_folder, config=path, configured=configured,
        connect=lambda: connected(found.data_folder, path, environment), clock=SystemClock(), actor=actor(),
        new_id=Ids().new, shop=found.shop, theme=found.theme, keys=found.keys,
        guide=None if configured else SetUp(path, environment),
    )  # fmt: skip


@asynccontextmanager
async def connected(folder: Path, config: Path, environment: Mapping[str, str] = os.environ) -> AsyncIterator[Link]:
    """A link to the daemon that runs, else to one that is started here and ends with the context.

    Raises ConfigurationError, AlreadyRunning, DatabaseError.
    """
    from omnisync.tui.desk import Link

    await in_thread(lambda: importlib.import_module("omnisync.daemon.remote"))
    from omnisync.daemon.remote import RemoteCommands

    remote = RemoteCommands(folder / SOCKET)
    if await _answers(remote):
        yield Link(remote, hosted=False)
        return
    shop = await in_thread(lambda: _shop(config, environment))
    from omnisync.daemon.service import running

    async with running(shop.folder, shop.clock, shop.engine, shop.keeping) as daemon:
        yield Link(daemon.commands, hosted=True, life=daemon.task)


async def _answers(remote: RemoteCommands) -> bool:
    from omnisync.errors import DaemonNotRunning
    from omnisync.model.commands import Status

    try:
        await remote.run(Status(), actor=actor(), id="status")
    except DaemonNotRunning:
        return False
    return True


def _shop(config: Path, environment: Mapping[str, str]) -> Shop:
    """On a thread: the engine's modules take longer to import than the screens took to be painted."""
    from omnisync.daemon.logs import start_logging
    from omnisync.settings import load_settings
    from omnisync.shop import Shop

    importlib.import_module("omnisync.daemon.service")
    shop = Shop(load_settings(config, environment=environment))
    shop.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    start_logging(shop.folder, shop.hidden, echo=False)
    return shop


def actor() -> str:
    """Who is at the keyboard, for the log."""
    try:
        return f"screen:{getpass.getuser()}"
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        return f"screen:{os.getuid()}"
