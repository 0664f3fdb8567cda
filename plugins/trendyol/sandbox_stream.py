"""How the sandbox tells its orders: the package object and the stream with its cursor.

Written from facts/marketplaces.md 1.4, with Trendyol's own field names and its shifted ``orderDate``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from .sandbox_catalogue import RuleBroken
from .sandbox_orders import Line, Order, Package

_DAY = 86_400_000
_WINDOW = 14 * _DAY
_HISTORY = 90 * _DAY
_LARGEST_PAGE = 200
_SHIFT = 3 * 3_600_000
_CURSOR_LIFE = 5 * 60_000
"""The facts know no figure; a short one finds clients that keep a cursor."""

KNOWN_PARAMETERS = frozenset(
    {"size", "nextCursor", "lastModifiedStartDate", "lastModifiedEndDate", "packageItemStatuses"}
)

_PEOPLE = (
    ("Ada", "Deneme", "Örnek Sk. 1", "Maslak Mahallesi", "Sarıyer", "İstanbul", 34),
    ("Işık", "Örnek", "Deneme Cd. 12/3", "Kızılay Mahallesi", "Çankaya", "Ankara", 6),
    ("Gökçe", "Sınama", "Prova Sk. 7", "Alsancak Mahallesi", "Konak", "İzmir", 35),
)


def stream(orders: Sequence[Order], query: Mapping[str, str], now: int, currency: str) -> dict[str, Any]:
    """One page of the stream, the newest change first. Raises RuleBroken."""
    size = _whole(query, "size", 50)
    if not 1 <= size <= _LARGEST_PAGE:
        raise RuleBroken(f"size must be between 1 and {_LARGEST_PAGE}")
    start, end = _span(query, now)
    filters = {name: query[name] for name in sorted(set(query) & KNOWN_PARAMETERS - {"nextCursor"})}
    before = _place(query["nextCursor"], filters, now) if "nextCursor" in query else None
    wanted = set(query["packageItemStatuses"].split(",")) if "packageItemStatuses" in query else None
    found = sorted(
        (
            ((package.modified_at, package.package_id), order, package)
            for order in orders
            for package in order.packages
            if max(start, now - _HISTORY) <= package.modified_at <= end
            and package.visible_at <= now
            and (wanted is None or package.status in wanted)
        ),
        key=lambda row: row[0],
        reverse=True,
    )
    rest = [row for row in found if before is None or row[0] < before]
    content = [package_row(order, package, currency) for _, order, package in rest[:size]]
    cursor = _cursor(rest[size - 1][0], filters, now) if len(rest) > size else None
    return {"hasMore": cursor is not None, "nextCursor": cursor, "size": size, "content": content}


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(query.get(name, default))
    except ValueError:
        raise RuleBroken(f"{name} is not a number") from None


def _span(query: Mapping[str, str], now: int) -> tuple[int, int]:
    end = _whole(query, "lastModifiedEndDate", now)
    start = _whole(query, "lastModifiedStartDate", end - _WINDOW)
    if end < start or end - start > _WINDOW:
        raise RuleBroken("lastModifiedStartDate and lastModifiedEndDate must be at most 14 days apart")
    return start, end


def _cursor(last: tuple[int, int], filters: Mapping[str, str], now: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"last": last, "filters": filters, "at": now}).encode()).decode()


def _place(cursor: str, filters: Mapping[str, str], now: int) -> tuple[int, int]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError:
        raise RuleBroken("nextCursor is not valid") from None
    if place["filters"] != filters:
        raise RuleBroken("nextCursor belongs to other filters")
    if place["at"] < now - _CURSOR_LIFE:
        raise RuleBroken("nextCursor has expired")
    modified_at, package_id = place["last"]
    return modified_at, package_id


def package_row(order: Order, package: Package, currency: str) -> dict[str, Any]:
    """A package as Trendyol writes it; money of lines is per unit, money of the package is the total."""
    gross = _total(package.lines, lambda line: line.price)
    less = _total(package.lines, lambda line: line.discount)
    return {
        "orderNumber": order.number,
        "shipmentPackageId": package.package_id,
        "supplierId": 123456,
        "channelId": 1,
        "status": package.status,
        "shipmentPackageStatus": package.status,
        "orderDate": order.placed_at + _SHIFT,
        "lastModifiedDate": package.modified_at,
        "originShipmentDate": order.placed_at,
        "agreedDeliveryDate": order.placed_at + 2 * _DAY,
        "paymentMethod": "Kredi Kartı",
        "currencyCode": currency,
        "orderCountryCode": "TR",
        "packageGrossAmount": float(gross),
        "packageSellerDiscount": float(less),
        "packageTyDiscount": 0.0,
        "packageTotalDiscount": float(less),
        "packageTotalPrice": float(gross - less),
        **_buyer(order),
        "cargoProviderName": "Trendyol Express",
        "cargoTrackingNumber": package.tracking,
        "deliveryType": "normal",
        "invoiceLink": None,
        "invoiceStatus": "NotInvoiced",
        "createdBy": package.created_by,
        "originPackageIds": list(package.origins) or None,
        "packageHistories": [{"createdDate": at, "status": status} for at, status in package.histories],
        "lines": [_line(line, package.status, currency) for line in package.lines],
    }


def _total(lines: Sequence[Line], amount: Any) -> Decimal:
    return sum((amount(line) * line.quantity for line in lines), Decimal(0))


def _buyer(order: Order) -> dict[str, Any]:
    first, last, street, neighbourhood, district, city, code = _PEOPLE[order.buyer % len(_PEOPLE)]
    address = {
        "id": 11_111_111 + order.buyer,
        "firstName": first,
        "lastName": last,
        "fullName": f"{first} {last}",
        "company": "",
        "address1": street,
        "address2": "",
        "fullAddress": f"{street} {neighbourhood} {district} {city}",
        "city": city,
        "cityCode": code,
        "district": district,
        "neighborhood": neighbourhood,
        "countryCode": "TR",
        "phone": "5000000000",
    }
    return {
        "customerId": 888_888_888 + order.buyer,
        "customerFirstName": first,
        "customerLastName": last,
        "customerEmail": f"pf+{order.buyer}@trendyolmail.com",
        "identityNumber": "11111111111",
        "taxNumber": None,
        "commercial": False,
        "shipmentAddress": address | {"postalCode": "34200"},
        # Parts of the invoice address are often null.
        "invoiceAddress": address | {"postalCode": "", "company": None, "taxOffice": None, "taxNumber": None},
    }


def _line(line: Line, status: str, currency: str) -> dict[str, Any]:
    return {
        "lineId": line.line_id,
        "quantity": line.quantity,
        "barcode": line.variant.barcode,
        "stockCode": line.variant.stock_code,
        "contentId": line.variant.variant_id,
        "productName": line.variant.name,
        "sellerId": 123456,
        "currencyCode": currency,
        "vatRate": 20.0,
        "commission": 17,
        "lineGrossAmount": float(line.price),
        "lineSellerDiscount": float(line.discount),
        "lineTyDiscount": 0.0,
        "lineTotalDiscount": float(line.discount),
        "lineUnitPrice": float(line.price - line.discount),
        "orderLineItemStatusName": status,
        "cancelledBy": "",
        "cancelReason": "",
        "cancelReasonCode": 0,
    }
