"""Everything about one product right after an event, as one value: where the telling of its past begins.

A product's past is told by applying its own events once more (past.py). A best seller has tens of thousands
of them; from the last checkpoint before the moment there are about ``CHECKPOINT_EVERY``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from omnisync.log.rows import ListingRow, ProductRow
from omnisync.log.state import State
from omnisync.model.events import Kind

_encode = msgspec.msgpack.Encoder().encode


class Checkpoint(NamedTuple):
    """One product's rows by table, its listings, and the ids of the orders which had reserved some of it."""

    product: ProductRow
    rows: dict[str, list[tuple[Any, ...]]]
    listings: list[ListingRow]
    orders: list[int]


def take(state: State) -> None:
    """Write down the products that are due; the event has been applied."""
    due = [*state.due]
    state.due.clear()
    if len(due) > 1:
        state.prefetch(due, state.products, *state.of_products, figures=Kind)
    listings = state.listings_of(due)
    for id_ in due:
        product = state.products.get(id_)
        if product is None:
            continue
        rows: dict[str, list[tuple[Any, ...]]] = {}
        for table, group in state.groups_of(id_):
            if table.of(group):
                rows[table.name] = rows.get(table.name, []) + table.values_of(group)
        orders = state.orders_holding(id_) if product.reserved else []
        state.remember(id_, _encode((state.products.values(product), rows, listings[id_], orders)))


def read(everything: bytes) -> Checkpoint:
    """The rows back; they are nobody else's."""
    product, rows, listings, orders = msgspec.msgpack.decode(everything)
    return Checkpoint(ProductRow(*product), rows, [ListingRow(*each) for each in listings], orders)
