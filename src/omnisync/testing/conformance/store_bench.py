"""A store's connector on the bench: its own sandbox, the line between the two, and a virtual clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar

from omnisync.connect.context import Context
from omnisync.connect.loader import Manifest, OptionType, load
from omnisync.connect.sandbox import ConnectionCut, Profile, Sandbox, SandboxFigure, SandboxOrderLine, SandboxProduct
from omnisync.connect.store import (
    Capabilities,
    ItemResult,
    ListingRef,
    PushAnswer,
    PushItem,
    RemoteListing,
    StoreConnector,
)
from omnisync.errors import RateLimited, Rejected
from omnisync.model.money import Money
from omnisync.model.order import OrderPart
from omnisync.model.quantity import PIECE
from omnisync.testing.conformance.line import HOST, Line
from omnisync.testing.conformance.result import Failed, expect
from omnisync.testing.virtual import VirtualClock, VirtualLoop, inline

T = TypeVar("T")

CURRENCY = "TRY"
_MOST_POLLS = 500
_MOST_WAITS = 50
_TURNS = 20
"""Turns of the loop in which a cancelled task comes to its end."""


class Shop:
    """One sandbox with products, and one connector to it."""

    def __init__(self, bench: Bench, sandbox: Sandbox, options: Mapping[str, Any], clock: VirtualClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.currency = sandbox.currency
        self.options = options
        self.line = Line(sandbox, clock)
        context = Context(
            "conformance", sandbox.currency, clock=clock, rng=random.Random(2), blocking=inline, transport=self.line
        )
        self.store: StoreConnector = load(bench.plugin).connect(options, context)

    @property
    def can(self) -> Capabilities:
        """What the connector says that its platform can do."""
        return self.store.capabilities

    async def patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call gives; waits as the engine does when the connector asks for it."""
        for _ in range(_MOST_WAITS):
            try:
                return await call()
            except RateLimited as error:
                await self.clock.sleep(max(0.1, (error.until - self.clock.now()) / 1000))
        raise Failed(f"it was asked to wait {_MOST_WAITS} times in a row, although nothing is in the way")

    async def listings(self) -> list[RemoteListing]:
        """Every listing in the order in which it was told."""
        return await self.patiently(lambda: gathered(self.store.listings()))

    async def by_code(self) -> dict[str, RemoteListing]:
        """Every listing by the code that its product was put on sale under."""
        codes = {figure.remote_id: figure.code for figure in self.sandbox.figures()}
        return {codes[each.ref.remote_id]: each for each in await self.listings() if each.ref.remote_id in codes}

    async def simple(self, count: int) -> list[RemoteListing]:
        """The listings of the first so many products without variants."""
        found = await self.by_code()
        return [found[code_of(number)] for number in range(count)]

    async def read(self, listings: Sequence[RemoteListing]) -> dict[str, RemoteListing]:
        """What a read shows of these, by remote id."""
        return {each.ref.remote_id: each for each in await self.read_refs([each.ref for each in listings])}

    async def read_refs(self, refs: Sequence[ListingRef]) -> list[RemoteListing]:
        """What a read of these gives. Raises Failed when it can't make sense of one."""
        found = await self.patiently(lambda: self.store.read(refs))
        aside = [each.words for each in found if isinstance(each, Rejected)]
        expect(not aside, f"it can't read what there is: {aside}")
        return [each for each in found if not isinstance(each, Rejected)]

    async def push(self, items: Sequence[PushItem], key: str = "k1") -> dict[str, ItemResult]:
        """What became of each item, however long that takes."""
        return await self.settled(await self.patiently(lambda: self.store.push(items, key)), items)

    async def settled(self, answer: PushAnswer, items: Sequence[PushItem]) -> dict[str, ItemResult]:
        """The results of a push, asked for in the rhythm that the connector names."""
        results: Sequence[ItemResult] | None = answer.results
        if self.can.receipt:
            expect(answer.receipt, "the push gave no receipt, although the capabilities promise one")
            results = await self._polled(answer.receipt, items)
        assert results is not None
        told = [result.remote_id for result in results]
        wanted = [item.ref.remote_id for item in items]
        expect(sorted(told) == sorted(wanted), f"{len(wanted)} items were pushed, the results are about {told}")
        return {result.remote_id: result for result in results}

    async def _polled(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult]:
        pauses = self.can.receipt_polls
        for poll in range(_MOST_POLLS):
            await self.clock.sleep(pauses[min(poll, len(pauses) - 1)])
            results = await self.patiently(lambda: self.store.results(receipt, items))
            if results is not None:
                return results
        raise Failed(f"the results were asked for {_MOST_POLLS} times and never came")

    def figure(self, listing: RemoteListing) -> SandboxFigure:
        """What the sandbox itself shows of a listing. Raises Failed when it has none."""
        for figure in self.sandbox.figures():
            if figure.remote_id == listing.ref.remote_id:
                return figure
        raise Failed(f"the sandbox has no listing {listing.ref.remote_id}")

    def stock(self, listing: RemoteListing) -> int:
        """The sandbox's own stock in thousandths."""
        return self.figure(listing).stock * PIECE

    def price(self, listing: RemoteListing) -> Money:
        """The sandbox's own price."""
        return Money.of(Decimal(self.figure(listing).price), self.currency)

    def buy(self, listing: RemoteListing, pieces: int = 1, *, paid: bool = True) -> str:
        """A buyer orders; the order's number."""
        number = self.sandbox.buy([SandboxOrderLine(listing.ref.remote_id, pieces)], paid=paid)
        if number is None:
            raise Failed("the sandbox refused a buyer, although there is enough in stock")
        return number

    async def orders(self, since: int | None = None, until: int | None = None) -> list[OrderPart]:
        """The order parts that changed in that time: by default the last hour."""
        start = self.clock.now() - 3_600_000 if since is None else since
        end = self.clock.now() if until is None else until
        return await self.patiently(lambda: gathered(self.store.orders(start, end)))

    async def parts(self, number: str) -> list[OrderPart]:
        """The live parts of one order, of which there is at least one."""
        found = [part for part in await self.orders() if part.number == number and not part.dead]
        expect(found, f"order {number} is in the sandbox, but orders() does not give it")
        return found


class Bench:
    """Opens shops for one check, and clears up behind it."""

    def __init__(self, plugin: Manifest, loop: VirtualLoop) -> None:
        self.plugin = plugin
        self._loop = loop
        self._lost: list[BaseException] = []

    async def __aenter__(self) -> Self:
        self._loop.set_exception_handler(self._note)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        rest = self.tasks()
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
        if error is None and self._lost:
            raise Failed(f"an exception in the background reached nobody: {self._lost[0]!r}")

    def tasks(self) -> list[asyncio.Task[Any]]:
        """What still runs beside the check itself."""
        return [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task(self._loop)]

    async def settled_tasks(self) -> list[asyncio.Task[Any]]:
        """The same, after what was cancelled had time to end."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        return self.tasks()

    @asynccontextmanager
    async def open(
        self,
        *,
        count: int = 4,
        variants: bool = True,
        profile: Profile = Profile.INSTANT,
        currency: str = CURRENCY,
        products: Sequence[SandboxProduct] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Shop]:
        """A shop with so many products and one that has variants; without faults, whatever the profile.

        ``options`` take the place of those that sign in to the sandbox.
        """
        clock = VirtualClock(self._loop)
        sandbox: Sandbox = load(self.plugin, "sandbox").sandbox(
            clock=clock, rng=random.Random(1), profile=profile, currency=currency
        )
        sandbox.rates.clear()
        sandbox.seed(range_of(count, variants=variants) if products is None else products)
        address = {sandbox.address_option: f"https://{HOST}"}
        shop = Shop(self, sandbox, {**sandbox.options, **address, **(options or {})}, clock)
        try:
            yield shop
        finally:
            await shop.store.close()

    def secrets(self, options: Mapping[str, Any]) -> list[str]:
        """The values of these options that nobody may ever read."""
        secret = {option.name for option in self.plugin.options if option.type is OptionType.SECRET}
        return [str(value) for name, value in options.items() if name in secret]

    def _note(self, _loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        # The sandbox cuts a line that nobody listens to any more.
        if error is not None and not isinstance(error, ConnectionCut):
            self._lost.append(error)


async def gathered(pages: AsyncIterator[Sequence[T]]) -> list[T]:
    """The rows of all pages."""
    return [row async for page in pages for row in page]


async def apart(pages: AsyncIterator[Sequence[T]]) -> tuple[list[T], set[str]]:
    """The rows of all pages, and the names of those that can't be read; walks as the engine does."""
    found: list[T] = []
    aside: set[str] = set()
    while True:
        try:
            found += await anext(pages)
        except StopAsyncIteration:
            return found, aside
        except Rejected as error:
            if not error.item:
                raise
            aside.add(error.item)


def code_of(number: int) -> str:
    """The code of a simple product of the bench."""
    return f"CONF-{number:04}"


def range_of(count: int, *, variants: bool, stock: int = 10) -> list[SandboxProduct]:
    """Products with letters of every kind in their names; prices with odd minor units; one with three variants."""
    names = ('Küresel vana ½" & conta', "Árvíztűrő <b>fúró</b>", "Țeavă 20 mm 'roșie'", "Žlica 🥄")
    products = [
        SandboxProduct(
            code_of(number), f"{names[number % len(names)]} {number}", f"{19 + number % 900}.{number * 7 % 100:02}",
            stock, barcode=f"29{number:011}",
        )
        for number in range(count)
    ]  # fmt: skip
    return [*products, _with_variants(stock)] if variants else products


def _with_variants(stock: int) -> SandboxProduct:
    sizes = tuple(
        SandboxProduct(f"CONF-T-{size}", f"T {size}", "149.90", stock, barcode=f"28{place:011}")
        for place, size in enumerate(("S", "M", "L"))
    )
    # Below 0: the parent keeps no stock of its own.
    return SandboxProduct("CONF-T", "Tişört", "149.90", -1, variants=sizes)
