"""erp_first, erp_same: the shipped files connector reads a full export into the log.

The files are those of the demo's generator (products with 5 balances each; no prices), exported some
seconds ago. ``erp_first``: from the call of the pull until everything is on disk; the floor is
executemany of exactly the rows that it left behind, the log's and the tables'. ``erp_same``: the files
are written anew with an empty line more, so that nothing can be skipped by a mark and every row is read
and compared; the floor is Python's csv reader over the same bytes.
"""

from __future__ import annotations

import asyncio
import csv
import io
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import bare
from tests.bench.figure import Figure, at_most
from tests.bench.folder import scratch
from tests.bench.measure import median, took
from tests.bench.size import Size

from omnisync.connect.context import Context
from omnisync.connect.loader import discover, load
from omnisync.demo.catalogue import generate, write
from omnisync.log.writer import Log
from omnisync.model.rules import ErpRules
from omnisync.ports import SystemClock
from omnisync.sync.erp import ErpSync

NAMES = ("erp_first", "erp_same", "erp_same_events")

_READ = ("products.csv", "stock.csv")


def run(size: Size) -> Iterator[Figure]:
    with scratch() as folder:
        files = folder / "erp"
        write(files, generate(size.products, 1))
        # The figure is of products and balances alone.
        (files / "prices.csv").unlink()
        _age(files)
        first = [asyncio.run(_first(files, folder / "omnisync.db")) for _ in range(size.rounds)]
        rows = bare.rows_of(folder / "omnisync.db")
        floor = median([bare.filling(folder, rows) for _ in range(size.rounds)])
        yield at_most("erp_first", median(first), "ms", floor=floor, limit=930, times=4)
        same, events = asyncio.run(_same(files, folder / "omnisync.db", size.rounds))
        floor = median([_csv(files) for _ in range(size.rounds)])
        yield at_most("erp_same", median(same), "ms", floor=floor, limit=300)
        yield at_most("erp_same_events", events, "count", floor=0, limit=0)


async def _first(files: Path, path: Path) -> float:
    bare.remove(path)
    log = await Log.open(path, SystemClock())
    try:
        erp = _erp(files, log)
        with took() as time:
            assert await erp.pull()
    finally:
        await log.close()
    return time.wall


async def _same(files: Path, path: Path, rounds: int) -> tuple[list[float], int]:
    log = await Log.open(path, SystemClock())
    times = []
    try:
        erp = _erp(files, log)
        before = await _events(log)
        for number in range(rounds):
            _export_again(files, number)
            with took() as time:
                assert await erp.pull()
            times.append(time.wall)
        return times, await _events(log) - before
    finally:
        await log.close()


async def _events(log: Log) -> int:
    return await log.query(lambda db: int(db.execute("SELECT count(*) FROM event").fetchone()[0]))


def _erp(files: Path, log: Log) -> ErpSync:
    clock = SystemClock()
    context = Context("erp", "TRY", clock, random.Random(1))
    connector = load(discover()["files"]).connect({"folder": str(files)}, context)
    return ErpSync(connector, ErpRules("erp"), log, clock, random.Random(1))


def _export_again(files: Path, number: int) -> None:
    """The same rows under bytes of their own: an empty line more at the end of each file."""
    for name in _READ:
        text = (files / name).read_text("utf-8-sig").rstrip("\n")
        (files / name).write_text(text + "\n" * (number + 2), "utf-8-sig")
    _age(files)


def _age(files: Path) -> None:
    """A file that was touched this very moment would be waited for."""
    past = time.time() - 10
    for path in files.iterdir():
        os.utime(path, (past, past))


def _csv(files: Path) -> float:
    with took() as time:
        for name in _READ:
            text = (files / name).read_bytes().decode("utf-8-sig")
            list(csv.reader(io.StringIO(text), delimiter=";"))
    return time.wall
