"""cli_version: ``omnisync --version`` from start to end; the floor is ``python -c pass``. Medians of eleven."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.figure import Figure, at_most
from tests.bench.measure import median
from tests.bench.size import Size

NAMES = ("cli_version",)


def run(size: Size) -> Iterator[Figure]:
    program = str(Path(sys.executable).with_name("omnisync"))
    rounds = 2 * size.rounds + 1
    ours = median([_run([program, "--version"]) for _ in range(rounds)])
    floor = median([_run([sys.executable, "-c", "pass"]) for _ in range(rounds)])
    yield at_most("cli_version", ours, "ms", floor=floor, limit=200)


def _run(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return (time.perf_counter() - began) * 1000
