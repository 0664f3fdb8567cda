"""The screens on a database with no daemon behind them, or an empty Textual app: run by file name in a terminal.

``python -P alone.py screens CONFIG REPORT [WANTED]`` or ``python -P alone.py empty "" REPORT``. Into REPORT go the
milliseconds from the mount of the product list's screen, or of the empty app, to the moment at which the first content is handed to the terminal.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

FIRST_CODE, EMPTY = "VID-", "nothing yet"


@asynccontextmanager
async def nobody(*_given: object) -> AsyncIterator[None]:
    """A daemon that is being waited for."""
    await asyncio.Event().wait()
    yield None


def report_first(node: Any, wanted: str, report: Path) -> None:
    """Measure from the mount to the first write that has the wanted text."""
    from textual.drivers.linux_driver import LinuxDriver

    mount, write, began = node.on_mount, LinuxDriver.write, [0.0]

    def mounting(self: Any) -> None:
        began[0] = time.perf_counter()
        mount(self)

    def writing(self: Any, data: str) -> None:
        if wanted in data:
            report.write_text(str((time.perf_counter() - began[0]) * 1000), "ascii")
            LinuxDriver.write = write  # type: ignore[method-assign]
        write(self, data)

    node.on_mount, LinuxDriver.write = mounting, writing  # type: ignore[method-assign]


def empty(report: Path) -> None:
    """An app with one line, which shows how many keys there were."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Empty(App[None]):
        keys = 0

        def compose(self) -> ComposeResult:
            yield Static(EMPTY)

        def on_mount(self) -> None:
            pass

        def on_key(self) -> None:
            self.keys += 1
            self.query_one(Static).update(str(self.keys))

    report_first(Empty, EMPTY, report)
    Empty().run()


def screens(config: Path, report: Path, wanted: str = FIRST_CODE) -> None:
    """What `omnisync` opens; the first content is what has the wanted text."""
    from omnisync import screen
    from omnisync.tui.screens.products import Products

    screen.connected = nobody  # type: ignore[assignment]
    report_first(Products, wanted, report)
    screen.open_screen(config, {})


if __name__ == "__main__":
    kind, given, told, *more = sys.argv[1:]
    if kind == "empty":
        empty(Path(told))
    else:
        screens(Path(given), Path(told), *more)
