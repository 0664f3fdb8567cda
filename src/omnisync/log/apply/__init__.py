"""What each event does to the tables: the one way they change, live and in a rebuild.

Every function here is pure over (state, event): no clock, no randomness, nothing from outside, and
nothing that depends on how events are grouped into transactions, or P1 breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from omnisync.log import checkpoint
from omnisync.log.apply import (
    batches,
    customers,
    drift,
    guard,
    last_piece,
    listings,
    orders,
    people,
    products,
    restore,
    stores,
)
from omnisync.log.apply.figures import recompute_stock
from omnisync.log.state import State
from omnisync.model.events import Event

TABLES_VERSION = 4
"""Grows when a table or an apply function changes meaning: the tables are then rebuilt at the next start."""

_HANDLERS: Mapping[type[Any], Callable[[State, Any], None]] = {
    **products.HANDLERS,
    **customers.HANDLERS,
    **stores.HANDLERS,
    **listings.HANDLERS,
    **batches.HANDLERS,
    **orders.HANDLERS,
    **people.HANDLERS,
    **guard.HANDLERS,
    **last_piece.HANDLERS,
    **drift.HANDLERS,
    **restore.HANDLERS,
}


def apply(state: State, seq: int, at: int, event: Event) -> None:
    """Change the tables as the event says; ``seq`` and ``at`` are its place and time in the log."""
    state.begin(seq, at)
    _HANDLERS[type(event)](state, event)
    if state.reconsider:
        _reconsider(state)
    if state.due:
        checkpoint.take(state)


def _reconsider(state: State) -> None:
    """One store has stopped or begun to offer these: the last pieces may be another's now."""
    if state.last_pieces():
        for product_id in sorted(state.reconsider):
            product = state.products.get(product_id)
            if product is not None:
                recompute_stock(state, product)
    state.reconsider.clear()
