"""A Trendyol seller account in this process: sandbox, connector and a clock that stands still."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from omnisync_plugins.trendyol.connector import TrendyolStore, connect
from omnisync_plugins.trendyol.sandbox import TrendyolSandbox

from omnisync.connect.context import Context
from omnisync.connect.in_process import InProcess
from omnisync.connect.sandbox import Profile, SandboxOrderLine, SandboxProduct
from omnisync.connect.store import ItemResult, ListingRef, PushItem, RemoteListing
from omnisync.model.money import Money
from omnisync.model.order import OrderPart
from omnisync.testing.clock import ManualClock

HOST = "trendyol.test"
HEADERS = {"User-Agent": "123456 - SelfIntegration"}
KEY = ("sandbox-key", "sandbox-secret")
UPDATE = "/inventory/sellers/123456/products/price-and-inventory"
APPROVED = "/product/sellers/123456/products/approved"
STREAM = "/order/sellers/123456/orders/stream"


@dataclass
class Shop:
    clock: ManualClock
    sandbox: TrendyolSandbox
    store: TrendyolStore
    raw: httpx.AsyncClient
    """Asks the sandbox directly, with the right key."""

    def connect(self, **options: str) -> TrendyolStore:
        """A connector whose options differ from the right ones."""
        return connector(self.sandbox, self.clock, options)

    async def listings(self) -> dict[str, RemoteListing]:
        return {row.ref.remote_id: row async for page in self.store.listings() for row in page}

    async def orders(self, since: int, until: int | None = None) -> list[OrderPart]:
        pages = self.store.orders(since, self.clock.now() if until is None else until)
        return [part async for page in pages for part in page]

    async def shown(self, barcode: str) -> RemoteListing:
        (row,) = await self.store.read([ListingRef(barcode, barcode)])
        return row

    async def settle(self, receipt: str, items: Sequence[PushItem]) -> dict[str, ItemResult]:
        """Ask for the results every five seconds, as the engine would."""
        for _ in range(100):
            results = await self.store.results(receipt, items)
            if results is not None:
                return {result.remote_id: result for result in results}
            self.clock.advance(5)
        raise AssertionError("the batch never settled")

    def buy(self, barcode: str, quantity: int = 1, *, paid: bool = True) -> str:
        number = self.sandbox.buy([SandboxOrderLine(barcode, quantity)], paid=paid)
        assert number is not None
        return str(number)


def connector(sandbox: TrendyolSandbox, clock: ManualClock, options: Mapping[str, str]) -> TrendyolStore:
    transport = InProcess({HOST: sandbox.application()}, clock)
    context = Context("trendyol", "TRY", clock=clock, transport=transport)
    return connect({**sandbox.options, "address": f"http://{HOST}", **options}, context)


@asynccontextmanager
async def opened(profile: Profile = Profile.INSTANT, seed: int = 1) -> AsyncIterator[Shop]:
    clock = ManualClock()
    sandbox = TrendyolSandbox(clock=clock, rng=random.Random(seed), profile=profile, currency="TRY")
    sandbox.rates.clear()
    store = connector(sandbox, clock, {})
    transport = InProcess({HOST: sandbox.application()}, clock)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", headers=HEADERS, auth=KEY) as raw:
        yield Shop(clock, sandbox, store, raw)
    await store.close()


def products(count: int, stock: int = 10) -> list[SandboxProduct]:
    return [SandboxProduct(f"P-{n:05}", f"Vida {n}", "89.90", stock, barcode=f"868{n:010}") for n in range(count)]


def barcode(n: int) -> str:
    return f"868{n:010}"


def stock(barcode: str, pieces: int) -> PushItem:
    return PushItem(ListingRef(barcode, barcode), stock=pieces * 1000)


def price(barcode: str, kurus: int, **extra: str) -> PushItem:
    return PushItem(ListingRef(barcode, barcode, extra=extra), price=Money(kurus, "TRY"))


def update(*rows: Mapping[str, Any]) -> dict[str, Any]:
    return {"items": list(rows)}
