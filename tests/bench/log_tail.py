"""log_1000: the Log screen while 1,000 lines a second are written; the floor is an empty Textual app that rests.

Percent of one processor of the screens' process, which has no daemon in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import listing, on_screen
from tests.bench.figure import Figure, at_most
from tests.bench.size import Size

from omnisync.folders import LOG

NAMES = ("log_1000",)

_RATE, _EVERY = 1000, 0.01
_F8 = "\x1b[19~"


def run(size: Size) -> Iterator[Figure]:
    seconds = min(size.seconds, 10)
    with on_screen.folder_of(listing.database(max(size.listed // 100, 100))) as folder:
        log = folder / "data" / LOG
        _write(log, 1.0)
        with on_screen.screens(folder) as terminal:
            terminal.send(_F8)
            terminal.until_written(b"batch confirmed")
            ours = _share(terminal.process.pid, log, seconds)
        with on_screen.empty(folder) as terminal:
            floor = _share(terminal.process.pid, folder / "unread", seconds)
        yield at_most("log_1000", ours, "%", floor=floor, limit=30)


def _share(pid: int, path: Path, seconds: float) -> float:
    before, began = on_screen.ticks(pid), time.monotonic()
    _write(path, seconds)
    return 100 * (on_screen.ticks(pid) - before) / (time.monotonic() - began)


def _write(path: Path, seconds: float) -> None:
    """So many seconds of a busy daemon's log, as it is written."""
    began, written = time.monotonic(), 0
    with path.open("a", encoding="utf-8", buffering=1 << 16) as file:
        while (passed := time.monotonic() - began) < seconds:
            while written < passed * _RATE:
                file.write(_line(written))
                written += 1
            file.flush()
            time.sleep(_EVERY)


def _line(number: int) -> str:
    record = {
        "store": ("trendyol", "woo-tr")[number % 2], "items": number, "refused": 0, "event": "batch.confirmed",
        "level": ("info", "info", "info", "warning")[number % 4], "timestamp": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    return json.dumps(record) + "\n"
