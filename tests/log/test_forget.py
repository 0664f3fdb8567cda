"""Erasing a person: nobody can read them again, in no file and after no restore, and no figure changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from tests.log.opened import opened

from omnisync.connect.erp import ErpCustomer, ErpRead
from omnisync.log import backup, forget
from omnisync.log.overview import orders
from omnisync.log.reader import Reader
from omnisync.log.rebuild import rebuild, verify
from omnisync.log.writer import Change, Log
from omnisync.model.events import StoreRulesSet
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer, OrderLine, OrderPart, OrderState
from omnisync.model.rules import ErpRules, StoreRules
from omnisync.sync import erp_changes
from omnisync.sync.forgetting import Left, go_on, leave_nothing
from omnisync.sync.intake import take_in
from omnisync.testing.clock import ManualClock

AYSE = Customer(
    "4711", "Ayşegül Yılmaz", "aysegul@example.com", "+905551234567", note="Kapıcıya bırakın",
    shipping=Address(street="Gizli Sokak 17"),
)  # fmt: skip
OTHER = Customer("12", "Someone Else", "else@example.com")
BUYER = "s1:4711"


def part(number: str, buyer: Customer = AYSE, *, at: int = 5, placed: int = 4) -> OrderPart:
    line = OrderLine("1", "r1", ("A",), "a product", 1000, Money(500, "TRY"))
    return OrderPart(number, OrderState.NEW, at, placed, Money(500, "TRY"), (line,), buyer)


async def take(log: Log, *parts: OrderPart) -> int:
    def decide(change: Change) -> int:
        if not change.state.rules():
            change.append(StoreRulesSet("s1", StoreRules("any", "TRY", ("w1",), "w1")))
        return take_in(change, "s1", parts, first=False, shipped_releases=False).fresh

    return await log.transact(decide)


async def erase(log: Log, *customers: str) -> Left:
    await log.transact(lambda change: forget.forget(change, customers, log.path.parent))
    return await leave_nothing(log)


def people(path: Path) -> dict[str, Customer | None]:
    with Reader(path) as reader:
        return {order.number: order.customer for order in orders(reader)}


def key_of(path: Path, customer: str = BUYER) -> bytes | None:
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT key FROM customer_key WHERE customer = ?", (customer,)).fetchone()
    return found[0] if found else None


def remains(folder: Path, *texts: bytes) -> list[tuple[str, bytes]]:
    """Which files below the folder hold which of the texts."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(path.name, text) for path in files for text in texts if text in path.read_bytes()]


async def many(log: Log, count: int = 120) -> None:
    """So many buyers that their keys fill several pages, and pages were split on the way."""
    for n in range(count):
        await take(log, part(f"x{n}", Customer(f"{n * 7919 % 1000:05}", f"Buyer {n}")))


async def test_no_byte_of_the_person_or_the_key_is_left_in_database_log_or_backups(tmp_path: Path) -> None:
    database = tmp_path / "omnisync.db"
    async with opened(database) as log:
        await log.query(lambda db: db.execute("PRAGMA secure_delete = OFF"))
        await many(log, 60)
        await take(log, part("1001"), part("1002", OTHER))
        await many(log)
        (tmp_path / "backups").mkdir()
        copies = [tmp_path / "omnisync-before-restore-1.db", tmp_path / "backups" / "monday.db"]
        for copy in copies:
            backup.backup(database, copy)
        # A copy page by page, in the write-ahead mode, keeps the remains of split pages.
        raw = tmp_path / "backups" / "raw.db"
        with closing(sqlite3.connect(database)) as db, closing(sqlite3.connect(raw)) as target:
            db.backup(target)
        key = key_of(database)
        assert key is not None
        assert {name for name, _ in remains(tmp_path, key)} >= {"omnisync.db-wal", "monday.db", "raw.db"}
        left = await erase(log, BUYER)
        assert (left.backups, left.unreached, left.clean) == (3, (), True)
        texts = [key, AYSE.name.encode(), AYSE.email.encode(), AYSE.phone.encode(), b"Gizli Sokak"]
        assert remains(tmp_path, *texts) == []
        assert key_of(database, "s1:12"), "others keep theirs"
        assert all(key_of(copy, "s1:12") for copy in (*copies, raw))
    assert remains(tmp_path, *texts) == []


async def test_orders_and_figures_stay_and_a_rebuild_gives_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path / "omnisync.db") as log:
        await take(log, part("1001"), part("1002", OTHER))
        before = await log.query(lambda db: db.execute("SELECT number, total, state, lines FROM shop_order").fetchall())
        await erase(log, BUYER)
        after = await log.query(lambda db: db.execute("SELECT number, total, state, lines FROM shop_order").fetchall())
        assert after == before
        assert people(log.path) == {"1001": None, "1002": OTHER}
        assert await log.query(verify) == []
        await log.query(rebuild)
        assert people(log.path) == {"1001": None, "1002": OTHER}


async def test_the_store_telling_of_the_order_again_does_not_bring_the_person_back(tmp_path: Path) -> None:
    async with opened(tmp_path / "omnisync.db") as log:
        await take(log, part("1001"))
        await erase(log, BUYER)
        await take(log, part("1001"))
        await take(log, part("1001", at=9))
        # An order of theirs from before, which we hear of only now.
        await take(log, part("0999"))
        assert people(log.path) == {"1001": None, "0999": None}
        assert key_of(log.path) is None
        assert await take(log, part("1001", at=9)) == 0, "and it is news once only"


async def test_whoever_orders_again_is_known_by_the_new_order_only(tmp_path: Path) -> None:
    async with opened(tmp_path / "omnisync.db") as log:
        await take(log, part("1001"))
        await erase(log, BUYER)
        await take(log, part("1002", placed=log.clock.now() + 1))
        assert people(log.path) == {"1001": None, "1002": AYSE}
        assert await log.query(verify) == []


async def test_an_account_that_the_erp_still_has_stays_erased(tmp_path: Path) -> None:
    rules = ErpRules("erp")

    def told(code: str, at: str) -> ErpRead[ErpCustomer]:
        return ErpRead([ErpCustomer(code, AYSE)], 1, True, at, "customers.csv")

    async with opened(tmp_path / "omnisync.db") as log:
        await log.transact(lambda change: erp_changes.customers(rules, change, told("K1", "1")))
        await erase(log, "erp:K1")
        assert await log.transact(lambda change: erp_changes.customers(rules, change, told("K1", "2"))) == 0
        assert key_of(log.path, "erp:K1") is None


async def restored(database: Path, file: Path) -> None:
    prepared = backup.prepare(file, database)
    await backup.restore(prepared, database, ManualClock(), "test")


@pytest.mark.parametrize("lost", [False, True], ids=["database there", "database lost"])
async def test_an_older_backup_from_a_drawer_does_not_bring_the_person_back(tmp_path: Path, lost: bool) -> None:
    database, drawer = tmp_path / "data" / "omnisync.db", tmp_path / "drawer.db"
    database.parent.mkdir()
    async with opened(database) as log:
        await take(log, part("1001"), part("1002", OTHER))
        backup.backup(database, drawer)
        key = key_of(drawer)
        assert key is not None
        await erase(log, BUYER)
    if lost:
        database.unlink()
    await restored(database, drawer)
    assert people(database) == {"1001": None, "1002": OTHER}
    assert remains(database.parent, key) == []
    async with opened(database) as log:
        assert await log.query(verify) == []
        await take(log, part("1001", at=9))
    assert people(database)["1001"] is None


async def test_a_backup_in_which_the_person_came_back_by_themselves_keeps_them(tmp_path: Path) -> None:
    database, drawer = tmp_path / "data" / "omnisync.db", tmp_path / "drawer.db"
    database.parent.mkdir()
    async with opened(database) as log:
        await take(log, part("1001"))
        await erase(log, BUYER)
        await take(log, part("1002", placed=log.clock.now() + 1))
        backup.backup(database, drawer)
    await restored(database, drawer)
    assert people(database) == {"1001": None, "1002": AYSE}


async def test_an_erasure_that_was_cut_off_is_finished_at_the_next_start(tmp_path: Path) -> None:
    database, copy = tmp_path / "omnisync.db", tmp_path / "old.db"
    async with opened(database) as log:
        await take(log, part("1001"))
        backup.backup(database, copy)
        key = key_of(database)
        assert key is not None
        await log.transact(lambda change: forget.forget(change, [BUYER], tmp_path))
    assert remains(tmp_path, key)
    async with opened(database) as log:
        await go_on(log)
        assert remains(tmp_path, key) == []
        assert not await log.query(forget.unfinished)


async def test_a_backup_that_can_not_be_written_is_named_and_tried_again(tmp_path: Path) -> None:
    database, broken = tmp_path / "omnisync.db", tmp_path / "broken.db"
    async with opened(database) as log:
        await take(log, part("1001"))
        broken.write_bytes(b"no database at all, but of that name")
        left = await erase(log, BUYER)
        assert len(left.unreached) == 1
        assert "broken.db" in left.unreached[0]
        assert await log.query(forget.unfinished)
        broken.unlink()
        await go_on(log)
        assert not await log.query(forget.unfinished)


async def test_while_somebody_reads_for_long_it_is_said_and_finished_later(tmp_path: Path) -> None:
    async with opened(tmp_path / "omnisync.db") as log:
        await take(log, part("1001"))
        await log.query(lambda db: db.execute("PRAGMA busy_timeout = 10"))
        with Reader(log.path) as reader:
            reader.db.execute("BEGIN")
            reader.rows("SELECT count(*) FROM event")
            assert not (await erase(log, BUYER)).clean
        await go_on(log)
        assert not await log.query(forget.unfinished)


def found(path: Path, who: str = "", order: str = "") -> Sequence[str]:
    with Reader(path) as reader:
        return [person.id for person in forget.find(reader, who, order=order)]


async def test_a_person_is_found_by_address_id_name_and_order(tmp_path: Path) -> None:
    guest = Customer("", "A. Yilmaz", "AYSEGUL@example.com")
    async with opened(tmp_path / "omnisync.db") as log:
        await take(log, part("1001"), part("1002", OTHER), part("1003", guest))
        path = log.path
        both = [BUYER, "s1:1003"]
        assert sorted(found(path, "aysegul@example.com")) == sorted(both), "one address is one person"
        assert sorted(found(path, order="1001")) == sorted(both)
        assert sorted(found(path, "S1:4711")) == sorted(both)
        assert found(path, "aysegul yilmaz") == [BUYER]
        assert len(found(path, "e")) == 2, "words of a name may be several people"
        assert found(path, "nobody@example.com") == found(path, "  ") == found(path, order="9") == []
        with Reader(path) as reader:
            assert not forget.one_person(forget.find(reader, "e"))
            assert forget.one_person(forget.find(reader, order="1001"))
        await erase(log, *both)
        assert found(path, "aysegul@example.com") == []


async def test_the_event_says_nothing_of_the_person(tmp_path: Path) -> None:
    async with opened(tmp_path / "omnisync.db") as log:
        await take(log, part("1001"))
        await erase(log, BUYER)
        payload = await log.query(
            lambda db: db.execute("SELECT payload FROM event WHERE type = 'person.forgot'").fetchone()
        )
        assert '"customer":"s1:4711"' in payload[0]
        assert "Ay" not in payload[0]
        tombstones = tmp_path / forget.TOMBSTONES
        assert tombstones.stat().st_mode & 0o777 == 0o600
        assert payload[0] in tombstones.read_text().splitlines()
