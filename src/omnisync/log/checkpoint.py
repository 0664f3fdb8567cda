"""Everything about one product right after an event, as one value: where the telling of its past begins.

A product's past is told by applying its own events once more (past.py). A best seller has tens of thousands
of them; from the last checkpoint before the moment there are about ``CHECKPOINT_EVERY``.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from omnisync.log.rows import BalanceRow, ChoiceRow, FigureRow, KeptRow, ListingRow, PriceRow, ProductRow, SpeedRow
from omnisync.log.state import State
from omnisync.log.table import Table

_TYPES: tuple[type[Any], ...] = (BalanceRow, PriceRow, ChoiceRow, FigureRow, SpeedRow, KeptRow, ListingRow)
_ALL: tuple[type[Any], ...] = (ProductRow, *_TYPES)
_values = {each: attrgetter(*(field.name for field in fields(each))) for each in _ALL}


class Checkpoint(NamedTuple):
    """One product's rows, and the ids of the orders which had reserved some of it."""

    product: ProductRow
    balances: list[BalanceRow]
    prices: list[PriceRow]
    choices: list[ChoiceRow]
    figures: list[FigureRow]
    speeds: list[SpeedRow]
    kept: list[KeptRow]
    listings: list[ListingRow]
    orders: list[int]


def take(state: State) -> None:
    """Write down the products that are due; the event has been applied."""
    for id_ in state.due:
        product = state.products.get(id_)
        if product is None:
            continue
        tables: tuple[Table[Any], ...] = (
            state.balances, state.prices, state.choices, state.figures, state.speeds, state.kept,
        )  # fmt: skip
        # By key: the order in memory depends on what was read from the database and what was made since.
        groups = [[group[key] for key in sorted(group)] for group in (table.of(id_) for table in tables)]
        orders = state.orders_holding(id_) if product.reserved else []
        rows = [[_values[type(row)](row) for row in group] for group in (*groups, state.listings_of(id_))]
        state.remember(id_, msgspec.msgpack.encode([_values[ProductRow](product), *rows, orders]))
    state.due.clear()


def read(everything: bytes) -> Checkpoint:
    """The rows back; they are nobody else's."""
    product, *groups, orders = msgspec.msgpack.decode(everything)
    rows: list[list[Any]] = [[type_(*each) for each in group] for type_, group in zip(_TYPES, groups, strict=True)]
    return Checkpoint(ProductRow(*product), *rows, orders)  # type: ignore[call-arg]
