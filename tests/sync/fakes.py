"""A store and an ERP in memory with a truth of their own, whose mishaps a test scripts."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from omnisync.connect.budget import Allowance
from omnisync.connect.check import Finding, Grade
from omnisync.connect.erp import (
    ErpBalance,
    ErpCustomer,
    ErpOrder,
    ErpOrderState,
    ErpPrice,
    ErpProduct,
    ErpRead,
    ErpState,
    RowProblem,
)
from omnisync.connect.store import (
    Capabilities,
    ItemResult,
    ListingRef,
    PushAnswer,
    PushItem,
    ReadBack,
    RemoteListing,
)
from omnisync.errors import ConnectorError, Rejected, SourceProblem, UnknownOutcome
from omnisync.model.money import Money
from omnisync.model.order import Customer, OrderLine, OrderPart, OrderState
from omnisync.ports import Clock

Row = TypeVar("Row")

AT_ONCE = Capabilities(max_batch=100, receipt=False, read_back=ReadBack.ANSWER, read_batch=100)
"""A platform that answers a write with what it stored."""

WITH_RECEIPT = Capabilities(
    max_batch=1000, receipt=True, read_back=ReadBack.READ, read_batch=50, receipt_polls=(1, 5, 30), receipt_life=14_400,
    repeat_window=900,
)  # fmt: skip
"""A platform that takes a batch in, tells its results later, and refuses the same body twice."""


@dataclass
class Shown:
    """A listing as the store has it; quantities in pieces, price in minor units."""

    code: str
    stock: int | None = 0
    price: int | None = 1000
    barcodes: tuple[str, ...] = ()
    name: str = "listing"
    group: str = ""
    takes_stock: bool = True
    takes_price: bool = True
    changed_at: int | None = None
    """When it says that its figures were last changed."""


Mishap = Callable[["FakeStore", Sequence[PushItem]], PushAnswer]


def lost(*, applied: bool) -> Mishap:
    """The answer gets lost, after the write was carried out or before."""

    def happen(store: FakeStore, items: Sequence[PushItem]) -> PushAnswer:
        if applied:
            store.carry_out(items)
        raise UnknownOutcome("no answer within 30 s")

    return happen


def raises(error: ConnectorError) -> Mishap:
    """Nothing is carried out."""

    def happen(_store: FakeStore, _items: Sequence[PushItem]) -> PushAnswer:
        raise error

    return happen


@dataclass
class FakeStore:
    """Speaks the connector protocol; ``pushed`` holds what came in, by remote id: (pieces, price)."""

    clock: Clock
    capabilities: Capabilities = AT_ONCE
    listed: dict[str, Shown] = field(default_factory=dict)
    parts: list[OrderPart] = field(default_factory=list)
    pushed: list[dict[str, tuple[int | None, int | None]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    mishaps: deque[Mishap] = field(default_factory=deque)
    refuses: dict[str, str] = field(default_factory=dict)
    """By remote id: the words with which an item is refused."""
    deaf: set[str] = field(default_factory=set)
    """Remote ids of which a write is accepted and never carried out."""
    down: ConnectorError | None = None
    """What every call answers."""
    pending: int = 0
    """How often a receipt is answered with "not yet"."""
    unreadable: set[str] = field(default_factory=set)
    """Numbers of orders, and remote ids of listings, that can't be read."""
    skew: float = 0
    """Seconds by which its clock is ahead."""
    page: int = 3
    asked: list[tuple[int, int]] = field(default_factory=list)
    read_calls: int = 0
    repeats: bool = False
    """Whether an order pull tells everything it has, whatever the window."""
    found: list[Finding] = field(default_factory=list)
    """What a test of the connection finds."""
    slow_orders: float = 0
    """Seconds that each page of orders takes."""
    seconds_per_item: float = 0
    """Of a push."""
    after_page: Callable[[], None] | None = None
    _receipts: dict[str, tuple[ItemResult, ...]] = field(default_factory=dict)

    async def check(self) -> Sequence[Finding]:
        return [*self.found, *([Finding(Grade.PROBLEM, str(self.down))] if self.down else [])]

    async def read_order(self, payload: str) -> Sequence[OrderPart]:
        """What a person has mended: a JSON of the pieces by code."""
        told = json.loads(payload)
        try:
            pieces = {code: int(count) for code, count in told["pieces"].items()}
        except ValueError as error:
            raise Rejected(f"{error}", payload=payload) from error
        number = told["number"]
        return [self.sell(number, **pieces)]

    async def close(self) -> None:
        return None

    def allowances(self) -> Sequence[Allowance]:
        return []

    # Catalogue and figures.

    def shows(self, code: str) -> int | None:
        """The pieces that it shows of the product."""
        return next(each.stock for each in self.listed.values() if each.code == code)

    def price(self, code: str) -> int | None:
        return next(each.price for each in self.listed.values() if each.code == code)

    def _listing(self, remote_id: str) -> RemoteListing:
        shown = self.listed[remote_id]
        return RemoteListing(
            ListingRef(remote_id, f"key-{remote_id}", shown.group), shown.code, shown.barcodes, shown.name,
            None if shown.stock is None else shown.stock * 1000,
            None if shown.price is None else Money(shown.price, "TRY"), shown.takes_stock, shown.takes_price,
            stock_at=shown.changed_at, price_at=shown.changed_at,
        )  # fmt: skip

    def listings(self) -> AsyncIterator[Sequence[RemoteListing]]:
        ids = list(self.listed)
        pages = ([(each, self._listing(each)) for each in ids[start : start + 2]] for start in range(0, len(ids), 2))
        return _Pages(self, "listing", pages)

    async def read(self, refs: Sequence[ListingRef]) -> Sequence[RemoteListing | Rejected]:
        self._fail_if_down()
        self.read_calls += 1
        assert len(refs) <= self.capabilities.read_batch
        names = [ref.remote_id for ref in refs if ref.remote_id in self.listed]
        aside = self.unreadable & {*names, *(ref.group for ref in refs), "?"}
        return [
            *(self._listing(name) for name in names if not self.unreadable & {name, self.listed[name].group, "?"}),
            *(Rejected(f"listing {name} makes no sense", name) for name in sorted(aside)),
        ]

    async def push(self, items: Sequence[PushItem], key: str) -> PushAnswer:
        await asyncio.sleep(self.seconds_per_item * len(items))
        assert 0 < len(items) <= self.capabilities.max_batch
        self.keys.append(key)
        self.pushed.append(
            {
                item.ref.remote_id: (
                    None if item.stock is None else item.stock // 1000, item.price.minor if item.price else None
                )
                for item in items
            }
        )  # fmt: skip
        self._fail_if_down()
        if self.mishaps:
            return self.mishaps.popleft()(self, items)
        return self.carry_out(items)

    def carry_out(self, items: Sequence[PushItem]) -> PushAnswer:
        results = []
        for item in items:
            shown = self.listed[item.ref.remote_id]
            words = self.refuses.get(item.ref.remote_id, "")
            if not words and item.ref.remote_id not in self.deaf:
                shown.stock = shown.stock if item.stock is None else item.stock // 1000
                shown.price = item.price.minor if item.price else shown.price
            if self.capabilities.read_back is ReadBack.ANSWER and not words:
                stored = self._listing(item.ref.remote_id)
                results.append(ItemResult(item.ref.remote_id, "", stored.stock, stored.price))
            else:
                results.append(ItemResult(item.ref.remote_id, words))
        if not self.capabilities.receipt:
            return PushAnswer(results=tuple(results))
        receipt = f"receipt-{len(self._receipts)}"
        self._receipts[receipt] = tuple(results)
        return PushAnswer(receipt)

    async def results(self, receipt: str, items: Sequence[PushItem]) -> Sequence[ItemResult] | None:
        self._fail_if_down()
        if receipt not in self._receipts:
            raise Rejected("this receipt is not known")
        if self.pending:
            self.pending -= 1
            return None
        return self._receipts[receipt]

    def stocks(self, code: str = "A") -> list[int]:
        """The pieces that were pushed for the product, in order."""
        told = (figures.get(f"r{code}", (None,))[0] for figures in self.pushed)
        return [pieces for pieces in told if pieces is not None]

    def _fail_if_down(self) -> None:
        if self.down is not None:
            raise self.down

    # Orders.

    def now(self) -> int:
        """The time by its own clock."""
        return self.clock.now() + int(self.skew * 1000)

    def sell(self, number: str, state: OrderState = OrderState.NEW, /, **pieces: int) -> OrderPart:
        """A buyer orders so many of these products; the store lowers its own figure."""
        for code, count in pieces.items():
            shown = next((each for each in self.listed.values() if each.code == code), None)
            if shown is not None and shown.stock is not None:
                shown.stock = max(0, shown.stock - count)
        lines = tuple(self.line(code, count) for code, count in pieces.items())
        return self.tell(
            OrderPart(number, state, self.now(), self.now(), Money(1000, "TRY"), lines, Customer(name="Ali"))
        )

    def line(self, code: str, pieces: int, line_id: str = "") -> OrderLine:
        remote_id = next((each for each, shown in self.listed.items() if shown.code == code), f"r{code}")
        taken = pieces * 1000 if self.capabilities.lowers_own_stock and remote_id in self.listed else 0
        return OrderLine(
            line_id or f"line-{code}", remote_id, (code,), f"name of {code}", pieces * 1000, Money(1000, "TRY"), taken
        )

    def tell(self, part: OrderPart) -> OrderPart:
        """From now on it tells of the part like this."""
        self.parts = [each for each in self.parts if (each.number, each.part) != (part.number, part.part)]
        self.parts.append(part)
        return part

    def orders(self, since: int, until: int) -> AsyncIterator[Sequence[OrderPart]]:
        self.asked.append((since, until))
        told = [part for part in self.parts if self.repeats or since <= part.modified_at <= until]
        rows = [(part.number, part) for part in told]
        return _Pages(self, "order", [rows[start : start + self.page] for start in range(0, len(rows), self.page)])


class _Pages(AsyncIterator[Sequence[Row]], Generic[Row]):
    """Pages of named rows; one that can't be read is raised, and the rest goes on after it."""

    def __init__(self, store: FakeStore, kind: str, pages: Iterable[Sequence[tuple[str, Row]]]) -> None:
        self._store = store
        self._kind = kind
        self._pages = iter(pages)
        self._page: Sequence[tuple[str, Row]] | None = None
        self._told: set[str] = set()

    async def __anext__(self) -> Sequence[Row]:
        if self._kind == "order":
            await asyncio.sleep(self._store.slow_orders)
        self._store._fail_if_down()
        page = self._page = self._page or next(self._pages, None)
        if page is None:
            raise StopAsyncIteration
        for name, row in page:
            if name in self._store.unreadable and name not in self._told:
                self._told.add(name)
                payload = {
                    "number": name,
                    "buyer": "Ayşe Kaya",
                    "pieces": {"A": "two"},
                    "state": getattr(row, "state", ""),
                }
                raise Rejected(f"{self._kind} {name} makes no sense", name, json.dumps(payload, ensure_ascii=False))
        self._page = None
        if self._kind == "order" and self._store.after_page is not None:
            self._store.after_page()
        return [row for name, row in page if name not in self._store.unreadable]


@dataclass
class FakeErp:
    """The shop's books: pieces by code and warehouse, prices by code, and the orders it was given."""

    clock: Clock
    cards: dict[str, ErpProduct] = field(default_factory=dict)
    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    prices_of: dict[str, int] = field(default_factory=dict)
    states: dict[str, ErpState] = field(default_factory=dict)
    sent: list[ErpOrder] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    mishaps: deque[str] = field(default_factory=deque)
    """What happens to the next orders that are sent: "lost" (it has it, the answer is gone) or "not-sent"."""
    problems: dict[str, list[RowProblem]] = field(default_factory=dict)
    floors_of: dict[str, int] = field(default_factory=dict)
    """A price list called "floor"."""
    broken: ConnectorError | SourceProblem | None = None
    complete: bool = True
    calls: list[str] = field(default_factory=list)
    while_reading: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens at the other end after a feed's rows were fixed, by feed."""
    changes: int = 0

    def changed(self) -> None:
        self.changes += 1

    def counts(self, code: str, pieces: int, warehouse: str = "W") -> None:
        """Somebody counted."""
        self.stock[code, warehouse] = pieces
        self.changed()

    def costs(self, code: str, minor: int) -> None:
        self.prices_of[code] = minor
        self.changed()

    def adds(self, code: str, pieces: int, barcodes: tuple[str, ...] = ()) -> None:
        self.cards[code] = ErpProduct(code, f"name of {code}", barcodes)
        self.stock[code, "W"] = pieces
        self.prices_of.setdefault(code, 1000)
        self.changed()

    def posts(self, key: str, state: ErpState = ErpState.POSTED, *, lowers: bool = True) -> None:
        """The order goes into the books, and the stock falls with it."""
        self.states[key] = state
        for order in self.sent:
            for line in order.lines if order.key == key and lowers else ():
                self.stock[line.code, line.warehouse] -= line.quantity // 1000
        self.changed()

    def _read(self, feed: str, mark: str, rows: list) -> ErpRead | None:
        self.calls.append(feed)
        if self.broken is not None:
            raise self.broken
        stamp, began = str(self.changes), self.clock.now()
        if mark == stamp:
            return None
        if feed in self.while_reading:
            self.while_reading.pop(feed)()
        return ErpRead(rows, began, self.complete, stamp, f"{feed}.csv", self.problems.get(feed, []))

    async def check(self) -> Sequence[Finding]:
        return []

    async def marks(self) -> Mapping[str, str]:
        return {"all": str(self.changes)}

    async def products(self, mark: str) -> ErpRead[ErpProduct] | None:
        return self._read("products", mark, list(self.cards.values()))

    async def balances(self, mark: str) -> ErpRead[ErpBalance] | None:
        rows = [ErpBalance(code, house, 1000 * pieces) for (code, house), pieces in self.stock.items()]
        await asyncio.sleep(0.01)
        return self._read("balances", mark, rows)

    async def prices(self, mark: str) -> ErpRead[ErpPrice] | None:
        rows = [ErpPrice(code, "retail", Money(minor, "TRY")) for code, minor in self.prices_of.items()]
        rows += [ErpPrice(code, "floor", Money(minor, "TRY")) for code, minor in self.floors_of.items()]
        return self._read("prices", mark, rows)

    async def customers(self, mark: str) -> ErpRead[ErpCustomer] | None:
        return self._read("customers", mark, []) if "customers" in self.problems else None

    async def order_states(self, mark: str) -> ErpRead[ErpOrderState] | None:
        rows = [ErpOrderState(key, state) for key, state in self.states.items()]
        return self._read("order_states", mark, rows)

    async def read_row(self, feed: str, row: str) -> ErpRead[Any]:
        """A row is its code, where it has one its warehouse or list, and its number in words."""
        told = json.loads(row)
        made: list[Any] = []
        problems = []
        try:
            number = int(told.get("number", "1"))
            match feed:
                case "products":
                    made.append(ErpProduct(told["code"], told["name"]))
                case "balances":
                    made.append(ErpBalance(told["code"], told["house"], number * 1000, 1))
                case "prices":
                    made.append(ErpPrice(told["code"], told["list"], Money(number, "TRY")))
                case "customers":
                    made.append(ErpCustomer(told["code"], Customer(name=told["name"])))
                case "order_states":
                    made.append(ErpOrderState(told["key"], ErpState(told["state"])))
        except ValueError as error:
            problems = [RowProblem(feed, 1, str(error))]
        return ErpRead(made, self.clock.now(), False, "", feed, problems)

    async def send_order(self, order: ErpOrder) -> str:
        if words := self.refuses.get(order.number):
            raise Rejected(words)
        mishap = self.mishaps.popleft() if self.mishaps else ""
        if mishap == "not-sent":
            raise ConnectorError("nobody there")
        self.sent.append(order)
        if mishap == "lost":
            raise UnknownOutcome("no answer")
        return f"ERP-{order.key}"

    async def find_order(self, key: str) -> str | None:
        if self.broken is not None:
            raise self.broken
        return next((f"ERP-{order.key}" for order in self.sent if order.key == key), None)

    async def close(self) -> None:
        return None
