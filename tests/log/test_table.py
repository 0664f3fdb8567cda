"""Rows in memory: one of a group may be there without the others, and stays the same row when they come."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from omnisync.log.rows import ChoiceRow, DriftRow
from omnisync.log.table import Table

_STORES = ("s1", "s2", "s3")


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """Twenty products with a choice in each of three stores."""
    with closing(sqlite3.connect(":memory:")) as db:
        _fill(db)
        yield db


def _fill(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE choice (product, store, price, currency, no_stock, no_price, PRIMARY KEY (product, store))"
    )
    rows = [(product, store, 100, "TRY", 0, 0) for product in range(20) for store in _STORES]
    db.executemany("INSERT INTO choice VALUES (?, ?, ?, ?, ?, ?)", rows)


def _table(db: sqlite3.Connection) -> Table[ChoiceRow]:
    table = Table(db, ChoiceRow, "choice", "product", "store", complete=False, indexed=("price",))
    table.prefetch_single(range(20), rest="s2")
    return table


def _prices(db: sqlite3.Connection, product: int) -> list[int]:
    return [price for (price,) in db.execute("SELECT price FROM choice WHERE product = ? ORDER BY store", (product,))]


def test_a_single_row_is_found_without_the_others(db: sqlite3.Connection) -> None:
    table = _table(db)
    assert table.count == 20
    row = table.get(7, "s2")
    assert row is not None
    row.price = 250
    table.change(row)
    table.flush()
    assert (_prices(db, 7), table.count) == ([100, 250, 100], 20)


@pytest.mark.parametrize("together", [True, False])
def test_a_changed_single_row_stands_in_its_group_when_that_is_loaded(db: sqlite3.Connection, together: bool) -> None:
    table = _table(db)
    row = table.get(7, "s2")
    assert row is not None
    row.price = 250
    table.change(row)
    if together:
        table.prefetch(range(20))
    assert table.of(7)["s2"] is row is table.get(7, "s2")
    assert sorted(table.of(7)) == [*_STORES]
    row.price = 300
    table.put(row)
    table.flush()
    assert _prices(db, 7) == [100, 300, 100]


def test_a_single_row_that_was_deleted_is_gone(db: sqlite3.Connection) -> None:
    table = _table(db)
    row = table.get(7, "s2")
    assert row is not None
    table.delete(row)
    assert table.get(7, "s2") is None
    table.flush()
    assert _prices(db, 7) == [100, 100]


class _Kept(sqlite3.Connection):
    """Remembers the statements that it was given: SQLite plans and keeps each that differs."""

    statements: set[str]

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.statements.add(sql)
        return super().execute(sql, *values)


@pytest.fixture
def kept() -> Iterator[_Kept]:
    """An empty database."""
    with closing(sqlite3.connect(":memory:", factory=_Kept)) as db:
        db.statements = set()
        yield db


def test_however_many_rows_are_looked_up_at_once_the_statements_stay_few(kept: _Kept) -> None:
    db = kept
    db.execute("CREATE TABLE choice (product, store, price, currency, no_stock, no_price)")
    db.executemany("INSERT INTO choice VALUES (?, 's1', ?, 'TRY', 0, 0)", [(number, number) for number in range(400)])
    db.statements.clear()
    for many in (5, 16, 17, 100, 128, 129, 400):
        table = Table(db, ChoiceRow, "choice", "product", "store", complete=False)
        table.prefetch(range(many))
        assert [row.price for row in table.all()] == [*range(many)]
    assert len([sql for sql in db.statements if " IN (" in sql]) == 2


def test_a_table_without_rows_is_looked_at_once_until_it_has_some(kept: _Kept) -> None:
    db = kept
    db.execute(
        "CREATE TABLE choice (product, store, price, currency, no_stock, no_price, PRIMARY KEY (product, store))"
    )
    table = Table(db, ChoiceRow, "choice", "product", "store", complete=False)
    assert [table.get(product, "s1") for product in range(3)] == [None] * 3
    table.prefetch(range(100, 200))
    assert not [sql for sql in db.statements if "WHERE" in sql]
    table.put(ChoiceRow(7, "s1", 100, "TRY"))
    table.flush()
    table.forget_older(0)
    assert table.get(7, "s1") == ChoiceRow(7, "s1", 100, "TRY")


def test_what_another_one_wrote_is_found_once_everything_was_forgotten(kept: _Kept) -> None:
    db = kept
    db.execute(
        "CREATE TABLE choice (product, store, price, currency, no_stock, no_price, PRIMARY KEY (product, store))"
    )
    table = Table(db, ChoiceRow, "choice", "product", "store", complete=False)
    assert table.get(7, "s1") is None
    db.execute("INSERT INTO choice VALUES (7, 's1', 100, 'TRY', 0, 0)")
    table.forget()
    assert table.get(7, "s1") == ChoiceRow(7, "s1", 100, "TRY")


@pytest.mark.parametrize("alone", [True, False])
def test_groups_that_differ_in_their_first_column_are_looked_up_together(kept: _Kept, alone: bool) -> None:
    db = kept
    db.execute(
        "CREATE TABLE drift (product, store, kind, believed, shown, cause, found_at, state, ended_at, changed_at)"
    )
    rows = [(product, store, kind) for product in range(20) for kind in ("stock", "price") for store in _STORES]
    db.executemany("INSERT INTO drift VALUES (?, ?, ?, 1, 2, '', 3, 'open', 0, 0)", rows)
    table = Table(db, DriftRow, "drift", "product,kind", "store", complete=False, many="product")
    if alone:
        table.prefetch_single(range(20), "price", rest="s2")
    else:
        table.prefetch(range(20), "price")
    db.statements.clear()
    assert [table.get((product, "price"), "s2") for product in range(20)] == [
        DriftRow(product, "s2", "price", 1, 2, "", 3, "open", 0, 0) for product in range(20)
    ]
    assert table.count == (20 if alone else 60)
    assert not db.statements


def test_groups_that_are_known_to_be_empty_are_counted_so_that_they_are_dropped(db: sqlite3.Connection) -> None:
    table = Table(db, ChoiceRow, "choice", "product", "store", complete=False)
    for product in (50, 50, 51):
        table.first_time(product)
    assert table.count == 2


def test_what_is_in_memory_is_not_loaded_over(db: sqlite3.Connection) -> None:
    table = _table(db)
    row = table.get(7, "s2")
    assert row is not None
    row.price = 250
    table.change(row)
    table.prefetch_single(range(20), rest="s2")
    assert table.get(7, "s2") is row
    table.forget()
    assert table.get(7, "s2") == ChoiceRow(7, "s2", 100, "TRY")


def test_what_has_been_in_memory_the_longest_is_dropped_and_the_rest_stays(db: sqlite3.Connection) -> None:
    table = Table(db, ChoiceRow, "choice", "product", "store", complete=False, indexed=("price",))
    table.prefetch(range(20))
    old, new = table.of(3)["s1"], table.of(17)["s1"]
    old.price = new.price = 250
    table.change(old)
    table.change(new)
    table.flush()
    table.forget_older(30)
    assert (table.count, table.of(17)["s1"] is new, table.of(3)["s1"] is old) == (30, True, False)
    for product in (3, 17):
        row = table.of(product)["s1"]
        row.price = 300
        table.change(row)
    table.flush()
    assert (_prices(db, 3), _prices(db, 17)) == ([300, 100, 100], [300, 100, 100])
