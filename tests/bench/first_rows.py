"""rows_10k, rows_100k, rows_1m: from the mount of the Products screen to its first rows in the terminal.

Each product has five balances and two figures on each of three stores; the screens run in a terminal of their
own without a daemon. The floor is an empty Textual app in the same terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench import listing, on_screen
from tests.bench.figure import Figure, at_most
from tests.bench.measure import median
from tests.bench.size import Size

NAMES = ("rows_10k", "rows_100k", "rows_1m")

_LIMITS = {"rows_10k": (100, 20), "rows_100k": (10, 25), "rows_1m": (1, 100)}
"""The share of all products, and the limit."""


def run(size: Size) -> Iterator[Figure]:
    for name, (share, limit) in _LIMITS.items():
        with on_screen.folder_of(listing.database(max(size.listed // share, 100))) as folder:
            ours = median([_screens(folder) for _ in range(size.rounds)])
            floor = median([_empty(folder) for _ in range(size.rounds)])
            yield at_most(name, ours, "ms", floor=floor, limit=limit)


def _screens(folder: Path) -> float:
    with on_screen.screens(folder):
        return on_screen.reported(folder)


def _empty(folder: Path) -> float:
    with on_screen.empty(folder):
        return on_screen.reported(folder)
