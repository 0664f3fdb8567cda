"""The shop's things as the REST interface shows them, with the keys of version 11.0 (facts/real-woocommerce.md 4-6)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .goods import Product
from .sales import Line, Order, Refund, Sales

_ZONES = {"RON": "Europe/Bucharest", "HUF": "Europe/Budapest", "TRY": "Europe/Istanbul"}

_PRODUCT_CONSTANTS: dict[str, Any] = {
    "featured": False, "catalog_visibility": "visible", "short_description": "", "total_sales": 0,
    "external_url": "", "button_text": "", "sold_individually": False, "shipping_required": True,
    "shipping_taxable": True, "reviews_allowed": True, "average_rating": "0.00", "rating_count": 0, "upsell_ids": [],
    "cross_sell_ids": [], "purchase_note": "", "brands": [], "tags": [], "images": [], "default_attributes": [],
    "categories": [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}], "grouped_products": [],
    "price_html": "", "related_ids": [], "post_password": "",
}  # fmt: skip
_COMMON_CONSTANTS: dict[str, Any] = {
    "description": "", "date_on_sale_from": None, "date_on_sale_from_gmt": None, "date_on_sale_to": None,
    "date_on_sale_to_gmt": None, "purchasable": True, "virtual": False, "downloadable": False, "downloads": [],
    "download_limit": -1, "download_expiry": -1, "tax_status": "taxable", "tax_class": "", "backordered": False,
    "low_stock_amount": None, "weight": "", "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_class": "", "shipping_class_id": 0, "menu_order": 0,
}  # fmt: skip
_ORDER_CONSTANTS: dict[str, Any] = {
    "parent_id": 0, "prices_include_tax": True, "discount_total": "0.00", "discount_tax": "0.00", "customer_id": 0,
    "transaction_id": "", "customer_ip_address": "127.0.0.1", "customer_user_agent": "", "date_completed": None,
    "date_paid": None, "cart_hash": "", "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [],
    "date_completed_gmt": None, "date_paid_gmt": None, "is_editable": False, "needs_payment": False,
    "needs_processing": True,
}  # fmt: skip
_ONLY_NEW = ("global_unique_id", "brands", "post_password", "gallery_image_ids")
"""Keys that version 7.9 doesn't show."""


class Faces:
    """Shows products and orders of a shop in that currency, which also decides its time zone."""

    def __init__(self, sales: Sales, currency: str) -> None:
        self.zone = ZoneInfo(_ZONES.get(currency, "Europe/Bucharest"))
        self._sales = sales
        self._currency = currency

    def local(self, seconds: int) -> str:
        """A time in the shop's own time zone, without saying so."""
        return datetime.fromtimestamp(seconds, self.zone).strftime("%Y-%m-%dT%H:%M:%S")

    def times(self, **moments: int) -> dict[str, str]:
        """Each time twice: in the shop's time zone, and as ``_gmt`` in UTC without a "Z"."""
        shown = {f"date_{name}": self.local(at) for name, at in moments.items()}
        return shown | {
            f"date_{name}_gmt": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            for name, at in moments.items()
        }

    def product(self, product: Product, base: str, version: str) -> dict[str, Any]:
        """A product, or a variation asked for as a product."""
        face = {
            **_PRODUCT_CONSTANTS,
            **self._both(product, f"{base}/products", product.id),
            "name": product.shown_name,
            "type": product.type,
            "slug": f"product-{product.id}",
            "parent_id": product.parent.id if product.parent else 0,
            "variations": [child.id for child in product.children],
            "has_options": bool(product.children),
            "attributes": [_attribute(product)] if product.children else [],
        }
        return _of_version(face, version)

    def variation(self, variation: Product, base: str, version: str) -> dict[str, Any]:
        """A variation; name, type and parent are told by newer versions only (facts/webshops.md 2.3)."""
        parent = variation.parent
        above = parent.id if parent else 0
        face = {
            **self._both(variation, f"{base}/products/{above}/variations", variation.id),
            "type": "variation",
            "name": variation.option,
            "parent_id": above,
            "image": None,
            "gallery_image_ids": [],
            "attributes": [{"id": 0, "name": "Varianta", "slug": "varianta", "option": variation.option}],
        }
        if version.startswith("7."):
            face = {key: value for key, value in face.items() if key not in ("type", "name", "parent_id")}
        return _of_version(face, version)

    def order(self, order: Order, base: str, version: str) -> dict[str, Any]:
        """An order with its lines; amounts are net, the tax stands beside them."""
        shipping = self._sales.net(order.shipping)
        tax = sum((line.gross - self._sales.net(line.gross) for line in order.lines), Decimal(0))
        return {
            **_ORDER_CONSTANTS,
            **self.times(created=order.created, modified=order.modified),
            "id": order.id,
            "number": str(order.id),
            "status": order.status,
            "currency": self._currency,
            "currency_symbol": "lei" if self._currency == "RON" else self._currency,
            "version": version,
            "shipping_total": self._money(shipping),
            "shipping_tax": self._money(order.shipping - shipping),
            "cart_tax": self._money(tax),
            "total_tax": self._money(tax + order.shipping - shipping),
            "total": self._money(order.total),
            "order_key": f"wc_order_{order.id:013x}",
            "billing": dict(order.buyer),
            "shipping": {key: value for key, value in order.buyer.items() if key != "email"},
            "payment_method": "cod",
            "payment_method_title": "Cash on delivery",
            "created_via": order.created_via,
            "customer_note": "",
            "meta_data": [],
            "payment_url": "",
            "line_items": [self._line(line) for line in order.lines],
            "refunds": [{"id": r.id, "reason": "", "total": self._money(-r.amount)} for r in order.refunds],
            "_links": {"self": [{"href": f"{base}/orders/{order.id}"}], "collection": [{"href": f"{base}/orders"}]},
        }

    def refund(self, refund: Refund, order: Order) -> dict[str, Any]:
        """A refund: its lines have quantities below 0 and name the order's lines in their meta data."""
        lines = {line.id: line for line in order.lines}
        return {
            "id": refund.id,
            **self.times(created=refund.created),
            "amount": self._money(refund.amount),
            "reason": "",
            "refunded_by": 1,
            "refunded_payment": False,
            "meta_data": [],
            "line_items": [self._refunded(lines[line], pieces) for line, pieces in refund.pieces.items()],
            "shipping_lines": [],
            "tax_lines": [],
            "fee_lines": [],
        }

    def _both(self, product: Product, collection: str, number: int) -> dict[str, Any]:
        quantity = product.quantity
        return {
            **_COMMON_CONSTANTS,
            **self.times(created=product.created, modified=product.modified),
            "id": product.id,
            "status": product.status,
            "permalink": f"{collection.split('/wp-json', 1)[0]}/product/{product.id}/",
            "sku": product.shown_sku,
            "global_unique_id": product.gtin,
            "price": product.price,
            "regular_price": product.regular_price,
            "sale_price": product.sale_price,
            "on_sale": bool(product.sale_price),
            "manage_stock": product.manage_stock,
            "stock_quantity": quantity,
            "stock_status": _stock_status(product),
            "backorders": product.backorders,
            "backorders_allowed": product.backorders != "no",
            "meta_data": [{"id": 1, "key": key, "value": value} for key, value in product.meta.items()],
            "_links": {"self": [{"href": f"{collection}/{number}"}], "collection": [{"href": collection}]},
        }

    def _line(self, line: Line) -> dict[str, Any]:
        parent = line.product.parent
        net = self._sales.net(line.gross)
        top = parent or line.product
        return {
            **self._named(line),
            "id": line.id,
            "product_id": top.id,
            "variation_id": line.product.id if parent else 0,
            "quantity": line.quantity,
            "subtotal": self._money(net),
            "subtotal_tax": self._money(line.gross - net),
            "total": self._money(net),
            "total_tax": self._money(line.gross - net),
            "price": float(round(net / line.quantity, 6)) if line.quantity else 0,
            "meta_data": [_meta("_reduced_stock", str(line.reduced))] if line.reduced else [],
        }

    def _refunded(self, line: Line, pieces: int) -> dict[str, Any]:
        gross = line.gross * pieces / line.quantity
        net = self._sales.net(gross)
        return {
            **self._line(line),
            "id": line.id + 1_000_000,
            "quantity": -pieces,
            "subtotal": self._money(-net),
            "subtotal_tax": self._money(net - gross),
            "total": self._money(-net),
            "total_tax": self._money(net - gross),
            "meta_data": [_meta("_refunded_item_id", str(line.id))],
        }

    def _named(self, line: Line) -> dict[str, Any]:
        product = line.product
        return {
            "name": product.shown_name,
            "sku": product.shown_sku,
            "global_unique_id": product.gtin,
            "parent_name": product.parent.name if product.parent else None,
            "tax_class": "",
            "taxes": [],
            "image": {"id": "", "src": ""},
        }

    def _money(self, amount: Decimal) -> str:
        return str(self._sales.rounded(amount))


def _stock_status(product: Product) -> str:
    quantity = product.quantity
    if quantity is None or quantity > 0:
        return "instock"
    return "outofstock" if product.backorders == "no" else "onbackorder"


def _attribute(product: Product) -> dict[str, Any]:
    options = [child.option for child in product.children]
    return {"id": 0, "name": "Varianta", "slug": "Varianta", "position": 0, "visible": True, "variation": True,
            "options": options}  # fmt: skip


def _meta(key: str, value: str) -> dict[str, Any]:
    return {"id": 1, "key": key, "value": value, "display_key": key, "display_value": value}


def _of_version(face: dict[str, Any], version: str) -> dict[str, Any]:
    if not version.startswith("7."):
        return face
    return {key: value for key, value in face.items() if key not in _ONLY_NEW}
