"""What orders do: parts and lines as the store tells them, reservations, and the way to the ERP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from omnisync.log.apply.customers import remember
from omnisync.log.apply.figures import recompute_stock, sold_there
from omnisync.log.apply.last_piece import sold
from omnisync.log.rows import BalanceRow, CustomerRow, LineRow, OrderRow, PartRow, ProductRow, ReservationRow
from omnisync.log.state import State
from omnisync.model.events import ErpOrderMoved, LineResolved, OrderExported, OrderExporting, OrderSeen
from omnisync.model.order import HOLDS_STOCK, LEFT, OrderState

_DYING, _REPLACED = 1, 2
"""What ``PartRow.dead`` says: the store called the part dead, or another part has taken its place."""

_WAITING, _CANCELLED, _RETURNED = OrderState.WAITING, OrderState.CANCELLED, OrderState.RETURNED
"""By name: until Python 3.12, looking up a member of an enumeration takes ten times as long."""

_RANK: Mapping[str, int] = {state: rank for rank, state in enumerate(OrderState)}

_encode = msgspec.json.Encoder().encode
_taken = msgspec.json.Decoder(dict[int, int])


def order_seen(state: State, event: OrderSeen) -> None:
    """A store told something new of an order or a part of it."""
    order = state.order(event.store, event.number)
    if order is None:
        order = _new_order(state, event)
    touched: dict[int, ProductRow] = {}
    parts = state.parts.of(order.id)
    for dead in event.replaces:
        _bury(state, order, dead)
    part = parts.get(event.part)
    if part is None:
        part = PartRow(order.id, event.part, event.state, 0, 0, 0)
        state.parts.add(parts, event.part, part)
    else:
        state.parts.change(part)
    if event.state is not _CANCELLED or part.state not in LEFT:
        # What has left the shop is not back because somebody cancels it; only a return brings it back.
        part.state = event.state
    part.modified_at, part.total = event.modified_at, event.total
    part.dead, part.digest = max(part.dead, int(event.dead)), event.digest
    _take_lines(state, order, event, part.state, touched)
    if event.customer:
        order.customer, order.sealed = event.customer, event.sealed
        ref = event.customer.removeprefix(f"{event.store}:")
        remember(state, CustomerRow(event.customer, event.store, ref, event.sealed))
    order.remote_state, order.payment, order.shipping = event.remote_state, event.payment, event.shipping
    _sum_up(state, order, touched)
    for product in touched.values():
        recompute_stock(state, product)


def _new_order(state: State, event: OrderSeen) -> OrderRow:
    order = OrderRow(
        state.next_id("shop_order"), event.store, event.number, event.state, event.remote_state, event.placed_at,
        0, event.currency, event.shipping, event.payment, event.warehouse, event.customer, event.sealed,
    )  # fmt: skip
    state.add_order(order)
    return order


def _bury(state: State, order: OrderRow, part_id: str) -> None:
    part = state.parts.get(order.id, part_id)
    if part is None:
        state.parts.put(PartRow(order.id, part_id, _CANCELLED, 0, 0, _REPLACED))
    elif part.dead != _REPLACED:
        part.dead = _REPLACED
        state.parts.put(part)


def _take_lines(
    state: State, order: OrderRow, event: OrderSeen, part_state: str, touched: dict[int, ProductRow]
) -> None:
    lines = state.lines.of(order.id)
    if lines:
        told = {line.line_id for line in event.lines}
        for line in [*lines.values()]:
            if line.part == event.part and line.line_id not in told:
                state.lines.delete(line)
    for seen in event.lines:
        key = seen.line_id, event.part
        product = state.product(seen.product) if seen.product else None
        product_id = None if product is None else product.id
        line_state: str = seen.state or part_state
        known = lines.get(key)
        if known is None:
            line = LineRow(
                order.id, seen.line_id, event.part, product_id, seen.remote_id, _encode(seen.codes).decode(),
                seen.name, seen.quantity, seen.price, seen.taken, line_state,
            )  # fmt: skip
            state.lines.add(lines, key, line)
        else:
            line = known
            line.product = product_id if line.product is None else line.product
            line.remote_id, line.codes, line.name = seen.remote_id, _encode(seen.codes).decode(), seen.name
            line.quantity, line.price, line.taken = seen.quantity, seen.price, seen.taken
            if line_state != _CANCELLED or line.state not in LEFT:
                line.state = line_state
            state.lines.change(line)
        if line.product is not None:
            _touch(state, line.product, touched)


def _touch(state: State, product_id: int, touched: dict[int, ProductRow]) -> ProductRow:
    product = touched.get(product_id)
    if product is None:
        product = state.products.get(product_id)
        assert product is not None
        touched[product_id] = product
        state.trace(product_id)
    return product


def _sum_up(state: State, order: OrderRow, touched: dict[int, ProductRow]) -> None:
    """The order's state, totals and reservations from its living parts."""
    parts = state.parts.of(order.id)
    alive = [part for part in parts.values() if not part.dead]
    lines = living_lines(state, order.id)
    order.state = _state_of([part.state for part in alive])
    order.total = sum(part.total for part in alive if part.state in HOLDS_STOCK)
    order.lines = len({line.line_id for line in lines})
    order.unknown = sum(1 for line in lines if line.product is None and line.state in HOLDS_STOCK)
    if order.export in ("", "never") and order.state != _WAITING and order.state in HOLDS_STOCK:
        order.export = "due"
    if order.export == "due":
        if order.state not in HOLDS_STOCK:
            order.export = "never"
        elif not order.unknown:
            state.wake("")
    state.orders.change(order)
    _expect(state, order, lines, touched)
    _reserve(state, order, lines, touched)


def living_lines(state: State, order: int) -> list[LineRow]:
    """The order's lines that count: those of living parts.

    A part that only says of itself that it died still counts, line by line, until a living part has
    the line: a moment too much reserved is better than goods sold twice.
    """
    parts = state.parts.of(order)
    lines = state.lines.of(order).values()
    living = [line for line in lines if not parts[line.part].dead]
    if len(living) == len(lines):
        return living
    covered = {line.line_id for line in living}
    waiting = [line for line in lines if parts[line.part].dead == _DYING and line.line_id not in covered]
    return living + waiting


def _state_of(states: list[str]) -> str:
    """The least advanced of the living parts; a cancelled or returned one counts only if all are."""
    if len(states) == 1:
        return states[0]
    holding = [each for each in states if each in HOLDS_STOCK]
    return min(holding or states or [_CANCELLED], key=_RANK.__getitem__)


def _expect(state: State, order: OrderRow, lines: list[LineRow], touched: dict[int, ProductRow]) -> None:
    """Follow how much the store has taken off its own figures for this order."""
    taken: dict[int, int] = {}
    for line in lines:
        if line.product is not None:
            taken[line.product] = taken.get(line.product, 0) + line.taken
    text = _encode(dict(sorted(taken.items()))).decode()
    if text == order.taken:
        return
    before = _taken.decode(order.taken) if order.taken else {}
    order.taken = text
    changed_at = max(part.modified_at for part in state.parts.of(order.id).values())
    for product_id in sorted({*taken, *before}):
        change = taken.get(product_id, 0) - before.get(product_id, 0)
        figure = state.figures.get((product_id, "stock"), order.store) if change else None
        if figure is not None:
            _touch(state, product_id, touched)
            sold_there(state, figure, change, order.placed_at if change > 0 else changed_at)


def _reserve(state: State, order: OrderRow, lines: list[LineRow], touched: dict[int, ProductRow]) -> None:
    """Set the reservations to what is still owed; once released, the ERP's balance has the say.

    What comes back after the ERP has posted the order is out of its books, and in them again when somebody counts it
    in: until a balance tells, it stays reserved (P8).
    """
    if order.released:
        return
    held = state.reservations.of(order.id)
    owed: dict[str, tuple[int, int]] = {}
    for line in lines:
        back = line.state == _RETURNED and order.erp_at and line.line_id in held
        if line.product is not None and (line.state in HOLDS_STOCK or back):
            quantity = owed.get(line.line_id, (0, 0))[1] + line.quantity
            owed[line.line_id] = (line.product, quantity)
    for line_id in [*held]:
        if line_id not in owed:
            _change(state, held[line_id], 0, touched)
    for line_id, (product_id, quantity) in owed.items():
        row = held.get(line_id)
        if row is None:
            row = ReservationRow(order.id, line_id, product_id, order.warehouse, 0, state.at)
        if quantity > row.quantity:
            sold(state, product_id, order.store, quantity - row.quantity, order.placed_at)
        if quantity != row.quantity:
            _change(state, row, quantity, touched)


def _change(state: State, row: ReservationRow, quantity: int, touched: dict[int, ProductRow]) -> None:
    product = _touch(state, row.product, touched)
    balance = state.balances.get(row.product, row.warehouse)
    if balance is None:
        balance = BalanceRow(row.product, row.warehouse)
        state.balances.put(balance)
    change = quantity - row.quantity
    balance.reserved += change
    product.reserved += change
    product.available -= change
    state.balances.change(balance)
    state.products.change(product)
    row.quantity = quantity
    if quantity:
        state.reservations.put(row)
    elif state.reservations.get(row.shop_order, row.line_id) is not None:
        state.reservations.delete(row)


def release(state: State, order: OrderRow, touched: dict[int, ProductRow]) -> None:
    """The ERP's balance contains this order now: its reservation is over for good."""
    for row in [*state.reservations.of(order.id).values()]:
        _change(state, row, 0, touched)
    order.released = order.released or state.seq
    state.orders.change(order)


def line_resolved(state: State, event: LineResolved) -> None:
    """A line of which the product was not known has been matched: it is reserved from now on, or no longer."""
    order = state.order(event.store, event.number)
    product = state.product(event.product or event.was)
    if order is None or product is None:
        return
    touched: dict[int, ProductRow] = {}
    before, after = (None, product.id) if event.product else (product.id, None)
    for line in state.lines.of(order.id).values():
        if line.line_id == event.line_id and line.product == before:
            line.product = after
            state.lines.put(line)
            _touch(state, product.id, touched)
    _sum_up(state, order, touched)
    for each in touched.values():
        recompute_stock(state, each)


def order_exporting(state: State, event: OrderExporting) -> None:
    """About to be handed to the ERP: if the outcome gets lost, it is looked up under this key first."""
    order = state.order(event.store, event.number)
    if order is not None:
        order.export, order.export_key = "sending", event.key
        state.orders.change(order)


def order_exported(state: State, event: OrderExported) -> None:
    """The ERP has it; or, without a reference, it was cancelled before the ERP got it."""
    order = state.order(event.store, event.number)
    if order is None:
        return
    if event.ref:
        order.export, order.export_ref, order.exported_at = "done", event.ref, state.at
    elif order.state not in HOLDS_STOCK:
        order.export = "never"
    state.orders.change(order)


def erp_order_moved(state: State, event: ErpOrderMoved) -> None:
    """The ERP's word on the order; its reservation waits for a balance of then or later (P8)."""
    order = state.order(event.store, event.number)
    if order is not None:
        if not order.erp_at:
            order.erp_at = event.known_at
        order.erp_state = event.state
        state.orders.change(order)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    OrderSeen: order_seen,
    LineResolved: line_resolved,
    OrderExporting: order_exporting,
    OrderExported: order_exported,
    ErpOrderMoved: erp_order_moved,
}
