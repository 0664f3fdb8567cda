"""Stores for a bench: the shipped sandboxes in this process, with the time that they themselves take."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import httpx
from tests.bench.memory_erp import PRICE_LIST, WAREHOUSES, barcode, code, price

from omnisync.connect.context import Context
from omnisync.connect.http import Transport
from omnisync.connect.loader import discover, load
from omnisync.connect.sandbox import Profile, Sandbox, SandboxProduct
from omnisync.connect.store import ReadBack, StoreConnector
from omnisync.model.rules import StoreRules
from omnisync.ports import Clock

PLATFORMS: Mapping[str, str] = {"trendyol": "trendyol", "woo": "woocommerce", "woo2": "woocommerce"}
"""The three stores of every bench, by name."""


class Timed:
    """An ASGI application that measures the processor time of its own steps.

    ``answered`` is called with the request's method and path after each answer; ``bodies`` collects the answers.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self.cpu = 0.0
        self.calls: Counter[str] = Counter()
        self.answered: Callable[[str, str], None] = lambda _method, _path: None
        self.bodies: list[bytes] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.calls[scope["method"]] += 1
        await _Steps(self, self._app(scope, receive, self._kept(send) if self.bodies is not None else send))
        self.answered(scope["method"], scope["path"])

    def _kept(self, send: Any) -> Any:
        async def sending(message: Any) -> None:
            if self.bodies is not None and message["type"] == "http.response.body":
                self.bodies.append(message.get("body", b""))
            await send(message)

        return sending


class _Steps:
    """A coroutine, awaited step by step with a watch beside it."""

    def __init__(self, owner: Timed, coroutine: Any) -> None:
        self._owner = owner
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, None]:
        while True:
            began = time.thread_time()
            try:
                step = self._coroutine.send(None)
            except StopIteration:
                return
            finally:
                self._owner.cpu += (time.thread_time() - began) * 1000
            yield step


def sandbox(name: str, count: int, clock: Clock, *, pieces: int) -> Sandbox:
    """A store that answers at once and lists the first ``count`` products of the memory ERP."""
    module = load(discover()[PLATFORMS[name]], "sandbox")
    made: Sandbox = module.sandbox(clock=clock, rng=random.Random(2), profile=Profile.INSTANT, currency="TRY")
    made.seed([SandboxProduct(code(at), f"Vida {at}", str(price(at)), pieces, barcode(at)) for at in range(count)])
    return made


def connect(name: str, made: Sandbox, clock: Clock, transport: Transport) -> StoreConnector:
    """The shipped connector to that sandbox."""
    manifest = discover()[PLATFORMS[name]]
    options: dict[str, object] = {each.name: each.default for each in manifest.options if each.default is not None}
    options |= {**made.options, made.address_option: f"http://{name}"}
    context = Context(name, "TRY", clock, random.Random(3), transport=transport)
    connector: StoreConnector = load(manifest).connect(options, context)
    return connector


def direct(app: Any) -> Transport:
    """Carries requests to one application, without time-outs."""
    return httpx.ASGITransport(app=app)


def rules(name: str, connector: StoreConnector, warehouses: Sequence[str] = WAREHOUSES[:1]) -> StoreRules:
    """Stock of the first warehouse, the one price list."""
    can = connector.capabilities
    return StoreRules(
        PLATFORMS[name],
        "TRY",
        tuple(warehouses),
        warehouses[0],
        PRICE_LIST,
        step=can.quantity_step,
        max_quantity=can.max_quantity,
        checks_by_reading=can.read_back is ReadBack.READ,
    )
