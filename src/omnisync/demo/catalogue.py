"""Makes up the shop "Demir Hırdavat" from a seed: products with variants, balances, prices, customers.

``python -m omnisync.demo.catalogue FOLDER --products 1240 --seed 1`` writes it as the files that the
files connector reads.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from omnisync.demo import words
from omnisync.demo.export import write
from omnisync.demo.listings import store_products
from omnisync.demo.shop_data import DemoCustomer, DemoProduct, PriceList, ShopData
from omnisync.demo.words import FAMILIES, Family
from omnisync.model.money import Money
from omnisync.model.quantity import PIECE

_T = TypeVar("_T")

WAREHOUSES = ("Merkez", "Depo 2", "Çarşı", "Edirne", "İnternet")
PRICE_LISTS = (PriceList("perakende", "TRY"), PriceList("toptan", "TRY"), PriceList("export", "EUR"))
NAME = "Demir Hırdavat"

_ROMANIAN = 2
_LIRA_PER_EURO = 49.0
_PREFIXES = ("869", "868", "599", "594", "383")
"""Where the barcodes come from: Turkey (twice), Hungary, Romania, Slovenia."""
_SPREAD = 387_420_489
"""Odd and no multiple of five, so that counting by it visits each nine digit number once."""
_AWKWARD_FROM = 100
"""Products from which on awkward names are mixed in."""


def generate(count: int, seed: int) -> ShopData:
    """A shop of exactly that many products (variants counted each), the same for the same two numbers."""
    maker = _Maker(random.Random(seed))
    products: list[DemoProduct] = []
    article = 0
    while len(products) < count:
        family = FAMILIES[article % len(FAMILIES)]
        products.extend(maker.article(family, article // len(FAMILIES) + 1, count - len(products)))
        article += 1
    if count >= _AWKWARD_FROM:
        _make_awkward(products)
    customers = [maker.customer(number) for number in range(1, max(20, count // 25) + 1)]
    return ShopData(WAREHOUSES, PRICE_LISTS, products, customers)


class _Maker:
    """Draws everything from one random source.

    Only ``random()`` is used: Python promises the same numbers for the same seed in every version for it alone.
    """

    def __init__(self, rng: random.Random) -> None:
        self._draw = rng.random
        self._barcodes = int(rng.random() * 10**9)
        self._count = 0

    def article(self, family: Family, number: int, room: int) -> Iterator[DemoProduct]:
        """One product, or one article with its variants, at most ``room`` of them."""
        language = self._language()
        brand = self._pick(words.BRANDS)
        noun = self._pick(family.nouns[language])
        material = "" if family.plain else self._pick(words.MATERIALS[language])
        # In Romanian the quality follows its noun, in the other three it stands before it.
        kind = (noun, material) if language == _ROMANIAN else (material, noun)
        name = " ".join(part for part in (brand, *kind, self._pick(family.sizes)) if part)
        cost = self._cost(family)
        variants = self._variants(family)[:room]
        if len(variants) < 2:
            yield self._product(f"{family.prefix}-{number:05d}", name, family, cost, "")
            return
        parent = f"{family.prefix}-{number:02d}"
        for code, label in variants:
            yield self._product(f"{parent}-{code}", f"{name} {label}", family, cost, parent)

    def customer(self, number: int) -> DemoCustomer:
        """One customer account."""
        first, last = self._pick(words.FIRST_NAMES), self._pick(words.LAST_NAMES)
        trade = self._pick(words.TRADES)
        city, district, postcode, country, office = self._pick(words.PLACES)
        return DemoCustomer(
            code=f"C{number:05d}",
            name=f"{first} {last}",
            company=f"{last} {trade}" if trade else "",
            email=f"customer{number}@customers.example",
            phone=f"+90 555 {number // 10000 % 1000:03d} {number // 100 % 100:02d} {number % 100:02d}",
            tax_number=f"{1_000_000_000 + number * 7919}" if trade else "",
            tax_office=office if trade else "",
            street=f"{self._pick(words.STREETS)} {1 + int(self._draw() * 120)}",
            district=district,
            city=city,
            postcode=postcode,
            country=country,
        )

    def _product(self, code: str, name: str, family: Family, cost: int, parent: str) -> DemoProduct:
        self._count += 1
        draw = self._draw()
        aliases = (f"ESK-{self._count}",) if draw < 0.15 else (f"T{self._count:06d}", f"{code}/B") if draw < 0.2 else ()
        return DemoProduct(
            code=code,
            name=name,
            barcodes=self._codes(),
            aliases=aliases,
            category=family.category,
            unit=family.unit,
            cost=self._cost_money(cost),
            active=self._draw() > 0.02,
            parent=parent,
            stock=self._stock(family),
            prices=self._prices(cost),
        )

    def _codes(self) -> tuple[str, ...]:
        draw = self._draw()
        if draw < 0.04:
            return ()
        if draw < 0.12:
            return self._barcode(), self._barcode()
        return (self._barcode(),)

    def _barcode(self) -> str:
        self._barcodes = (self._barcodes + _SPREAD) % 10**9
        return ean13(f"{self._pick(_PREFIXES)}{self._barcodes:09d}")

    def _stock(self, family: Family) -> tuple[int, ...]:
        weighed = family.unit in ("kg", "metre")
        return tuple([self._on_hand(weighed) for _ in WAREHOUSES])

    def _on_hand(self, weighed: bool) -> int:
        draw = self._draw()
        if draw < 0.14:
            return 0
        if draw < 0.143:
            return -PIECE * (1 + int(self._draw() * 3))  # Sold before the delivery was booked: every shop has some.
        amount = self._draw()
        pieces = 1 + int(amount * amount * 240)
        return pieces * PIECE + int(self._draw() * PIECE) if weighed else pieces * PIECE

    def _cost(self, family: Family) -> int:
        """What the shop pays, in kuruş: cheap things are more frequent."""
        low, high = family.cost
        draw = self._draw()
        return max(5, round((low + (high - low) * draw * draw) * 100))

    def _cost_money(self, kurus: int) -> Money:
        if self._draw() < 0.06:
            return Money(max(1, round(kurus / _LIRA_PER_EURO)), "EUR")
        return Money(kurus, "TRY")

    def _prices(self, cost: int) -> tuple[int, int, int]:
        retail = _shelf_price(cost * (1.35 + self._draw() * 0.6) * 1.2)
        wholesale = 0 if self._draw() < 0.03 else max(1, round(retail * (0.8 + self._draw() * 0.1)))
        export = 0 if self._draw() < 0.25 else max(1, round(retail * 0.9 / _LIRA_PER_EURO))
        return retail, wholesale, export

    def _variants(self, family: Family) -> list[tuple[str, str]]:
        if not family.variants:
            return []
        first = int(self._draw() * len(words.COLOURS))
        colours = [words.COLOURS[(first + step) % len(words.COLOURS)] for step in range(1 + int(self._draw() * 4))]
        if family.variants == "paint":
            return list(colours)
        sizes: Sequence[str] = words.SHOE_SIZES if family.variants == "shoe" else words.SIZES
        return [(f"{size}-{code}", f"{size} {label}") for size in sizes for code, label in colours[:2]]

    def _language(self) -> int:
        """Which of the four languages: Turkish for every second, the others alike."""
        draw = self._draw()
        return 0 if draw < 0.55 else 1 + int((draw - 0.55) / 0.15001)

    def _pick(self, among: Sequence[_T]) -> _T:
        return among[int(self._draw() * len(among))]


def ean13(twelve: str) -> str:
    """The twelve digits with their check digit."""
    odd = int(twelve[0]) + int(twelve[2]) + int(twelve[4]) + int(twelve[6]) + int(twelve[8]) + int(twelve[10])
    even = int(twelve[1]) + int(twelve[3]) + int(twelve[5]) + int(twelve[7]) + int(twelve[9]) + int(twelve[11])
    return f"{twelve}{-(odd + 3 * even) % 10}"


def _shelf_price(kurus: float) -> int:
    """A price as it stands on a shelf: 12,90 or 340,00 or 1.999,00."""
    if kurus < 500:
        return max(5, round(kurus / 5) * 5)
    if kurus < 20_000:
        return round(kurus / 100) * 100 - 10
    return round(kurus / 1000) * 1000 - 100


def _make_awkward(products: list[DemoProduct]) -> None:
    """Spread the awkward names over the catalogue, the first ones near its top where people see them."""
    from dataclasses import replace

    step = len(products) // (len(words.AWKWARD_NAMES) + 1)
    for place, name in enumerate(words.AWKWARD_NAMES):
        at = 5 + place * step
        products[at] = replace(products[at], name=name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a shop into a folder."""
    parser = argparse.ArgumentParser(prog="python -m omnisync.demo.catalogue", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=1240)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args(arguments)
    data = generate(wish.products, wish.seed)
    write(wish.folder, data)
    print(f"{NAME}: {len(data.products)} products and {len(data.customers)} customers written to {wish.folder}.")


__all__ = ["NAME", "PRICE_LISTS", "WAREHOUSES", "ShopData", "ean13", "generate", "main", "store_products", "write"]

if __name__ == "__main__":
    main()
