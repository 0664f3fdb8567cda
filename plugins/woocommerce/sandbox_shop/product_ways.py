"""The addresses of products and variations (facts/real-woocommerce.md 3 and 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import Response

from .answers import WpError, answer, bad_param, no_route
from .faces import Faces
from .goods import Goods, Product
from .interface import WRITES, Call, Way, way
from .lists import cut

_LARGEST_BATCH = 100
Pause = Callable[[int], Awaitable[None]]


class ProductWays:
    """Answers for products; ``pause`` is awaited with the number of items before they are written."""

    def __init__(self, goods: Goods, faces: Faces, version: Callable[[], str], pause: Pause) -> None:
        self._goods = goods
        self._faces = faces
        self._version = version
        self._pause = pause

    def ways(self) -> list[Way]:
        """All addresses of products and variations."""
        return [
            way("GET", "products", self._list),
            way("GET", "variations", self._all_variations),
            way("GET", "products/N", self._one),
            way(WRITES, "products/N", self._write),
            way("DELETE", "products/N", self._delete),
            way(WRITES, "products/batch", self._batch),
            way("GET", "products/N/variations", self._variations),
            way("GET", "products/N/variations/N", self._variation),
            way(WRITES, "products/N/variations/N", self._write_variation),
            way(WRITES, "products/N/variations/batch", self._batch_variations),
        ]

    def _tops(self) -> list[Product]:
        return [product for product in self._goods.products.values() if product.parent is None]

    async def _list(self, call: Call) -> Response:
        """Never variations, but for a search by SKU; not the trash unless asked for."""
        skus = {sku.strip().lower() for sku in call.params.get("sku", "").split(",") if sku.strip()}
        if skus:
            rows = [product for product in self._goods.products.values() if product.sku.lower() in skus]
        else:
            rows = self._tops()
        status = call.params.get("status", "any")
        rows = [row for row in rows if (row.status != "trash" if status == "any" else row.status == status)]
        return call.question.answered(rows, lambda row: self._face(row, call))

    async def _all_variations(self, call: Call) -> Response:
        """The flat list, which version 7.9 doesn't know."""
        if self._version().startswith("7."):
            raise no_route()
        rows = [product for product in self._goods.products.values() if product.parent]
        return call.question.answered(rows, lambda row: self._variation_face(row, call))

    async def _variations(self, call: Call) -> Response:
        return call.question.answered(self._parent(call).children, lambda row: self._variation_face(row, call))

    async def _one(self, call: Call) -> Response:
        """A product; one in the trash is still there, and a variation may be asked for like one."""
        return answer(cut(self._face(self._product(call.numbers[0], 404), call), call.params))

    async def _variation(self, call: Call) -> Response:
        product = self._child(call, call.numbers[1])
        return answer(cut(self._variation_face(product, call), call.params))

    async def _write(self, call: Call) -> Response:
        product = self._writable(call.numbers[0])
        _check_schema(call.body)
        self._goods.write(product, call.body)
        return answer(self._face(product, call))

    async def _write_variation(self, call: Call) -> Response:
        product = self._child(call, call.numbers[1])
        if product.parent and product.parent.id != call.numbers[0]:
            raise WpError(403, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
        _check_schema(call.body)
        self._goods.write(product, call.body)
        return answer(self._variation_face(product, call))

    async def _delete(self, call: Call) -> Response:
        """Into the trash, where it can still be read; with ``force`` for good."""
        product = self._product(call.numbers[0], 404)
        face = self._face(product, call)
        if call.params.get("force") in ("true", "1"):
            self._goods.remove(product)
        else:
            product.status = "trash"
            self._goods.touch(product)
        return answer(face)

    async def _batch(self, call: Call) -> Response:
        def write(item: Mapping[str, Any]) -> dict[str, Any]:
            product = self._writable(_number(item))
            self._goods.write(product, item)
            return self._face(product, call)

        return await self._each(call, write)

    async def _batch_variations(self, call: Call) -> Response:
        """One parent's variations; version 7.9 takes any variation and makes it that parent's."""
        parent = self._parent(call)

        def write(item: Mapping[str, Any]) -> dict[str, Any]:
            product = self._goods.products.get(_number(item))
            if product is None or product.parent is None or not (product.parent is parent or self._moves()):
                raise WpError(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
            if product.parent is not parent:
                self._goods.move(product, parent)
            self._goods.write(product, item)
            return self._variation_face(product, call)

        return await self._each(call, write)

    async def _each(self, call: Call, write: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Response:
        """Every item by itself, unchecked against the schema, in the order sent; always a 200."""
        items = call.body.get("update") or []
        if sum(len(call.body.get(name) or ()) for name in ("create", "update", "delete")) > _LARGEST_BATCH:
            raise WpError(
                413,
                "woocommerce_rest_request_entity_too_large",
                f"Unable to accept more than {_LARGEST_BATCH} items for this request.",
            )
        results = []
        for item in items:
            await self._pause(1)
            try:
                results.append(write(item))
            except WpError as error:
                results.append({"id": item.get("id"), "error": error.body})
        if "_fields" in call.params:
            # The writes were done, but the answer is empty.
            return answer({"update": []})
        return answer({"update": results} if items else [])

    def _product(self, number: int, status: int) -> Product:
        product = self._goods.products.get(number)
        if product is None:
            raise WpError(status, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        return product

    def _writable(self, number: int) -> Product:
        product = self._product(number, 400)
        if product.parent:
            raise WpError(
                404,
                "woocommerce_rest_invalid_product_id",
                "To manipulate product variations you should use the "
                "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.",
            )
        return product

    def _parent(self, call: Call) -> Product:
        return self._product(call.numbers[0], 404)

    def _child(self, call: Call, number: int) -> Product:
        """A variation of that product; version 7.9 shows it below any other one too."""
        product = self._goods.products.get(number)
        parent = product.parent if product else None
        if product is None or parent is None or (parent.id != call.numbers[0] and not self._moves()):
            raise WpError(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
        return product

    def _moves(self) -> bool:
        return self._version().startswith("7.")

    def _face(self, product: Product, call: Call) -> dict[str, Any]:
        return self._faces.product(product, call.base, self._version())

    def _variation_face(self, product: Product, call: Call) -> dict[str, Any]:
        return self._faces.variation(product, call.base, self._version())


def _number(item: Mapping[str, Any]) -> int:
    text = str(item.get("id", ""))
    if not text.isdigit():
        raise WpError(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")
    return int(text)


def _check_schema(body: Mapping[str, Any]) -> None:
    """What a single write refuses and a batch doesn't."""
    price = body.get("regular_price", "")
    if not isinstance(price, str):
        raise bad_param("regular_price", "regular_price is not of type string.", "rest_invalid_type")
    quantity = body.get("stock_quantity")
    if quantity is not None and not str(quantity).lstrip("-").isdigit():
        raise bad_param("stock_quantity", "stock_quantity is not of type integer.", "rest_invalid_type")
