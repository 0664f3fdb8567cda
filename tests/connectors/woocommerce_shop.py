"""A WooCommerce shop in this process: sandbox, connector and a clock that stands still."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from omnisync_plugins.woocommerce.connector import WooConnector, connect
from omnisync_plugins.woocommerce.sandbox import WooSandbox

from omnisync.connect.check import Finding, Grade
from omnisync.connect.context import Context
from omnisync.connect.in_process import InProcess
from omnisync.connect.sandbox import Profile, SandboxOrderLine, SandboxProduct
from omnisync.connect.store import ItemResult, ListingRef, PushItem, RemoteListing
from omnisync.model.money import Money
from omnisync.model.order import OrderPart
from omnisync.testing.clock import ManualClock

HOST = "shop.test"
HTTPS = f"https://{HOST}"
HTTP = f"http://{HOST}"
KEYS = ("ck_sandbox", "cs_sandbox")
CAPTURES = Path(__file__).parent / "captures" / "woocommerce"


def captured(name: str) -> Any:
    """A recorded answer of a real shop."""
    return json.loads((CAPTURES / f"modern_{name}.json").read_text("utf-8"))


Between = Callable[[httpx.Request, httpx.Response], httpx.Response]
"""What a proxy, a host or a plugin makes of an answer."""


class Listening(InProcess):
    """Remembers what was asked, and lets something stand in between."""

    def __init__(self, shop: Shop) -> None:
        super().__init__({HOST: shop.sandbox.application()}, shop.clock)
        self._shop = shop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._shop.asked.append(request)
        answer = await super().handle_async_request(request)
        return self._shop.between(request, answer) if self._shop.between else answer


@dataclass
class Shop:
    clock: ManualClock
    sandbox: WooSandbox
    raw: httpx.AsyncClient
    """Asks the sandbox's wc/v3 directly over https, with the right key."""
    asked: list[httpx.Request]
    """What its connectors asked so far."""
    between: Between | None = None
    store: WooConnector = field(init=False)

    def connect(self, address: str = HTTPS, **options: Any) -> WooConnector:
        """Another connector to the same shop."""
        return connector(self, address, options)

    async def listings(self) -> dict[str, RemoteListing]:
        rows = [row async for page in self.store.listings() for row in page]
        found = {row.ref.remote_id: row for row in rows}
        assert len(found) == len(rows), "a listing came twice"
        return found

    async def orders(self, since: int | None = None, until: int | None = None) -> dict[str, OrderPart]:
        start = self.clock.now() - 3_600_000 if since is None else since
        pages = self.store.orders(start, self.clock.now() if until is None else until)
        return {part.number: part async for page in pages for part in page}

    async def push(self, *items: PushItem) -> dict[str, ItemResult]:
        answer = await self.store.push(items, "key")
        assert not answer.receipt
        return {result.remote_id: result for result in answer.results}

    async def problems(self, store: WooConnector | None = None) -> list[Finding]:
        return [each for each in await (store or self.store).check() if each.grade is Grade.PROBLEM]

    def buy(self, remote_id: str, quantity: int = 1, *, paid: bool = True) -> str:
        number = self.sandbox.buy([SandboxOrderLine(remote_id, quantity)], paid=paid)
        assert number is not None
        return number

    def id_of(self, name: str) -> str:
        """The id of the product or variation of that name."""
        (found,) = [each for each in self.sandbox.goods.products.values() if name in (each.name, each.shown_name)]
        return str(found.id)


def connector(shop: Shop, address: str, options: dict[str, Any]) -> WooConnector:
    context = Context(
        "woo",
        options.pop("currency", shop.sandbox.currency),
        clock=shop.clock,
        rng=random.Random(7),
        transport=Listening(shop),
    )
    return connect({**shop.sandbox.options, "address": address, **options}, context)


@asynccontextmanager
async def opened(
    *products: SandboxProduct,
    currency: str = "RON",
    version: str = "11.0.1",
    folder: str = "",
    address: str = HTTPS,
    profile: Profile = Profile.INSTANT,
    clock: ManualClock | None = None,
) -> AsyncIterator[Shop]:
    clock = clock or ManualClock()
    sandbox = WooSandbox(clock=clock, rng=random.Random(1), profile=profile, currency=currency)
    sandbox.version = version
    sandbox.folder = folder
    sandbox.seed(products)
    transport = InProcess({HOST: sandbox.application()}, clock)
    base = f"{HTTPS}{folder}/wp-json/wc/v3/"
    async with httpx.AsyncClient(transport=transport, base_url=base, auth=KEYS) as raw:
        shop = Shop(clock, sandbox, raw, [])
        shop.store = shop.connect(address + folder)
        yield shop
        await shop.store.close()


async def recorded_refusal(shop: Shop, name: str, method: str, path: str, **more: Any) -> None:
    """The sandbox's answer has the recorded status, code and message."""
    answer = await shop.raw.request(method, path, **more)
    recorded = captured("errors_and_edge_cases")[name]
    assert answer.status_code == recorded["status"]
    assert {k: answer.json()[k] for k in ("code", "message")} == {
        k: recorded["response"][k] for k in ("code", "message")
    }


MUG = SandboxProduct("CANA-330", "Cană ceramică 330 ml", "29.90", 12, barcode="5941234567899")
SHIRT = SandboxProduct(
    "TRICOU-5",
    "Tricou 5",
    "54.90",
    -1,
    variants=(
        SandboxProduct("TRICOU-5-S", "S, Negru", "54.90", 5),
        SandboxProduct("TRICOU-5-M", "M, Negru", "54.90", 7),
    ),
)
POOLED = SandboxProduct(
    "TRICOU-4",
    "Tricou 4",
    "53.90",
    40,
    variants=(SandboxProduct("", "S, Roșu", "53.90", -1), SandboxProduct("", "M, Roșu", "53.90", -1)),
)


def many(count: int) -> Sequence[SandboxProduct]:
    return [SandboxProduct(f"P-{n:04}", f"Produs {n}", "10.00", n) for n in range(count)]


def stock(listing: RemoteListing | str, pieces: int) -> PushItem:
    ref = ListingRef(listing, listing) if isinstance(listing, str) else listing.ref
    return PushItem(ref, stock=pieces * 1000)


def price(listing: RemoteListing, amount: Money) -> PushItem:
    return PushItem(listing.ref, price=amount)


def lei(minor: int) -> Money:
    return Money(minor, "RON")
