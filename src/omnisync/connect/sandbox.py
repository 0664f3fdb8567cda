"""The kit that sandboxes are built from: faults, profiles, a call log, and the control interface.

A sandbox behaves like a platform's API, with its own truth (what it shows, its orders, its queue),
strict as the platform. It is written from the facts, never from the connector. Everything under
``/_sim`` is ours: seeding, buyers, hand edits, faults, asking for the figures.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from omnisync.model.order import OrderState
from omnisync.ports import Clock


class ConnectionCut(Exception):
    """Raised by a sandbox to cut the connection without an answer."""


class Profile(StrEnum):
    """How a sandbox behaves: like an ordinary day, with no delay at all, or with frequent faults."""

    REALISTIC = "realistic"
    INSTANT = "instant"
    HOSTILE = "hostile"


class Fault(StrEnum):
    """What can go wrong with one request."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    HTML = "html"
    MOVED = "moved"
    JUNK_BEFORE_JSON = "junk_before_json"
    CUT_BEFORE = "cut_before"
    """The connection is cut, nothing was done."""
    CUT_AFTER = "cut_after"
    """The request is carried out, then the connection is cut."""
    SLOW = "slow"
    """The answer takes longer than a client waits; the request is carried out."""


HOSTILE_RATES: Mapping[Fault, float] = {
    Fault.RATE_LIMITED: 0.03,
    Fault.UNAVAILABLE: 0.03,
    Fault.SERVER_ERROR: 0.02,
    Fault.HTML: 0.01,
    Fault.CUT_BEFORE: 0.02,
    Fault.CUT_AFTER: 0.04,
}


@dataclass(frozen=True, slots=True)
class SandboxProduct:
    """A product that a sandbox is seeded with. ``stock`` in whole pieces, ``price`` as "89.90".

    ``variants`` makes it a parent: each variant is a product of its own below it. A stock below 0 means
    that it keeps none of its own, as a parent usually does.
    """

    code: str
    name: str
    price: str
    stock: int
    barcode: str = ""
    variants: tuple[SandboxProduct, ...] = ()


@dataclass(frozen=True, slots=True)
class SandboxOrderLine:
    """What a buyer takes: a listing by the sandbox's own remote id, in pieces."""

    remote_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SandboxFigure:
    """What the sandbox shows for one listing right now: pieces and the price as text."""

    remote_id: str
    code: str
    stock: int
    price: str


class Sandbox(ABC):
    """Base of every sandbox. A platform overrides the routes and the seven verbs of the control interface.

    ``options`` are the connector options that sign in to it, but for its address (see ``address_option``).
    """

    options: ClassVar[Mapping[str, str]] = {}
    address_option: ClassVar[str] = "address"
    """The connector option that takes this sandbox's base address."""

    def __init__(self, *, clock: Clock, rng: random.Random, profile: Profile, currency: str) -> None:
        self.clock = clock
        self.rng = rng
        self.profile = profile
        self.currency = currency
        self.calls: Counter[str] = Counter()
        self.rates: dict[Fault, float] = dict(HOSTILE_RATES) if profile is Profile.HOSTILE else {}
        self.next_faults: list[Fault] = []
        self.down = False

    # What a platform provides.

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """The platform's own API."""

    @abstractmethod
    def fault(self, fault: Fault) -> Response:
        """How this platform words that fault (those which are an answer)."""

    @abstractmethod
    def seed(self, products: Sequence[SandboxProduct]) -> None:
        """Put products on sale."""

    @abstractmethod
    def figures(self) -> list[SandboxFigure]:
        """What every listing shows right now."""

    @abstractmethod
    def buy(self, lines: Sequence[SandboxOrderLine], *, paid: bool = True) -> str | None:
        """A buyer orders; answers the order number, or None when the store refuses (sold out)."""

    @abstractmethod
    def move(self, number: str, state: OrderState) -> None:
        """The order goes on: shipped, delivered, cancelled by the buyer, returned."""

    @abstractmethod
    def edit(self, remote_id: str, *, stock: int | None = None, price: str | None = None) -> None:
        """Somebody changes a figure by hand in the store's own panel."""

    @abstractmethod
    def sold(self) -> dict[str, int]:
        """Pieces in live (not cancelled, not returned) orders, by remote id."""

    # What the kit provides.

    def application(self) -> ASGIApp:
        """The ASGI application: the platform's API under faults, and the control interface."""
        routes = [
            *(Route(f"/_sim/{name}", handler, methods=[method]) for method, name, handler in self._control()),
            *self.routes(),
        ]
        return _Faults(Starlette(routes=routes), self)

    def _control(self) -> Sequence[tuple[str, str, Any]]:
        return (
            ("POST", "seed", self._seed),
            ("GET", "figures", self._figures),
            ("POST", "buy", self._buy),
            ("POST", "move", self._move),
            ("POST", "edit", self._edit),
            ("GET", "sold", self._sold),
            ("GET", "calls", self._calls),
            ("POST", "faults", self._faults),
        )

    async def _seed(self, request: Request) -> JSONResponse:
        rows = await request.json()
        self.seed([product_of(row) for row in rows])
        return JSONResponse({"seeded": len(rows)})

    async def _figures(self, _: Request) -> JSONResponse:
        return JSONResponse(
            [{"remote_id": f.remote_id, "code": f.code, "stock": f.stock, "price": f.price} for f in self.figures()]
        )

    async def _buy(self, request: Request) -> JSONResponse:
        wish = await request.json()
        lines = [SandboxOrderLine(line["remote_id"], line["quantity"]) for line in wish["lines"]]
        return JSONResponse({"number": self.buy(lines, paid=wish.get("paid", True))})

    async def _move(self, request: Request) -> JSONResponse:
        wish = await request.json()
        self.move(wish["number"], OrderState(wish["state"]))
        return JSONResponse({})

    async def _edit(self, request: Request) -> JSONResponse:
        wish = await request.json()
        self.edit(wish["remote_id"], stock=wish.get("stock"), price=wish.get("price"))
        return JSONResponse({})

    async def _sold(self, _: Request) -> JSONResponse:
        return JSONResponse(self.sold())

    async def _calls(self, _: Request) -> JSONResponse:
        return JSONResponse(dict(self.calls))

    async def _faults(self, request: Request) -> JSONResponse:
        wish = await request.json()
        self.rates = {Fault(name): rate for name, rate in wish.get("rates", {}).items()}
        self.next_faults = [Fault(name) for name in wish.get("next", [])]
        self.down = wish.get("down", False)
        return JSONResponse({})


def product_of(row: Mapping[str, Any]) -> SandboxProduct:
    """The product that a row of JSON means, with its variants. Raises TypeError for a row of another shape."""
    variants = tuple(product_of(variant) for variant in row.get("variants", ()))
    return SandboxProduct(**{**row, "variants": variants})


class _Faults:
    """Lets requests fail at the sandbox's rates before or after the platform has acted."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sim/"):
            await self._app(scope, receive, send)
            return
        sandbox = self._sandbox
        sandbox.calls[f"{scope['method']} {scope['path']}"] += 1
        fault = self._draw()
        if fault is None:
            await self._app(scope, receive, send)
        elif fault is Fault.CUT_BEFORE:
            await _cut(send)
        elif fault in (Fault.CUT_AFTER, Fault.SLOW):
            await self._app(scope, receive, _nowhere)
            if fault is Fault.SLOW:
                await sandbox.clock.sleep(300)
            await _cut(send)
        elif fault is Fault.JUNK_BEFORE_JSON:
            await self._app(scope, receive, _with_junk(send))
        else:
            await sandbox.fault(fault)(scope, receive, send)

    def _draw(self) -> Fault | None:
        sandbox = self._sandbox
        if sandbox.down:
            return Fault.CUT_BEFORE
        if sandbox.next_faults:
            return sandbox.next_faults.pop(0)
        if not sandbox.rates:
            return None
        chance = sandbox.rng.random()
        for fault, rate in sandbox.rates.items():
            chance -= rate
            if chance < 0:
                return fault
        return None


async def _nowhere(message: Any) -> None:
    """An answer that never reaches the client."""


async def _cut(send: Send) -> None:
    """Promise a body and never send it: the server closes the connection, the client sees it cut."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    raise ConnectionCut


def _with_junk(send: Send) -> Send:
    junk = b"<!-- plugin says hi -->\n"

    async def changed(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [(k, v) for k, v in message["headers"] if k.lower() != b"content-length"]
            message = {**message, "headers": headers}
        elif message.get("body"):
            message = {**message, "body": junk + message["body"]}
        await send(message)

    return changed
