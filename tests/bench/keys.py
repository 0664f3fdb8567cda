"""cursor_step, page_down, jump_end, idle_bytes, find_1m: keys in the list of 1,000,000 products.

From the write of a key into the terminal to the last byte of the answer, and how many bytes it is; medians.
``idle_bytes``: what is sent while nobody touches anything, within a minute of the clock. ``find_1m``: from each letter typed to the first hits on
the screen, p99. The floor is a key that changes the one line of an empty Textual app.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence

from tests.bench import listing, on_screen
from tests.bench.figure import Figure, at_most
from tests.bench.measure import median, percentile
from tests.bench.size import Size
from tests.terminal import Burst, Terminal

NAMES = (
    "cursor_step", "cursor_step_kb", "page_down", "page_down_kb", "jump_end", "jump_end_kb", "idle_bytes", "find_1m",
)  # fmt: skip

_DOWN, _PAGE_DOWN, _HOME, _END, _FIND, _ESCAPE = "\x1b[B", "\x1b[6~", "\x1b[H", "\x1b[F", "/", "\x1b"
_CURSOR = "▸".encode()
"""Stands before the first hit."""

_WORDS = ("vida", "isik marka7", "marka99", "furesz", "12345", "8690", "civi marka1", "lampa")


def run(size: Size) -> Iterator[Figure]:
    with on_screen.folder_of(listing.database(size.listed)) as folder:
        with on_screen.empty(folder) as terminal:
            floor = _pressed(terminal, ["a"] * size.samples)
        with on_screen.screens(folder) as terminal:
            yield from _two("cursor_step", _pressed(terminal, [_DOWN] * size.samples), floor, 5, 1)
            yield from _two("page_down", _pressed(terminal, [_PAGE_DOWN] * size.samples), floor, 30, 15)
            yield from _two("jump_end", _pressed(terminal, [_HOME, _END] * size.samples)[1::2], floor, 100, 15)
            yield at_most("idle_bytes", _idle(terminal, min(size.seconds, 3)), "count", floor=0, limit=0)
            found = _typed(terminal, size.samples)
            lasted = percentile([each.last * 1000 for each in floor], 0.99)
            yield at_most("find_1m", percentile(found, 0.99), "ms", floor=lasted, limit=50)


def _two(name: str, ours: Sequence[Burst], floor: Sequence[Burst], limit: float, kilobytes: float) -> Iterator[Figure]:
    """How long, and how much."""
    yield at_most(
        name, median([each.last for each in ours]) * 1000, "ms",
        floor=median([each.last for each in floor]) * 1000, limit=limit,
    )  # fmt: skip
    yield at_most(
        f"{name}_kb", median([len(each.data) for each in ours]) / 1000, "kB",
        floor=median([len(each.data) for each in floor]) / 1000, limit=kilobytes,
    )  # fmt: skip


def _pressed(terminal: Terminal, keys: Sequence[str]) -> list[Burst]:
    return [terminal.answer(key) for key in keys]


def _idle(terminal: Terminal, seconds: float) -> int:
    terminal.until_quiet(0.5)
    # The status line's clock goes on once a minute; what is measured is the rest.
    while (left := 60 - time.time() % 60) < seconds + 1:
        time.sleep(left + 1)
    before = len(terminal.pieces)
    time.sleep(seconds)
    return len(terminal.written(before))


def _typed(terminal: Terminal, samples: int) -> list[float]:
    """Milliseconds until hits came, for each letter of some words."""
    took: list[float] = []
    for word in itertools.cycle(_WORDS):
        terminal.answer(_FIND)
        for letter in word:
            began = time.perf_counter()
            since = terminal.send(letter)
            took.append((terminal.until_written(_CURSOR, since) - began) * 1000)
            terminal.until_quiet(0.1)
        terminal.answer(_ESCAPE, quiet=0.3)
        if len(took) >= samples:
            return took
    raise AssertionError
