"""What an audit asks of the tables: what was sent of a product lately, as evidence for the cause of a drift."""

from __future__ import annotations

from dataclasses import dataclass, field

from omnisync.log.rows import FigureRow
from omnisync.log.state import State
from omnisync.model.events import BatchMade, Kind, decode

_LOOKED_AT = 6
"""So many sends of a product are looked at, newest first."""


@dataclass(slots=True)
class Sends:
    """What was sent of one store's products; each batch is read once, however many of its products have drifted."""

    _items: dict[int, dict[str, tuple[int | None, int | None]]] = field(default_factory=dict)

    def of(self, state: State, row: FigureRow, code: str) -> list[tuple[int, int]]:
        """When (milliseconds UTC) which figure was sent, newest first; the last one is the row's own ``sent``."""
        sql = """SELECT e.seq, e.at FROM event_product t JOIN event e ON e.seq = t.seq
            WHERE t.product = ? AND e.type = 'batch.made' AND e.stream = ? ORDER BY t.seq DESC LIMIT ?"""
        found = []
        for seq, at in state.select(sql, row.product, f"store:{row.store}", _LOOKED_AT):
            figure = self._batch(state, seq).get(code, (None, None))[row.kind == Kind.PRICE]
            if figure is not None:
                found.append((at, figure))
        return found

    def _batch(self, state: State, seq: int) -> dict[str, tuple[int | None, int | None]]:
        if seq not in self._items:
            event = decode(state.select("SELECT payload FROM event WHERE seq = ?", seq)[0][0])
            assert isinstance(event, BatchMade)
            self._items[seq] = {item.product: (item.stock, item.price) for item in event.items}
        return self._items[seq]


def open_drifts(state: State, store: str = "") -> dict[tuple[str, Kind], dict[str, int]]:
    """What is not settled, by store and kind: what each product's listing was seen to show; of one store or of all."""
    sql = """SELECT d.store, d.kind, p.code, f.seen FROM drift d JOIN product p ON p.id = d.product
        JOIN figure f ON (f.product, f.store, f.kind) = (d.product, d.store, d.kind)
        JOIN store s ON s.name = d.store AND s.open
        WHERE d.state = 'open' AND (? = '' OR d.store = ?) AND f.seen IS NOT NULL ORDER BY d.store, d.kind, p.code"""
    found: dict[tuple[str, Kind], dict[str, int]] = {}
    for name, kind, code, seen in state.select(sql, store, store):
        found.setdefault((name, Kind(kind)), {})[code] = seen
    return found
