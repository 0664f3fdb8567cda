"""What a line of the daemon's log, or an event, is about: the order or the product that its fields name."""

from __future__ import annotations

from collections.abc import Mapping

from omnisync.log.reader import Reader

_ORDER = """SELECT id FROM shop_order WHERE export_key = ? AND export_key <> ''
    UNION ALL SELECT id FROM shop_order WHERE store = ? AND number = ?"""
_PRODUCT = "SELECT product FROM listing WHERE store = ? AND remote_id = ?"


def order_named(reader: Reader, record: Mapping[str, object]) -> int | None:
    """The order's id: a line about the ERP names the key that it was sent under, one about a store its number there.

    One that the ERP refused may have been sent under no key yet: its line has the number too.
    """
    store, order = _text(record, "store"), _text(record, "order")
    number = _text(record, "number") or order
    kind, _colon, rest = _text(record, "stream").partition(":")
    if kind == "order":
        store, _colon, order = rest.partition(":")
        number = order
    found: int | None = reader.one(_ORDER, order, store, number) if order else None
    return found


def product_named(reader: Reader, record: Mapping[str, object]) -> int | None:
    """The id of the product whose listing it names; None also for a listing that no product is known for."""
    listing = _text(record, "listing")
    found: int | None = reader.one(_PRODUCT, _text(record, "store"), listing) if listing else None
    return found


def _text(record: Mapping[str, object], name: str) -> str:
    """A field; half a letter, which a store may send and SQLite does not take, is named by no key."""
    return str(record.get(name, "")).encode("utf-8", "replace").decode()
