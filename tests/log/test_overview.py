"""How the shop is doing, as the command line and the screens ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from tests.log.opened import opened
from tests.log.shop import RULES, fill, order

from omnisync.log import overview
from omnisync.log.health import HealthRow, load_health, save_health
from omnisync.log.reader import Reader
from omnisync.log.writer import Log
from omnisync.model.events import (
    BalancesCounted,
    BatchAnswered,
    BatchItem,
    BatchMade,
    BatchOutcome,
    ChangeHeld,
    Count,
    ExclusionSet,
    FiguresHeld,
    HoldReleased,
    Kind,
    ListingsSeen,
    QuarantineClosed,
    Quarantined,
    SeenListing,
    StoreClosed,
)
from omnisync.model.order import OrderState


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    async with opened(tmp_path / "log") as log:
        # P01 and P02 are listed; P00 has no balance and no listing.
        await fill(log, ["zero", "one", "two"])
        yield log


async def _store(log: Log, name: str = "s1") -> overview.StoreView:
    with Reader(log.path) as reader:
        return next(store for store in overview.stores(reader) if store.name == name)


async def _confirm(log: Log, code: str, **refused: str) -> None:
    with Reader(log.path) as reader:
        rows = {
            kind: (wanted, rev)
            for kind, wanted, rev in reader.rows(
                "SELECT kind, wanted, wanted_rev FROM figure WHERE store = 's1' AND remote_id = ?", f"r{code}"
            )
        }
    item = BatchItem(code, f"r{code}", *rows["stock"], *rows["price"])
    await log.append(
        BatchMade("s1", f"b-{code}", (item,), "f"),
        BatchAnswered("s1", f"b-{code}", (BatchOutcome(f"r{code}", refused.get("refused", "")),)),
    )


async def test_a_store_counts_its_figures_by_state(log: Log) -> None:
    before = await _store(log)
    assert (before.listings, before.unmatched, before.waiting, before.confirmed) == (2, 0, 4, 0)
    assert before.oldest == log.clock.now()
    await _confirm(log, "P01")
    await _confirm(log, "P02", refused="too cheap")
    after = await _store(log)
    assert (after.waiting, after.confirmed) == (before.waiting - 2 - after.refused, 2)
    assert after.refused > 0
    with Reader(log.path) as reader:
        assert {(row.code, row.reason) for row in overview.refused(reader, "s1")} == {("P02", "too cheap")}
        assert overview.refused(reader, "s2") == []


async def test_excluded_and_held_figures_are_counted_apart(log: Log) -> None:
    await log.append(ExclusionSet("s1", ("P01",), None, True), FiguresHeld("s1", Kind.STOCK, "many-zeros", ("P02",)))
    store = await _store(log)
    assert (store.excluded, store.held, store.waiting) == (1, 1, 2)
    with Reader(log.path) as reader:
        (held,) = overview.held(reader)
        assert (held.store, held.kind, held.reason, held.count, held.sample) == (
            "s1",
            "stock",
            "many-zeros",
            1,
            ("P02",),
        )
        assert overview.held_codes(reader, "s1", "stock") == ["P02"]


async def test_a_held_read_is_listed_until_a_person_says_yes(log: Log) -> None:
    await log.append(ChangeHeld("h1", "erp", "balances", "empty", 40, 50, "digest", ("P01 DEPO",)))
    with Reader(log.path) as reader:
        (held,) = overview.held(reader)
        assert (held.hold, held.kind, held.reason, held.count, held.total) == ("h1", "balances", "empty", 40, 50)
    await log.append(HoldReleased("h1"))
    with Reader(log.path) as reader:
        assert overview.held(reader) == []


async def test_what_is_set_aside_counts_up_and_goes_when_it_is_mended(log: Log) -> None:
    await log.append(Quarantined("s1", "order:7", "why"), Quarantined("s1", "order:7", "still"))
    with Reader(log.path) as reader:
        (row,) = overview.quarantine(reader)
        assert (row.connector, row.subject, row.reason, row.times) == ("s1", "order:7", "still", 2)
        assert overview.quarantine(reader, "s2") == []
    assert (await _store(log)).quarantined == 1
    await log.append(QuarantineClosed("s1", "order:7"))
    with Reader(log.path) as reader:
        assert overview.quarantine(reader) == []
    await log.append(Quarantined("s1", "order:7", "again"))
    with Reader(log.path) as reader:
        assert overview.quarantine(reader)[0].times == 1


async def test_a_listing_without_a_product_is_on_the_review_list_with_its_reason(log: Log) -> None:
    seen = SeenListing("r9", "", "[b]what[/b]", "CODE", ("869",), reason="ambiguous")
    await log.append(ListingsSeen("s1", (seen,)))
    with Reader(log.path) as reader:
        (row,) = overview.unmatched(reader, "s1")
        assert (row.remote_id, row.code, row.barcodes, row.name, row.reason) == (
            "r9",
            "CODE",
            ("869",),
            "[b]what[/b]",
            "ambiguous",
        )
    assert (await _store(log)).unmatched == 1


async def test_orders_come_newest_first_and_tell_what_is_short_or_unknown(log: Log) -> None:
    await log.append(order("1", ("P01", 5), ("", 1)), order("2", ("P02", 1), store="s2", state=OrderState.WAITING))
    with Reader(log.path) as reader:
        second, first = overview.orders(reader)
        assert (first.number, first.lines, first.unknown, first.short, first.export) == ("1", 2, 1, 1, "due")
        assert (second.number, second.short, second.export) == ("2", 0, "")
        assert [row.number for row in overview.orders(reader, store="s2")] == ["2"]
        assert [row.number for row in overview.orders(reader, state="waiting")] == ["2"]
        assert [row.number for row in overview.orders(reader, limit=1)] == ["2"]
        assert overview.oversold(reader) == 1, "five of P01 are owed and two are there"
        assert (first.oversold, second.oversold) == (1, 0)
        assert [row.number for row in overview.orders(reader, oversold_only=True)] == ["1"]
    await log.append(BalancesCounted("b", 2, (Count("P01", "DEPO", 9000),)))
    with Reader(log.path) as reader:
        assert overview.oversold(reader) == 0


async def test_a_store_that_left_the_configuration_is_not_shown(log: Log) -> None:
    await log.append(StoreClosed("s1"))
    with Reader(log.path) as reader:
        assert [store.name for store in overview.stores(reader)] == ["s2"] == overview.store_names(reader)
        assert overview.rules_of(reader, "s1") is None
        assert overview.rules_of(reader, "s2") == RULES


async def test_health_is_kept_and_written_only_where_it_changed(log: Log) -> None:
    row = HealthRow("s1", "down", "no answer", 5, 3, 99, 1, 2, 3, 4, 5)
    await log.query(lambda db: save_health(db, [row]))
    changes = await log.query(lambda db: db.total_changes)
    await log.query(lambda db: save_health(db, [row]))
    assert await log.query(lambda db: db.total_changes) == changes
    assert await log.query(load_health) == [row]
    assert (await _store(log)).health == row
