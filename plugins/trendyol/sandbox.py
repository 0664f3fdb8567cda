"""A local stand-in for Trendyol's seller API, strict as the facts (facts/marketplaces.md sections 1 and 6).

It stands for the address that ends in ``/integration``. Beside the kit's control interface it knows
``/_sim/split``, ``cancel_some``, ``unsupplied``, ``flag``, ``outage`` and ``rested``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from omnisync.connect import Clock
from omnisync.connect.sandbox import Fault, Profile, Sandbox, SandboxFigure, SandboxOrderLine, SandboxProduct
from omnisync.model.order import OrderState

from . import sandbox_catalogue, sandbox_stream
from .sandbox_batches import Batches, Tempo
from .sandbox_catalogue import FLAGS, Catalogue, RuleBroken, full_row, light_row
from .sandbox_gate import Gate, bad_request, broken, dated, page, refused, too_many, unauthorized
from .sandbox_orders import Orders

_PRODUCTS = "/product/sellers/{seller_id}/products"


@dataclass(frozen=True, slots=True)
class _Manner:
    """What a profile means here: the queue's tempo, and the longest lags (milliseconds) of the read sides."""

    tempo: Tempo
    figures_lag: int
    orders_lag: int
    discounts: float


_MANNERS: Mapping[Profile, _Manner] = {
    Profile.INSTANT: _Manner(Tempo(), 0, 0, 0.0),
    Profile.REALISTIC: _Manner(Tempo(500, 6_000), 3_000, 5_000, 0.2),
    Profile.HOSTILE: _Manner(Tempo(500, 180_000, failures=0.02), 60_000, 300_000, 0.2),
}


class TrendyolSandbox(Sandbox):
    """One seller account with its products, its update queue and its orders. A listing's id is its barcode."""

    options: ClassVar[Mapping[str, str]] = {
        "seller_id": "123456",
        "api_key": "sandbox-key",
        "api_secret": "sandbox-secret",
    }

    def __init__(self, *, clock: Clock, rng: random.Random, profile: Profile, currency: str) -> None:
        super().__init__(clock=clock, rng=rng, profile=profile, currency=currency)
        manner = _MANNERS[profile]
        self.clock_ahead = 0
        """Milliseconds by which the Date header of this sandbox is ahead of the clock it was given."""
        self.unknown_parameters: Counter[str] = Counter()
        self.catalogue = Catalogue(clock.now, lambda: rng.randint(0, manner.figures_lag))
        self.batches = Batches(self.catalogue, clock.now, rng, manner.tempo)
        self.orders = Orders(clock.now, lambda: rng.randint(0, manner.orders_lag))
        self._discounts = manner.discounts
        self._gate = Gate(self.options, clock.now)

    # The platform's API.

    def routes(self) -> Sequence[BaseRoute]:
        """The endpoints; any other path is 403, as Trendyol's firewall answers it (1.9)."""
        return [
            self._route("GET", f"{_PRODUCTS}/approved", "product read", self._approved),
            self._route("GET", f"{_PRODUCTS}/approved/inventory-and-price", "product read", self._figures_read),
            self._route("GET", f"{_PRODUCTS}/batch-requests/{{batch_id}}", "product read", self._batch),
            self._route(
                "POST", "/inventory/sellers/{seller_id}/products/price-and-inventory", "inventory write", self._update
            ),
            self._route("GET", "/order/sellers/{seller_id}/orders/stream", "shipment packages", self._stream),
            Route("/{path:path}", self._nowhere, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    def _route(
        self, method: str, path: str, group: str, handler: Callable[[Request], Awaitable[Response]]
    ) -> BaseRoute:
        async def endpoint(request: Request) -> Response:
            return dated(await self._answer(request, path, group, handler), self.clock.now() + self.clock_ahead)

        return Route(path, endpoint, methods=[method])

    async def _answer(
        self, request: Request, path: str, group: str, handler: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        turned_away = self._gate.refusal(request, path, group)
        if turned_away is not None:
            return turned_away
        self.batches.advance()
        try:
            return await handler(request)
        except RuleBroken as reason:
            return bad_request("validation.error", str(reason), self.clock.now())

    async def _nowhere(self, _: Request) -> Response:
        return Response(status_code=403)

    async def _approved(self, request: Request) -> Response:
        return self._products_page(request, full_row)

    async def _figures_read(self, request: Request) -> Response:
        return self._products_page(request, light_row)

    def _products_page(
        self, request: Request, row: Callable[[sandbox_catalogue.Content, int], dict[str, Any]]
    ) -> Response:
        self._note_unknown(request, sandbox_catalogue.KNOWN_PARAMETERS)
        return JSONResponse(self.catalogue.page(request.query_params, row))

    async def _update(self, request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return broken(self.clock.now())
        try:
            body = await request.json()
        except ValueError:
            raise RuleBroken("the body is not JSON") from None
        return JSONResponse({"batchRequestId": self.batches.accept(body)})

    async def _batch(self, request: Request) -> Response:
        answer = self.batches.answer(request.path_params["batch_id"])
        if answer is None:
            return refused(
                404, "ClientApiDomainNotFoundException", "batch.request.not.found", "Batch request not found",
                self.clock.now(),
            )  # fmt: skip
        return JSONResponse(answer)

    async def _stream(self, request: Request) -> Response:
        self._note_unknown(request, sandbox_stream.KNOWN_PARAMETERS)
        orders = self.orders.all()
        return JSONResponse(sandbox_stream.stream(orders, request.query_params, self.clock.now(), self.currency))

    def _note_unknown(self, request: Request, known: frozenset[str]) -> None:
        """Trendyol ignores parameters that it does not know; noted here so that a test finds typing errors."""
        self.unknown_parameters.update(name for name in request.query_params if name not in known)

    def fault(self, fault: Fault) -> Response:
        """How Trendyol words that fault."""
        now = self.clock.now()
        answers: Mapping[Fault, Callable[[], Response]] = {
            Fault.UNAUTHORIZED: lambda: unauthorized(now),
            Fault.FORBIDDEN: lambda: page(403, "Access Denied"),
            Fault.RATE_LIMITED: lambda: too_many(now),
            Fault.SERVER_ERROR: lambda: broken(now),
            Fault.UNAVAILABLE: lambda: page(503, "Service Unavailable"),
            Fault.HTML: lambda: page(200, "Bakım çalışması"),
            Fault.MOVED: lambda: RedirectResponse("https://apigw.trendyol.com/integration", 301),
        }
        return answers[fault]()

    # The control interface.

    def seed(self, products: Sequence[SandboxProduct]) -> None:
        """Put approved products on sale; one without a barcode gets its code as barcode."""
        for product in products:
            self.catalogue.add(product)

    def figures(self) -> list[SandboxFigure]:
        """What a buyer would see right now, which the read side may show later."""
        self.batches.advance()
        return [
            SandboxFigure(variant.barcode, variant.stock_code, variant.true.quantity or 0, f"{variant.true.sale:.2f}")
            for variant in self.catalogue.variants()
        ]

    def buy(self, lines: Sequence[SandboxOrderLine], *, paid: bool = True) -> str | None:
        """A buyer orders; Trendyol's own stock is lowered at once, for an unpaid order too."""
        self.batches.advance()
        pieces: Counter[str] = Counter()
        for line in lines:
            pieces[line.remote_id] += line.quantity
        wishes = [(self.catalogue.variant(barcode), quantity) for barcode, quantity in pieces.items()]
        found = [
            (variant, quantity)
            for variant, quantity in wishes
            if variant is not None and variant.on_sale and (variant.true.quantity or 0) >= quantity > 0
        ]
        if not found or len(found) < len(wishes):
            return None
        for variant, quantity in found:
            self.catalogue.change(variant, quantity=(variant.true.quantity or 0) - quantity)
        discount = Decimal("0.1") if self.rng.random() < self._discounts else Decimal(0)
        return self.orders.place(found, discount=discount, paid=paid).number

    def move(self, number: str, state: OrderState) -> None:
        """The order goes on, forwards only; what has been shipped can't be cancelled and stays as it is.

        Stock is not put back by a cancel or a return. Raises ValueError for an unknown order.
        """
        self.orders.move(number, state)

    def edit(self, remote_id: str, *, stock: int | None = None, price: str | None = None) -> None:
        """Somebody changes figures in the panel. Raises ValueError for an unknown barcode."""
        self.batches.advance()
        variant = self._variant(remote_id)
        sale = None if price is None else Decimal(price)
        self.catalogue.change(variant, stock, sale, None if sale is None else max(sale, variant.true.full))

    def sold(self) -> dict[str, int]:
        """Pieces in live orders by barcode."""
        return self.orders.sold()

    def flag(self, remote_id: str, name: str, *, on: bool = True) -> None:
        """Archive, blacklist or lock a listing, or undo it. Raises ValueError for an unknown barcode or flag."""
        if name not in FLAGS:
            raise ValueError(f"{name} is none of {', '.join(FLAGS)}")
        setattr(self._variant(remote_id), name, on)

    def outage(self, seconds: float) -> None:
        """For so long orders that are new or change are missing from the stream, without any error."""
        self.orders.hidden_until = self.clock.now() + int(seconds * 1000)

    def _variant(self, remote_id: str) -> sandbox_catalogue.Variant:
        variant = self.catalogue.variant(remote_id)
        if variant is None:
            raise ValueError(f"there is no listing {remote_id}")
        return variant

    def _control(self) -> Sequence[tuple[str, str, Any]]:
        return (
            *super()._control(),
            ("POST", "split", self._control_of(lambda wish: self.orders.split(wish["number"]))),
            ("POST", "cancel_some", self._control_of(lambda wish: self.orders.cancel_some(**_pieces(wish)))),
            ("POST", "unsupplied", self._control_of(lambda wish: self.orders.unsupplied(**_pieces(wish)))),
            ("POST", "undelivered", self._control_of(lambda wish: self.orders.undelivered(wish["number"]))),
            ("POST", "flag", self._control_of(lambda wish: self.flag(wish["remote_id"], wish["flag"], on=wish["on"]))),
            ("POST", "outage", self._control_of(lambda wish: self.outage(wish["seconds"]))),
            ("POST", "rested", self._control_of(lambda _: self._gate.rested())),
        )

    def _control_of(self, act: Callable[[Mapping[str, Any]], None]) -> Callable[[Request], Awaitable[Response]]:
        async def handler(request: Request) -> Response:
            act(await request.json())
            return JSONResponse({})

        return handler


def _pieces(wish: Mapping[str, Any]) -> dict[str, Any]:
    return {"number": wish["number"], "barcode": wish["remote_id"], "quantity": wish["quantity"]}


def sandbox(*, clock: Clock, rng: random.Random, profile: Profile, currency: str) -> Sandbox:
    """A Trendyol with no products yet."""
    return TrendyolSandbox(clock=clock, rng=rng, profile=profile, currency=currency)
