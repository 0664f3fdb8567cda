"""Orders as every store tells them: numbered, made of parts (packages), parts made of lines.

A store's package may die and be reborn under another id (split, partial cancel), so an order is
keyed by store and order number, a line by its own id, and a package is only a *part*: the line's
quantity is the sum over the parts that are alive (facts/marketplaces.md 0.1-4).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from omnisync.model.money import Money


class OrderState(StrEnum):
    """Where an order (or a part, or a line) stands, in the same words for every platform."""

    WAITING = "waiting"
    """Not paid or not checked yet: its stock is reserved, nothing else is done with it."""
    NEW = "new"
    PREPARING = "preparing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"

    @property
    def holds_stock(self) -> bool:
        """Whether its goods are owed to the buyer, so that they must stay reserved."""
        return self in HOLDS_STOCK

    @property
    def left(self) -> bool:
        """Whether the goods have left the shop."""
        return self in LEFT


HOLDS_STOCK = frozenset(OrderState) - {OrderState.CANCELLED, OrderState.RETURNED}
"""The states in which the goods are owed to the buyer; a plain text of the same word is in it too."""

LEFT = frozenset({OrderState.SHIPPED, OrderState.DELIVERED})
"""The states in which the goods have left the shop; a plain text of the same word is in it too."""


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """A postal address as the buyer gave it."""

    name: str = ""
    company: str = ""
    street: str = ""
    district: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""


class Customer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A buyer's personal fields: they are written only encrypted with that customer's own key.

    ``ref`` is the store's own id of the customer, empty for a guest.
    """

    ref: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    tax_number: str = ""
    tax_office: str = ""
    identity_number: str = ""
    note: str = ""
    billing: Address = Address()
    shipping: Address = Address()


class OrderLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of one part of an order.

    ``remote_id`` is the store's id of the listing as in RemoteListing, ``codes`` what else may name
    the product (sku, barcode), best first. ``quantity`` is in thousandths, ``price`` what the buyer
    pays for one unit with tax, after discounts. ``taken`` (thousandths) is how much of it the
    store's own stock figure has already been lowered by. ``state`` None means: the part's.
    """

    line_id: str
    remote_id: str
    codes: tuple[str, ...]
    name: str
    quantity: int
    price: Money
    taken: int = 0
    state: OrderState | None = None


class OrderPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a store says of one part (package) of an order; the whole order where it has no packages.

    ``part`` is the package id ("" where there are none), ``replaces`` the ids of parts that died to
    give birth to this one, ``dead`` says that this part itself is one that others took the place of.
    ``modified_at`` and ``placed_at`` are milliseconds UTC; an older ``modified_at`` never wins over
    a newer one. ``total`` is what the buyer pays for this part, with tax and shipping.
    """

    number: str
    state: OrderState
    modified_at: int
    placed_at: int
    total: Money
    lines: tuple[OrderLine, ...]
    customer: Customer = Customer()
    part: str = ""
    replaces: tuple[str, ...] = ()
    dead: bool = False
    remote_state: str = ""
    payment: str = ""
    shipping: Money | None = None
