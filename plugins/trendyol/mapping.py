"""Translation between Trendyol's JSON and OmniSync's words, both ways. Pure: no clock, no network.

Every function names the section of facts/marketplaces.md that it is written from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from omnisync.connect.store import ItemResult, ListingRef, PushItem, RemoteListing
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer, OrderLine, OrderPart, OrderState
from omnisync.model.quantity import PIECE

Json = Mapping[str, Any]
"""A JSON object as it came from Trendyol."""

TURKISH_TIME = 3 * 3600 * 1000
"""``orderDate`` is Turkish wall clock written as if it were UTC; every other time is true UTC (0.1-9)."""

_STATES: Mapping[str, OrderState] = {
    "awaiting": OrderState.WAITING,
    "created": OrderState.NEW,
    "picking": OrderState.PREPARING,
    "invoiced": OrderState.PREPARING,
    "shipped": OrderState.SHIPPED,
    "atcollectionpoint": OrderState.SHIPPED,
    # On its way back, not yet in the shop: Trendyol says Returned when it has arrived.
    "undelivered": OrderState.SHIPPED,
    "delivered": OrderState.DELIVERED,
    "returned": OrderState.RETURNED,
    "cancelled": OrderState.CANCELLED,
    "unsupplied": OrderState.CANCELLED,
}

_MOST = 10**15
"""A time in milliseconds has 13 digits."""

_SPLIT = "unpacked"
"""The status of a package that others took the place of."""

_DONE = frozenset({"SUCCESS"})
_REFUSED = frozenset({"FAILED", "FAILURE"})

_TRY_AGAIN = re.compile(
    r"\b30\b.*(dakika|minute)|(dakika|minute).*\b30\b|tekrar dene|try again", re.IGNORECASE | re.DOTALL
)
"""Reasons that pass by themselves: 30 price changes per barcode a minute (1.1), and its own "try again"."""


# ------------------------------------------------------------------------------------------ plain values


def decimal(value: Any) -> Decimal | None:
    """The number exactly as Trendyol wrote it, None when it is absent.

    The shortest text of a parsed JSON number is what stood in the JSON, so no rounding error comes in.
    Raises ArithmeticError for what is no number.
    """
    return None if value is None or value == "" else Decimal(str(value))


def whole(value: Any) -> int:
    """A count or a time. Raises ArithmeticError for what no count or time can be, which no database could keep."""
    found = int(value)
    if abs(found) > _MOST:
        raise OverflowError(f"a number of {len(str(found))} digits")
    return found


def moment(value: Any) -> int | None:
    """A time in milliseconds UTC, from a number of them or from a date as text (1.3 has both); None for all else."""
    try:
        return max(0, whole(value or 0)) or None
    except (ValueError, TypeError, ArithmeticError):
        pass
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return int(at.timestamp() * 1000) if at.tzinfo is not None else None


def number(price: Money) -> float:
    """A price for JSON: the float whose shortest text is exactly the price (1.3).

    It is made from the decimal in one step and never calculated with; amounts far above a thousand
    billion would be needed for the text to differ.
    """
    return float(price.amount)


def text(value: Any) -> str:
    """Any JSON value as text, "" for null; ids of every kind become text here (they outgrow 64 bits)."""
    return "" if value is None else str(value).strip()


def several(value: Any) -> Sequence[Any]:
    """A list as it is, null as an empty one, anything else as the only thing in it."""
    if value is None or value == "":
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _first(row: Json, *names: str) -> Any:
    """The value under the first of the names that has one: newer names come before those of old (1.4)."""
    return next((row[name] for name in names if row.get(name) is not None), None)


def _money(value: Any, currency: str) -> Money | None:
    amount = decimal(value)
    return None if amount is None else Money.of(amount, currency)


# ---------------------------------------------------------------------------------------------- listings


def listing_ref(barcode: str, sale_price: Money | None, list_price: Money | None) -> ListingRef:
    """How a listing is named: by its barcode as Trendyol echoes it, which order lines carry too (1.3, 1.4).

    ``extra`` keeps both prices, because a price push must carry both and the higher one is the shop's.
    """
    known = {"sale_price": sale_price, "list_price": list_price}
    return ListingRef(barcode, key=barcode, extra={name: str(price) for name, price in known.items() if price})


def variants(content: Json) -> list[Json]:
    """The variants in one row of products; one without a barcode can't be named by any call and is left out (1.2)."""
    return [variant for variant in content.get("variants") or () if text(variant.get("barcode"))]


def catalogue_listing(content: Json, variant: Json, currency: str) -> RemoteListing:
    """One variant of a row of the approved products (1.2).

    Stock that was never set is 0. Archived, locked and blacklisted ones are not active; "not on sale" alone
    only means sold out.
    """
    price, stock = variant.get("price") or {}, variant.get("stock") or {}
    flags = (variant.get(flag) for flag in ("archived", "locked", "blacklisted"))
    stopped = any(flag and text(flag).lower() != "false" for flag in flags)
    kinds = [text(attribute.get("attributeValue")) for attribute in variant.get("attributes") or ()]
    return _remote_listing(
        variant,
        name=", ".join(part for part in (text(content.get("title")), *kinds) if part),
        quantity=stock.get("quantity"),
        stock_at=stock.get("lastModifiedDate"),
        sale_price=_money(price.get("salePrice"), currency),
        list_price=_money(price.get("listPrice"), currency),
        active=not stopped,
    )


def figure_listing(variant: Json, currency: str) -> RemoteListing:
    """One variant of the light read, which carries figures but no names and no flags (1.2)."""
    return _remote_listing(
        variant,
        name="",
        quantity=variant.get("quantity"),
        stock_at=variant.get("stockLastModifiedDate"),
        sale_price=_money(variant.get("salePrice"), currency),
        list_price=_money(variant.get("listPrice"), currency),
        active=True,
    )


def _remote_listing(
    variant: Json,
    *,
    name: str,
    quantity: Any,
    stock_at: Any,
    sale_price: Money | None,
    list_price: Money | None,
    active: bool,
) -> RemoteListing:
    barcode = text(variant["barcode"])
    return RemoteListing(
        ref=listing_ref(barcode, sale_price, list_price),
        code=text(variant.get("stockCode")),
        barcodes=(barcode,),
        name=name,
        stock=whole(quantity or 0) * PIECE,
        price=sale_price,
        active=active,
        stock_at=moment(stock_at),
    )


# -------------------------------------------------------------------------------------------------- push


def push_row(item: PushItem) -> dict[str, Any]:
    """One item of a stock and price push; figures that are left alone are absent (1.3)."""
    row: dict[str, Any] = {"barcode": item.ref.key}
    if item.stock is not None:
        row["quantity"] = item.stock // PIECE
    if item.price is not None:
        row["salePrice"] = number(item.price)
        row["listPrice"] = number(list_price(item.ref, item.price))
    return row


def list_price(ref: ListingRef, price: Money) -> Money:
    """The price to be shown struck through beside a new selling price (1.3: never below it).

    The one that the shop set is kept while it still is one: above its selling price when last seen, and
    not below the new price. Otherwise there is none, which Trendyol writes as both being equal.
    """
    known, selling = decimal(ref.extra.get("list_price")), decimal(ref.extra.get("sale_price"))
    if known is None or selling is None or known <= selling or known < price.amount:
        return price
    return Money.of(known, price.currency)


def push_results(answer: Json, items: Sequence[PushItem]) -> list[ItemResult] | None:
    """The outcome of each item of a push, None while one of them is open (1.3).

    The answer has no status of its own: it is finished when all ``itemCount`` items (where it doesn't
    count: all that were sent) are there with a final status. Of rows that repeat a barcode a refusal counts.
    """
    rows: Sequence[Json] = answer.get("items") or ()
    if not rows or len(rows) < int(answer.get("itemCount") or len(items)):
        return None
    if any(_status(row) not in _DONE | _REFUSED for row in rows):
        return None
    outcomes: dict[str, Json] = {}
    for row in sorted(rows, key=lambda row: _status(row) in _REFUSED):
        outcomes[text((row.get("requestItem") or {}).get("barcode"))] = row
    return [_result(item.ref, outcomes.get(item.ref.key)) for item in items]


def _status(row: Json) -> str:
    return text(row.get("status")).upper()


def _result(ref: ListingRef, row: Json | None) -> ItemResult:
    if row is None:
        return ItemResult(ref.remote_id, refused="Trendyol's result does not mention this item.", temporary=True)
    if _status(row) in _DONE:
        return ItemResult(ref.remote_id)
    words = "; ".join(text(reason) for reason in several(row.get("failureReasons"))) or "Trendyol gave no reason."
    return ItemResult(ref.remote_id, refused=words, temporary=bool(_TRY_AGAIN.search(words)))


# ------------------------------------------------------------------------------------------------ orders


def order_state(status: str) -> OrderState:
    """OmniSync's word for a status; one that is not known counts as a new order, which keeps stock (1.4)."""
    return _STATES.get(status.lower(), OrderState.NEW)


def order_part(package: Json, currency: str) -> OrderPart:
    """One package of an order (1.4). ``currency`` is used where the package names none.

    A split parent (UnPacked) is dead. One that could not be supplied is cancelled; where a package with
    what is left of it was born, that one names it in ``originPackageIds``, so it is replaced too.
    Raises KeyError, ValueError, TypeError, AttributeError or ArithmeticError when it can't be read.
    """
    status = text(package.get("status") or package.get("shipmentPackageStatus"))
    currency = text(package.get("currencyCode")) or currency
    lines = tuple(order_line(line, status, currency) for line in package["lines"])
    modified_at = whole(package["lastModifiedDate"])
    placed_at = package.get("orderDate")
    return OrderPart(
        number=_id(package, "orderNumber"),
        state=order_state(status),
        modified_at=modified_at,
        placed_at=modified_at if placed_at is None else whole(placed_at) - TURKISH_TIME,
        total=_money(_first(package, "packageTotalPrice", "totalPrice"), currency) or _sum(lines, currency),
        lines=lines,
        customer=customer(package),
        part=_id(package, "shipmentPackageId", "id"),
        replaces=tuple(text(origin) for origin in several(package.get("originPackageIds"))),
        dead=status.lower() == _SPLIT,
        remote_state=status,
        payment=text(package.get("paymentMethod")),
    )


def order_line(line: Json, package_status: str, currency: str) -> OrderLine:
    """One line of a package (1.4); its money is per unit.

    Trendyol lowers its own figure when the buyer orders and is not known to raise it again after a
    cancel, so all of the quantity counts as taken, whatever became of the line.
    """
    barcode, currency = text(line.get("barcode")), text(line.get("currencyCode")) or currency
    quantity = whole(line["quantity"]) * PIECE
    if quantity < 0:
        raise ValueError("a quantity below 0")
    return OrderLine(
        line_id=_id(line, "lineId", "id"),
        remote_id=barcode,
        codes=tuple(code for code in (barcode, text(_first(line, "stockCode", "merchantSku"))) if code),
        name=text(line.get("productName")),
        quantity=quantity,
        price=_unit_price(line, currency),
        taken=quantity,
        state=_line_state(text(line.get("orderLineItemStatusName")), package_status),
    )


def _id(row: Json, name: str, *names_of_old: str) -> str:
    value = text(_first(row, name, *names_of_old))
    if not value:
        raise KeyError(name)
    return value


def _sum(lines: Sequence[OrderLine], currency: str) -> Money:
    return Money(sum(line.price.minor * line.quantity // PIECE for line in lines), currency)


def _unit_price(line: Json, currency: str) -> Money:
    price = decimal(_first(line, "lineUnitPrice", "price"))
    if price is None:
        gross, less = decimal(_first(line, "lineGrossAmount", "amount")), decimal(line.get("lineTotalDiscount"))
        price = (gross or Decimal(0)) - (less or Decimal(0))
    return Money.of(price, currency)


def _line_state(status: str, package_status: str) -> OrderState | None:
    """A line's own state where it says that this line alone was cancelled or came back.

    Anything else is its package's to say: one that is over owes nothing, whatever its lines still say.
    """
    state = _STATES.get(status.lower())
    ended = state is not None and not state.holds_stock and order_state(package_status).holds_stock
    return state if ended else None


def customer(package: Json) -> Customer:
    """The buyer (1.4); tax fields stand in the invoice address and only for companies, much may be null."""
    shipping, billing = package.get("shipmentAddress") or {}, package.get("invoiceAddress") or {}
    return Customer(
        ref=text(package.get("customerId")),
        name=_joined(package, "customerFirstName", "customerLastName"),
        email=text(package.get("customerEmail")),
        phone=text(shipping.get("phone")) or text(billing.get("phone")),
        company=text(billing.get("company")),
        tax_number=text(billing.get("taxNumber")) or text(package.get("taxNumber")),
        tax_office=text(billing.get("taxOffice")),
        identity_number=text(package.get("identityNumber")),
        billing=address(billing),
        shipping=address(shipping),
    )


def address(row: Json) -> Address:
    """A postal address (1.4); the neighbourhood stands with the street, as on a Turkish envelope."""
    return Address(
        name=text(row.get("fullName")) or _joined(row, "firstName", "lastName"),
        company=text(row.get("company")),
        street=_joined(row, "address1", "address2", "neighborhood"),
        district=text(row.get("district")),
        city=text(row.get("city")),
        postcode=text(row.get("postalCode")),
        country=text(row.get("countryCode")),
        phone=text(row.get("phone")),
    )


def _joined(row: Json, *names: str) -> str:
    return " ".join(filter(None, (text(row.get(name)) for name in names)))
