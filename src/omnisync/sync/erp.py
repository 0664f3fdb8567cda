"""The ERP's side of the engine: order states first, then products, prices, balances; orders out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from omnisync.connect.erp import ErpConnector, ErpOrder, ErpOrderLine, ErpRead
from omnisync.errors import ConnectorError, RateLimited, Rejected, SourceProblem
from omnisync.log import pulls
from omnisync.log.apply.orders import living_lines
from omnisync.log.people import unseal, without_person
from omnisync.log.rows import OrderRow
from omnisync.log.writer import Change, Log
from omnisync.model.events import (
    OrderExported,
    OrderExporting,
    QuarantineClosed,
    Quarantined,
)
from omnisync.model.money import Money
from omnisync.model.order import Customer, OrderState
from omnisync.model.rules import ErpRules
from omnisync.ports import Clock
from omnisync.sync import erp_changes, matters
from omnisync.sync.health import Health, Line
from omnisync.sync.signal import Signal
from omnisync.text import _
from omnisync.told import structlog

_EXPORTS_AT_ONCE = 50
_ODD_READS = 6
"""So many looks at a source that can't be read as a whole are ordinary: somebody is writing it."""


@dataclass(frozen=True, slots=True)
class _Feed:
    """One kind of row: how it is read, given the last read's mark, and how it is taken in."""

    name: str
    read: Callable[[str], Awaitable[ErpRead[Any] | None]]
    take_in: Callable[..., int]


class ErpSync:
    """Reads one ERP into the log and hands orders to it."""

    def __init__(self, connector: ErpConnector, rules: ErpRules, log: Log, clock: Clock, rng: random.Random) -> None:
        self.connector = connector
        self.rules = rules
        self.health = Health()
        self._log = log
        self._clock = clock
        self._rng = rng
        self._told = structlog.get_logger().bind(connector=rules.name)
        self._marks: dict[str, str] = {}
        self._odd_reads = 0
        self.wake_pull = Signal(clock)
        self.wake_balances = Signal(clock)
        self.wake_export = Signal(clock)
        self.wake_check = Signal(clock)
        self._one_pull = asyncio.Lock()
        self._states = _Feed("order_states", connector.order_states, partial(erp_changes.order_states, rules))
        self._cards = _Feed("products", connector.products, partial(erp_changes.products, rules))
        self._prices = _Feed("prices", connector.prices, partial(erp_changes.prices, rules))
        self._customers = _Feed("customers", connector.customers, partial(erp_changes.customers, rules))
        self._balances = _Feed("balances", connector.balances, partial(erp_changes.balances, rules))

    async def changed(self) -> bool:
        """Whether the ERP shows a sign of change since the last pull (a file was written)."""
        try:
            marks = dict(await self.connector.marks())
        except (ConnectorError, SourceProblem):
            return True
        changed, self._marks = marks != self._marks, marks
        return changed

    async def pull(self) -> bool:
        """Read everything that changed; answers whether that went well."""
        return await self._pull(catalogue=True)

    async def pull_balances(self) -> bool:
        """Read order states and balances only, which change all day; answers whether that went well."""
        return await self._pull(catalogue=False)

    async def _pull(self, *, catalogue: bool) -> bool:
        async with self._one_pull:
            return await self._pull_alone(catalogue=catalogue)

    async def _pull_alone(self, *, catalogue: bool) -> bool:
        try:
            # States before balances: a reservation is released only by a balance of then or later (P8).
            await self._take_in(self._states)
            # Together: a product that is known without its balances would be sold out in every store.
            await self._take_in(*((self._cards, self._prices) if catalogue else ()), self._balances)
            if catalogue:
                await self._take_in(self._customers)
        except SourceProblem as error:
            await self._unsettled(error)
            return False
        except ConnectorError as error:
            await self._failed(self.health.read, error)
            return False
        await self._compare_names()
        self._odd_reads = 0
        self.health.last_orders = self._clock.now()
        await self._worked(self.health.read)
        return True

    async def _compare_names(self) -> None:
        news = await self._log.transact(lambda change: matters.compare_names(change, self.rules.name))
        for store, reasons in news.items():
            for reason in reasons:
                self._told.error("name", store=store, reason=reason)

    async def again(self, feed: str) -> Callable[[Change], object]:
        """Read one feed anew, changed or not; the answer takes it in."""
        each = next(
            each
            for each in (self._cards, self._prices, self._balances, self._customers, self._states)
            if each.name == feed
        )
        self.health.calls += 1
        read = await each.read("")
        return lambda change: None if read is None else self._take(change, each, read)

    async def _take_in(self, *feeds: _Feed) -> None:
        """Read these feeds and take in what changed, all in one transaction or nothing."""
        found: list[tuple[_Feed, ErpRead[Any]]] = []
        for feed in feeds:
            mark = await self._log.transact(lambda change, name=feed.name: self._mark(change, name))  # type: ignore[misc]
            self.health.calls += 1
            # Rows of products that were not known yet have been passed over: new cards need all the rest again.
            read = await feed.read("" if found and found[0][0] is self._cards else mark)
            if read is not None:
                found.append((feed, read))
        if not found:
            return

        def decide(change: Change) -> list[int]:
            return [self._take(change, feed, read) for feed, read in found]

        for (feed, read), rows in zip(found, await self._log.transact(decide), strict=True):
            for problem in read.problems:
                self._told.warning("erp.row", source=problem.source, line=problem.line, reason=problem.text)
            if rows:
                self._told.info("erp.read", feed=feed.name, source=read.source, rows=rows)

    def _take(self, change: Change, feed: _Feed, read: ErpRead[Any]) -> int:
        before = pulls.open_hold(change.state, self.rules.name, feed.name)
        rows = feed.take_in(change=change, read=read)
        held = pulls.open_hold(change.state, self.rules.name, feed.name)
        if held is not None and held != before and (row := change.state.holds.get(held[0])) is not None:
            text = _("{count} of {total} ({feed}) are gone or zero in what was read. They stay as they were.")
            advice = _("Mend the ERP's data, or say yes: omnisync release {hold}").format(hold=row.id)
            reason = text.format(count=row.count, total=row.total, feed=feed.name)
            self._told.error("erp.held", source=read.source, reason=reason, advice=advice)
        erp_changes.problems(self.rules, change, feed.name, read.problems)
        matters.remember_names(change, self.rules.name, feed.name, read)
        if change.cursor(self.rules.name, feed.name) != read.mark:
            change.set_cursor(self.rules.name, feed.name, read.mark)
        return rows

    def _mark(self, change: Change, feed: str) -> str:
        """The mark of the last read; "" asks for everything, where an unchanged read would matter too."""
        state = change.state
        held = pulls.open_hold(state, self.rules.name, feed)
        awaited = feed == "balances" and any(order.erp_at for order in pulls.unreleased(state))
        # What was rejected waits for another file, which has another mark.
        return "" if (held and held[2] != "rejected") or awaited else change.cursor(self.rules.name, feed)

    async def _unsettled(self, error: SourceProblem) -> None:
        """A file that is just being written is looked at again at once; only one that stays so is news."""
        self._odd_reads += 1
        if self._odd_reads < _ODD_READS:
            self.health.read.next_try = self._clock.now() + 500
        else:
            await self._failed(self.health.read, error)

    async def _failed(self, line: Line, error: ConnectorError | SourceProblem) -> None:
        if not isinstance(error, RateLimited):
            self.health.errors += 1
        news = line.failed(error, self._clock.now(), self._rng)
        if news:
            self._told.error("erp.broke", reason=str(error))
        if news or matters.waits(error):
            await self._log.transact(lambda change: matters.broke(change, self.rules.name, error, news=news))

    async def _worked(self, line: Line) -> None:
        if line.worked():
            self._told.info("erp.recovered")
            whole = not self.health.worst.broken
            await self._log.transact(lambda change: matters.recovered(change, self.rules.name, whole=whole))
            self.wake_check.set()

    async def export(self) -> None:
        """Hand over the orders that the ERP should have, each once (P5: look up before sending again)."""
        if not self.rules.export_orders:
            return
        orders = await self._log.transact(self._to_export)
        for order in orders:
            try:
                await self._export(order)
            except Rejected as error:
                # The ERP may name the buyer, who could then never be forgotten.
                words = without_person(error.words, order.customer)
                self._told.error("order.refused", order=order.key, store=order.store, number=order.number, reason=words)
                await self._log.append(Quarantined(self.rules.name, f"order:{order.key}", words))
            except (ConnectorError, SourceProblem) as error:
                await self._failed(self.health.write, error)
                return
        await self._worked(self.health.write)
        if len(orders) == _EXPORTS_AT_ONCE:
            self.wake_export.set()

    async def _export(self, order: ErpOrder) -> None:
        ref = await self.connector.find_order(order.key)
        if ref is None and not order.lines:
            # It was cancelled after an attempt that came to nothing.
            ref = ""
        if ref is None:
            await self._log.append(OrderExporting(order.store, order.number, order.key))
            self.health.calls += 1
            ref = await self.connector.send_order(order)

        def decide(change: Change) -> None:
            row = change.state.order(order.store, order.number)
            if row is not None and not row.export_key:
                # It was found there without an attempt of ours that we know of: the key is what its state is told by.
                change.append(OrderExporting(order.store, order.number, order.key))
            change.append(OrderExported(order.store, order.number, ref))
            if f"order:{order.key}" in pulls.open_quarantine(change.state, self.rules.name, "order:"):
                change.append(QuarantineClosed(self.rules.name, f"order:{order.key}"))

        await self._log.transact(decide)
        if ref:
            self._told.info("order.exported", order=order.key, ref=ref)

    def _to_export(self, change: Change) -> list[ErpOrder]:
        name = self.rules.name
        refused = pulls.open_quarantine(change.state, name, "order:") | pulls.settled(change.state, name, "order:")
        # However many the ERP refused, they stand in nobody's way.
        orders = (self._order(change, row) for row in pulls.to_export(change.state, _EXPORTS_AT_ONCE + len(refused)))
        return [order for order in orders if f"order:{order.key}" not in refused][:_EXPORTS_AT_ONCE]

    def _order(self, change: Change, row: OrderRow) -> ErpOrder:
        state = change.state
        lines = []
        for line in living_lines(state, row.id):
            product = state.products.get(line.product) if line.product is not None else None
            if product is not None and OrderState(line.state).holds_stock:
                price = Money(line.price, row.currency)
                lines.append(ErpOrderLine(product.code, line.name, line.quantity, price, row.warehouse))
        return ErpOrder(
            row.export_key or self._new_key(change, row), row.store, row.number, row.placed_at,
            unseal(state.db, row.customer, row.sealed) or Customer(), tuple(lines), Money(row.total, row.currency),
            row.payment, Money(row.shipping, row.currency) if row.shipping is not None else None,
        )  # fmt: skip

    def _new_key(self, change: Change, row: OrderRow) -> str:
        """Series and number; where another store's order has just that, the store's name comes in between."""
        series = self._series(change, row)
        key = f"{series}-{row.number}"
        for other in pulls.same_number(change.state, row):
            if other.export_key == key or (
                not other.export_key and other.id < row.id and self._series(change, other) == series
            ):
                return f"{series}-{row.store}-{row.number}"
        return key

    @staticmethod
    def _series(change: Change, row: OrderRow) -> str:
        rules = change.state.rules().get(row.store)
        return rules.order_series if rules and rules.order_series else row.store
