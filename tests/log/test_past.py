"""What is told of a past moment is what the tables said at that moment."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.log.stories import BEGINNING, BUILDERS, some_events, tell

from omnisync.log import product_list, stored
from omnisync.log import state as states
from omnisync.log.past import Past
from omnisync.log.product_list import ProductView
from omnisync.log.reader import Reader
from omnisync.log.state import State
from omnisync.log.writer import Log
from omnisync.model.events import Event
from omnisync.testing.clock import ManualClock
from omnisync.testing.virtual import VirtualLoop, open_inline, run

_EMPTY = State(sqlite3.connect(":memory:"))
_OF_PRODUCT = {
    "product": "SELECT * FROM product WHERE id = ?",
    **{
        table.name: f"SELECT * FROM {table.name} WHERE product = ? ORDER BY 1, 2"
        for table in (*_EMPTY.of_products, _EMPTY.figures)
    },
    "listing": "SELECT * FROM listing WHERE product = ? ORDER BY 1, 2",
    "reservation": """SELECT o.store, o.number, o.state, o.export, o.erp_state, r.line_id, r.warehouse, r.quantity, r.at
        FROM reservation r JOIN shop_order o ON o.id = r.shop_order WHERE r.product = ? ORDER BY 1, 2, 6""",
}
_STORES = "SELECT name, rules, open FROM store ORDER BY 1"

Tables = dict[str, list[tuple[Any, ...]]]


def _tables(db: sqlite3.Connection, product: int) -> Tables:
    found = {name: db.execute(sql, (product,)).fetchall() for name, sql in _OF_PRODUCT.items()}
    return {**found, "store": db.execute(_STORES).fetchall()}


Said = dict[int, tuple[dict[int, Tables], list[ProductView]]]
"""By event: what the tables said of each product right after it, and what a list showed."""


def _live(path: Path, events: list[Event]) -> Said:
    """Write a log of these events, and look at the tables after each."""
    said: Said = {}

    def look(db: sqlite3.Connection) -> None:
        products = [product for (product,) in db.execute("SELECT id FROM product ORDER BY id")]
        with Reader(path) as reader:
            listed = product_list.views(reader, [(product, None) for product in products])
        said[stored.head(db)] = {product: _tables(db, product) for product in products}, listed

    async def story(_: VirtualLoop) -> None:
        clock = ManualClock()
        log = await Log.open(path, clock, open_inline)
        for event in events:
            clock.advance(1)
            await log.transact(lambda change, event=event: tell(change, event))  # type: ignore[misc]
            if events.index(event) >= len(BEGINNING) - 1:
                await log.query(look)
        await log.close()

    run(story)
    return said


def _told(path: Path, seq: int, product: int) -> Tables:
    with Reader(path) as reader, Past(reader, seq).tables(product) as tables:
        return _tables(tables.db, product)


def _same(events: list[Event], every: int) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.object(states, "CHECKPOINT_EVERY", every):
        path = Path(folder, "log")
        said = _live(path, events)
        everything = [view.id for view in said[max(said)][1]]
        for seq, (products, listed) in said.items():
            with Reader(path) as reader:
                assert Past(reader, seq).views(everything) == listed, f"the list after event {seq}"
            for product, tables in products.items():
                told = _told(path, seq, product)
                for name, rows in tables.items():
                    assert told[name] == rows, f"{name} of product {product} after event {seq}"


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(some_events, min_size=1, max_size=25), st.sampled_from((1, 3, 7, 1_000_000)))
def test_what_is_told_of_a_moment_is_what_the_tables_said_then(story: list[Event], every: int) -> None:
    _same([*BEGINNING, *story], every)


@pytest.mark.parametrize("kind", BUILDERS, ids=lambda kind: str(kind.__struct_config__.tag))
@settings(max_examples=5)
@given(data=st.data())
def test_every_type_of_event_is_told_as_it_was(kind: type, data: st.DataObject) -> None:
    _same([*BEGINNING, *data.draw(st.lists(BUILDERS[kind], min_size=1, max_size=4))], 3)
