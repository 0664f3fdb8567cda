"""Translates products, variations and the answers of a batch; pure, see facts/real-woocommerce.md 3 and 4."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from omnisync.connect.store import ItemResult, ListingRef, PushItem, RemoteListing
from omnisync.errors import Rejected
from omnisync.model.money import Money, parse_decimal
from omnisync.model.quantity import PIECE, parse_quantity

Row = Mapping[str, Any]
"""One object of the shop's JSON, of which only ``id`` is certain to be there."""

PRODUCT_FIELDS = (
    "id", "type", "status", "name", "sku", "global_unique_id", "regular_price", "manage_stock", "stock_quantity",
    "date_modified_gmt", "variations",
)  # fmt: skip
VARIATION_FIELDS = (
    "id", "parent_id", "status", "name", "sku", "global_unique_id", "regular_price", "manage_stock", "stock_quantity",
    "date_modified_gmt", "attributes",
)  # fmt: skip

_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_WITHOUT_STOCK = frozenset({"grouped", "external"})


@dataclass(frozen=True, slots=True)
class Parent:
    """A variable product, as far as its variations need it; ``children`` are their ids."""

    remote_id: str
    name: str
    code: str
    active: bool
    children: frozenset[int]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows in the shop's ``currency``; barcodes also from the custom field named ``barcode_field``."""

    currency: str
    barcode_field: str = ""

    def product(self, row: Row) -> RemoteListing | None:
        """The listing of a product, or None when nothing can be pushed to it (facts section 4).

        A variable product is a listing only when it keeps the stock of its variations; its price is
        theirs. Grouped and external products have neither. Raises ValueError when a figure is none.
        """
        kind = str(row.get("type", "simple"))
        variable = kind.startswith("variable")
        if kind in _WITHOUT_STOCK or (variable and row.get("manage_stock") is not True):
            return None
        remote_id = str(row["id"])
        _check_figures(row)
        return RemoteListing(
            ListingRef(remote_id, key=remote_id, extra={"kind": "variable" if variable else "simple"}),
            code=_text(row.get("sku")),
            barcodes=self._barcodes(row),
            name=plain(_text(row.get("name"))),
            stock=_stock(row),
            price=None if variable else money(row.get("regular_price"), self.currency),
            takes_price=not variable,
            active=row.get("status") == "publish",
            stock_at=_changed_at(row),
            price_at=_changed_at(row),
        )

    def variation(self, row: Row, parent: Parent) -> RemoteListing:
        """The listing of a variation.

        Without an SKU of its own a variation shows its parent's, which counts as no code; likewise
        ``manage_stock: "parent"`` shows the parent's figure and takes none (facts section 4).
        Raises ValueError when a figure is none.
        """
        _check_figures(row)
        remote_id = str(row["id"])
        code = _text(row.get("sku"))
        own_stock = row.get("manage_stock") != "parent"
        name = plain(_text(row.get("name"))) or _options(row)
        return RemoteListing(
            ListingRef(
                remote_id,
                key=remote_id,
                group=parent.remote_id,
                extra={"kind": "variation", "stock": "own" if own_stock else "parent"},
            ),
            code="" if code == parent.code else code,
            barcodes=self._barcodes(row),
            name=f"{parent.name} - {name}" if name else parent.name,
            stock=_stock(row),
            price=money(row.get("regular_price"), self.currency),
            takes_stock=own_stock,
            active=parent.active and row.get("status") == "publish",
            # The parent's figure changes without the variation being saved.
            stock_at=_changed_at(row) if own_stock else None,
            price_at=_changed_at(row),
        )

    def _barcodes(self, row: Row) -> tuple[str, ...]:
        found = [_text(row.get("global_unique_id"))]
        if self.barcode_field:
            found += [
                _text(meta.get("value")) for meta in row.get("meta_data") or () if meta.get("key") == self.barcode_field
            ]
        return tuple(dict.fromkeys(barcode for barcode in found if barcode))

    def result(self, item: PushItem, answer: Row) -> ItemResult:
        """What became of one item of a batch, from its entry in the answer.

        HTTP 200 is not "done": figures may be ignored or changed on the way (facts section 4), so
        the stored ones are told, and one that is not kept at all counts as refused.
        """
        remote_id = item.ref.remote_id
        if error := answer.get("error"):
            status = (error.get("data") or {}).get("status")
            return ItemResult(remote_id, refused=words(error), temporary=isinstance(status, int) and status >= 500)
        stock, price = _stock(answer), money(answer.get("regular_price"), self.currency)
        if item.ref.group and str(answer.get("parent_id") or item.ref.group) != item.ref.group:
            return ItemResult(remote_id, refused="This variation now belongs to another product; read the listings.")
        if item.stock is not None and stock is None:
            return ItemResult(
                remote_id,
                refused="The shop keeps no stock for it. Stock management may be switched off under "
                "WooCommerce > Settings > Products > Inventory.",
            )
        if item.price is not None and price is None:
            return ItemResult(remote_id, refused="The shop took the price but shows none now.")
        return ItemResult(remote_id, stock=stock, price=price)


def parent(row: Row) -> Parent | None:
    """What a variable product tells its variations; None for any other type."""
    if not str(row.get("type", "")).startswith("variable"):
        return None
    return Parent(
        str(row["id"]),
        plain(_text(row.get("name"))),
        _text(row.get("sku")),
        row.get("status") == "publish",
        frozenset(row.get("variations") or ()),
    )


def update(item: PushItem) -> dict[str, Any]:
    """The entry of a batch that sets these figures.

    A batch is not checked against any schema and stores "12,50" as 1250 (facts section 4), so
    everything is checked here. Raises Rejected for what the shop would ignore or mangle.
    """
    remote_id = item.ref.remote_id
    body: dict[str, Any] = {"id": int(remote_id)}
    if item.stock is not None:
        if item.ref.extra.get("stock") == "parent":
            raise Rejected("The stock of this variation is kept at its product; the shop would ignore it.", remote_id)
        if item.stock % PIECE or item.stock < 0:
            raise Rejected("WooCommerce takes whole pieces of 0 or more.", remote_id)
        body |= {"manage_stock": True, "stock_quantity": item.stock // PIECE}
    if item.price is not None:
        if item.ref.extra.get("kind") == "variable":
            raise Rejected("A product with variations has no price of its own; the shop would ignore it.", remote_id)
        if item.price.minor < 0:
            raise Rejected("A price can't be below 0.", remote_id)
        body["regular_price"] = str(item.price)
    return body


def millis(text: Any) -> int:
    """A ``..._gmt`` time, UTC without a "Z" (facts section 5), in milliseconds; 0 when it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return 0
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()) * 1000


def _changed_at(row: Row) -> int | None:
    """When the product was last saved: any change of it, by a person, an order or a write (facts sections 4 and 5)."""
    return millis(row.get("date_modified_gmt")) or None


def plain(text: str) -> str:
    """Text as a person reads it: names and messages come with tags and HTML entities (facts 3 and 4)."""
    return html.unescape(_TAG.sub("", text)).strip()


def words(error: Row) -> str:
    """What the shop says about a refusal: its message, for wrong parameters also which and why."""
    message = plain(_text(error.get("message"))) or _text(error.get("code")) or "The shop gave no reason."
    data = error.get("data")
    params = data.get("params") if isinstance(data, Mapping) else None
    if isinstance(params, Mapping):
        message += " " + " ".join(plain(_text(reason)) for reason in params.values())
    return message


def money(value: Any, currency: str) -> Money | None:
    """A price as the shopkeeper typed it, always with a point ("29.90", "2990"); None when there is none."""
    amount = decimal(value)
    return None if amount is None else Money.of(amount, currency)


def decimal(value: Any) -> Decimal | None:
    """A number that is a JSON number or a text with a point; None when it is neither.

    PHP knows no thousands: to the shop a "1,299" that an import wrote past WooCommerce is 1, not 1299.
    """
    text = str(value).strip()
    if value is None or isinstance(value, bool) or "," in text or " " in text:
        return None
    try:
        return parse_decimal(text, ".")
    except ValueError:
        return None


def quantity(value: Any) -> int:
    """Thousandths from a JSON number or text; 0 when it is neither."""
    amount = decimal(value)
    return 0 if amount is None else parse_quantity(str(amount), ".")


def _check_figures(row: Row) -> None:
    """A figure that a plugin has spoilt is neither 0 nor left out. Raises ValueError for one that is no number."""
    for name in ("regular_price", "stock_quantity"):
        value = row.get(name)
        if value not in (None, "") and decimal(value) is None:
            raise ValueError(f"{name} is {str(value)[:40]!r}")


def _stock(row: Row) -> int | None:
    return quantity(row.get("stock_quantity")) if row.get("manage_stock") in (True, "parent") else None


def _options(row: Row) -> str:
    """The chosen options of a variation: WooCommerce 7.9 gives it no name of its own."""
    return ", ".join(plain(_text(each.get("option"))) for each in row.get("attributes") or ())


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
