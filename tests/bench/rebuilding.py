"""rebuild_1m: every table made anew from the log, in place and in one transaction (``omnisync rebuild``).

The log holds a made-up history (history.py), written once and kept under build/. The floor is executemany
of exactly the rows that the rebuild ends with, sorted by key, into empty tables.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench import bare
from tests.bench.figure import Figure, at_most
from tests.bench.folder import kept, scratch
from tests.bench.history import History, at
from tests.bench.measure import median, took
from tests.bench.size import Size

from omnisync.log.rebuild import rebuild, verify
from omnisync.model.events import encode, tag

NAMES = ("rebuild_1m", "rebuild_differences")

_VERSION = 5
"""Grows when what is written into the kept database changes; a change of the tables is noticed."""


def run(size: Size) -> Iterator[Figure]:
    made = kept(f"history-{bare.schema()}-{_VERSION}-{size.products}-{size.events}.db", lambda path: _write(path, size))
    with scratch() as folder:
        path = folder / "omnisync.db"
        shutil.copyfile(made, path)
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA temp_store = MEMORY")
        times = [_rebuild(db) for _ in range(min(size.rounds, 3))]
        differences = len(verify(db)) if size.events < 10_000 else 0
        db.close()
        rows = {name: some for name, some in bare.rows_of(path).items() if name != "event"}
        yield at_most("rebuild_1m", median(times), "ms", floor=bare.filling(folder, rows), limit=10_000)
        yield Figure("rebuild_differences", differences, "count", 0, None, 0, differences == 0)


def _rebuild(db: sqlite3.Connection) -> float:
    with took() as time:
        rebuild(db)
    return time.wall


def _write(path: Path, size: Size) -> None:
    db = bare.empty(path)
    db.execute("INSERT INTO meta VALUES ('site', 'bench')")
    db.execute("BEGIN")
    db.executemany("INSERT INTO event VALUES (?, 'bench', ?, ?, ?, 'daemon', ?)", _rows(size))
    db.execute("COMMIT")
    db.close()


def _rows(size: Size) -> Iterator[tuple[Any, ...]]:
    history = History(size.products)
    for seq, event in enumerate(islice(history.events(), size.events), start=1):
        stream = getattr(event, "store", "erp")
        yield seq, stream, tag(event), at(seq), encode(event).decode()
