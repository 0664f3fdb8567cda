"""Orders that want what no warehouse has, and who else could go without."""

from __future__ import annotations

from dataclasses import dataclass

from omnisync.log.reader import Reader
from omnisync.log.shortage import OVERSOLD


@dataclass(frozen=True, slots=True)
class Rival:
    """Another order that holds the same goods and has not been sent; ``placed_at`` in milliseconds UTC."""

    store: str
    number: str
    placed_at: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Oversold:
    """A product that an order wants and nobody has: how much is lacking (thousandths), and who else holds some."""

    order: int
    code: str
    name: str
    lacking: int
    rivals: tuple[Rival, ...]


def oversold_in(reader: Reader, order: int) -> tuple[Oversold, ...]:
    """What that order lacks, by code; empty where goods need only be moved, or are all there."""
    sql = f"""WITH {OVERSOLD} SELECT s.product, p.code, p.name, s.lacking FROM oversold s
        JOIN product p ON p.id = s.product WHERE s.shop_order = ? ORDER BY p.code"""
    return tuple(
        Oversold(order, code, name, lacking, _rivals(reader, product, order))
        for product, code, name, lacking in reader.rows(sql, order)
    )


def _rivals(reader: Reader, product: int, order: int) -> tuple[Rival, ...]:
    sql = """SELECT o.store, o.number, o.placed_at, sum(r.quantity) FROM reservation r
        JOIN shop_order o ON o.id = r.shop_order
        WHERE r.product = ? AND o.id <> ? AND o.state IN ('waiting', 'new', 'preparing')
        GROUP BY o.id ORDER BY o.placed_at DESC"""
    return tuple(Rival(*row) for row in reader.rows(sql, product, order))
