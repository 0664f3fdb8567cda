"""An ERP's connector on the bench: a source that its plugin prepares, and a clock that moves when work is done."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from omnisync.connect.context import Context
from omnisync.connect.erp import ErpBalance, ErpConnector, ErpOrder, ErpOrderLine, ErpPrice, ErpProduct
from omnisync.connect.loader import Manifest, OptionType, load
from omnisync.connect.source import ErpSource
from omnisync.model.money import Money
from omnisync.model.order import Address, Customer
from omnisync.ports import SystemClock, in_thread
from omnisync.testing.clock import ManualClock
from omnisync.testing.conformance.result import Failed

T = TypeVar("T")

CODES = ("VANA-12", "CİVATA-8", "NOHUT", "Ț-40")
WAREHOUSES = ("DEPO", "MERKEZ")
PRICE_LIST = "perakende"


class ErpBench:
    """One source and connectors to it. Blocking work takes a second of the bench's clock."""

    def __init__(self, plugin: Manifest) -> None:
        self.plugin = plugin
        self.clock = ManualClock(SystemClock().now())
        self.opened: list[ErpConnector] = []
        self._folder = tempfile.TemporaryDirectory(prefix="omnisync-conformance-")

    async def __aenter__(self) -> Self:
        self.source: ErpSource = load(self.plugin, "conformance").source(Path(self._folder.name))
        self.hold()
        self.erp = self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self.opened:
            await each.close()
        self.source.close()
        self._folder.cleanup()

    def connect(self) -> ErpConnector:
        """Another connector to the same source."""
        context = Context("erp", self.source.currency, clock=self.clock, rng=random.Random(2), blocking=self._blocking)
        made: ErpConnector = load(self.plugin).connect(dict(self.source.options), context)
        self.opened.append(made)
        return made

    async def _blocking(self, function: Callable[[], T]) -> T:
        self.clock.advance(1)
        return await in_thread(function)

    def hold(self, *, without: str = "", extra: int = 0) -> None:
        """The usual data, but without one product, and with so many thousandths more of the first one."""
        codes = [code for code in CODES if code != without]
        self.source.hold(
            [product(code) for code in codes],
            [each for each in balances(extra) if each.code != without],
            [each for each in prices(self.source.currency) if each.code != without],
        )

    @property
    def feeds(self) -> Mapping[str, Callable[[str], Any]]:
        """Every read by its feed's name."""
        erp = self.erp
        return {
            "products": erp.products, "balances": erp.balances, "prices": erp.prices, "customers": erp.customers,
            "order_states": erp.order_states,
        }  # fmt: skip

    async def read(self, feed: str, mark: str = "") -> Any:
        """What a feed gives. Raises Failed when it claims that nothing changed."""
        answer = await self.feeds[feed](mark)
        if answer is None:
            raise Failed(f"{feed} gives None, although there is something new")
        return answer

    def secrets(self) -> list[str]:
        """The values of the options that nobody may ever read."""
        secret = {option.name for option in self.plugin.options if option.type is OptionType.SECRET}
        return [str(value) for name, value in self.source.options.items() if name in secret]

    async def tasks_left(self) -> Sequence[str]:
        """What still runs beside the check itself."""
        await asyncio.sleep(0)
        return [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    def order(self, key: str = "trendyol-1001") -> ErpOrder:
        """An order with what makes trouble in files and databases."""
        line = ErpOrderLine(CODES[0], 'Vana ½"; "galvaniz"', 2_000, Money(8990, self.source.currency), WAREHOUSES[0])
        part = ErpOrderLine(CODES[2], "=NOHUT()", 1_250, Money(8490, self.source.currency), WAREHOUSES[1])
        address = Address(name="Işık Öztürk", street="Sokak 1\nKat 2", city="İzmir", country="TR")
        buyer = Customer(name='O\'Hara; "Işık"', email="isik@customers.example", billing=address, shipping=address)
        total = Money(2 * 8990 + 10_613, self.source.currency)
        return ErpOrder(key, "trendyol", key.rpartition("-")[2], self.clock.now(), buyer, (line, part), total)


def product(code: str) -> ErpProduct:
    """A product of the bench."""
    place = CODES.index(code)
    return ErpProduct(code, f'Ürün {place}; "{code}"', (f"29{place:011}",), category="Tesisat", unit="adet")


def balances(extra: int = 0) -> list[ErpBalance]:
    """Whole pieces, weighed goods, and none, in two warehouses."""
    amounts = (14_000 + extra, 12_350, 0, 120_000)
    return [
        ErpBalance(code, house, amounts[(place + shift) % len(amounts)] if place or shift else 14_000 + extra)
        for place, code in enumerate(CODES)
        for shift, house in enumerate(WAREHOUSES)
    ]


def prices(currency: str) -> list[ErpPrice]:
    """A price of each product on one list."""
    amounts = ("89.90", "0.05", "1234.50", "10.10")
    return [
        ErpPrice(code, PRICE_LIST, Money.of(Decimal(amount), currency))
        for code, amount in zip(CODES, amounts, strict=True)
    ]
