"""P10: a buyer's personal fields never stand in plain text on the disk, and destroying the key forgets them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from tests.log.opened import opened

from omnisync.connect.erp import ErpCustomer, ErpRead
from omnisync.log.overview import orders
from omnisync.log.people import digest, seal, unseal, without_person
from omnisync.log.reader import Reader
from omnisync.log.writer import Change, Log
from omnisync.model.events import StoreRulesSet
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer, OrderLine, OrderPart, OrderState
from omnisync.model.rules import ErpRules, StoreRules
from omnisync.sync import erp_changes
from omnisync.sync.intake import take_in

SECRETS = {
    "ref": "buyer-4711", "name": "Ayşegül Yılmaz", "email": "aysegul@example.com", "phone": "+905551234567",
    "company": "Yılmaz Ticaret", "tax_number": "1234567890", "tax_office": "Kadıköy VD", "identity_number": "10000000146",
    "note": "Kapıcıya bırakın",
}  # fmt: skip
STREET = "Gizli Sokak 17"
BUYER = Customer(
    **SECRETS, billing=Address(name="Fatura Adı", street=STREET, phone="+902121112233"), shipping=Address(street=STREET)
)


def _part(number: str, buyer: Customer = BUYER) -> OrderPart:
    line = OrderLine("1", "r1", ("A",), "a product", 1000, Money(500, "TRY"))
    return OrderPart(number, OrderState.NEW, 5, 4, Money(500, "TRY"), (line,), buyer)


async def _take(log: Log, *parts: OrderPart) -> None:
    def decide(change: Change) -> None:
        if not change.state.rules():
            change.append(StoreRulesSet("s1", StoreRules("any", "TRY", ("w1",), "w1")))
        take_in(change, "s1", parts, first=False, shipped_releases=False)

    await log.transact(decide)


def _on_disk(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.iterdir() if each.name.startswith(path.name))


async def test_no_personal_field_of_an_order_stands_in_plain_text_in_any_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    async with opened(path) as log:
        await _take(log, _part("1001"))
        found = [secret for secret in (*SECRETS.values(), STREET, "Fatura Ad") if secret.encode() in _on_disk(path)]
        assert found == ["buyer-4711"], "but for the store's own number of the buyer, by which the key is found"
        assert b"1001" in _on_disk(path), "the order itself is readable, so this test would see the rest"
        with Reader(path) as reader:
            assert orders(reader)[0].customer == BUYER


async def test_no_personal_field_of_an_erp_account_stands_in_plain_text_in_any_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    read = ErpRead([ErpCustomer("K1", BUYER)], 1, True, "m", "customers.csv")
    async with opened(path) as log:
        assert await log.transact(lambda change: erp_changes.customers(ErpRules("erp"), change, read)) == 1
        assert await log.transact(lambda change: erp_changes.customers(ErpRules("erp"), change, read)) == 0
        assert not [secret for secret in (*SECRETS.values(), STREET) if secret.encode() in _on_disk(path)]


async def test_destroying_the_key_forgets_the_person_and_the_order_stays(tmp_path: Path) -> None:
    async with opened(tmp_path / "log") as log:
        await _take(log, _part("1001"), _part("1002", Customer(ref="other", name="Someone Else")))
        await log.query(lambda db: db.execute("DELETE FROM customer_key WHERE customer = 's1:buyer-4711'"))
        with Reader(log.path) as reader:
            people = {row.number: row.customer for row in orders(reader)}
        assert people["1001"] is None
        assert people["1002"] is not None
        assert people["1002"].name == "Someone Else"


async def test_a_forgotten_person_who_orders_again_is_known_by_the_new_order_only(tmp_path: Path) -> None:
    async with opened(tmp_path / "log") as log:
        await _take(log, _part("1001"))
        await log.query(lambda db: db.execute("DELETE FROM customer_key"))
        await _take(log, _part("1002"))
        with Reader(log.path) as reader:
            people = {row.number: row.customer for row in orders(reader)}
        assert people == {"1001": None, "1002": BUYER}


async def test_the_same_person_keeps_one_key_and_every_guest_has_an_own(tmp_path: Path) -> None:
    async with opened(tmp_path / "log") as log:
        guest = Customer(name="Guest")
        await _take(log, _part("1"), _part("2"), _part("3", guest), _part("4", guest), _part("5", Customer()))
        with Reader(log.path) as reader:
            keys = reader.rows("SELECT customer FROM customer_key ORDER BY customer")
        assert keys == [("s1:3",), ("s1:4",), ("s1:buyer-4711",)]


async def test_a_failed_transaction_leaves_no_key(tmp_path: Path) -> None:
    async with opened(tmp_path / "log") as log:

        def fails(change: Change) -> None:
            seal(change.state.db, "s1:x", BUYER)
            raise ValueError

        with contextlib.suppress(ValueError):
            await log.transact(fails)
        assert await log.query(lambda db: db.execute("SELECT count(*) FROM customer_key").fetchone()) == (0,)


async def test_a_digest_says_nothing_without_the_key(tmp_path: Path) -> None:
    async with opened(tmp_path / "log") as log:
        one, other = await log.transact(lambda change: [digest(change.state.db, each, BUYER) for each in ("a", "b")])
        assert one != other, "with one hash for all, a guess could be compared with it"


def test_a_text_is_told_without_the_person() -> None:
    text = "Yılmaz Ticaret (vergi 1234567890), AYSEGUL@EXAMPLE.COM, Gizli Sokak 17: ayşegül bilinmiyor, Kadıköy VD"
    told = without_person(text, BUYER)
    assert told == "••• (vergi •••), •••, •••: ••• bilinmiyor, Kadıköy VD"
    assert without_person("anything", Customer()) == "anything"


async def test_what_was_sealed_can_be_opened_with_its_key_only(tmp_path: Path) -> None:
    async with opened(tmp_path / "log") as log:
        sealed = await log.transact(lambda change: seal(change.state.db, "a", BUYER))
        await log.transact(lambda change: seal(change.state.db, "b", BUYER))
        assert await log.query(lambda db: unseal(db, "a", sealed)) == BUYER
        assert await log.query(lambda db: unseal(db, "b", sealed)) is None
        assert await log.query(lambda db: unseal(db, "nobody", sealed)) is None
        assert await log.query(lambda db: unseal(db, "a", "")) is None
