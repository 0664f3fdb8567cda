"""Faults put into the program on purpose: the simulation is worth something only if it finds each of them.

Each is one patch on the smallest door there is, and the seed and hours of a rough world in which it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
from tests.simulation.shape import Shape, dark, forgetful, illegible, impatient, rough, torn
from tests.simulation.world import WatchedShop

from omnisync.connect.budget import Budget
from omnisync.connect.loader import discover, load
from omnisync.connect.store import Capabilities, ItemResult
from omnisync.errors import ConnectorError, RateLimited, SourceProblem, Unavailable
from omnisync.log import apply, outbox
from omnisync.log.apply import figures, last_piece, orders
from omnisync.model.events import BatchAnswered, BatchOutcome, ErpOrderMoved, OrderExported
from omnisync.model.order import OrderState
from omnisync.sync import audit, engine, erp, erp_changes, guard, health, intake, planning, push, store

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Sabotage:
    """A fault: what is broken, and the words (an expression) with which the simulation says what it found."""

    breaks: Callable[[Patch], None]
    found: str
    seed: int = 1
    hours: float = 2.0
    shape: Callable[[], Shape] = rough


# Orders.


def _no_dedupe(patch: Patch) -> None:
    """What is told again is taken in again."""
    patch.setattr(intake, "_is_news", lambda *_, **__: True)


def _package_as_order(patch: Patch) -> None:
    """An order is known by its package, which dies and is born anew."""
    take_in = intake.take_in

    def changed(change: Any, name: str, parts: Sequence[Any], **how: Any) -> Any:
        parts = [msgspec.structs.replace(part, number=part.part or part.number) for part in parts]
        return take_in(change, name, parts, **how)

    patch.setattr(store, "take_in", changed)


def _no_overlap(patch: Patch) -> None:
    """The next pull begins where the last one ended."""
    made = WatchedShop.store

    def changed(self: WatchedShop, name: str) -> Any:
        connector: Any = made(self, name)
        capabilities: Capabilities = replace(connector.capabilities, orders_overlap=0)
        connector.capabilities = capabilities
        return connector

    patch.setattr(WatchedShop, "store", changed)


def _cursor_first(patch: Patch) -> None:
    """The cursor moves before what was read is in the log."""
    # The hourly look at the whole day would mend what it breaks.
    patch.setattr(store, "_LOOK_BACK", 0)
    pages = store.StoreSync._order_pages

    async def changed(self: Any, since: int, until: int) -> Any:
        now = self.clock.now()
        await self.log.transact(lambda change: self._reached(change, now, now))
        async for page in pages(self, since, until):
            yield page

    patch.setattr(store.StoreSync, "_order_pages", changed)


def _spoilt_is_free(patch: Patch) -> None:
    """An amount that can't be read counts as nothing."""
    mapping = load(discover()["woocommerce"], "order_mapping")
    patch.setattr(mapping, "_amount", lambda value: mapping.decimal(value) or 0)


def _cancelled_keeps_stock(patch: Patch) -> None:
    """A cancelled order goes on holding its goods."""
    reserve = orders._reserve

    def changed(state: Any, order: Any, *rest: Any) -> None:
        if OrderState(order.state).holds_stock:
            reserve(state, order, *rest)

    patch.setattr(orders, "_reserve", changed)


# Reservations and the ERP.


def _released_on_export(patch: Patch) -> None:
    """A reservation ends when the order was handed to the ERP."""
    exported = orders.order_exported

    def changed(state: Any, event: Any) -> None:
        exported(state, event)
        order = state.order(event.store, event.number)
        touched: dict[int, Any] = {}
        orders.release(state, order, touched)
        for product in touched.values():
            figures.recompute(state, product)

    _handle(patch, OrderExported, changed)


def _balances_before_states(patch: Patch) -> None:
    """Balances are read first, then order states; and any balance counts as new enough."""

    async def changed(self: Any, *, catalogue: bool) -> bool:
        try:
            read = await self._balances.read("")
            await self._take_in(self._states)
            if catalogue:
                await self._take_in(self._cards, self._prices)
            now = self._clock.now() + 1
            await self._log.transact(lambda change: self._take(change, self._balances, replace(read, began_at=now)))
        except ConnectorError as error:
            await self._failed(self.health.read, error)
            return False
        except SourceProblem as error:
            await self._unsettled(error)
            return False
        await self._worked(self.health.read)
        return True

    patch.setattr(erp.ErpSync, "_pull_alone", changed)


def _unread_row_releases(patch: Patch) -> None:
    """A reservation ends with a balance of its product that could not be read."""
    released = erp_changes._released

    def changed(change: Any, rules: Any, read: Any, *rest: Any) -> Any:
        return released(change, rules, replace(read, problems=()), *rest)

    patch.setattr(erp_changes, "_released", changed)


def _row_id_as_key(patch: Patch) -> None:
    """What the ERP knows an order by is the number of its row, which comes back after a lost tail or a restore."""
    patch.setattr(erp.ErpSync, "_new_key", lambda self, change, row: f"order-{row.id}")


def _pieces_taken_as_told(patch: Patch) -> None:
    """An order is handed over with all the lines it ever had."""
    patch.setattr(erp, "living_lines", lambda state, order: list(state.lines.of(order).values()))


# Figures.


def _from_delta(patch: Patch) -> None:
    """What is wanted is the last wish, changed by what the stock changed by."""
    last: dict[tuple[int, str], int] = {}
    available = last_piece.available

    def changed(rule: Any, balances: Any) -> int:
        now = available(rule, balances)
        product = next(iter(balances.values())).product if balances else 0
        before, last[product, rule.platform] = last.get((product, rule.platform), now), now
        return max(0, before) + (now - before)

    patch.setattr(figures, "available", changed)


def _reserved_forgotten(patch: Patch) -> None:
    """A store is shown what lies on the shelf, sold or not."""
    patch.setattr(
        figures,
        "available",
        lambda rule, balances: sum(balances[house].on_hand for house in rule.warehouses if house in balances),
    )


def _falls(each: Any) -> bool:
    row = each.stock
    return row is not None and (row.confirmed is None or (row.wanted or 0) < row.confirmed)


def _raised_first(patch: Patch) -> None:
    """What may rise is sent before what must fall."""
    due = outbox.due

    def changed(state: Any, name: str, now: int, most: int, **how: Any) -> Any:
        found = due(state, name, now, 1000, **how)
        return sorted(found, key=_falls)[: max(1, len(found) // 2)]

    patch.setattr(outbox, "due", changed)


def _nobody_woken(patch: Patch) -> None:
    """A commit wakes nobody, so that figures wait."""
    patch.setattr(engine.Engine, "_woken", lambda self, who: None)


def _guard_asleep(patch: Patch) -> None:
    """Whatever a read has lost is believed."""
    patch.setattr(guard, "of_read", lambda *_: None)


# Pushes.


def _no_read_back(patch: Patch) -> None:
    """An accepted figure counts as shown, and nobody ever looks."""
    patch.setattr(outbox, "to_be_seen", lambda *_: [])
    accepted = figures.accepted

    def changed(*what: Any, by_reading: bool) -> None:
        accepted(*what, by_reading=False)

    patch.setattr(figures, "accepted", changed)
    patch.setattr(audit, "suspect", lambda *_: None)
    patch.setattr(store, "is_news", lambda *_: False)


def _done_on_2xx(patch: Patch) -> None:
    """A receipt counts as success."""
    accepted = push.Pusher._accepted

    async def changed(self: Any, batch: Any, answer: Any) -> None:
        if answer.receipt:
            await self._answered(batch.key, [ItemResult(item.remote_id) for item in batch.items])
        else:
            await accepted(self, batch, answer)

    patch.setattr(push.Pusher, "_accepted", changed)
    taken = figures.accepted

    def done(*what: Any, by_reading: bool) -> None:
        taken(*what, by_reading=False)

    patch.setattr(figures, "accepted", done)


def _two_open_batches(patch: Patch) -> None:
    """The next batch does not wait for the last one."""
    opened = outbox.open_batch

    def changed(state: Any, name: str) -> Any:
        found = opened(state, name)
        return None if found and found[0].state == "sent" else found

    patch.setattr(outbox, "open_batch", changed)


def _sent_again_blindly(patch: Patch) -> None:
    """A lost batch is sent again at once, without a look at the store."""

    async def changed(self: Any, batch: Any, items: Any) -> int:
        sync = self._store
        rules = await sync.log.transact(lambda change: change.state.rules()[sync.name])
        pushed = await sync.log.transact(lambda change: planning.push_items(change, sync.name, items, rules))
        await self._send_again(planning.Batch(batch.key, pushed, tuple(items)))
        # A cut connection takes no time here: without a pause it would be sent for ever in one moment.
        soon: int = sync.clock.now() + 1_000
        return soon

    patch.setattr(push.Pusher, "_look_up", changed)


def _lost_is_done(patch: Patch) -> None:
    """A batch whose answer got lost is taken for done and forgotten."""

    async def changed(self: Any, key: str, reason: str) -> None:
        def decide(change: Any) -> None:
            found = outbox.open_batch(change.state, self._store.name)
            items = found[1] if found else ()
            change.append(
                BatchAnswered(
                    self._store.name, key, tuple(BatchOutcome(i.remote_id, "", 0, i.stock, i.price) for i in items)
                )
            )

        await self._store.log.transact(decide)

    patch.setattr(push.Pusher, "_lose", changed)
    accepted = figures.accepted

    def done(*what: Any, by_reading: bool) -> None:
        accepted(*what, by_reading=False)

    patch.setattr(figures, "accepted", done)


def _lost_stays_lost(patch: Patch) -> None:
    """A batch whose answer got lost is never looked up."""

    async def changed(self: Any, batch: Any, items: Any) -> int:
        return int(self._store.clock.now()) + 3_600_000

    patch.setattr(push.Pusher, "_look_up", changed)


def _waiting_is_failing(patch: Patch) -> None:
    """Waiting for a rate limit counts as a failure."""
    failed = health.Line.failed

    def changed(self: Any, error: Any, now: int, rng: Any) -> bool:
        limited = isinstance(error, RateLimited)
        return failed(self, Unavailable(str(error), error.until) if limited else error, now, rng)

    patch.setattr(health.Line, "failed", changed)


def _writes_on(patch: Patch) -> None:
    """It goes on writing to a store which can't be read."""
    step = push.Pusher.step

    async def changed(self: Any) -> Any:
        line = self._store.health.read
        before, line.condition = line.condition, health.Condition.OK
        line.next_try, then = 0, line.next_try
        try:
            return await step(self)
        finally:
            if line.condition is health.Condition.OK:
                line.condition, line.next_try = before, then

    patch.setattr(push.Pusher, "step", changed)


def _no_budget(patch: Patch) -> None:
    """Nobody counts the requests."""
    patch.setattr(Budget, "ready_at", lambda self, group: 0)


def _tables_by_hand(patch: Patch) -> None:
    """A table is changed beside the log."""
    released = orders.erp_order_moved

    def changed(state: Any, event: Any) -> None:
        released(state, event)
        state.db.execute("UPDATE product SET name = name || '.' WHERE id = 1")

    _handle(patch, ErpOrderMoved, changed)


def _handle(patch: Patch, event: Any, handler: Callable[[Any, Any], None]) -> None:
    patch.setitem(apply._HANDLERS, event, handler)


SABOTAGES: Mapping[str, Sabotage] = {
    "no dedupe": Sabotage(_no_dedupe, "P2"),
    "a package is taken for an order": Sabotage(_package_as_order, "P2"),
    "no overlap of order pulls": Sabotage(_no_overlap, "P2|sold pieces"),
    "the cursor moves before the commit": Sabotage(_cursor_first, "P2|sold pieces", shape=dark),
    "a spoilt amount counts as nothing": Sabotage(_spoilt_is_free, "money"),
    "a cancelled order keeps its stock": Sabotage(_cancelled_keeps_stock, "P3"),
    "a reservation is released on export": Sabotage(_released_on_export, "P8"),
    "balances are read before order states": Sabotage(_balances_before_states, "P8"),
    "a row that can't be read ends a reservation": Sabotage(_unread_row_releases, "P8|P3", shape=illegible),
    "a row's number is the key of an order": Sabotage(_row_id_as_key, "P5|P8", shape=forgetful),
    "wanted is made from a delta": Sabotage(_from_delta, "P3"),
    "reserved goods are offered": Sabotage(_reserved_forgotten, "P3"),
    "rising goes before falling": Sabotage(_raised_first, "falling first"),
    "nobody is woken": Sabotage(_nobody_woken, "P4"),
    "the guard sleeps": Sabotage(_guard_asleep, "P7", hours=1.0, shape=torn),
    "no read-back": Sabotage(_no_read_back, "P4"),
    "done on 2xx": Sabotage(_done_on_2xx, "P4"),
    "two open batches": Sabotage(_two_open_batches, "one open batch|stuck"),
    "a lost batch is sent again without a look": Sabotage(_sent_again_blindly, "P5"),
    "a lost batch counts as done": Sabotage(_lost_is_done, "P4"),
    "a lost batch is never looked up": Sabotage(_lost_stays_lost, "stuck"),
    "a wait for a rate limit counts as a failure": Sabotage(_waiting_is_failing, "P6"),
    "it goes on writing in an outage": Sabotage(_writes_on, "one write an outage", shape=dark),
    "requests are not counted": Sabotage(_no_budget, "P6", hours=0.5, shape=impatient),
    "a table is changed beside the log": Sabotage(_tables_by_hand, "P1"),
}
