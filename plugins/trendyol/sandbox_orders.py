"""The sandbox's orders: packages that are born, go on, split, die and are reborn under new ids.

Written from facts/marketplaces.md 1.4 and 1.5. A package becomes visible in the order stream when its
time has come; until then it is missing there, as Trendyol's rows sometimes are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from omnisync.model.order import OrderState

from .sandbox_catalogue import Variant

_WAY = ("Awaiting", "Created", "Picking", "Invoiced", "Shipped", "AtCollectionPoint", "UnDelivered", "Returned")
"""A package goes this way forwards only; it may pass over stations. Up to the collection point it may also turn off to
Delivered, and then it stays so: what a buyer sends back later is told in claims (1.6) only."""

_STATUS = {
    OrderState.NEW: "Created",
    OrderState.PREPARING: "Picking",
    OrderState.SHIPPED: "Shipped",
    OrderState.DELIVERED: "Delivered",
    OrderState.RETURNED: "Returned",
    OrderState.CANCELLED: "Cancelled",
}

_OPEN = frozenset({"Awaiting", "Created", "Picking", "Invoiced"})
"""A buyer may cancel, and a package may be split, only before the carrier has it."""

_BACK = frozenset({"UnDelivered", "Returned"})
"""Only what the carrier has can come back."""

_SOLD = frozenset(_WAY) - {"Returned"} | {"Delivered"}

_FIRST_ID = 9_007_199_254_740_993
"""The first whole number that a double can't hold: a client that treats ids as numbers is found out."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a package; ``price`` is per unit before the seller's ``discount`` per unit."""

    line_id: int
    variant: Variant
    quantity: int
    price: Decimal
    discount: Decimal


@dataclass(slots=True)
class Package:
    """One shipment package. Times are milliseconds UTC."""

    package_id: int
    tracking: str
    lines: list[Line]
    status: str
    created_by: str
    origins: tuple[int, ...] = ()
    modified_at: int = 0
    visible_at: int = 0
    histories: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """An order number, its buyer's place in the list of invented people, and its packages."""

    number: str
    buyer: int
    placed_at: int
    packages: list[Package] = field(default_factory=list)


class Orders:
    """Every order of the seller's."""

    def __init__(self, now: Callable[[], int], lateness: Callable[[], int]) -> None:
        self.hidden_until = 0
        """Until then (milliseconds UTC) nothing that changes is visible: an outage with missing rows."""
        self._now = now
        self._lateness = lateness
        self._orders: dict[str, Order] = {}
        self._given = 0

    def all(self) -> Sequence[Order]:
        """All orders, oldest first."""
        return list(self._orders.values())

    def place(self, wishes: Sequence[tuple[Variant, int]], *, discount: Decimal, paid: bool) -> Order:
        """A new order with one package; ``discount`` is the seller's, as a share of the price."""
        order = Order(str(10_654_411_111 + len(self._orders)), len(self._orders), self._now())
        lines = [
            Line(self._id(), variant, quantity, variant.true.sale, _kurus(variant.true.sale * discount))
            for variant, quantity in wishes
        ]
        self._orders[order.number] = order
        self._born(order, lines, "Created" if paid else "Awaiting", "order-creation")
        return order

    def move(self, number: str, state: OrderState) -> None:
        """All packages go on to that state; those which can't (already shipped, already cancelled) stay.

        Raises ValueError for an unknown number or a state that no package is moved to.
        """
        if state not in _STATUS:
            raise ValueError(f"a package is never moved to {state}")
        self._move(number, _STATUS[state])

    def undelivered(self, number: str) -> None:
        """The carrier could not deliver, and brings all packages back that it has. Raises ValueError for an unknown number."""
        self._move(number, "UnDelivered")

    def _move(self, number: str, status: str) -> None:
        for package in self._order(number).packages:
            if _may_go(package.status, status):
                self._set(package, status)

    def split(self, number: str) -> None:
        """The first open package dies; two take its place, each with a part of its goods.

        Raises ValueError when there is no package with more than one piece.
        """
        order = self._order(number)
        for package in order.packages:
            if package.status in _OPEN and sum(line.quantity for line in package.lines) > 1:
                status = package.status
                self._set(package, "UnPacked")
                for half in _halves(package.lines):
                    self._born(order, half, status, "split", (package.package_id,))
                return
        raise ValueError(f"nothing of order {number} can be split")

    def cancel_some(self, number: str, barcode: str, quantity: int) -> None:
        """The buyer cancels some pieces: the package dies, one is born with the rest, one with the cancelled.

        Raises ValueError when there are not that many pieces in an open package.
        """
        order, package, taken, rest = self._taken_out(number, barcode, quantity)
        status = package.status
        self._set(package, "UnPacked")
        if rest:
            self._born(order, rest, status, "cancel", (package.package_id,))
        self._born(order, taken, "Cancelled", "cancel", (package.package_id,))

    def unsupplied(self, number: str, barcode: str, quantity: int) -> None:
        """The seller can't supply some pieces: the package ends as UnSupplied, the rest is reborn.

        Raises ValueError when there are not that many pieces in an open package.
        """
        order, package, _, rest = self._taken_out(number, barcode, quantity)
        status = package.status
        self._set(package, "UnSupplied")
        if rest:
            self._born(order, rest, status, "cancel", (package.package_id,))

    def sold(self) -> dict[str, int]:
        """Pieces in packages that are alive and neither cancelled nor returned, by barcode."""
        pieces: Counter[str] = Counter()
        for order in self._orders.values():
            for package in order.packages:
                if package.status in _SOLD:
                    for line in package.lines:
                        pieces[line.variant.barcode] += line.quantity
        return dict(pieces)

    def _order(self, number: str) -> Order:
        if number not in self._orders:
            raise ValueError(f"there is no order {number}")
        return self._orders[number]

    def _taken_out(self, number: str, barcode: str, quantity: int) -> tuple[Order, Package, list[Line], list[Line]]:
        order = self._order(number)
        for package in order.packages:
            for line in package.lines:
                if package.status in _OPEN and line.variant.barcode == barcode and line.quantity >= quantity > 0:
                    rest = [other for other in package.lines if other is not line]
                    rest += [_with(line, line.quantity - quantity)] if line.quantity > quantity else []
                    return order, package, [_with(line, quantity)], rest
        raise ValueError(f"order {number} has no {quantity} pieces of {barcode} that are still here")

    def _born(
        self, order: Order, lines: list[Line], status: str, created_by: str, origins: tuple[int, ...] = ()
    ) -> None:
        package = Package(self._id(), f"7280027504{self._id()}", lines, status, created_by, origins)
        order.packages.append(package)
        self._set(package, status)

    def _set(self, package: Package, status: str) -> None:
        now = self._now()
        package.status = status
        package.modified_at = now
        package.visible_at = max(now + self._lateness(), self.hidden_until)
        package.histories.append((now, status))

    def _id(self) -> int:
        self._given += 1
        return _FIRST_ID + self._given


def _may_go(status: str, target: str) -> bool:
    if target == "Cancelled":
        return status in _OPEN
    if target in _BACK and status in _OPEN:
        return False
    if target == "Delivered":
        return status in _WAY and status not in _BACK
    return status in _WAY and _WAY.index(status) < _WAY.index(target)


def _with(line: Line, quantity: int) -> Line:
    return Line(line.line_id, line.variant, quantity, line.price, line.discount)


def _halves(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Several lines are dealt out; the pieces of a single one are, under the same line id."""
    if len(lines) > 1:
        return list(lines[:1]), list(lines[1:])
    less = lines[0].quantity // 2
    return [_with(lines[0], less)], [_with(lines[0], lines[0].quantity - less)]


def _kurus(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
