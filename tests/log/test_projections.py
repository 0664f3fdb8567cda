"""P1: the tables are what the log says, however its events were grouped into transactions."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import get_args
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bench.history import History
from tests.log.stories import BEGINNING, BUILDERS, some_events, tell

from omnisync.log import archive, stored
from omnisync.log import state as states
from omnisync.log.apply.last_piece import available, kept_from_stores
from omnisync.log.rebuild import rebuild, table_names, verify
from omnisync.log.rows import BalanceRow
from omnisync.log.state import State
from omnisync.log.writer import Change, Log
from omnisync.model.events import BalancesCounted, Count, Event, ListingLinked, ListingsGone, ListingsSeen, SeenListing
from omnisync.model.rules import StoreRules, wanted_stock
from omnisync.testing.clock import ManualClock
from omnisync.testing.virtual import VirtualLoop, open_inline, run

_trim = State.trim


def _groups(events: Sequence[Event], sizes: Sequence[int]) -> Iterator[Sequence[Event]]:
    start, turn = 0, 0
    while start < len(events):
        size = sizes[turn % len(sizes)] if sizes else len(events)
        yield events[start : start + size]
        start, turn = start + size, turn + 1


def _play(
    path: Path, events: Sequence[Event], sizes: Sequence[int], how: Callable[[Change, Event], object] = tell
) -> None:
    """Write a log of these events, so many to a transaction."""

    async def story(_: VirtualLoop) -> None:
        log = await Log.open(path, ManualClock(), open_inline)
        for group in _groups(events, sizes):

            def decide(change: Change, group: Sequence[Event] = group) -> None:
                for event in group:
                    how(change, event)

            await log.transact(decide)
        await log.close()

    run(story)


def _tables(db: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = [name for name in table_names(db) if name != "search"]
    tables = {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}
    return {**tables, "search": db.execute("SELECT rowid, text FROM search ORDER BY 1").fetchall()}


def _sums_hold(db: sqlite3.Connection) -> None:
    """What the tables say twice they say alike, and every wish is what the one availability function gives."""
    assert db.execute(
        """SELECT id, on_hand, reserved, available FROM product p WHERE available <> on_hand - reserved
        OR on_hand <> (SELECT coalesce(sum(on_hand), 0) FROM balance WHERE product = p.id)
        OR reserved <> (SELECT coalesce(sum(reserved), 0) FROM balance WHERE product = p.id)
        OR reserved <> (SELECT coalesce(sum(quantity), 0) FROM reservation WHERE product = p.id)"""
    ).fetchall() == [], "a product's sums are not those of its balances and reservations"  # fmt: skip
    assert db.execute(
        "SELECT * FROM balance b WHERE reserved <> (SELECT coalesce(sum(quantity), 0) FROM reservation r"
        " WHERE r.product = b.product AND r.warehouse = b.warehouse)"
    ).fetchall() == [], "a balance's reservations are not those of the orders"  # fmt: skip
    state = State(db)
    for product, store, wanted in db.execute(
        "SELECT product, store, wanted FROM figure WHERE kind = 'stock'"
    ).fetchall():
        rules: StoreRules | None = state.rules().get(store)
        row = state.products.get(product)
        if rules is None or row is None:
            continue
        pieces = [each.last_piece for each in state.rules().values()]
        if any(each.follow_sales for each in pieces) or len({each.rank for each in pieces}) < len(pieces):
            # What is kept back depends on how quickly it sold then.
            continue
        balances: dict[str, BalanceRow] = state.balances.of(product)
        kept = kept_from_stores(
            state, product, state.figures.of((product, "stock")).values(), balances, state.choices.of(product)
        )
        exempt = row.category in rules.exempt_categories
        asked = wanted_stock(
            rules, available(rules, balances), exempt=exempt, active=bool(row.active), kept=kept.get(store, 0)
        )
        assert wanted == asked, f"the wish of product {product} in {store} is not of now"


def _proven(path: Path) -> dict[str, list[tuple[object, ...]]]:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        assert verify(db) == []
        _sums_hold(db)
        return _tables(db)
    finally:
        db.close()


def _archive(path: Path) -> None:
    """Pack everything that is old enough, which on a clock that stands still is everything but the newest."""
    db = sqlite3.connect(path, isolation_level=None)
    while archive.archive_next(db, 2**62):
        pass
    db.close()


_stories = st.lists(some_events, min_size=1, max_size=25)
_sizes = st.lists(st.integers(1, 9), min_size=1, max_size=4)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_stories, _sizes, _sizes, st.integers(1, 7))
def test_a_rebuild_equals_the_live_tables_whatever_happened_and_however_it_was_grouped(
    story: list[Event], sizes: list[int], others: list[int], step: int
) -> None:
    events = [*BEGINNING, *story]
    with tempfile.TemporaryDirectory() as folder, patch.object(stored, "_STEP", step):
        _play(Path(folder, "one"), events, sizes)
        with patch.object(State, "trim", lambda self: _trim(self, 0)):
            _play(Path(folder, "other"), events, others)
        assert _proven(Path(folder, "one")) == _proven(Path(folder, "other"))
        with patch.object(archive, "_MOST_EVENTS", step):
            _archive(Path(folder, "one"))
        assert _proven(Path(folder, "one")) == _proven(Path(folder, "other"))


def test_the_stories_know_every_type_of_event() -> None:
    assert set(BUILDERS) == set(get_args(Event))


@pytest.mark.parametrize("kind", BUILDERS, ids=lambda kind: str(kind.__struct_config__.tag))
@settings(max_examples=5)
@given(data=st.data())
def test_every_type_of_event_is_applied_alike_live_and_in_a_rebuild(kind: type, data: st.DataObject) -> None:
    events = [*BEGINNING, *data.draw(st.lists(BUILDERS[kind], min_size=1, max_size=4))]
    with tempfile.TemporaryDirectory() as folder:
        _play(Path(folder, "one"), events, [4])
        _proven(Path(folder, "one"))


def test_a_rebuild_in_place_gives_the_same_tables_and_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "log"
    _play(path, BEGINNING, [2])
    db = sqlite3.connect(path, isolation_level=None)
    before = _tables(db)
    db.execute("UPDATE product SET on_hand = 1")
    db.execute("DELETE FROM figure")
    assert {found.table for found in verify(db)} == {"product", "figure"}, "a table that was tampered with is named"
    told: list[tuple[int, int]] = []
    assert rebuild(db, lambda done, total: told.append((done, total))) == len(BEGINNING)
    assert told[-1] == (len(BEGINNING), len(BEGINNING))
    assert _tables(db) == before
    assert verify(db) == []
    db.close()


@pytest.mark.parametrize(
    "freed_by", [ListingLinked("s1", "r1", ""), ListingsGone("s1", ("r1",))], ids=["person", "gone"]
)
def test_a_listing_may_take_over_the_product_of_another_in_one_transaction(tmp_path: Path, freed_by: Event) -> None:
    """Rows are written in the order in which they were first changed, and the index allows one listing only."""
    spare = [ListingsSeen("s1", (SeenListing("r9", "", "spare", name),)) for name in ("one code", "other code")]
    back = ListingsSeen("s1", (SeenListing("r1", "", "back again"),))
    story = [*BEGINNING, *spare, freed_by, ListingLinked("s1", "r9", "A"), back]
    _play(tmp_path / "log", story, [len(BEGINNING) + 1, 9])
    with patch.object(stored, "_STEP", len(BEGINNING) + 1):
        _proven(tmp_path / "log")


def test_checkpoints_hold_the_same_listings_whether_those_are_in_memory_or_not(tmp_path: Path) -> None:
    """Live they are looked up, in a rebuild they are at hand: also once a listing went, or went over to another."""
    moves: list[Event] = [ListingLinked("s1", "r1", "B"), ListingLinked("s1", "r1", ""), ListingsGone("s2", ("r1",))]
    touched: list[Event] = [BalancesCounted("stock.csv", 1, tuple(Count(code, "w1", 9_000) for code in "AB"))]
    story = [*BEGINNING, *(event for move in moves for event in (*touched, move, *touched))]
    with patch.object(states, "CHECKPOINT_EVERY", 1), patch.object(State, "trim", lambda self: _trim(self, 0)):
        _play(tmp_path / "log", story, [1])
        assert len(_proven(tmp_path / "log")["product_at"]) > len(story)


@pytest.mark.parametrize("most", [1, 60, 10**9])
def test_a_rebuild_that_has_to_forget_rows_on_its_way_gives_the_same_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A year of orders, batches and read-backs, of which a rebuild on a small PC keeps only a part in memory."""
    monkeypatch.setattr("omnisync.log.rebuild._MOST_DOCUMENTS", most // 2)
    monkeypatch.setattr("omnisync.log.rebuild._MOST_OTHERS", most)
    monkeypatch.setattr("omnisync.log.rebuild._MOST_NOTED", most)
    monkeypatch.setattr("omnisync.log.stored._STEP", 40)
    path = tmp_path / "omnisync.db"
    _play(path, [*islice(History(20).events(), 600)], [1, 7, 30], Change.append)
    tables = _proven(path)
    assert len(tables["batch"]) > 100
    assert len(tables["shop_order"]) > 10
