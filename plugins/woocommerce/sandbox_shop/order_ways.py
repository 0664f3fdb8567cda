"""The addresses of orders and refunds (facts/real-woocommerce.md 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from .answers import WpError, answer, bad_param
from .faces import Faces
from .goods import Goods, Product
from .interface import WRITES, Call, Way, way
from .lists import cut
from .sales import STATUSES, Order, Sales


class OrderWays:
    """Answers for orders."""

    def __init__(self, sales: Sales, goods: Goods, faces: Faces, version: Callable[[], str]) -> None:
        self._sales = sales
        self._goods = goods
        self._faces = faces
        self._version = version

    def ways(self) -> list[Way]:
        """All addresses of orders and refunds."""
        return [
            way("GET", "orders", self._list),
            way("POST", "orders", self._create),
            way("GET", "orders/N", self._one),
            way(WRITES, "orders/N", self._write),
            way("DELETE", "orders/N", self._trash),
            way("GET", "orders/N/refunds", self._refunds),
            way("POST", "orders/N/refunds", self._refund),
        ]

    async def _list(self, call: Call) -> Response:
        """``any`` leaves out the trash, in newer versions also the drafts of the checkout page."""
        wanted = set(call.params.get("status", "any").split(","))
        for status in wanted - {"any", "trash", *STATUSES}:
            raise bad_param(
                "status[0]", f"{status} is not one of any, trash, {', '.join(STATUSES)}.", "rest_not_in_enum"
            )
        hidden = {"trash"} if self._version().startswith("7.") else {"trash", "checkout-draft"}
        rows = [
            order
            for order in self._sales.orders.values()
            if order.status in wanted or ("any" in wanted and order.status not in hidden)
        ]
        return call.question.answered(rows, lambda order: self._face(order, call))

    async def _one(self, call: Call) -> Response:
        return answer(cut(self._face(self._order(call), call), call.params))

    async def _create(self, call: Call) -> Response:
        """By REST anything can be ordered, also what is sold out."""
        wishes: list[tuple[Product, int]] = []
        for item in call.body.get("line_items") or ():
            product = self._goods.products.get(int(item.get("variation_id") or item.get("product_id") or 0))
            if product:
                wishes.append((product, int(item.get("quantity", 1))))
        buyer: Mapping[str, str] = call.body.get("billing") or {}
        order = self._sales.open(wishes, str(call.body.get("status", "pending")), buyer, "rest-api")
        return answer(self._face(order, call), 201)

    async def _write(self, call: Call) -> Response:
        order = self._order(call)
        self._sales.change(order, str(call.body.get("status", order.status)))
        return answer(self._face(order, call))

    async def _trash(self, call: Call) -> Response:
        """Into the trash, with ``force`` for good; the stock stays as it is either way."""
        order = self._order(call)
        face = self._face(order, call)
        if call.params.get("force") in ("true", "1"):
            del self._sales.orders[order.id]
        else:
            self._sales.trash(order)
        return answer(face)

    async def _refunds(self, call: Call) -> Response:
        order = self._order(call)
        return answer([self._faces.refund(refund, order) for refund in reversed(order.refunds)])

    async def _refund(self, call: Call) -> Response:
        """Of pieces, which also puts their stock back unless ``api_restock`` is false, or of money only."""
        order = self._order(call)
        pieces = {int(item["id"]): int(item["quantity"]) for item in call.body.get("line_items") or ()}
        amount = Decimal(str(call.body.get("amount", "0")))
        restock = call.body.get("api_restock", True) is True
        refund = self._sales.refund(order, pieces, amount, restock=restock)
        return answer(self._faces.refund(refund, order), 201)

    def _order(self, call: Call) -> Order:
        order = self._sales.orders.get(call.numbers[0])
        if order is None:
            raise WpError(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return order

    def _face(self, order: Order, call: Call) -> dict[str, Any]:
        return self._faces.order(order, call.base, self._version())
