"""What is to be sent is found in the order of its index, however much there is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from omnisync.log import outbox
from omnisync.log.rebuild import make_tables
from omnisync.log.rows import FigureRow, ListingRow, ProductRow
from omnisync.log.state import State


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        make_tables(db)
        yield db


@pytest.mark.parametrize(
    "ask",
    [
        lambda state: outbox.due(state, "s1", 5, 100, grouped=False),
        lambda state: outbox.due(state, "s1", 5, 100, grouped=False, falling_only=True),
        lambda state: outbox.must_fall(state, "s1", 5, 0),
    ],
)
def test_what_is_to_be_sent_is_neither_searched_for_nor_sorted(
    db: sqlite3.Connection, ask: Callable[[State], object]
) -> None:
    asked: list[str] = []
    state = State(db)
    db.set_trace_callback(asked.append)
    ask(state)
    db.set_trace_callback(None)
    plan = [row[3] for sql in asked if "figure_dirty" in sql for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    # The store and whether it must fall.
    assert [each for each in plan if "figure_dirty" in each and "store=? AND <expr>" in each], plan
    assert not [each for each in plan if "TEMP B-TREE" in each], plan


def test_quantities_that_fall_go_first_and_those_of_which_nothing_is_known(db: sqlite3.Connection) -> None:
    state = State(db, empty=True)
    for product, kind, wanted, confirmed in (
        (1, "stock", 9, 5),
        (2, "price", 5, 9),
        (3, "stock", 5, 9),
        (4, "stock", None, 9),
        (5, "stock", 9, None),
        (6, "stock", 9, 9),
    ):
        remote_id = f"R{product}"
        state.products.put(ProductRow(product, f"P{product}", "", "", "", "", None, "", 1))
        state.list_under(
            listing := ListingRow("s1", remote_id, None, "", "", "", "", "", "", 1, 1, 1, None, None, "", ""), product
        )
        state.listings.put(listing)
        figure = FigureRow(product, "s1", kind, remote_id, "", wanted=wanted, wanted_rev=product, confirmed=confirmed)
        state.figures.put(figure)
    state.flush()
    assert [each.code for each in outbox.due(state, "s1", 0, 100, grouped=False)] == [
        "P3",
        "P4",
        "P5",
        "P1",
        "P2",
        "P6",
    ]
    falling = outbox.due(state, "s1", 0, 100, grouped=False, falling_only=True)
    assert [each.code for each in falling] == ["P3", "P4", "P5"]
    assert outbox.must_fall(state, "s1", 0, 4)
    assert not outbox.must_fall(state, "s1", 0, 5)
