"""What an audit asks of the tables: what was sent of a product lately, as evidence for the cause of a drift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from omnisync.log import stored
from omnisync.log.archive import Stored
from omnisync.log.rows import FigureRow
from omnisync.log.state import State
from omnisync.log.story import LATEST
from omnisync.model.events import BatchMade, Kind, decode

_LOOKED_AT = 6
"""So many sends of a product are looked at, newest first."""

_TOGETHER, _MOST = 50, 500
"""Events of a product that are read at once, and in all: what was sent before so many other things happened to it explains nothing."""

_MADE = str(BatchMade.__struct_config__.tag)


@dataclass(slots=True)
class Sends:
    """What was sent of one store's products; each batch is decoded once, however many of its products have drifted."""

    _items: dict[int, dict[str, tuple[int | None, int | None]]] = field(default_factory=dict)

    def of(self, state: State, row: FigureRow, code: str) -> list[tuple[int, int]]:
        """When (milliseconds UTC) which figure was sent, newest first; the last one is the row's own ``sent``."""
        found: list[tuple[int, int]] = []
        for each in _newest(state, row.product):
            if each.type == _MADE and each.stream == f"store:{row.store}":
                figure = self._batch(each).get(code, (None, None))[row.kind == Kind.PRICE]
                if figure is not None:
                    found.append((each.at, figure))
                if len(found) == _LOOKED_AT:
                    break
        return found

    def _batch(self, made: Stored) -> dict[str, tuple[int | None, int | None]]:
        if made.seq not in self._items:
            event = decode(made.payload)
            assert isinstance(event, BatchMade)
            self._items[made.seq] = {item.product: (item.stock, item.price) for item in event.items}
        return self._items[made.seq]


def _newest(state: State, product: int) -> Iterator[Stored]:
    """The product's events, the newest first, as many as are worth a look."""
    looked_at, before = 0, LATEST
    while looked_at < _MOST and (some := stored.of_product(state.db, product, _TOGETHER, before)):
        yield from some
        looked_at, before = looked_at + len(some), some[-1].seq


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
