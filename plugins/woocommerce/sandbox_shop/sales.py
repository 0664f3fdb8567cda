"""The orders of the sandbox's shop, and how they move its stock (facts/real-woocommerce.md 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from .goods import Goods, Product

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft")
LIVE = frozenset({"pending", "processing", "on-hold", "completed"})
_TAKING = frozenset({"processing", "on-hold", "completed"})
_GIVING_BACK = frozenset({"cancelled", "pending"})

_TAX = {"RON": 21, "HUF": 27, "TRY": 20}


@dataclass(slots=True, eq=False)
class Line:
    """What was ordered of one product; ``gross`` for all pieces; ``reduced`` is what the stock was lowered by."""

    id: int
    product: Product
    quantity: int
    gross: Decimal
    reduced: int = 0


@dataclass(slots=True, eq=False)
class Refund:
    """Money given back, for ``pieces`` by line id (none: money only)."""

    id: int
    amount: Decimal
    pieces: Mapping[int, int]
    created: int


@dataclass(slots=True, eq=False)
class Order:
    """One order. Times are whole seconds UTC."""

    id: int
    status: str
    lines: list[Line]
    buyer: Mapping[str, str]
    created_via: str
    created: int
    modified: int
    shipping: Decimal
    refunds: list[Refund] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """With tax and shipping, before refunds."""
        return self.shipping + sum((line.gross for line in self.lines), Decimal(0))

    def refunded(self) -> Counter[int]:
        """Pieces given back so far, by line id."""
        found: Counter[int] = Counter()
        for refund in self.refunds:
            found.update(refund.pieces)
        return found


class Sales:
    """Takes orders and moves them on; ``places`` are the decimals of the shop's currency."""

    def __init__(self, goods: Goods, numbers: Iterator[int], currency: str, places: int) -> None:
        self.orders: dict[int, Order] = {}
        self.tax_percent = _TAX.get(currency, 20)
        self.places = places
        self._goods = goods
        self._numbers = numbers

    def sells(self, wishes: Sequence[tuple[Product, int]]) -> bool:
        """Whether the storefront lets a buyer check out: every product on sale and enough of it left.

        Unpaid orders lower no figure, but the storefront keeps their pieces back.
        """
        wanted: Counter[Product] = Counter()
        for product, pieces in wishes:
            if product.status != "publish" or (product.parent or product).status != "publish" or not product.price:
                return False
            if product.holder and product.holder.backorders == "no":
                wanted[product.holder] += pieces
        kept = self._kept_back()
        return all((holder.stock or 0) - kept[holder] >= pieces for holder, pieces in wanted.items())

    def open(
        self, wishes: Sequence[tuple[Product, int]], status: str, buyer: Mapping[str, str], created_via: str
    ) -> Order:
        """A new order in that status, which lowers the stock at once if the status does."""
        now = self._goods.now()
        lines = [
            Line(next(self._numbers), product, pieces, Decimal(product.price or "0") * pieces)
            for product, pieces in wishes
        ]
        shipping = Decimal(15) if self.places else Decimal(1490)
        order = Order(next(self._numbers), "checkout-draft", lines, buyer, created_via, now, now, shipping)
        self.orders[order.id] = order
        self.change(order, status)
        return order

    def change(self, order: Order, status: str) -> None:
        """Another status: takes or gives back the stock, once each."""
        order.status = status
        if status in _TAKING:
            for line in order.lines:
                if not line.reduced:
                    line.reduced = self._goods.take(line.product, line.quantity - order.refunded()[line.id])
        elif status in _GIVING_BACK:
            for line in order.lines:
                self._give_back(line, line.reduced)
        order.modified = self._goods.now()

    def trash(self, order: Order) -> None:
        """Into the trash: the stock stays as it is."""
        order.status = "trash"
        order.modified = self._goods.now()

    def refund(self, order: Order, pieces: Mapping[int, int], amount: Decimal, *, restock: bool = True) -> Refund:
        """Give money back, and with pieces of lines also their stock. The lines keep their quantities."""
        refund = Refund(next(self._numbers), amount, pieces, self._goods.now())
        order.refunds.append(refund)
        if restock:
            for line in order.lines:
                self._give_back(line, min(line.reduced, pieces.get(line.id, 0)))
        order.modified = self._goods.now()
        return refund

    def refund_rest(self, order: Order) -> None:
        """Everything comes back: all pieces and all the money."""
        before = order.refunded()
        left = {line.id: line.quantity - before[line.id] for line in order.lines if line.quantity > before[line.id]}
        paid_back = sum((refund.amount for refund in order.refunds), Decimal(0))
        self.refund(order, left, order.total - paid_back)
        order.status = "refunded"

    def net(self, gross: Decimal) -> Decimal:
        """The amount without tax, rounded as the shop does."""
        return self.rounded(gross * 100 / (100 + self.tax_percent))

    def rounded(self, amount: Decimal) -> Decimal:
        """To the shop's decimals."""
        return amount.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_UP)

    def sold(self) -> Counter[int]:
        """Pieces in live orders, less what was refunded, by product or variation id."""
        found: Counter[int] = Counter()
        for order in self.orders.values():
            if order.status in LIVE:
                back = order.refunded()
                for line in order.lines:
                    found[line.product.id] += line.quantity - back[line.id]
        return found

    def _give_back(self, line: Line, pieces: int) -> None:
        if pieces:
            self._goods.take(line.product, -pieces)
            line.reduced -= pieces

    def _kept_back(self) -> Counter[Product]:
        kept: Counter[Product] = Counter()
        for order in self.orders.values():
            if order.status == "pending":
                for line in order.lines:
                    if line.product.holder and not line.reduced:
                        kept[line.product.holder] += line.quantity
        return kept
