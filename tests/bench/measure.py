"""Stop-watches and percentiles."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Took:
    """Milliseconds of real time and of processor time (all threads of this process)."""

    wall: float = 0
    cpu: float = 0


@contextmanager
def took() -> Iterator[Took]:
    """Measure the block; what was garbage before is collected first and not counted."""
    gc.collect()
    found = Took()
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield found
    finally:
        found.wall = (time.perf_counter() - wall) * 1000
        found.cpu = (time.process_time() - cpu) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share (0.5, 0.99) of all are not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)
