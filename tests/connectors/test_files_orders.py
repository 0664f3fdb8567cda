"""Orders that the files connector hands to the ERP: whole, once, and harmless."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest
from tests.connectors.files_shop import FilesShop, plugin

from omnisync.connect.erp import ErpOrder, ErpOrderLine
from omnisync.errors import NotSent, Unavailable, UnknownOutcome
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer

PLACED = 1_795_000_000_000
"""2026-11-18 11:06:40 UTC."""


@pytest.fixture
def shop(tmp_path: Path) -> FilesShop:
    shop = FilesShop(tmp_path)
    shop.put("products.csv", "kod;ad\nA;a\n")
    return shop


def order(key: str = "trendyol-1001", **changes: Any) -> ErpOrder:
    lines = (
        ErpOrderLine("VANA-12", 'Vana ½"; galvaniz', 2000, Money(8990, "TRY"), "Merkez"),
        ErpOrderLine("NOHUT", "Nohut", 1250, Money(4850, "TRY"), "Çarşı"),
    )
    given: dict[str, Any] = {
        "key": key, "store": "trendyol", "number": "1001", "placed_at": PLACED, "lines": lines,
        "customer": Customer(name="Ayşe Öztürk", billing=Address(city="Edirne"), shipping=Address(city="Győr")),
        "total": Money(24043, "TRY"), "payment": "card",
    }  # fmt: skip
    return ErpOrder(**(given | changes))


def rows_of(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to see the letters"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def test_an_order_is_written_with_a_row_for_each_line(shop: FilesShop) -> None:
    reference = await shop.connector(timezone="Europe/Istanbul").send_order(order())
    assert reference == "order-trendyol-1001.csv"
    first, second = rows_of(shop.folder / "orders" / reference)
    assert (first["order_key"], first["order_number"], first["ordered_at"]) == (
        "trendyol-1001",
        "1001",
        "2026-11-18 14:06:40",
    )
    assert (first["customer_name"], first["billing_city"], first["shipping_city"]) == ("Ayşe Öztürk", "Edirne", "Győr")
    assert (first["line"], first["code"], first["name"]) == ("1", "VANA-12", 'Vana ½"; galvaniz')
    assert (first["quantity"], first["unit_price"], first["line_total"]) == ("2", "89,90", "179,80")
    assert (second["quantity"], second["line_total"], second["warehouse"]) == ("1,25", "60,63", "Çarşı")
    assert (second["order_total"], second["currency"], second["shipping_price"]) == ("240,43", "TRY", "")
    assert list(first) == list(plugin("orders").COLUMNS)


async def test_decimals_by_option_and_forints_without(shop: FilesShop) -> None:
    lines = (ErpOrderLine("A", "a", 1500, Money(999, "HUF"), "M"),)
    sent = order(lines=lines, total=Money(1499, "HUF"), shipping=Money(0, "HUF"))
    reference = await shop.connector(order_decimal=".").send_order(sent)
    (row,) = rows_of(shop.folder / "orders" / reference)
    assert (row["quantity"], row["unit_price"], row["line_total"], row["shipping_price"]) == ("1.5", "999", "1499", "0")


async def test_an_order_is_never_written_twice(shop: FilesShop) -> None:
    connector = shop.connector()
    reference = await connector.send_order(order())
    path = shop.folder / "orders" / reference
    path.write_text("the shop's own note")
    assert await connector.send_order(order()) == reference
    assert path.read_text() == "the shop's own note"
    done = shop.folder / "orders" / "done"
    done.mkdir()
    path.rename(done / reference)
    assert await connector.find_order("trendyol-1001") == reference
    assert await connector.send_order(order()) == reference
    assert not path.exists(), "the ERP has taken it; it is not handed over again"


async def test_an_order_that_was_not_sent_is_not_found(shop: FilesShop) -> None:
    assert await shop.connector().find_order("trendyol-1001") is None


@pytest.mark.parametrize(
    "key",
    [
        "../../etc/passwd",
        "a/b",
        "A:b",
        "con",
        "x" * 300,
        "şiş",
        "a b",
        ".hidden",
        "trendyol:1",
        "trendyol_1",
        "Trendyol_1",
    ],
)
async def test_every_key_makes_a_safe_name_inside_the_folder(shop: FilesShop, key: str) -> None:
    connector = shop.connector()
    reference = await connector.send_order(order(key))
    assert (shop.folder / "orders" / reference).is_file()
    assert set(reference) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.")
    assert len(reference) < 120
    assert await connector.find_order(key) == reference


def test_keys_that_differ_never_share_a_file() -> None:
    name = plugin("orders").file_name
    keys = ["trendyol:1", "trendyol/1", "trendyol_1", "Trendyol_1", "TRENDYOL_1", "trendyol 1", "x" * 90, "x" * 91]
    assert len({name(key).lower() for key in keys}) == len(keys)


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@cmd", "  =1+1", "\t=1", "\r\n=1", "\u202e=1"])
async def test_text_of_buyers_never_becomes_a_formula(shop: FilesShop, text: str) -> None:
    customer = Customer(name=text, note=text, billing=Address(street=text), shipping=Address(phone=text))
    lines = (ErpOrderLine("-A", text, 1000, Money(1, "TRY"), "M"),)
    reference = await shop.connector().send_order(order(customer=customer, lines=lines, payment=text, number=text))
    (row,) = rows_of(shop.folder / "orders" / reference)
    for column in (
        "customer_name",
        "customer_note",
        "billing_street",
        "shipping_phone",
        "name",
        "payment",
        "order_number",
    ):
        assert row[column].startswith("'"), column
        assert row[column].isprintable()
    assert row["code"] == "-A", "the ERP must know its own code again"


async def test_nothing_half_written_is_ever_seen(shop: FilesShop, monkeypatch: pytest.MonkeyPatch) -> None:
    connector, folder = shop.connector(), shop.folder / "orders"

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(plugin("orders").os, "fsync", full)
        with pytest.raises(NotSent, match="No space left"):
            await connector.send_order(order())
    assert not list(folder.glob("*.csv"))
    assert await connector.find_order("trendyol-1001") is None
    assert await connector.send_order(order()) == "order-trendyol-1001.csv"
    assert [path.name for path in folder.iterdir()] == ["order-trendyol-1001.csv"]


async def test_a_folder_that_could_not_be_kept_is_an_unknown_outcome(
    shop: FilesShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, calls = os.fsync, []

    def second_fails(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        fsync(handle)

    monkeypatch.setattr(plugin("orders").os, "fsync", second_fails)
    with pytest.raises(UnknownOutcome, match="Input/output"):
        await shop.connector().send_order(order())


async def test_no_order_vanishes_in_a_folder_that_is_not_the_shops(tmp_path: Path) -> None:
    empty = FilesShop(tmp_path)
    with pytest.raises(NotSent, match="isn't connected"):
        await empty.connector().send_order(order())
    assert not (tmp_path / "orders").exists()
    with pytest.raises(NotSent):
        await empty.connector(orders_folder=str(tmp_path / "elsewhere")).send_order(order())
    gone = FilesShop(tmp_path / "gone").connector()
    with pytest.raises(NotSent):
        await gone.send_order(order())
    with pytest.raises(Unavailable):
        await gone.find_order("trendyol-1001")
