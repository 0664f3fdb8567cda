"""idle_cpu, idle_mb: the real daemon with 10,000 products on three stores, while nothing changes.

``omnisync daemon`` runs as a process of its own on the demo's files and sandboxes (those in further
processes, over real HTTP, without buyers), configured as ``omnisync init`` would leave it. Its processor
time and memory are read from /proc once nothing waits any more and it has had a minute of rest.
``idle_mb_first_import`` is the process that has just read everything for the first time; ``idle_cpu`` and
``idle_mb`` are the daemon started again after that, as a machine starts it every day. The floors are a
Python process that looks at four files as often, and its memory.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.figure import Figure, at_most
from tests.bench.going import say_go
from tests.bench.size import Size

from omnisync.connect.sandbox import Profile
from omnisync.demo.place import STORES, Place
from omnisync.demo.serve import Wish
from omnisync.demo.stores import open_store
from omnisync.errors import DatabaseError
from omnisync.folders import DATABASE
from omnisync.log import overview
from omnisync.log.reader import Reader

NAMES = ("idle_mb_first_import", "idle_cpu", "idle_mb")

_PATIENCE = 240.0
_REST = 70.0
"""Seconds from the last change until the daemon counts as idle: longer than every round of its own."""

_BARE = """
import asyncio, os, sqlite3
async def main():
    while True:
        for name in "abcd":
            os.path.exists(name)
        await asyncio.sleep(0.2)
asyncio.run(main())
"""


def run(size: Size) -> Iterator[Figure]:
    # Not under the project: a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="omnisync-") as folder:
        (_, first), (cpu, memory) = asyncio.run(_daemons(Path(folder) / "shop", size))
    bare_cpu, bare_memory = asyncio.run(_watched([sys.executable, "-c", _BARE], size, rest=1.0))
    yield at_most("idle_mb_first_import", first, "MB", floor=bare_memory, limit=80)
    yield at_most("idle_cpu", cpu, "%", floor=bare_cpu, limit=1)
    yield at_most("idle_mb", memory, "MB", floor=bare_memory, limit=80)


async def _daemons(folder: Path, size: Size) -> list[tuple[float, float]]:
    place = Place(folder)
    place.furnish(size.products, 1)
    async with AsyncExitStack() as stack:
        opened = []
        for store in STORES:
            listed = str(place.listing_file(store).absolute())
            wish = Wish(store.platform, 0, Profile.INSTANT, 1, store.currency, listed)
            opened.append((store, (await stack.enter_async_context(open_store(store, wish))).opened))
        place.configure(opened)
        # The demo asks every second; a shop does not.
        place.config.write_text(re.sub(r"(orders|balances)_every = .*\n", "", place.config.read_text("utf-8")), "utf-8")
        command = [str(Path(sys.executable).with_name("omnisync")), "--config", str(place.config), "daemon"]
        rest = _REST if size.seconds > 10 else 0.0
        return [await _watched(command, size, rest, place) for _ in range(2)]


async def _watched(command: Sequence[str], size: Size, rest: float, place: Place | None = None) -> tuple[float, float]:
    """Percent of one processor, and megabytes, of a process that has come to rest."""
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
    try:
        if place is not None:
            await _settled(place, process)
        await asyncio.sleep(rest)
        before = _ticks(process.pid)
        began = time.monotonic()
        await asyncio.sleep(size.seconds)
        share = (_ticks(process.pid) - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - began)
        return 100 * share, _resident(process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _settled(place: Place, process: Process) -> None:
    patience = time.monotonic() + _PATIENCE
    while not _at_rest(place):
        assert process.returncode is None, "the daemon ended"
        assert time.monotonic() < patience, "the daemon did not come to rest"
        await asyncio.sleep(1)


def _at_rest(place: Place) -> bool:
    try:
        with Reader(place.folder / "data" / DATABASE) as reader:
            stores = overview.stores(reader)
            if len(stores) == len(STORES):
                say_go(place.config, reader)
    except DatabaseError:
        return False
    return len(stores) == len(STORES) and all(store.live and store.listings and not store.waiting for store in stores)


def _ticks(pid: int) -> int:
    """Processor time spent by the process so far, in the kernel's clock ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) / 1024
