"""why_at_5m, products_at: any past moment out of 5,000,000 events.

The log holds a made-up history (history.py) of 10,000 products of which one is a best seller: every hundredth
thing happens to it, some 80,000 in all. It is written once, with the tables that a rebuild makes of it, and
kept under build/. ``why_at_5m``: what `omnisync why CODE --at` reads and says, every store of one product, a
random one or the best seller, at a random moment; p99. ``products_at``: the 50 products that `omnisync products --at` lists, at a random
moment; p99. The floor is reading the same number of events of the product by their numbers.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench import bare
from tests.bench.figure import Figure, at_most
from tests.bench.folder import kept
from tests.bench.history import History
from tests.bench.measure import percentile
from tests.bench.size import Size

from omnisync.explain.why import explain
from omnisync.log import stored
from omnisync.log.overview import store_names
from omnisync.log.past import Past
from omnisync.log.reader import Reader
from omnisync.log.rebuild import rebuild
from omnisync.log.state import CHECKPOINT_EVERY
from omnisync.log.story import whys
from omnisync.model.events import encode, tag

NAMES = ("why_at_5m", "products_at")

_VERSION = 1
"""Grows when what is written into the kept database changes; a change of the tables is noticed."""

_PAGE = 50
"""As many as `omnisync products` lists."""

_SECOND = 1000
_BEGINNING = 1_795_000_000_000
_BEST_SELLER = 0.01


def run(size: Size) -> Iterator[Figure]:
    name = f"past-{bare.schema()}-{_VERSION}-{CHECKPOINT_EVERY}-{size.products}-{size.past_events}.db"
    path = kept(name, lambda path: _write(path, size))
    rng = random.Random(1)
    samples = 4 * size.samples
    with Reader(path) as reader:
        last = reader.ask(stored.newest_at)
        moments = [rng.randrange(_BEGINNING + last >> 1, last) for _ in range(samples)]
        products = [1 if rng.random() < 0.2 else rng.randrange(1, size.products + 1) for _ in range(samples)]
        pairs = list(zip(products, moments, strict=True))
        _why(reader, *pairs[0])
        floor = percentile([_timed(_bare, reader, *pair) for pair in pairs], 0.99)
        times = [_timed(_why, reader, *pair) for pair in pairs]
        yield at_most("why_at_5m", percentile(times, 0.99), "ms", floor=floor, limit=50)
        pages = [_timed(_page, reader, rng.randrange(1, size.products + 1), at) for at in moments[: size.samples]]
        yield at_most("products_at", percentile(pages, 0.99), "ms", floor=floor * _PAGE, limit=50)


def _timed(function: Callable[[Reader, int, int], None], reader: Reader, product: int, at: int) -> float:
    began = time.perf_counter()
    function(reader, product, at)
    return (time.perf_counter() - began) * 1000


def _why(reader: Reader, product: int, at: int) -> None:
    until = reader.ask(lambda db: stored.seq_at(db, at))
    with Past(reader, until).tables(product) as then:
        for chain in whys(reader, product, store_names(then), then):
            explain(chain, at)


def _page(reader: Reader, product: int, at: int) -> None:
    until = reader.ask(lambda db: stored.seq_at(db, at))
    ids = reader.rows("SELECT id FROM product WHERE id >= ? ORDER BY id LIMIT ?", product, _PAGE)
    Past(reader, until).views([id_ for (id_,) in ids])


def _bare(reader: Reader, product: int, _at: int) -> None:
    sql = "SELECT e.payload FROM event_product t JOIN event e ON e.seq = t.seq WHERE t.product = ? LIMIT ?"
    reader.rows(sql, product, CHECKPOINT_EVERY)


def _write(path: Path, size: Size) -> None:
    db = bare.empty(path)
    db.execute("INSERT INTO meta VALUES ('site', 'bench')")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    db.executemany("INSERT INTO event VALUES (?, 'bench', ?, ?, ?, 'daemon', ?)", _rows(size))
    db.execute("COMMIT")
    _rebuild(db)
    db.close()


def _rebuild(db: sqlite3.Connection) -> None:
    rebuild(db)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(size: Size) -> Iterator[tuple[Any, ...]]:
    history = History(size.products, best_seller=_BEST_SELLER)
    for seq, event in enumerate(islice(history.events(), size.past_events), start=1):
        store, number = getattr(event, "store", ""), getattr(event, "number", "")
        stream = f"order:{store}:{number}" if number else f"store:{store}" if store else "erp"
        yield seq, stream, tag(event), _BEGINNING + seq * _SECOND, encode(event).decode()
