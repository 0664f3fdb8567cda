"""The daemon's memory: it runs for months on a small machine, mostly with nothing to do."""

from __future__ import annotations

import ctypes
import gc

from omnisync.log.writer import Log
from omnisync.model.money import parse_decimal
from omnisync.model.quantity import parse_quantity
from omnisync.ports import Clock

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50
_LOOK_EVERY = 30.0


_ARENA_MAX = -8
"""The C library's name for how many heaps it may keep (mallopt(3))."""


def share_one_heap() -> None:
    """Let all threads take memory from one heap, before there are any: each would keep one of its own, and what is free there.

    They take turns with Python's lock as it is. A C library without this call has no need of it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def calm_collector() -> None:
    """Look for cycles more seldom, and never again among what was imported.

    With Python's own figures a third of the time of a large import goes into looking at rows that all
    are still needed. What is not part of a cycle is freed at once either way.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


async def give_back_when_quiet(log: Log, clock: Clock) -> None:
    """For ever: once nothing happens any more, give back the memory that a busy time took."""
    given = False
    while True:
        await clock.sleep(_LOOK_EVERY)
        quiet = await log.rest()
        if quiet and not given:
            give_back()
        given = quiet


def give_back() -> None:
    """Return free memory to the system. The C library keeps it otherwise; one without this call has no need."""
    for each in (parse_decimal, parse_quantity):
        each.cache_clear()
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
