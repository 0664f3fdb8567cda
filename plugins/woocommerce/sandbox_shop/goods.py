"""What the sandbox's shop has on sale and how many of it: WooCommerce's rules of stock and of writing.

facts/real-woocommerce.md 4: figures that are taken silently, stock kept at the parent, inherited SKUs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnisync.connect import Clock


@dataclass(slots=True, eq=False)
class Product:
    """A product or a variation, as the shop's database has it. Times are whole seconds UTC."""

    id: int
    type: str
    name: str
    sku: str
    created: int
    modified: int
    regular_price: str = ""
    sale_price: str = ""
    status: str = "publish"
    manages: bool = False
    stock: int | None = None
    backorders: str = "no"
    gtin: str = ""
    parent: Product | None = None
    children: list[Product] = field(default_factory=list)
    option: str = ""
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def holder(self) -> Product | None:
        """Whose stock counts when this is sold: its own, its parent's, or nobody's."""
        if self.manages:
            return self
        return self.parent if self.parent and self.parent.manages else None

    @property
    def manage_stock(self) -> bool | str:
        """As WooCommerce tells it: true, false, or "parent"."""
        return "parent" if self.holder is self.parent and self.parent else self.manages

    @property
    def quantity(self) -> int | None:
        """The figure shown, which may be the parent's."""
        return self.holder.stock if self.holder else None

    @property
    def shown_sku(self) -> str:
        """A variation without an SKU shows its parent's."""
        return self.sku or (self.parent.sku if self.parent else "")

    @property
    def shown_name(self) -> str:
        """What an order's line is called."""
        return f"{self.parent.name} - {self.option}" if self.parent else self.name

    @property
    def price(self) -> str:
        """What the buyer pays: the sale's price if there is one; a variable product shows its cheapest variation's."""
        if self.type == "variable":
            return min((child.price for child in self.children if child.price), key=float, default="")
        return self.sale_price or self.regular_price


class Goods:
    """All products and variations; ``numbers`` gives the ids that products and orders share in WordPress."""

    def __init__(self, clock: Clock, numbers: Iterator[int]) -> None:
        self.products: dict[int, Product] = {}
        self._clock = clock
        self._numbers = numbers

    def now(self) -> int:
        """The shop's time in whole seconds UTC."""
        return self._clock.now() // 1000

    def add(self, kind: str, name: str, **fields: Any) -> Product:
        """A new product, or with ``parent`` a new variation of it."""
        now = self.now()
        product = Product(next(self._numbers), kind, name, fields.pop("sku", ""), now, now, **fields)
        self.products[product.id] = product
        if product.parent:
            product.parent.children.append(product)
        return product

    def remove(self, product: Product) -> None:
        """Delete for good, with its variations."""
        for each in (product, *product.children):
            self.products.pop(each.id, None)
        if product.parent:
            product.parent.children.remove(product)

    def touch(self, product: Product) -> None:
        """The product was saved: even a write that changes nothing does that."""
        product.modified = self.now()

    def take(self, product: Product, pieces: int) -> int:
        """Lower the stock by an order (negative: put back); gives how many were counted, 0 without stock keeping."""
        holder = product.holder
        if holder is None:
            return 0
        holder.stock = (holder.stock or 0) - pieces
        for each in {product, holder, product.parent or product}:
            self.touch(each)
        return pieces

    def move(self, variation: Product, parent: Product) -> None:
        """What version 7.9 does with a variation that is written under another parent."""
        if variation.parent:
            variation.parent.children.remove(variation)
        variation.parent = parent
        parent.children.append(variation)

    def write(self, product: Product, item: Mapping[str, Any]) -> None:
        """Store what a request asks for, as unchecked as a batch does (facts section 4, "taken silently")."""
        if product.type != "variable":
            self._write_prices(product, item)
        if "name" in item:
            product.name = str(item["name"]).replace("\\", "").replace("&", "&amp;")
        if "status" in item:
            product.status = str(item["status"])
        if "manage_stock" in item:
            product.manages = item["manage_stock"] not in ("parent", False, None, "")
        if not product.manages:
            product.stock = None
        elif "stock_quantity" in item:
            product.stock = stock_amount(item["stock_quantity"])
        elif "inventory_delta" in item:
            product.stock = (product.stock or 0) + stock_amount(item["inventory_delta"])
        elif product.stock is None:
            product.stock = 0
        self.touch(product)

    @staticmethod
    def _write_prices(product: Product, item: Mapping[str, Any]) -> None:
        if "regular_price" in item:
            product.regular_price = price_text(item["regular_price"])
        if "sale_price" in item:
            product.sale_price = price_text(item["sale_price"])
        if product.sale_price and float(product.sale_price) >= float(product.regular_price or "0"):
            product.sale_price = ""


def price_text(value: Any) -> str:
    """How a price is stored: commas and letters are dropped without a word, so "12,50" becomes "1250"."""
    text = re.sub(r"[^0-9.\-]", "", str(value if value is not None else ""))
    return text if re.search(r"\d", text) else ""


def stock_amount(value: Any) -> int:
    """How a quantity is stored: cut to a whole number, 0 for what is none."""
    match = re.match(r"\s*-?\d+", str(value))
    return int(match.group()) if match else 0
