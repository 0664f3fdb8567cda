"""Old events are packed away, and nobody who reads them can tell."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from tests.log.shop import fill, order

from omnisync.errors import DatabaseError
from omnisync.log import archive, people, stored, story
from omnisync.log.archive import archive_next
from omnisync.log.examine import examine
from omnisync.log.reader import Reader
from omnisync.log.rebuild import rebuild, verify
from omnisync.log.writer import Change, Log
from omnisync.model.events import OrderSeen, PriceSet, StoreBroke
from omnisync.model.order import Customer
from omnisync.testing.clock import ManualClock

_DAY = 86_400_000


@pytest_asyncio.fixture
async def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Log]:
    """Forty events, a day between each two, in ranges of three."""
    monkeypatch.setattr(archive, "_MOST_EVENTS", 3)
    clock = ManualClock()
    log = await Log.open(tmp_path / "log", clock)
    try:
        await fill(log, ["zero", "one", "two"])
        for n in range(34):
            clock.advance(_DAY / 1000)
            await log.append(order(str(n % 5), ("P02", n)) if n % 2 else PriceSet("s1", f"P0{n % 3}", n, "TRY"))
        yield log
    finally:
        await log.close()


def _everything(path: Path) -> list[object]:
    """What every way of reading events answers."""
    with Reader(path) as reader:
        whole = reader.ask(lambda db: stored.newest(db, 1000))
        seqs = [each.seq for each in whole]
        first, last = seqs[-1], seqs[0]
        ways: list[Callable[[sqlite3.Connection], object]] = [
            *(lambda db, n=n: stored.newest(db, n) for n in (1, 7)),
            *(lambda db, seq=seq: stored.newest(db, 5, seq) for seq in seqs),
            *(lambda db, n=n: [stored.of_stream(db, f"order:s1:{n}", most) for most in (1, 2, 100)] for n in range(5)),
            *(lambda db, seq=seq: stored.of_stream(db, "store:s1", 3, seq) for seq in seqs),
            *(lambda db, seq=seq: sorted(stored.of_streams(db, {"order:s1:1", "order:s1:3", "?"}, seq)) for seq in seqs),
            *(lambda db, n=n: [stored.of_product(db, n, most) for most in (1, 4, 100)] for n in range(5)),
            *(lambda db, seq=seq: stored.of_product(db, 3, 2, seq) for seq in seqs),
            *(lambda db, seq=seq: stored.at(db, [seq, first, 10**9, seq, last]) for seq in seqs),
            *(lambda db, seq=seq: [fact for some in stored.facts(db, seq) for fact in some] for seq in seqs),
            *(lambda db, seq=seq: [fact for some in stored.facts(db, 4, seq) for fact in some] for seq in seqs),
            *(lambda db, t=each.at: [stored.seq_at(db, t + by) for by in (-1, 0, 1, _DAY)] for each in whole),
            stored.head, stored.count, stored.newest_at, lambda db: stored.seq_at(db, 0), lambda _db: whole,
        ]  # fmt: skip
        return [reader.ask(way) for way in ways]


async def test_whatever_reads_events_reads_the_same_from_the_archive(log: Log) -> None:
    before = _everything(log.path)
    packed = 0
    while some := await log.query(lambda db: archive_next(db, 2**62)):
        packed += some
        assert _everything(log.path) == before, f"with {packed} events archived"
    with Reader(log.path) as reader:
        assert packed == reader.one("SELECT sum(events) FROM event_archive") > 30
        assert reader.one("SELECT count(*) FROM event") + packed == reader.ask(stored.count)
        assert reader.one("SELECT count(*) FROM event") <= 3
        assert examine(reader).events == reader.ask(stored.count)


async def test_the_tables_are_rebuilt_from_the_archive(log: Log) -> None:
    while await log.query(lambda db: archive_next(db, 2**62)):
        pass
    assert await log.query(verify) == []
    assert await log.query(rebuild) == await log.query(stored.count)
    await log.reset()
    assert await log.query(verify) == []


async def test_only_what_is_old_enough_is_archived_and_in_whole_ranges(log: Log) -> None:
    limit = log.clock.now() - 10 * _DAY
    while await log.query(lambda db: archive_next(db, limit)):
        pass
    with Reader(log.path) as reader:
        assert 0 <= limit - reader.one("SELECT max(last_at) FROM event_archive") <= 3 * _DAY
        assert reader.rows("SELECT DISTINCT events FROM event_archive") == [(3,)]


async def test_numbers_go_on_after_everything_was_archived(log: Log) -> None:
    head = await log.query(stored.head)
    while await log.query(lambda db: archive_next(db, 2**62)):
        pass
    await log.close()
    again = await Log.open(log.path, ManualClock())
    try:
        await again.append(StoreBroke("s1", "down"))
        assert await again.query(stored.head) == head + 1
        assert await again.query(verify) == []
    finally:
        await again.close()


async def test_a_person_is_forgotten_in_the_archive_too(log: Log) -> None:
    ada = Customer(name="Ada Lovelace")

    def buy(change: Change) -> None:
        db = change.state.db
        sealed = people.seal(db, "s1:ada", ada)
        plain = order("77", ("P01", 1))
        change.append(
            OrderSeen("s1", "77", "", plain.state, 5, 4, 500, "TRY", plain.lines, "DEPO", "s1:ada", sealed, digest="d")
        )

    await log.transact(buy)
    await log.append(*(StoreBroke("s1", str(n)) for n in range(6)))
    while await log.query(lambda db: archive_next(db, 2**62)):
        pass
    with Reader(log.path) as reader:
        (told,) = story.events_of_order(reader, "77")
        assert isinstance(told.event, OrderSeen)
        assert people.unseal(reader.db, "s1:ada", told.event.sealed) == ada
    packed = b"".join(await log.query(lambda db: [row[0] for row in db.execute("SELECT packed FROM event_archive")]))
    assert b"Lovelace" not in packed
    await log.query(lambda db: db.execute("DELETE FROM customer_key WHERE customer = 's1:ada'"))
    with Reader(log.path) as reader:
        assert people.unseal(reader.db, "s1:ada", told.event.sealed) is None


async def test_a_damaged_range_is_said_and_not_passed_over(log: Log) -> None:
    await log.query(lambda db: archive_next(db, 2**62))
    await log.query(lambda db: db.execute("UPDATE event_archive SET packed = substr(packed, 1, 40)"))
    with Reader(log.path) as reader, pytest.raises(DatabaseError, match="archived events is damaged"):
        story.events(reader, 1000)
    with pytest.raises(DatabaseError, match="archived events is damaged"):
        await log.query(verify)


def test_a_range_comes_back_as_it_was() -> None:
    events = [archive.Stored(n, "site", f"s{n % 2}", "t", 5 * n, "me", f'{{"ü": {n}}}') for n in range(1, 9)]
    assert archive.unpack(archive.pack(events)) == events


async def test_half_a_range_is_never_archived(log: Log) -> None:
    def fail(db: sqlite3.Connection) -> int:
        db.execute("CREATE TEMP TRIGGER no BEFORE DELETE ON main.event BEGIN SELECT RAISE(ABORT, 'disk'); END")
        return archive_next(db, 2**62)

    before = _everything(log.path)
    with pytest.raises(DatabaseError):
        await log.query(fail)
    assert _everything(log.path) == before
    with Reader(log.path) as reader:
        assert reader.one("SELECT count(*) FROM event_archive") == 0
