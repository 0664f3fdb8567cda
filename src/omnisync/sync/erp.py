"""The ERP's side of the engine: order states first, then products, prices, balances; orders out."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog

from omnisync.connect.erp import ErpConnector, ErpOrder, ErpOrderLine, ErpRead
from omnisync.errors import ConnectorError, Rejected, SourceProblem
from omnisync.log import pulls
from omnisync.log.apply.orders import living_lines
from omnisync.log.people import unseal
from omnisync.log.rows import OrderRow
from omnisync.log.writer import Change, Log
from omnisync.model.events import (
    OrderExported,
    OrderExporting,
    QuarantineClosed,
    Quarantined,
    StoreBroke,
    StoreRecovered,
)
from omnisync.model.money import Money
from omnisync.model.order import Customer, OrderState
from omnisync.model.rules import ErpRules
from omnisync.ports import Clock
from omnisync.sync import erp_changes
from omnisync.sync.health import Health
from omnisync.sync.signal import Signal

_EXPORTS_AT_ONCE = 50
_ODD_READS = 6
"""So many looks at a source that can't be read as a whole are ordinary: somebody is writing it."""


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
        rules, connector = self.rules, self.connector
        try:
            # States before balances: a reservation is released only by a balance of then or later (P8).
            await self._feed("order_states", connector.order_states, erp_changes.order_states)
            if catalogue:
                await self._feed("products", connector.products, partial(erp_changes.products, rules))
                await self._feed("prices", connector.prices, partial(erp_changes.prices, rules))
            await self._feed("balances", connector.balances, partial(erp_changes.balances, rules))
        except SourceProblem as error:
            await self._unsettled(error)
            return False
        except ConnectorError as error:
            await self._failed(error)
            return False
        self._odd_reads = 0
        self.health.last_orders = self._clock.now()
        if self.health.read.worked():
            self._told.info("erp.recovered")
            await self._log.append(StoreRecovered(self.rules.name))
        return True

    async def _feed(
        self,
        feed: str,
        read_feed: Callable[[str], Awaitable[ErpRead[Any] | None]],
        take_in: Callable[..., int],
    ) -> None:
        mark = await self._log.transact(lambda change: self._mark(change, feed))
        self.health.calls += 1
        read = await read_feed(mark)
        if read is None:
            return

        def decide(change: Change) -> int:
            rows = take_in(change=change, read=read)
            if change.cursor(self.rules.name, feed) != read.mark:
                change.set_cursor(self.rules.name, feed, read.mark)
            return rows

        rows = await self._log.transact(decide)
        for problem in read.problems:
            self._told.warning("erp.row", source=problem.source, line=problem.line, reason=problem.text)
        if rows:
            self._told.info("erp.read", feed=feed, source=read.source, rows=rows)

    def _mark(self, change: Change, feed: str) -> str:
        """The mark of the last read; "" asks for everything, where an unchanged read would matter too."""
        state = change.state
        held = pulls.open_hold(state, self.rules.name, feed)
        awaited = feed == "balances" and any(order.erp_at for order in pulls.unreleased(state))
        return "" if held or awaited else change.cursor(self.rules.name, feed)

    async def _unsettled(self, error: SourceProblem) -> None:
        """A file that is just being written is looked at again at once; only one that stays so is news."""
        self._odd_reads += 1
        if self._odd_reads < _ODD_READS:
            self.health.read.next_try = self._clock.now() + 500
        else:
            await self._failed(error)

    async def _failed(self, error: ConnectorError | SourceProblem) -> None:
        self.health.errors += 1
        if self.health.read.failed(error, self._clock.now(), self._rng):
            self._told.error("erp.broke", reason=str(error))
            await self._log.append(StoreBroke(self.rules.name, str(error)))

    async def export(self) -> None:
        """Hand over the orders that the ERP should have, each once (P5: look up before sending again)."""
        if not self.rules.export_orders:
            return
        orders = await self._log.transact(self._to_export)
        for order in orders:
            try:
                await self._export(order)
            except Rejected as error:
                self._told.error("order.refused", order=order.key, reason=error.words)
                await self._log.append(Quarantined(self.rules.name, f"order:{order.key}", error.words))
            except (ConnectorError, SourceProblem) as error:
                await self._failed(error)
                return

    async def _export(self, order: ErpOrder) -> None:
        ref = await self.connector.find_order(order.key)
        if ref is None:
            await self._log.append(OrderExporting(order.store, order.number, order.key))
            self.health.calls += 1
            ref = await self.connector.send_order(order)

        def decide(change: Change) -> None:
            change.append(OrderExported(order.store, order.number, ref))
            if f"order:{order.key}" in pulls.open_quarantine(change.state, self.rules.name, "order:"):
                change.append(QuarantineClosed(self.rules.name, f"order:{order.key}"))

        await self._log.transact(decide)
        self._told.info("order.exported", order=order.key, ref=ref)

    def _to_export(self, change: Change) -> list[ErpOrder]:
        refused = pulls.open_quarantine(change.state, self.rules.name, "order:")
        orders = [self._order(change, row) for row in pulls.to_export(change.state, _EXPORTS_AT_ONCE)]
        return [order for order in orders if f"order:{order.key}" not in refused]

    def _order(self, change: Change, row: OrderRow) -> ErpOrder:
        state = change.state
        rules = state.rules().get(row.store)
        series = rules.order_series if rules and rules.order_series else row.store
        lines = []
        for line in living_lines(state, row.id):
            product = state.products.get(line.product) if line.product is not None else None
            if product is not None and OrderState(line.state).holds_stock:
                price = Money(line.price, row.currency)
                lines.append(ErpOrderLine(product.code, line.name, line.quantity, price, row.warehouse))
        return ErpOrder(
            row.export_key or f"{series}-{row.number}", row.store, row.number, row.placed_at,
            unseal(state.db, row.customer, row.sealed) or Customer(), tuple(lines), Money(row.total, row.currency),
            row.payment, Money(row.shipping, row.currency) if row.shipping is not None else None,
        )  # fmt: skip
