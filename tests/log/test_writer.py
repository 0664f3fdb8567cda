"""Log.transact: an answer means that it is on disk; one job's failure is its own; nothing is spread over awaits."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.log.opened import opened

from omnisync.errors import DatabaseError
from omnisync.log.reader import Reader
from omnisync.log.writer import Change, Log
from omnisync.model.events import (
    BalancesCounted,
    Card,
    Count,
    ListingsSeen,
    ListPrice,
    PricesRead,
    ProductsRead,
    Quarantined,
    SeenListing,
    StoreBroke,
    StoreRulesSet,
)
from omnisync.model.rules import StoreRules
from omnisync.testing.clock import ManualClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "omnisync.db"


@pytest_asyncio.fixture
async def log(path: Path) -> AsyncIterator[Log]:
    async with opened(path) as log:
        yield log


def stored(path: Path) -> list[tuple[int, str]]:
    with Reader(path) as reader:
        return [(seq, type_) for seq, type_ in reader.rows("SELECT seq, type FROM event ORDER BY seq")]


def broke(number: int = 0) -> StoreBroke:
    return StoreBroke("s1", f"reason {number}")


async def test_the_result_comes_after_the_commit_so_that_another_connection_sees_it(log: Log, path: Path) -> None:
    seq = await log.transact(lambda change: change.append(broke()))
    assert stored(path) == [(seq, "connector.broke")]


async def test_an_event_carries_who_did_it_when_and_in_which_story(log: Log, path: Path) -> None:
    await log.append(broke(), actor="ayse")
    await log.append(StoreRulesSet("s1", StoreRules("any", "TRY")))
    with Reader(path) as reader:
        rows = reader.rows("SELECT site, stream, actor, at FROM event ORDER BY seq")
        site = reader.one("SELECT value FROM meta WHERE key = 'site'")
    assert rows == [(site, "store:s1", "ayse", log.clock.now()), (site, "store:s1", "daemon", log.clock.now())]
    assert len(site) == 16


async def test_a_failing_job_fails_alone_and_leaves_nothing(log: Log, path: Path) -> None:
    def fails(change: Change) -> None:
        change.append(ProductsRead("p.csv", (Card("LOST", "never"),)))
        change.set_cursor("s1", "orders", "5")
        raise KeyError("a mistake")

    answers = await asyncio.gather(
        log.append(ProductsRead("p.csv", (Card("A", "before"),))),
        log.transact(fails),
        log.append(ProductsRead("p.csv", (Card("B", "after"),))),
        return_exceptions=True,
    )
    assert [type(each) for each in answers] == [type(None), KeyError, type(None)]
    with Reader(path) as reader:
        assert reader.rows("SELECT code FROM product ORDER BY code") == [("A",), ("B",)]
        assert reader.rows("SELECT * FROM cursor") == []
    assert [seq for seq, _ in stored(path)] == [1, 2], "the numbers go on where they stood"


async def test_a_store_is_woken_even_when_another_job_of_the_group_fails(log: Log) -> None:
    await log.append(
        StoreRulesSet("s1", StoreRules("any", "TRY", ("w1",), price_list="retail")),
        ProductsRead("p.csv", (Card("A", "a"),)),
        ListingsSeen("s1", (SeenListing("r1", "A", "a", stock=1000),)),
    )
    woken: list[set[str]] = []
    log.on_commit = woken.append

    def fails(_: Change) -> None:
        raise KeyError("a mistake")

    await asyncio.gather(
        log.append(BalancesCounted("b.csv", 1, (Count("A", "w1", 7000),))), log.transact(fails), return_exceptions=True
    )
    await asyncio.sleep(0)
    assert set().union(*woken) == {"s1"}, "its lower figure would wait for the next chance"


async def test_what_was_rolled_back_wakes_nobody(log: Log) -> None:
    await log.append(
        StoreRulesSet("s1", StoreRules("any", "TRY", ("w1",), price_list="retail")),
        ProductsRead("p.csv", (Card("A", "a"),)),
        ListingsSeen("s1", (SeenListing("r1", "A", "a", stock=1000),)),
    )
    await asyncio.sleep(0)
    woken: list[set[str]] = []
    log.on_commit = woken.append

    def fails(change: Change) -> None:
        change.append(BalancesCounted("b.csv", 1, (Count("A", "w1", 7000),)))
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        await log.transact(fails)
    await asyncio.sleep(0)
    assert woken == []


async def test_a_large_change_wakes_the_stores_too(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    from omnisync.log.state import State

    trim = State.trim
    monkeypatch.setattr(State, "trim", lambda self: trim(self, 0))
    woken: list[set[str]] = []
    log.on_commit = woken.append
    await log.append(
        StoreRulesSet("s1", StoreRules("any", "TRY", ("w1",), price_list="retail")),
        ProductsRead("p.csv", (Card("A", "a"),)),
        PricesRead("x.csv", (ListPrice("A", "retail", 100, "TRY"),)),
        ListingsSeen("s1", (SeenListing("r1", "A", "a", stock=1000),)),
    )
    await asyncio.sleep(0)
    assert set().union(*woken) == {"s1"}


class _Catalogue:
    """Something large that a change was decided by."""


async def test_what_a_change_was_decided_by_is_not_kept_until_the_next_one(log: Log) -> None:
    read = _Catalogue()
    known = weakref.ref(read)
    await log.transact(lambda change, read=read: None)  # type: ignore[misc]
    del read
    await log.query(lambda _: None)
    assert known() is None


async def test_a_cancelled_caller_drops_the_waiting_and_not_the_work(log: Log, path: Path) -> None:
    waiting = asyncio.create_task(log.append(broke()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await log.append(broke(2))
    assert len(stored(path)) == 2
    assert not await log.query(lambda db: db.in_transaction)


async def test_two_hundred_producers_share_commits_and_each_gets_its_own_answer(log: Log, path: Path) -> None:
    groups: list[int] = []
    together = log._together

    def counted(db: sqlite3.Connection, jobs: list) -> list:
        groups.append(len(jobs))
        return together(db, jobs)

    log._together = counted  # type: ignore[method-assign]

    async def produce(number: int) -> list[int]:
        return [await log.transact(lambda change: change.append(broke(number))) for _ in range(5)]

    numbers = await asyncio.gather(*map(produce, range(200)))
    seqs = sorted(seq for each in numbers for seq in each)
    assert seqs == list(range(1, 1001))
    with Reader(path) as reader:
        for number, its in enumerate(numbers):
            wanted = f"reason {number}"
            assert all(wanted in reader.one("SELECT payload FROM event WHERE seq = ?", seq) for seq in its[:1])
    assert len(groups) <= 50, "not an fsync for each"


async def test_a_commit_survives_a_power_cut_because_synchronous_is_full(log: Log) -> None:
    values = await log.query(
        lambda db: [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    )
    assert values == [2, "wal"]


async def test_a_number_is_never_given_twice_not_even_after_a_failure_or_a_restart(path: Path) -> None:
    log = await Log.open(path, ManualClock())
    await log.append(broke(), broke())

    def fails(change: Change) -> None:
        change.append(broke())
        raise ValueError

    with pytest.raises(ValueError):
        await log.transact(fails)
    await log.append(broke())
    await log.close()
    log = await Log.open(path, ManualClock())
    await log.append(broke())
    await log.close()
    seqs = [seq for seq, _ in stored(path)]
    assert seqs == sorted(set(seqs))
    assert len(seqs) == 4


async def test_nothing_can_be_written_after_closing_and_closing_twice_is_harmless(path: Path) -> None:
    log = await Log.open(path, ManualClock())
    await log.close()
    await log.close()
    with pytest.raises(DatabaseError, match="closed"):
        await log.append(broke())


async def test_closing_finishes_what_is_waiting(path: Path) -> None:
    log = await Log.open(path, ManualClock())
    waiting = [asyncio.create_task(log.append(broke(n))) for n in range(20)]
    await asyncio.sleep(0)
    await log.close()
    await asyncio.gather(*waiting)
    assert len(stored(path)) == 20


async def test_a_command_is_answered_once_by_its_id(log: Log) -> None:
    def order(change: Change) -> str:
        known = change.answered("id-1")
        if known is None:
            change.append(broke())
            change.answer("id-1", '{"seq": 1}')
        return known or "first"

    assert [await log.transact(order) for _ in range(3)] == ["first", '{"seq": 1}', '{"seq": 1}']


async def test_text_with_half_a_character_fails_alone_and_the_log_goes_on(log: Log, path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        await log.append(Quarantined("s1", "order:1", "\ud83d"))
    await log.append(broke())
    assert stored(path) == [(1, "connector.broke")]


STARTED_AND_STOPPED = """
import asyncio, sys
from pathlib import Path
from omnisync.log.writer import Log
from omnisync.ports import SystemClock
from omnisync.model.events import StoreBroke

async def main(how):
    log = await Log.open(Path(sys.argv[1]), SystemClock())
    try:
        if how == "cancelled":
            async with asyncio.timeout(0.05):
                while True:
                    await log.append(StoreBroke("s1", "x"))
        if how == "failed":
            raise SystemExit(3)
        await log.append(StoreBroke("s1", "x"))
    finally:
        await log.close()

asyncio.run(main(sys.argv[2]))
"""


@pytest.mark.parametrize(("how", "code"), [("well", 0), ("failed", 3), ("cancelled", 1)])
def test_the_process_ends_when_the_log_is_closed(tmp_path: Path, how: str, code: int) -> None:
    """The connection's thread is not a daemon thread: one that is left open would hang the process at its end."""
    command = [sys.executable, "-c", STARTED_AND_STOPPED, str(tmp_path / "log"), how]
    done = subprocess.run(command, timeout=20, check=False, capture_output=True)
    assert done.returncode == code, done.stderr.decode()


def test_the_process_ends_also_when_the_database_could_not_be_opened(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"this is no database" * 100)
    command = [sys.executable, "-c", STARTED_AND_STOPPED, str(tmp_path / "log"), "well"]
    done = subprocess.run(command, timeout=20, check=False, capture_output=True, text=True)
    assert "file is not a database" in done.stderr


def test_a_database_that_can_t_be_opened_leaves_no_thread_and_no_traceback_behind(tmp_path: Path) -> None:
    for _ in range(5):
        command = [sys.executable, "-c", STARTED_AND_STOPPED, str(tmp_path / "nowhere" / "log"), "well"]
        done = subprocess.run(command, timeout=20, check=False, capture_output=True, text=True)
        assert "DatabaseReadOnly" in done.stderr
        assert "Exception in thread" not in done.stderr
