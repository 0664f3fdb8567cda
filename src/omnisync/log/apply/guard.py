"""What the guard and the quarantine do: changes that wait for a person, things set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from omnisync.log.apply.customers import remember
from omnisync.log.apply.figures import DRIFT, REJECTED, on_hand, recompute, resume
from omnisync.log.apply.products import BY_PERSON
from omnisync.log.rows import CustomerRow, HoldRow, ProductKeyRow, QuarantineRow
from omnisync.log.state import State
from omnisync.model.events import (
    ChangeHeld,
    CodeMapped,
    FiguresHeld,
    FiguresRejected,
    FiguresReleased,
    HoldDropped,
    HoldRejected,
    HoldReleased,
    Kind,
    QuarantineClosed,
    Quarantined,
)  # fmt: skip


def change_held(state: State, event: ChangeHeld) -> None:
    """A suspicious read of the ERP waits."""
    state.holds.put(
        HoldRow(
            event.hold, event.connector, event.feed, event.reason, event.count, event.total, event.digest,
            msgspec.json.encode(event.sample).decode(), state.at, "held",
        )
    )  # fmt: skip


def _end_hold(state: State, hold: str, how: str) -> None:
    row = state.holds.get(hold)
    if row is not None:
        row.state = how
        state.holds.put(row)


def hold_released(state: State, event: HoldReleased) -> None:
    """A person said yes: the next read which asks for exactly this change is taken in."""
    _end_hold(state, event.hold, "released")
    state.wake("")


def hold_rejected(state: State, event: HoldRejected) -> None:
    """A person said no: a read that asks for exactly this change is not taken in."""
    _end_hold(state, event.hold, "rejected")


def hold_dropped(state: State, event: HoldDropped) -> None:
    """It resolved itself."""
    _end_hold(state, event.hold, "dropped")


def figures_held(state: State, event: FiguresHeld) -> None:
    """These figures of a store wait, all for one reason."""
    for code in event.products:
        product = state.product(code)
        row = state.figures.get((product.id, event.kind), event.store) if product else None
        if product is not None and row is not None and row.mode == "push":
            row.mode, row.reason = "held", event.reason
            state.figures.put(row)
            state.trace(product.id)


def figures_released(state: State, event: FiguresReleased) -> None:
    """A person said yes: exactly the figures that are wanted now may go."""
    for product_id in _products(state, event):
        row = state.figures.get((product_id, event.kind), event.store)
        product = state.products.get(product_id)
        if row is not None and product is not None and (row.mode == "held" or row.rejected is not None):
            row.allowed, row.rejected = row.wanted, None
            resume(state, row)
            row.mode, row.reason = "push", ""
            state.figures.put(row)
            state.trace(product_id)
            recompute(state, product)
            state.wake(event.store)


def figures_rejected(state: State, event: FiguresRejected) -> None:
    """A person said no: these figures stay as they are until the ERP says something else of the product."""
    rules = state.rules().get(event.store)
    for product_id in _products(state, event) if rules is not None else ():
        row = state.figures.get((product_id, event.kind), event.store)
        if row is None or rules is None or row.mode != "held" or row.reason == DRIFT:
            continue
        stock = event.kind is Kind.STOCK
        row.rejected = on_hand(rules, state.balances.of(product_id)) if stock else row.wanted
        row.mode, row.reason = "off", REJECTED
        state.figures.put(row)
        state.trace(product_id)


def _products(state: State, event: FiguresReleased | FiguresRejected) -> list[int]:
    if event.products:
        found = [state.product(code) for code in event.products]
        return [product.id for product in found if product is not None]
    sql = "SELECT product FROM figure WHERE store = ? AND kind = ? AND mode = 'held' ORDER BY product"
    return [product for (product,) in state.select(sql, event.store, event.kind)]


def quarantined(state: State, event: Quarantined) -> None:
    """Set aside; the same thing again counts up."""
    row = state.quarantine.get((event.connector, event.subject))
    if row is None:
        row = QuarantineRow(event.connector, event.subject, event.reason, state.at, state.at)
    elif row.closed_at:
        row.reason, row.first_at, row.last_at, row.times, row.closed_at = event.reason, state.at, state.at, 1, 0
    else:
        row.reason, row.last_at, row.times = event.reason, state.at, row.times + 1
    row.settled, row.customer, row.sealed, row.digest = 0, event.customer, event.sealed, event.digest
    state.quarantine.put(row)
    if event.customer:
        remember(state, CustomerRow(event.customer, event.connector, "", event.sealed))


def quarantine_closed(state: State, event: QuarantineClosed) -> None:
    """Mended, or no longer of interest."""
    row = state.quarantine.get((event.connector, event.subject))
    if row is not None and (not row.closed_at or (row.settled and not event.settled)):
        row.closed_at, row.settled = state.at, int(event.settled)
        state.quarantine.put(row)


def code_mapped(state: State, event: CodeMapped) -> None:
    """The code finds the product from now on; the ERP's next card leaves it alone."""
    product = state.product(event.product)
    if product is None:
        return
    known = state.keys.of(event.code)
    if product.id not in known:
        state.keys.add(known, product.id, ProductKeyRow(event.code, product.id, BY_PERSON))
    state.trace(product.id)


HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    ChangeHeld: change_held,
    HoldReleased: hold_released,
    HoldRejected: hold_rejected,
    HoldDropped: hold_dropped,
    FiguresHeld: figures_held,
    FiguresReleased: figures_released,
    FiguresRejected: figures_rejected,
    Quarantined: quarantined,
    QuarantineClosed: quarantine_closed,
    CodeMapped: code_mapped,
}
