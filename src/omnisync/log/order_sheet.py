"""One order with everything that is known of it: lines, what is reserved where, its way to the ERP, its story."""

from __future__ import annotations

from dataclasses import dataclass

from omnisync.log.order_list import OrderRow, order_rows
from omnisync.log.oversold import Oversold, oversold_in
from omnisync.log.reader import Reader
from omnisync.log.shortage import SHORT
from omnisync.log.story import Told, events_of_order


@dataclass(frozen=True, slots=True)
class LineView:
    """A line that counts; ``price`` of one in minor units, quantities in thousandths, ``product`` None: unknown."""

    product: int | None
    code: str
    name: str
    quantity: int
    price: int
    state: str
    warehouse: str
    reserved: int
    lacking: int


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """The order, its lines, what of it no warehouse has, and what happened to it, newest first.

    ``shipping`` in minor units or None; it is part of ``row.order.total`` unless nobody pays the order any more.
    """

    row: OrderRow
    remote_state: str
    payment: str
    shipping: int | None
    released: bool
    lines: tuple[LineView, ...]
    oversold: tuple[Oversold, ...]
    told: tuple[Told, ...]


_LINES = f"""WITH {SHORT} SELECT l.product, coalesce(p.code, l.codes), l.name, l.quantity, l.price, l.state,
    coalesce(r.warehouse, ''), coalesce(r.quantity, 0), coalesce(s.lacking, 0), p.code IS NULL
    FROM order_line l
    JOIN order_part part ON part.shop_order = l.shop_order AND part.part = l.part
    LEFT JOIN product p ON p.id = l.product
    LEFT JOIN reservation r ON r.shop_order = l.shop_order AND r.line_id = l.line_id
    LEFT JOIN short s ON s.shop_order = l.shop_order AND s.line_id = l.line_id
    WHERE l.shop_order = ? AND (part.dead = 0 OR part.dead = 1 AND NOT EXISTS (
        SELECT 1 FROM order_line o JOIN order_part alive ON alive.shop_order = o.shop_order AND alive.part = o.part
        WHERE o.shop_order = l.shop_order AND o.line_id = l.line_id AND alive.dead = 0))
    ORDER BY l.part, l.line_id"""
"""As ``living_lines`` of the projection: a line of a dying part counts until a living part has it."""


def order_id(reader: Reader, store: str, number: str) -> int | None:
    """The id of a store's order, None when there is none of that number."""
    found = reader.one("SELECT id FROM shop_order WHERE store = ? AND number = ?", store, number)
    return None if found is None else int(found)


def order_sheet(reader: Reader, order: int, events: int = 40) -> OrderSheet | None:
    """Everything about the order; None when there is none of that id."""
    rows = order_rows(reader, [order])
    if not rows:
        return None
    view = rows[0].order
    sql = "SELECT remote_state, payment, shipping, released FROM shop_order WHERE id = ?"
    remote_state, payment, shipping, released = reader.rows(sql, order)[0]
    stream = f"order:{view.store}:{view.number}"
    told = tuple(told for told in events_of_order(reader, view.number, events) if told.stream == stream)
    return OrderSheet(
        rows[0],
        remote_state,
        payment,
        shipping,
        bool(released),
        _lines(reader, order),
        oversold_in(reader, order),
        told,
    )


def _lines(reader: Reader, order: int) -> tuple[LineView, ...]:
    lines = []
    for product, code, *rest, unknown in reader.rows(_LINES, order):
        # What names an unknown product is kept as a list.
        name = ", ".join(part for part in code.strip("[]").replace('"', "").split(",") if part) if unknown else code
        lines.append(LineView(product, name, *rest))
    return tuple(lines)
