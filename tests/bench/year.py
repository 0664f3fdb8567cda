"""year_mb: how large the database of a busy shop is after a year; why_archived: how fast an old story is told.

The year: 10,000 products on three stores, 90 orders a day (each with its buyer, sealed, which nothing can compress), and
with them 1.2 million events (history.py). All but the last thirty days are archived. The floor is the same file unpacked.
"""

from __future__ import annotations

import base64
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from tests.bench import bare
from tests.bench.figure import Figure, at_most
from tests.bench.folder import kept, scratch
from tests.bench.history import History
from tests.bench.measure import percentile
from tests.bench.size import Size

from omnisync.log import archive, stored
from omnisync.log.reader import Reader
from omnisync.log.rebuild import rebuild, verify
from omnisync.model.events import OrderSeen, decode, encode, tag

NAMES = ("year_mb", "why_archived", "archive_differences")

_VERSION = 1
_BEGIN, _YEAR, _MONTH = 1_760_000_000_000, 365 * 86_400_000, 30 * 86_400_000
_SEALED = 420
"""Bytes of a buyer's sealed fields."""


def run(size: Size) -> Iterator[Figure]:
    orders = size.events * 32_850 // 1_000_000
    name = f"year-{bare.schema()}-{_VERSION}-{size.products}-{orders}.db"
    made = kept(name, lambda path: _write(path, size.products, orders))
    with scratch() as folder:
        path, packed = folder / "omnisync.db", folder / "packed.db"
        shutil.copyfile(made, path)
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA synchronous = OFF")
        while archive.archive_next(db, _BEGIN + _YEAR - _MONTH):
            pass
        db.execute("VACUUM INTO ?", (str(packed),))
        differences = len(verify(db)) if size.events < 10_000 else 0
        db.close()
        yield at_most("year_mb", _megabytes(packed), "MB", floor=_megabytes(made), limit=400)
        times = _told(packed, size.samples * 5)
        yield at_most(
            "why_archived",
            percentile(times, 0.99),
            "ms",
            floor=percentile(_told(made, size.samples * 5), 0.99),
            limit=50,
        )
        yield Figure("archive_differences", differences, "count", 0, None, 0, differences == 0)


def _megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


def _told(path: Path, samples: int) -> list[float]:
    """Milliseconds for the story of a product, as it was in the middle of the year."""
    rng, times = random.Random(3), []
    with Reader(path) as reader:
        products = reader.one("SELECT max(id) FROM product")
        middle = reader.ask(lambda db: stored.seq_at(db, _BEGIN + _YEAR // 2))
        for _ in range(samples):
            product = rng.randint(1, products)
            began = time.perf_counter()
            for each in reader.ask(lambda db, product=product: stored.of_product(db, product, 40, middle)):  # type: ignore[misc]
                decode(each.payload)
            times.append((time.perf_counter() - began) * 1000)
    return times


def _write(path: Path, products: int, orders: int) -> None:
    db = bare.empty(path)
    db.execute("INSERT INTO meta VALUES ('site', 'bench')")
    db.execute("BEGIN")
    db.executemany("INSERT INTO event VALUES (?, 'bench', ?, ?, ?, 'daemon', ?)", _rows(products, orders))
    db.execute("UPDATE event SET at = ? + seq * (? / (SELECT max(seq) FROM event))", (_BEGIN, _YEAR))
    db.execute("COMMIT")
    rebuild(db)
    db.execute("VACUUM")
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()


def _rows(products: int, orders: int) -> Iterator[tuple[Any, ...]]:
    rng, seen = random.Random(5), 0
    for seq, drawn in enumerate(History(products).events(), start=1):
        event = drawn
        if isinstance(event, OrderSeen):
            seen += event.state == "new"
            if seen > orders:
                return
            sealed = base64.b64encode(rng.randbytes(_SEALED)).decode()
            event = msgspec.structs.replace(event, customer=f"{event.store}:{event.number}", sealed=sealed)
        stream = getattr(event, "store", "erp")
        if number := getattr(event, "number", ""):
            stream = f"order:{stream}:{number}"
        yield seq, stream, tag(event), _BEGIN, encode(event).decode()
