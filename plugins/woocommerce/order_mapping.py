"""Translates orders and refunds; pure, see facts/real-woocommerce.md 5 and 6."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from omnisync.model.money import Money, scaled
from omnisync.model.order import Address, Customer, OrderLine, OrderPart, OrderState
from omnisync.model.quantity import PIECE

from .mapping import Row, decimal, millis, plain, quantity
from .provinces import province

SKIPPED = frozenset({"checkout-draft", "auto-draft"})
"""A visitor on the checkout page, a form that nobody has sent yet: no orders (facts section 6)."""

_STATES = {
    "pending": OrderState.WAITING,
    "on-hold": OrderState.WAITING,
    "processing": OrderState.NEW,
    "completed": OrderState.SHIPPED,
    "cancelled": OrderState.CANCELLED,
    "failed": OrderState.CANCELLED,
    "trash": OrderState.CANCELLED,
    "refunded": OrderState.RETURNED,
}

# Names under which shops' plugins keep a company's numbers, without a leading "_" and "billing_".
_TAX_NUMBER = frozenset({
    "vat", "vat_number", "vat_id", "eu_vat_number", "tax_number", "tax_id", "vergi_no", "vergi_numarasi", "cui", "cif",
    "adoszam", "wc_szamlazz_adoszam", "szamlazz_adoszam",
})  # fmt: skip
_TAX_OFFICE = frozenset({"tax_office", "vergi_dairesi"})
_IDENTITY_NUMBER = frozenset({"tc", "tc_no", "tc_kimlik", "tc_kimlik_no", "kimlik_no", "identity_number", "cnp"})


def state(status: str) -> OrderState:
    """Our word for the shop's status; one that a plugin of the shop made up counts as a new order."""
    return _STATES.get(status, OrderState.NEW)


def wants_refunds(order: Row) -> bool:
    """Whether the order's refunds must be read to know how many pieces the buyer still gets."""
    return bool(order.get("refunds")) and state(str(order.get("status"))).holds_stock


def refunded(refunds: Iterable[Row]) -> Mapping[str, int]:
    """Refunded thousandths by line id; money that was given back without goods counts nothing."""
    found: Counter[str] = Counter()
    for refund in refunds:
        for line in refund.get("line_items") or ():
            found[str(_meta(line).get("_refunded_item_id", ""))] += abs(quantity(line.get("quantity")))
    return found


def part(order: Row, returned: Mapping[str, int]) -> OrderPart:
    """The order as one part; ``returned`` are the refunded thousandths by line id.

    While goods are owed, quantities and total are what is left after refunds; an order that is
    cancelled or refunded as a whole keeps its original figures.
    """
    currency = str(order.get("currency") or "").upper()
    status = str(order.get("status"))
    now = state(status)
    given_back = _sum(order.get("refunds") or (), "total") if now.holds_stock else Decimal(0)
    modified = millis(order.get("date_modified_gmt")) or millis(order.get("date_created_gmt"))
    return OrderPart(
        number=str(order.get("number") or order["id"]),
        state=now,
        modified_at=modified,
        placed_at=millis(order.get("date_created_gmt")) or modified,
        total=Money.of(_amount(order.get("total")) + given_back, currency),
        lines=tuple(_line(line, currency, returned) for line in order.get("line_items") or ()),
        customer=_customer(order),
        remote_state=status,
        payment=plain(str(order.get("payment_method_title") or order.get("payment_method") or "")),
        shipping=Money.of(_beside_goods(order), currency),
    )


def gmt(at: int) -> str:
    """Milliseconds UTC as the shop takes it together with ``dates_are_gmt``: whole seconds, no "Z"."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _line(line: Row, currency: str, returned: Mapping[str, int]) -> OrderLine:
    """One line: its amounts are net with the tax beside them; a deleted product leaves id 0 behind."""
    ordered = scaled(_amount(line.get("quantity")), PIECE)
    gross = _sum([line], "total", "total_tax")
    listing = line.get("variation_id") or line.get("product_id")
    codes = (str(line.get(name) or "") for name in ("sku", "global_unique_id"))
    line_id = str(line.get("id"))
    return OrderLine(
        line_id=line_id,
        remote_id=str(listing) if listing else "",
        codes=tuple(code for code in codes if code),
        name=plain(str(line.get("name") or "")),
        quantity=max(0, ordered - returned.get(line_id, 0)),
        price=Money.of(gross * 1000 / ordered if ordered else gross, currency),
        taken=quantity(_meta(line).get("_reduced_stock")),
    )


def _beside_goods(order: Row) -> Decimal:
    """What is paid beside the goods: shipping, and fees such as that of cash on delivery, which would be in no line."""
    fees = _sum(order.get("fee_lines") or (), "total", "total_tax")
    return _sum([order], "shipping_total", "shipping_tax") + fees


def _customer(order: Row) -> Customer:
    billing = order.get("billing") or {}
    meta = {key.lstrip("_").removeprefix("billing_").lower(): value for key, value in _meta(order).items()}
    return Customer(
        ref=str(order.get("customer_id") or ""),
        name=_name(billing),
        email=str(billing.get("email") or ""),
        phone=str(billing.get("phone") or ""),
        company=str(billing.get("company") or ""),
        tax_number=_first(meta, _TAX_NUMBER),
        tax_office=_first(meta, _TAX_OFFICE),
        identity_number=_first(meta, _IDENTITY_NUMBER),
        note=str(order.get("customer_note") or ""),
        billing=_address(billing),
        shipping=_address(order.get("shipping") or {}),
    )


def _address(raw: Row) -> Address:
    """A postal address; in Turkey WooCommerce's "city" is the district, the province stands in "state"."""
    country, city, region = (str(raw.get(name) or "") for name in ("country", "city", "state"))
    district = region
    if country == "TR":
        district, city = city, province(region)
    return Address(
        name=_name(raw),
        company=str(raw.get("company") or ""),
        street=", ".join(str(raw[name]) for name in ("address_1", "address_2") if raw.get(name)),
        district=district,
        city=city,
        postcode=str(raw.get("postcode") or ""),
        country=country,
        phone=str(raw.get("phone") or ""),
    )


def _name(raw: Row) -> str:
    return " ".join(str(raw[name]) for name in ("first_name", "last_name") if raw.get(name))


def _meta(row: Row) -> dict[str, Any]:
    return {str(meta.get("key")): meta.get("value") for meta in row.get("meta_data") or ()}


def _first(meta: Mapping[str, Any], names: frozenset[str]) -> str:
    return next((str(value) for key, value in meta.items() if key in names and value), "")


def _sum(rows: Iterable[Row], *names: str) -> Decimal:
    return sum((_amount(row.get(name)) for row in rows for name in names), Decimal(0))


def _amount(value: Any) -> Decimal:
    """A number of the shop's; what is left out or empty is 0. Raises ValueError for what is none.

    Taken for 0, an amount that a plugin has spoilt would give the goods away on the invoice.
    """
    amount = decimal(value)
    if amount is None and value not in (None, ""):
        raise ValueError(f"{str(value)[:40]!r} is no amount")
    return amount or Decimal(0)
