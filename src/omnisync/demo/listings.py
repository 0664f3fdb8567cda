"""The made-up shop as its stores list it: to seed sandboxes with."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from omnisync.demo.shop_data import DemoProduct, ShopData
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE

if TYPE_CHECKING:
    from omnisync.connect.sandbox import SandboxProduct


def store_products(
    data: ShopData,
    *,
    price_list: str = "perakende",
    warehouses: Sequence[str] | None = None,
    limit: int | None = None,
    other_codes: float = 0.03,
    strangers: float = 0.01,
    seed: int = 1,
) -> list[SandboxProduct]:
    """The active products that are on that price list, at most ``limit`` of them, variants below their parent.

    Stock is the whole pieces in those warehouses (all of them when None), price that of the list. A share
    of ``other_codes`` is listed under a code of the store's own: half of these can be matched by barcode
    only, half by alias only. A share of ``strangers`` is listed that the shop's stock program doesn't know.
    """
    shelf = _Shelf(data, price_list, warehouses, other_codes, random.Random(seed))
    sold = [product for product in data.products if shelf.sells(product)][:limit]
    listed: list[SandboxProduct] = []
    for parent, group in groupby(sold, key=lambda product: product.parent):
        variants = [shelf.listing(product) for product in group]
        listed += [shelf.parent(parent, variants)] if parent else variants
    return listed + list(shelf.strangers(round(len(sold) * strangers)))


class _Shelf:
    """How one store shows products."""

    def __init__(
        self, data: ShopData, price_list: str, warehouses: Sequence[str] | None, other_codes: float, rng: random.Random
    ) -> None:
        self._list = next(place for place, each in enumerate(data.price_lists) if each.name == price_list)
        self._currency = data.price_lists[self._list].currency
        self._houses = [place for place, name in enumerate(data.warehouses) if warehouses is None or name in warehouses]
        self._other_codes = other_codes
        self._rng = rng

    def sells(self, product: DemoProduct) -> bool:
        """Whether the store lists it at all."""
        return product.active and product.prices[self._list] > 0

    def listing(self, product: DemoProduct) -> SandboxProduct:
        """The product as a listing, now and then under another code."""
        plain = self._plain(product)
        draw = self._rng.random()
        if draw < self._other_codes / 2 and product.barcodes:
            return replace(plain, code=f"WEB-{product.code}")
        if self._other_codes / 2 <= draw < self._other_codes * 3 and product.aliases:
            # One product in five has an alias, so that the share comes out about right.
            return replace(plain, code=product.aliases[0], barcode="")
        return plain

    def parent(self, code: str, variants: Sequence[SandboxProduct]) -> SandboxProduct:
        """The article above its variants; it has no stock of its own."""
        name = _common(variants[0].name, variants[-1].name)
        return replace(variants[0], code=code, name=name, stock=0, barcode="", variants=tuple(variants))

    def strangers(self, count: int) -> Iterator[SandboxProduct]:
        """Listings that somebody made in the store by hand."""
        from omnisync.connect.sandbox import SandboxProduct

        for number in range(1, count + 1):
            price = str(Money(990 + int(self._rng.random() * 50_000), self._currency))
            yield SandboxProduct(f"MANUEL-{number}", f"Elle girilmiş ürün {number}", price, 1 + number % 9)

    def _plain(self, product: DemoProduct) -> SandboxProduct:
        from omnisync.connect.sandbox import SandboxProduct

        on_hand = sum(product.stock[place] for place in self._houses)
        return SandboxProduct(
            product.code,
            product.name,
            str(Money(product.prices[self._list], self._currency)),
            max(0, on_hand) // PIECE,
            product.barcodes[0] if product.barcodes else "",
        )


def _common(first: str, last: str) -> str:
    """The words that two names begin with alike."""
    same = []
    for one, other in zip(first.split(" "), last.split(" "), strict=False):
        if one != other:
            break
        same.append(one)
    return " ".join(same) or first
