"""What the made-up shop consists of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omnisync.model.money import Money


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list of the shop's stock program, in one currency."""

    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One sellable variant. ``parent`` is the code that the variants of one article share, "" for a product alone.

    ``stock`` (thousandths) has a figure for each warehouse of the shop, ``prices`` (minor units of the
    list's currency, 0 for none) one for each of its price lists.
    """

    code: str
    name: str
    barcodes: tuple[str, ...]
    aliases: tuple[str, ...]
    category: str
    unit: str
    cost: Money
    active: bool
    parent: str
    stock: tuple[int, ...]
    prices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer account."""

    code: str
    name: str
    company: str
    email: str
    phone: str
    tax_number: str
    tax_office: str
    street: str
    district: str
    city: str
    postcode: str
    country: str


@dataclass(frozen=True, slots=True)
class ShopData:
    """The whole shop; the same for the same count and seed."""

    warehouses: tuple[str, ...]
    price_lists: tuple[PriceList, ...]
    products: Sequence[DemoProduct]
    customers: Sequence[DemoCustomer]

    def balances(self) -> Iterator[tuple[str, str, int]]:
        """Code, warehouse and thousandths on hand, for each product and warehouse."""
        for product in self.products:
            for warehouse, on_hand in zip(self.warehouses, product.stock, strict=True):
                yield product.code, warehouse, on_hand

    def prices(self) -> Iterator[tuple[str, str, Money]]:
        """Code, price list and price, for each product and each list that it is on."""
        for product in self.products:
            for price_list, minor in zip(self.price_lists, product.prices, strict=True):
                if minor:
                    yield product.code, price_list.name, Money(minor, price_list.currency)
