"""start_1m, start_1m_mb: `omnisync` from its exec to the first rows on the screen, with 1,000,000 products.

The program is to run the daemon in its own process, and is ended as soon as the rows are there. Its memory is
that of the screens alone, at its highest until they have come to rest: the engine is imported after that. The
floors are an empty Textual app, from its exec to its one line.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import alone, listing, on_screen
from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.measure import median
from tests.bench.size import Size
from tests.terminal import Terminal

NAMES = ("start_1m", "start_1m_mb")


def run(size: Size) -> Iterator[Figure]:
    with scratch() as own:
        # The daemon writes into its database, so it gets one of its own.
        database = own / "omnisync.db"
        shutil.copyfile(listing.database(size.listed), database)
        with on_screen.folder_of(database) as folder:
            ours = median([_started(folder) for _ in range(size.rounds)])
            floor = median([_empty(folder)[0] for _ in range(size.rounds)])
            yield at_most("start_1m", ours, "ms", floor=floor, limit=600)
    with on_screen.folder_of(listing.database(size.listed)) as folder, on_screen.screens(folder) as terminal:
        yield at_most(
            "start_1m_mb", on_screen.peak(terminal.process.pid), "MB", floor=_empty(folder)[1], limit=150
        )  # fmt: skip


def _started(folder: Path) -> float:
    program = str(Path(sys.executable).with_name("omnisync"))
    with Terminal([program], {"OMNISYNC_CONFIG": str(folder / "omnisync.toml")}) as terminal:
        return (terminal.until_written(alone.FIRST_CODE.encode()) - terminal.began) * 1000


def _empty(folder: Path) -> tuple[float, float]:
    with on_screen.empty(folder) as terminal:
        return (terminal.until_written(alone.EMPTY.encode()) - terminal.began) * 1000, on_screen.peak(
            terminal.process.pid
        )
