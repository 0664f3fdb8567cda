"""A WooCommerce shop to try things on: ``/wp-json/`` as recorded in facts/real-woocommerce.md, section 10.

It has its own truth (``sandbox_shop``) and keeps the surprises of real shops. There are no webhooks.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from omnisync.connect import Clock
from omnisync.connect.sandbox import (
    Fault,
    Profile,
    Sandbox,
    SandboxFigure,
    SandboxOrderLine,
    SandboxProduct,
)
from omnisync.model.money import minor_digits
from omnisync.model.order import OrderState

from .sandbox_shop.answers import WpError, answer, trouble
from .sandbox_shop.faces import Faces
from .sandbox_shop.goods import Goods, Product
from .sandbox_shop.interface import (
    Call,
    Way,
    body_of,
    error_answer,
    find,
    not_found,
    refuse_stranger,
    way,
)
from .sandbox_shop.lists import Question, cut
from .sandbox_shop.order_ways import OrderWays
from .sandbox_shop.product_ways import ProductWays
from .sandbox_shop.sales import Order, Sales
from .sandbox_shop.signin import SignIn, is_secure

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_SECONDS_PER_ITEM = 0.08
_SECONDS_PER_REQUEST = 0.15
_MAINTENANCE = 600
_SHORT_MAINTENANCE = 20
_STATUS = {
    OrderState.WAITING: "on-hold",
    OrderState.NEW: "processing",
    OrderState.PREPARING: "processing",
    OrderState.SHIPPED: "completed",
    OrderState.DELIVERED: "completed",
    OrderState.CANCELLED: "cancelled",
}
_BUYERS = (
    ("Ioana", "Pop", "Cluj-Napoca", "CJ", "RO", "400001"),
    ("Ştefan", "Ţuţea", "Iași", "IS", "RO", "700001"),
    ("Ayşe", "Yılmaz", "Kadıköy", "TR34", "TR", "34710"),
    ("Árvíztűrő", "Kovács", "Győr", "", "HU", "9021"),
)


class WooSandbox(Sandbox):
    """One shop.

    ``version`` is "11.0.1" or "7.9.0", which differ as the facts say. ``folder`` ("/shop") puts it
    into a subfolder, before ``application()`` is called. ``plain_permalinks`` leaves only
    ``/index.php/wp-json``. ``home`` is the address that it knows itself by, "" for the one asked at.
    ``settings`` are the values of its settings.
    """

    options: ClassVar[Mapping[str, str]] = {"consumer_key": "ck_sandbox", "consumer_secret": "cs_sandbox"}
    read_only_options: ClassVar[Mapping[str, str]] = {"consumer_key": "ck_reader", "consumer_secret": "cs_reader"}

    def __init__(self, *, clock: Clock, rng: random.Random, profile: Profile, currency: str) -> None:
        super().__init__(clock=clock, rng=rng, profile=profile, currency=currency)
        self.version = "11.0.1"
        self.folder = ""
        self.plain_permalinks = False
        self.home = ""
        self.namespaces = ["oembed/1.0", "wc/v3", "wp/v2"]
        self.settings = {
            "general/woocommerce_currency": currency,
            "general/woocommerce_price_num_decimals": str(minor_digits(currency)),
            "tax/woocommerce_prices_include_tax": "yes",
            "products/woocommerce_manage_stock": "yes",
        }
        numbers = itertools.count(10)
        self.goods = Goods(clock, numbers)
        self.sales = Sales(self.goods, numbers, currency, minor_digits(currency))
        self._faces = Faces(self.sales, currency)
        self._signin = SignIn(clock, {"ck_sandbox": ("cs_sandbox", "read_write"), "ck_reader": ("cs_reader", "read")})
        self._ways = self._all_ways()

    # The platform's interface.

    def routes(self) -> Sequence[BaseRoute]:
        """The REST interface below both of its prefixes; everything else is not WordPress's."""
        found: list[BaseRoute] = []
        for prefix in ("/wp-json", "/index.php/wp-json"):
            found.append(Route(f"{self.folder}{prefix}/", self._serve(self._index), methods=["GET"]))
            found.append(Route(f"{self.folder}{prefix}/wc/v3/{{path:path}}", self._serve(self._rest), methods=_METHODS))
        return [*found, Route("/{path:path}", not_found, methods=_METHODS)]

    def fault(self, fault: Fault) -> Response:
        """The server's words; a maintenance takes ten minutes, in the hostile profile a third of one."""
        pause = _SHORT_MAINTENANCE if self.profile is Profile.HOSTILE else _MAINTENANCE
        return trouble(fault, self.home or "https://shop.example", pause)

    def _serve(self, handler: Any) -> Any:
        async def serve(request: Request) -> Response:
            if self.plain_permalinks and "/index.php/" not in request.url.path:
                return await not_found(request)
            try:
                response: Response = await handler(request)
            except WpError as error:
                response = error_answer(error)
            response.headers["Date"] = formatdate(self.clock.now() / 1000, usegmt=True)
            response.headers.setdefault("Link", f'<{self._home(request)}/wp-json/>; rel="https://api.w.org/"')
            return response

        return serve

    async def _index(self, request: Request) -> Response:
        home = self._home(request)
        index = {"name": "The sandbox shop", "description": "", "url": home, "home": home, "gmt_offset": 2,
                 "timezone_string": str(self._faces.zone), "namespaces": self.namespaces, "routes": {}}  # fmt: skip
        return answer(cut(index, request.query_params))

    async def _rest(self, request: Request) -> Response:
        home = self._home(request)
        path = request.path_params["path"]
        signed_in = self._signin.check(request, home)
        handler, numbers = find(self._ways, request.method, path)
        if not signed_in:
            raise refuse_stranger(request.method, path)
        if request.method == "GET":
            await self._pause(_SECONDS_PER_REQUEST)
        base = f"{home}/wp-json/wc/v3"
        params = dict(request.query_params)
        question = Question(params, f"{base}/{path}", self._faces.zone, self.rng)
        return await handler(Call(request.method, params, await body_of(request), numbers, base, question))

    def _home(self, request: Request) -> str:
        scheme = "https" if is_secure(request) else "http"
        return self.home or f"{scheme}://{request.url.netloc}{self.folder}"

    def _all_ways(self) -> list[Way]:
        def version() -> str:
            return self.version

        async def pause(items: int) -> None:
            await self._pause(items * _SECONDS_PER_ITEM)

        products = ProductWays(self.goods, self._faces, version, pause)
        orders = OrderWays(self.sales, self.goods, self._faces, version)
        settings = [way("GET", f"settings/{name}", self._setting(name)) for name in self.settings]
        return [*products.ways(), *orders.ways(), *settings, way("GET", "system_status", self._system_status)]

    def _setting(self, name: str) -> Any:
        async def show(_: Call) -> Response:
            return answer({"id": name.split("/")[1], "value": self.settings[name], "type": "select"})

        return show

    async def _system_status(self, call: Call) -> Response:
        environment = {"version": self.version, "wp_version": "7.0.4", "default_timezone": "UTC"}
        status = {"environment": environment, "settings": {"currency": self.settings["general/woocommerce_currency"]}}
        return answer(cut(status, call.params))

    async def _pause(self, seconds: float) -> None:
        if self.profile is not Profile.INSTANT:
            await self.clock.sleep(seconds)

    # The control interface.

    def seed(self, products: Sequence[SandboxProduct]) -> None:
        """Put products on sale; a stock below 0 means that no stock is kept for it.

        A product with variants becomes a variable one. With a stock of 0 or more it keeps the
        stock of all its variants whose own is below 0; a variant without code shows its parent's.
        """
        for each in products:
            kept = each.stock if each.stock >= 0 else None
            if not each.variants:
                self._add("simple", each, each.name)
                continue
            top = self.goods.add(
                "variable", each.name, sku=each.code, manages=kept is not None, stock=kept, gtin=each.barcode
            )
            for variant in each.variants:
                self._add("variation", variant, variant.name, parent=top, option=variant.name)

    def _add(self, kind: str, each: SandboxProduct, name: str, **fields: Any) -> Product:
        kept = each.stock if each.stock >= 0 else None
        return self.goods.add(
            kind, name, sku=each.code, regular_price=each.price, manages=kept is not None, stock=kept,
            gtin=each.barcode, **fields,
        )  # fmt: skip

    def figures(self) -> list[SandboxFigure]:
        """Every product or variation whose stock is kept.

        A variation whose parent keeps the stock shows the parent's figure; the parent then is
        listed too, with no price. Codes are own ones, never inherited.
        """
        return [
            SandboxFigure(str(product.id), product.sku, product.quantity, product.regular_price)
            for product in self.goods.products.values()
            if product.quantity is not None and product.status != "trash"
        ]

    def buy(self, lines: Sequence[SandboxOrderLine], *, paid: bool = True) -> str | None:
        """A buyer at the storefront's checkout, which refuses what is sold out; unpaid orders wait as "pending"."""
        wishes = [(self.product(line.remote_id), line.quantity) for line in lines]
        if not self.sales.sells(wishes):
            return None
        return str(self.sales.open(wishes, "processing" if paid else "pending", self._buyer(), "store-api").id)

    def draft(self, lines: Sequence[SandboxOrderLine]) -> str:
        """A visitor opens the checkout page: an order of the status checkout-draft, which is none yet."""
        wishes = [(self.product(line.remote_id), line.quantity) for line in lines]
        return str(self.sales.open(wishes, "checkout-draft", self._buyer(), "store-api").id)

    def move(self, number: str, state: OrderState) -> None:
        """The shop's status for that state; returned means that all lines are refunded and restocked."""
        order = self.order(number)
        if state is OrderState.RETURNED:
            self.sales.refund_rest(order)
        else:
            self.sales.change(order, _STATUS[state])

    def edit(self, remote_id: str, *, stock: int | None = None, price: str | None = None) -> None:
        """A figure is changed in the shop's own panel; a stock that the parent keeps is changed there."""
        product = self.product(remote_id)
        if price is not None:
            self.goods.write(product, {"regular_price": price})
        if stock is not None:
            self.goods.write(product.holder or product, {"manage_stock": True, "stock_quantity": stock})

    def sold(self) -> dict[str, int]:
        """Pieces in live orders less refunds, by what the buyers took: the variation, not its parent."""
        return {str(number): pieces for number, pieces in self.sales.sold().items()}

    def product(self, remote_id: str) -> Product:
        """The product or variation of that id. Raises KeyError."""
        return self.goods.products[int(remote_id)]

    def order(self, number: str) -> Order:
        """The order of that number. Raises KeyError."""
        return self.sales.orders[int(number)]

    def _buyer(self) -> dict[str, str]:
        first, last, city, state, country, postcode = self.rng.choice(_BUYERS)
        return {
            "first_name": first, "last_name": last, "company": "", "address_1": "Str. Unirii 3", "address_2": "",
            "city": city, "state": state, "postcode": postcode, "country": country,
            "email": "buyer@example.test", "phone": "0712345678",
        }  # fmt: skip


def sandbox(*, clock: Clock, rng: random.Random, profile: Profile, currency: str) -> Sandbox:
    """A WooCommerce shop without products; see WooSandbox for what can be set on it."""
    return WooSandbox(clock=clock, rng=rng, profile=profile, currency=currency)
